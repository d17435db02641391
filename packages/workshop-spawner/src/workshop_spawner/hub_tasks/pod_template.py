"""Pods that are nobody's yet, as KubeSpawner makes them by the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from kubespawner.clients import shared_client
from traitlets.config import Config

from workshop_spawner.hub_tasks.settings_check import make_traits
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.logs import Log
from workshop_spawner.model.session import Hub, Session
from workshop_spawner.rules import plan, pool_rules, warm_pods
from workshop_spawner.rules.warm_pods import Prepared

# Two who stand for any visitor: what differs between their pods is something of the visitor.
NAMES = ("visitor-one", "visitor-two")


@dataclass(frozen=True)
class AnyVisitor:
    """What KubeSpawner asks about its user, of one who is not there yet."""

    name: str
    id: int
    url: str = "/"
    groups: tuple[Any, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)


class SampleSpawner(Protocol):
    """A spawner without a user, see spawner.py."""

    pod_name: str

    async def load_user_options(self) -> None:
        """Take the profile of who has chosen none."""

    async def prepare_pod(
        self, cluster: Cluster, session: Session, spec: plan.SessionSpec
    ) -> Prepared:
        """The pod of a session."""


def make_sample(
    spawner_class: Any, config: Config, authenticator: Any, log: Log, name: str
) -> SampleSpawner:
    """A spawner that makes pods and nothing else, for somebody of this name."""
    sample = make_traits(spawner_class, config, authenticator)
    sample.is_ahead, sample.log = True, log
    sample.user = AnyVisitor(name, NAMES.index(name) + 1)
    sample.api = shared_client("CoreV1Api")
    sample.user_options = {}
    sample.port = sample.pod_port  # as KubeSpawner does when it is made for somebody
    sample.secret_name = sample.pvc_name = sample.pod_name = sample.dns_name = ""
    made: SampleSpawner = sample
    return made


class PodTemplate:
    """The pod that a visitor without any choice of theirs would get; `spec` as sessions have it."""

    def __init__(
        self, cluster: Cluster, spec: plan.SessionSpec, make: Callable[[str], SampleSpawner]
    ) -> None:
        self.spec = spec
        self._cluster = cluster
        self._make = make

    async def prepare(self, session: Session, name: str = NAMES[0]) -> Prepared:
        """The pod of this reserved session, and nothing to hand over yet."""
        sample = self._make(name)
        await sample.load_user_options()
        sample.pod_name = session.pod
        return await sample.prepare_pod(self._cluster, session, plan.fill_in(self.spec, session))

    async def find_problem(self, hub: Hub) -> str | None:
        """Why no pod can run ahead: what it would have of its visitor. None where it can."""
        session = pool_rules.make_sample(hub)
        one, other = [(await self.prepare(session, name)).pod["spec"] for name in NAMES]
        found = warm_pods.list_differences(one, other)
        if not found:
            return None
        return f"something in each pod is named after its visitor: {', '.join(found[:5])}"
