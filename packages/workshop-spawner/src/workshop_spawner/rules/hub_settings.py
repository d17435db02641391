"""What the settings say of all sessions of a hub: values that need no visitor."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from workshop_spawner.rules import plan
from workshop_spawner.rules.reserve.schedule import AnyWindow, find_usual
from workshop_spawner.rules.reserve.size import ReserveSize, find_largest
from workshop_spawner.rules.rights import Uses
from workshop_spawner.rules.warm_pods import PodFacts, problem_with_settings

# Why a pool is not kept, by what the settings say.
ONLY_TEMPORARY = "it takes a temporary project, and an identity that is not the user's own"
ASKS_VISITOR = "budget and extra_resources must be values, as a callable is asked with each visitor"


@dataclass(frozen=True)
class HubSettings:
    """The settings that the hub's own tasks need.

    `extra_resources` is the text, list or path of a file of them. `asks_visitor` says that what
    sessions are made of is decided by a callable that takes the visitor's spawner; then `spec` has
    the default budget and no extra resources.
    """

    namespace: str
    application: str = ""
    spec: plan.SessionSpec = field(default_factory=plan.SessionSpec)
    project_api: str = "auto"
    extra_resources: Any = ""
    asks_visitor: bool = False
    reserved_sessions: int = 0
    reserved_pods: int = 0
    windows: tuple[AnyWindow, ...] = ()
    # Seconds until another pod takes the place of one that waits, and until it has to be up.
    pod_age: int = 6 * 3600
    pod_patience: int = 300
    session_limit: int = 0
    pod_facts: PodFacts = field(default_factory=PodFacts)
    image_names: tuple[str, ...] = ()
    # Names of containers in each session's pod that have all rights on its node.
    privileged: tuple[str, ...] = ()
    uses: Uses = field(default_factory=Uses)

    @property
    def largest(self) -> ReserveSize:
        """How many may be ready at some time, by settings and schedule."""
        always = ReserveSize(self.reserved_sessions, self.reserved_pods)
        return find_largest((always, *(window.size for window in self.windows)))

    def find_usual(self, now: datetime) -> ReserveSize:
        """How many are to be ready now, by settings and schedule."""
        always = ReserveSize(self.reserved_sessions, self.reserved_pods)
        usual = find_usual(always, self.windows, now)
        return ReserveSize(
            usual.sessions if self.keeps_pool else 0, usual.pods if self.keeps_pods else 0
        )

    @property
    def keeps_pool(self) -> bool:
        """Whether sessions are made ready ahead."""
        return bool(self.largest.sessions) and self.problem_with_pool() is None

    @property
    def keeps_pods(self) -> bool:
        """Whether pods run ahead."""
        return bool(self.largest.pods) and self.problem_with_pods() is None

    def problem_with_pods(self) -> str | None:
        """Why `reserved_pods` has no effect; None when it has."""
        if not max(self.reserved_pods, self.largest.pods):
            return None
        return problem_with_settings(replace(self.pod_facts, pool=self.keeps_pool))

    def problem_with_waiting(self) -> str | None:
        """Why no pod can wait, however many are asked for; None where some can."""
        return problem_with_settings(replace(self.pod_facts, pool=True))

    def problem_with_pool(self) -> str | None:
        """Why `reserved_sessions` has no effect; None when it has."""
        return self.problem_with_places() if self.largest.sessions else None

    def problem_with_places(self) -> str | None:
        """Why no session can be ready ahead, however many are asked for; None where some can."""
        if self.spec.project != plan.TEMPORARY or self.spec.identity == plan.USER_TOKEN:
            return ONLY_TEMPORARY
        return ASKS_VISITOR if self.asks_visitor else None
