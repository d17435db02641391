"""The values that name everything a session owns.

Made once by spawner.py at the start of a session; every other module asks these.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from workshop_kube.labels import Owner
from workshop_spawner.model import naming


@dataclass(frozen=True)
class Hub:
    """The deployment whose sessions these are."""

    application: str
    mode: str
    namespace: str
    # The hub's own account in full: `system:serviceaccount:<namespace>:<name>`.
    requestor: str
    # Which database it has; empty where that is not known.
    hub_id: str = ""

    @property
    def owner(self) -> Owner:
        """Whose the labels and annotations of its sessions say they are."""
        return Owner(self.application, self.namespace, self.requestor)


@dataclass(frozen=True)
class Lasting:
    """What outlives the sessions of a server: under which names, and for whom, it was made.

    User, server and application are as they were called then.
    """

    application: str
    user: str
    server: str
    project: str
    home: str


@dataclass(frozen=True)
class Session:
    """One run of one server of one user: its id, and the names of all it owns."""

    hub: Hub
    id: str
    user: str
    server: str = ""
    suffix: str = ""
    expires: datetime | None = None
    # The latest end that extensions may give it; None: whatever the culler allows.
    limit: datetime | None = None
    # A project that has its name from elsewhere; empty: `<application>-<user>`.
    project_name: str = ""
    # An account that has its name from the pool; empty: `<application>-<user>`.
    account_name: str = ""
    # Whose the user's token is, as the cluster says; empty where the session has none of a user.
    # Never the hub's name of the user, which may be that of somebody else in the cluster.
    token_owner: str = ""
    # A pod that has its name from elsewhere; empty: `<application>-user-<user>`.
    pod_name: str = ""
    # What it shares with the sessions before and after it; None: what its names say.
    lasting: Lasting | None = None
    # What this start writes on what it takes from the pool, to know it again.
    checkout: str = ""
    # Which of the hub's workshops it is of, and in which edition; empty where there is one only.
    workshop: str = ""
    edition: str = ""
    # The limits of profiles and groups that it counts towards.
    caps: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """The user (and server) as a label value."""
        return naming.make_slug(self.user, self.server)

    @property
    def account(self) -> str:
        """Name of the service account, in the hub's namespace; all else there is owned by it.

        Where the project lasts, the project's: its roles are still bound to the account of the last
        session, which must never be the name of somebody else's account.
        """
        if self.lasting and not self.suffix:
            return self.account_name or self.lasting.project
        return self.account_name or naming.make_name(self.hub.application, self.slug, self.suffix)

    @property
    def project(self) -> str:
        """Name of the project."""
        return self.project_name or naming.make_name(self.hub.application, self.slug, self.suffix)

    @property
    def pod(self) -> str:
        """Name of the pod. It has no suffix: an old pod of this user and server is replaced."""
        return self.pod_name or naming.make_name(self.hub.application, "user", self.slug)

    @property
    def home(self) -> str:
        """Name of the claim of the home volume."""
        if self.lasting:
            return self.lasting.home
        return naming.make_name(self.hub.application, "user", self.slug)

    @property
    def secret(self) -> str:
        """Name of the Secret with what the pod is told in confidence."""
        return self.account

    def of_workshop(self, name: str, edition: str) -> Session:
        """The same as a session of this workshop, in this edition."""
        return replace(self, workshop=name, edition=edition)


def make_session(
    hub: Hub,
    user: str,
    server: str = "",
    age: int = 0,
    project_name: str = "",
    *,
    age_limit: int = 0,
) -> Session:
    """Make the session that starts now.

    `age` seconds from now it ends (0: no end), and at `age_limit` at the latest, however often it
    is extended (0: no such limit).
    """
    session_id = naming.make_random(16)
    made = Session(hub, session_id, user, server, project_name=project_name, checkout=session_id)
    if not age:
        return made
    now = int(datetime.now(UTC).timestamp())
    limit = datetime.fromtimestamp(now + max(age, age_limit), UTC) if age_limit else None
    return replace(made, expires=datetime.fromtimestamp(now + age, UTC), limit=limit)


def is_same_server(one: Session, other: Session) -> bool:
    """Whether both are of one workshop, user and server, by the names that they have."""
    return (one.hub.application, one.user, one.server) == (
        other.hub.application,
        other.user,
        other.server,
    )


def make_lasting_names(session: Session) -> Lasting:
    """What outlives the session, under the names that it has if nothing is in the way."""
    application, slug = session.hub.application, session.slug
    project = naming.make_name(application, slug)
    home = naming.make_name(application, "user", slug)
    return Lasting(application, session.user, session.server, project, home)


def rename(session: Session) -> Session:
    """The same session under other names, for when one of its names is taken."""
    return replace(session, suffix=naming.make_suffix())
