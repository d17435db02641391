"""A spawner whose session is of the workshop that its user has chosen, where there are several."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from workshop_spawner.hub_tasks import workshop_store
from workshop_spawner.manifests import pods
from workshop_spawner.model.errors import PermanentError
from workshop_spawner.model.session import Session
from workshop_spawner.model.workshop import Workshop
from workshop_spawner.recorded import RecordedSpawner
from workshop_spawner.rules import capacity
from workshop_spawner.rules.workshops import access, choice, details, parameters

# What a session is stopped and looked after by, whatever its workshop says by then.
_RECORDED = ("identity", "project")


class ChosenSpawner(RecordedSpawner):
    """Has the settings of a workshop in place of the hub's own, from a start to its end.

    Whoever asks for the start, by a page, a form or the hub's API: what they may not start is
    refused here.
    """

    # Traits of WorkshopSpawner.
    workshops: Any

    # Whether this is nobody's spawner, but one that makes pods ahead.
    is_ahead = False

    _workshop: Workshop | None = None
    _values: Mapping[str, str] = {}
    _details: Mapping[str, str] = {}
    # The hub's own values of what the workshop has set.
    _own: Mapping[str, Any] = {}
    # What the hub's database keeps of it, while a session runs.
    _workshop_record: Mapping[str, str] = {}

    async def load_user_options(self) -> None:
        """KubeSpawner's hook: take up the workshop first, then what a profile says."""
        self._leave_workshop()
        if self.workshops and not self.is_ahead:
            self._enter_workshop()
        await super().load_user_options()

    def _enter_workshop(self) -> None:
        """Take up the workshop that the options name; PermanentError where that is refused."""
        key, person = self.user.settings["cookie_secret"], read_person(self.user)
        workshops, now = self.context.workshops, datetime.now(UTC)
        options = self.user_options or {}
        try:
            chosen = choice.parse_choice(options, workshops, person, now, key)
        except choice.RefusedError as error:
            raise PermanentError(
                str(error), f"{self._log_name} asked for {choice.read_name(options)!r:.60}: {error}"
            ) from None
        self._own = workshop_store.overlay(self, chosen.workshop)
        self._workshop, self._values = chosen.workshop, chosen.values
        self._details = chosen.details
        self._workshop_record = {
            "name": chosen.workshop.name,
            **{name: str(getattr(self, name)) for name in _RECORDED},
        }

    def _leave_workshop(self) -> None:
        """Have the hub's own settings again."""
        workshop_store.restore(self, self._own)
        self._workshop, self._values, self._details = None, {}, {}
        self._own, self._workshop_record = {}, {}

    def clear_state(self) -> None:
        """Forget the session that ended, and its workshop."""
        super().clear_state()
        self._leave_workshop()

    def run_post_stop_hook(self) -> object:
        """JupyterHub's hook: forget what was asked about the user, for this session alone."""
        kept = choice.forget_details(self.user_options)
        if kept is not self.user_options:
            self.user_options = kept
            self.orm_spawner.user_options = kept  # JupyterHub writes it down after the hook
        return super().run_post_stop_hook()

    def get_state(self) -> dict[str, Any]:
        """What a restarted hub has to know of a running session, its workshop included."""
        state = super().get_state()
        if self._workshop_record and self._session:
            state["workshop"] = dict(self._workshop_record)
        return state

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up a session of the hub before this one, by the settings that it was started by."""
        super().load_state(state)
        record = state.get("workshop")
        if isinstance(record, dict) and {*_RECORDED, "name"} <= record.keys():
            settings = {name: record[name] for name in _RECORDED}
            was = Workshop(record["name"], "", settings=settings)
            self._own, self._workshop_record = workshop_store.overlay(self, was), record

    async def make_session(self) -> Session:
        """The session of this user and server, of the workshop that they have chosen."""
        return self._mark(await super().make_session())

    def _mark(self, session: Session) -> Session:
        if self._workshop is None:
            return session
        return session.of_workshop(self._workshop.name, self._workshop.edition)

    def list_workshop_caps(self) -> tuple[capacity.Cap, ...]:
        """The limit of the chosen workshop, as it is today; none where the hub has one only."""
        if self._workshop is None:
            return ()
        chosen = self.context.workshops.get(self._workshop.name, self._workshop)
        return (capacity.make_workshop_cap(chosen.name, chosen.title, chosen.capacity),)

    @property
    def is_personal(self) -> bool:
        """Whether a pod of this session has what no pod has that waits for its visitor."""
        return bool(self._values or self._details)

    def make_personal_secrets(self) -> dict[str, str]:
        """What the link of the start and its user said, as keys of the session's Secret."""
        told = {details.make_key(kind): value for kind, value in self._details.items()}
        return {parameters.make_key(name): value for name, value in self._values.items()} | told

    def make_personal_env(self, session: Session) -> dict[str, Any]:
        """The same as variables of the session, whose values come from the Secret."""
        named = parameters.make_environment({n: parameters.make_key(n) for n in self._values})
        named |= details.make_environment({kind: details.make_key(kind) for kind in self._details})
        return {name: pods.make_reference(session.secret, key) for name, key in named.items()}


def read_person(user: Any) -> access.Person:
    """A user of the hub as the rules take them."""
    groups = frozenset(group.name for group in user.groups)
    return access.Person(user.name, groups, bool(user.admin))
