"""The token of the user's login: where it comes from, and how a running session gets a new one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from workshop_kube.errors import KubeError, TemporaryError
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.manifests import accounts, pods
from workshop_spawner.model.errors import PermanentError
from workshop_spawner.model.session import Session

# Where authenticators of OpenShift keep the user's document in `auth_state`.
USER_KEY = "openshift_user"
ANONYMOUS = "system:anonymous"

ReadState = Callable[[], Awaitable[Mapping[str, Any] | None]]


class UserToken:
    """The token of one user, as `auth_state` has it under `key`, and as their session has it."""

    def __init__(self, user: str, key: str, read_state: ReadState) -> None:
        self._user = user
        self._key = key
        self._read_state = read_state
        self._in_session = ""
        self._refused = ""

    async def read(self) -> str:
        """The token; PermanentError with what to do when the login has none."""
        token = str((await self._get_state()).get(self._key) or "")
        if token:
            self._in_session = token
            return token
        raise PermanentError(
            "Your login has run out; please log out and in again.",
            f"no {self._key} in the auth_state of {self._user}; does the authenticator have "
            "enable_auth_state, and the hub JUPYTERHUB_CRYPT_KEY?",
        )

    async def find_owner(self, as_user: Cluster) -> str:
        """Whose the token is, as the cluster says; PermanentError where that cannot be told.

        `as_user` asks with the token. What the authenticator has learnt at the login must agree.
        """
        try:
            name = (await as_user.whoami()).name
        except TemporaryError:
            raise
        except KubeError as error:
            raise _make_unknown(str(error)) from error
        learnt = await self.find_learnt()
        if name in ("", ANONYMOUS) or learnt not in ("", name):
            raise _make_unknown(f"it is {name!r}'s, and {USER_KEY} of the login says {learnt!r}")
        return name

    async def find_learnt(self) -> str:
        """Whose the token is as the authenticator has learnt it; empty where it has not."""
        return accounts.read_user((await self._get_state()).get(USER_KEY))

    async def renew(self, cluster: Cluster, make_session: Callable[[], Awaitable[Session]]) -> None:
        """Put the token of a renewed login where the running session has its old one.

        PermanentError, once, where it is another person's whom the hub calls by the same name: a
        session stays whose it was when it started.
        """
        token = str((await self._get_state()).get(self._key) or "")
        if not token or token in (self._in_session, self._refused):
            return
        session = await make_session()
        if session.token_owner:
            owner = await self.find_owner(cluster.as_owner_of(token))
            if owner != session.token_owner:
                self._refused = token
                raise _make_foreign(self._user, owner, session.token_owner)
        secret = accounts.make_secret(session, {pods.USER_TOKEN_KEY: token})
        await cluster.change(secret, {"data": secret["data"]})
        self._in_session = token

    async def _get_state(self) -> Mapping[str, Any]:
        return await self._read_state() or {}


def _make_unknown(why: str) -> PermanentError:
    return PermanentError(
        "The cluster does not say whose login this is; please log out and in again.",
        f"whose token the session would have is not known, so nobody gets its roles: {why}",
    )


def _make_foreign(user: str, owner: str, first: str) -> PermanentError:
    return PermanentError(
        "Somebody else of this name has a session; please stop it, and start your own.",
        f"{user} is logged in as {owner} of the cluster, and the session that runs is {first}'s: "
        "it keeps the token that it has. Two people have one name in the hub; give them two "
        "(username_map of the authenticator).",
    )
