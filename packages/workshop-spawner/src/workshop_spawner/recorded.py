"""Sessions keep who they are: by what the hub's database remembers, not by today's names."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from workshop_kube.errors import ExistsError
from workshop_spawner.context import HubContext
from workshop_spawner.hub_tasks import server_records
from workshop_spawner.hub_tasks.settings import find_hub, open_cluster
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.model import naming, records
from workshop_spawner.model.errors import PermanentError
from workshop_spawner.model.session import (
    Hub,
    Lasting,
    Session,
    make_lasting_names,
    make_session,
    rename,
)
from workshop_spawner.rules import plan
from workshop_spawner.start import lasting, recorded_pod
from workshop_spawner.start.lasting_notes import LastingNotes
from workshop_spawner.stepwise import StepwiseKubeSpawner


class RecordedSpawner(StepwiseKubeSpawner):
    """A spawner that knows again the session that runs, and what lasts of its server.

    A user, a server and the workshop may have another name by now, and the pod may be of another
    spawner.
    """

    # Traits of WorkshopSpawner.
    application: str
    mode: str
    project: str
    project_template: str
    volume_size: str
    session_age: int
    session_age_limit: int

    _session: Session | None = None
    _lasting: Lasting | None = None
    # Of the pod that runs; empty where its uid was not written down, None where none runs.
    _recorded_uid: str | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reset_names()

    @property
    def context(self) -> HubContext:
        """What all sessions of this hub share."""
        return HubContext.of(self.user.settings)

    def clear_state(self) -> None:
        """Forget the session that ended; the names of the next one are the default ones."""
        super().clear_state()
        self._session = None
        self._recorded_uid = None
        self._reset_names()

    def get_state(self) -> dict[str, Any]:
        """What a restarted hub has to know of a running session, and what lasts of a server."""
        state: dict[str, Any] = super().get_state()
        if self._session:
            state["workshop_session"] = records.write_session(
                self._session, self._recorded_uid or ""
            )
        if self._lasting:
            state["workshop_lasting"] = asdict(self._lasting)
        return state

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up a session of the hub before this one, or of the spawner before this one."""
        super().load_state(state)
        record = state.get("workshop_session")
        self._session = records.read_session(record)
        self._lasting = records.read_lasting(state.get("workshop_lasting"))
        if "pod_name" in state and self.server is not None:
            self._recorded_uid = str(record.get("uid", "")) if isinstance(record, dict) else ""

    async def rename(self, old_name: str, new_name: str) -> None:
        """JupyterHub's hook: a server keeps under its new name what lasts of it."""
        if self._lasting is None and self._has_lasting:
            hub = Hub(self.application, self.mode, self.namespace, "")
            self._lasting = make_lasting_names(Session(hub, "", self.user.name, old_name))
        self._pvc_exists = self._pvc_exists or self.storage_pvc_ensure
        self.orm_spawner.state = self.get_state()
        if self._lasting is not None:
            old = naming.make_slug(self.user.name, old_name)
            await self._notes.move(self.user.name, new_name, self._lasting, old)

    def _reset_names(self) -> None:
        slug = naming.make_slug(self.user.name, self.name)
        chosen = self._expand_user_properties(self.pod_name_template)
        self.pod_name = chosen or naming.make_name(self.application, "user", slug)
        self.secret_name = self._expand_user_properties(self.secret_name_template)
        self.dns_name = self.dns_name_template.format(namespace=self.namespace, name=self.pod_name)

    @property
    def cluster(self) -> Cluster:
        """The cluster as the hub's account sees it."""
        return open_cluster(self.context, self.api.api_client, self)

    async def find_hub(self) -> Hub:
        """The values that say whose sessions these are; asks the cluster once."""
        return await find_hub(self.cluster, self, self.context.hub_id)

    async def make_session(self) -> Session:
        """The session of this user and server that starts now, or whose names are asked for."""
        name = ""
        if self.project == plan.USER:
            name = self._make_project_name()
        hub, age, limit = await self.find_hub(), self.session_age, self.session_age_limit
        made = make_session(hub, self.user.name, self.name, age, name, age_limit=limit)
        return self._with_lasting(replace(made, pod_name=self.pod_name))

    def _make_project_name(self) -> str:
        """The name of the user's own project; PermanentError where the cluster takes none such."""
        try:
            return naming.make_name(self._expand_user_properties(self.project_template))
        except ValueError as error:
            raise PermanentError(
                "No project can be called as yours would be; please tell the workshop's organiser.",
                f"WorkshopSpawner.project_template is {self.project_template!r}, for "
                f"{self.user.name!r}: {error} {{username}} makes a name of whatever people are "
                "called.",
            ) from error

    @property
    def _has_lasting(self) -> bool:
        has_home = bool(self.volume_size) and self.project != plan.TEMPORARY
        return has_home or self.project == plan.PERSISTENT

    def _is_taken(self, name: str) -> bool:
        return server_records.is_named_by_another(self.orm_spawner, name, of_another_user=False)

    async def _find_lasting(self, session: Session, by_request: bool) -> Session:
        """The session with the project and the home that its user and server have for good."""
        if not self._has_lasting:
            return session
        if self._lasting is None:
            has_project, noted = self.project == plan.PERSISTENT, await self._notes.read()
            self._lasting = await lasting.find(
                self.cluster, session, by_request, has_project, self._is_taken, noted
            )
        await self._notes.keep(self.user.name, self.name, self._lasting)
        return self._with_lasting(session)

    @property
    def _notes(self) -> LastingNotes:
        return LastingNotes(self.cluster, self.namespace, self.application, self.log)

    def _with_lasting(self, session: Session) -> Session:
        session = replace(session, lasting=self._lasting)
        if self._lasting and self.project == plan.PERSISTENT:
            session = replace(session, project_name=self._lasting.project)
        return session

    async def _find_running(self) -> Session:
        return self._session or await self.make_session()

    async def _find_recorded_pod(self) -> dict[str, Any] | None:
        if self._recorded_uid is None:
            return None
        return await recorded_pod.find(
            self.cluster, self.namespace, self.pod_name, self._recorded_uid
        )

    def _rename(self, session: Session, error: ExistsError) -> Session:
        """The session under another name, in place of the one that is taken."""
        renamed = rename(session)
        of_project = error.what in (
            f"create Namespace {session.project}",
            f"request {session.project}",
        )
        if self._lasting is None or not of_project:
            return renamed  # a lasting project keeps its name
        other = naming.make_name(session.hub.application, session.slug, renamed.suffix)
        self._lasting = replace(self._lasting, project=other)
        return self._with_lasting(session)
