"""What a hub does beside its sessions: check its rights, keep the pool full, count projects."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from workshop_kube import labels
from workshop_spawner import metrics
from workshop_spawner.concurrency import run_together
from workshop_spawner.config.extras import read_source
from workshop_spawner.context import HubContext
from workshop_spawner.hub_tasks import pod_security_check, rights_check
from workshop_spawner.hub_tasks.pod_template import PodTemplate
from workshop_spawner.hub_tasks.pool import SessionPool
from workshop_spawner.hub_tasks.warm_pods import WarmPods, remove_all
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.logs import Log
from workshop_spawner.model.session import Hub, Session
from workshop_spawner.rules import counts, images, plan, pod_security, project_roles, rights
from workshop_spawner.rules.api_errors import FAILURES, explain
from workshop_spawner.rules.hub_settings import HubSettings
from workshop_spawner.rules.warm_pods import StockRules
from workshop_spawner.start import api_address, image_streams, project_api, project_role

# Seconds until something that failed is tried again: at first, and at most.
FIRST_PAUSE = 10.0
LONGEST_PAUSE = 300.0
# Seconds between two counts of the projects.
COUNT_AGAIN = 60


class HubTasks:
    """The tasks of one hub. They know its settings and its cluster, and no visitor."""

    def __init__(
        self,
        context: HubContext,
        cluster: Cluster,
        settings: HubSettings,
        find_hub: Callable[[], Awaitable[Hub]],
        log: Log,
        template: PodTemplate | None = None,
    ) -> None:
        self._template = template
        self._context = context
        self._cluster = cluster
        self._settings = settings
        self._find_hub = find_hub
        self._log = log
        # The settings of each workshop, where the hub offers several: for their rights.
        self.of_workshops: tuple[HubSettings, ...] = ()
        self._more: list[tuple[str, Callable[[], Awaitable[None]]]] = []

    def add(self, doing: str, task: Callable[[], Awaitable[None]]) -> None:
        """One more task to begin with the others; `doing` says in the log what it does."""
        self._more.append((doing, task))

    def begin(self) -> None:
        """Begin all; each goes on whatever happens to the others."""
        for doing, task in (
            *self._more,
            ("look whether it may go on", self.check_name),
            ("check the hub's rights", self.check_rights),
            ("tell what holds the pods of attendees", self.tell_pod_security),
            ("find the role of sessions", self.tell_role),
            ("keep sessions ready", self.keep_pool),
            ("count projects", self.keep_count),
        ):
            self._context.spawn_task(self._run(doing, task))

    async def _run(self, doing: str, task: Callable[[], Awaitable[None]]) -> None:
        """Do it until it is done, and again after a while when it fails, whatever the reason."""
        pause = FIRST_PAUSE
        while True:
            try:
                await task()
                return
            except FAILURES as error:
                self._log.error(
                    "The hub cannot %s; trying again in %g s. %s",
                    doing,
                    pause,
                    explain(error).detail,
                )
            except Exception:  # noqa: BLE001 - a task has nobody to raise to
                self._log.exception("The hub cannot %s; trying again in %g s", doing, pause)
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    async def check_name(self) -> None:
        """End the hub if no project of its application can be made, as no session could start."""
        settings = self._settings
        refused = plan.problem_with_requests(settings.application, settings.spec.project)
        if refused and (await self._find_spec()).by_request:
            self._log.critical("%s", refused)
            raise SystemExit(1)

    async def check_rights(self) -> None:
        """Log each right that the hub's account needs and lacks, for all of its workshops."""
        needed: set[rights.Right] = set()
        for settings in (self._settings, *self.of_workshops):
            uses = replace(settings.uses, streams=await self._uses_streams(settings))
            needed.update(rights.list_rights(await self._find_spec(settings), uses))
        await rights_check.check(self._cluster, self._settings.namespace, sorted(needed), self._log)

    async def tell_pod_security(self) -> None:
        """Log what holds the pods of attendees."""
        if problem := pod_security.problem_with_containers(self._settings.privileged):
            self._log.warning("%s", problem)
        await pod_security_check.log_notice(self._cluster, await self._find_spec(), self._log)

    async def keep_pool(self) -> None:
        """Make the pool of this hub and keep it full, as long as the hub runs."""
        if self._context.is_alone:
            await self._context.is_alone.wait()
        for trait, problem in (
            ("reserved_sessions", self._settings.problem_with_pool()),
            ("reserved_pods", self._settings.problem_with_pods()),
        ):
            if problem:
                self._log.warning("%s has no effect: %s", trait, problem)
        spec = await self._find_spec()
        if not self._settings.keeps_pool:
            if spec.project == plan.TEMPORARY and not spec.by_request:
                await self._remove_pool()
            return
        if spec.by_request:
            self._log.warning(
                "reserved_sessions has no effect where projects are requested, nor reserved_pods"
            )
            return
        spec = replace(spec, extra_resources=await read_source(self._settings.extra_resources))
        if self._settings.uses.api_endpoints:
            spec = await api_address.add_networks(self._cluster, spec)

        def make_steps(session: Session) -> tuple[plan.Step, ...]:
            return plan.make_ready_steps(session, plan.fill_in(spec, session))

        hub, size = await self._find_hub(), self._settings.reserved_sessions
        pods = await self._make_pods(hub, spec)
        pool = SessionPool(self._cluster, hub, make_steps, size, self._log, pods=pods)
        pool.is_rush = lambda: bool(self._context.starting)
        self._context.pool = pool
        await pool.run()

    async def _make_pods(self, hub: Hub, spec: plan.SessionSpec) -> WarmPods | None:
        """The pods that run ahead in the pool's sessions; None where there are none."""
        settings, template = self._settings, self._template
        if not settings.keeps_pods or template is None:
            await remove_all(self._cluster, hub)
            return None
        template.spec = spec
        if problem := await template.find_problem(hub):
            self._log.warning("reserved_pods has no effect: %s", problem)
            await remove_all(self._cluster, hub)
            return None
        rules = StockRules(
            settings.reserved_pods,
            timedelta(seconds=settings.pod_age),
            timedelta(seconds=settings.pod_patience),
        )
        limit = settings.session_limit
        return WarmPods(self._cluster, hub, template, rules, limit, self._log)

    async def _remove_pool(self) -> None:
        """Remove what was ready when there was still a pool."""
        hub = await self._find_hub()
        await SessionPool(self._cluster, hub, lambda _: (), 0, self._log).fill()
        await remove_all(self._cluster, hub)

    async def keep_count(self) -> None:
        """Count the projects now and then, for the hub's metrics, as long as the hub runs."""
        spec = await self._find_spec()
        if spec.project not in (plan.TEMPORARY, plan.PERSISTENT) or spec.by_request:
            return
        hub = await self._find_hub()
        while True:
            try:
                await count_projects(self._cluster, hub)
            except FAILURES as error:
                self._log.warning("Projects were not counted: %s", explain(error).detail)
            await asyncio.sleep(COUNT_AGAIN)

    async def tell_role(self) -> None:
        """Log which role sessions get, where it is not the one that they should have."""
        choice = await project_role.find_role(self._cluster, self._settings.spec)
        if choice.notice:
            self._log.warning("%s", choice.notice)
        if choice.problem:
            self._log.error("No session can start: %s", choice.problem)
        has_policies = await self._cluster.has_api(project_roles.ADMIN_POLICIES)
        isolated = self._settings.spec.isolation is not None
        if notice := project_roles.find_network_notice(
            choice.role, is_isolated=isolated, has_admin_policies=has_policies
        ):
            self._log.info("%s", notice)

    async def _find_spec(self, settings: HubSettings | None = None) -> plan.SessionSpec:
        """What is decided about each session, with the role that sessions get."""
        settings = settings or self._settings
        setting, spec = settings.project_api, settings.spec
        by_request = await project_api.is_by_request(self._cluster, setting, self._log)
        choice = await project_role.find_role(self._cluster, spec)
        return replace(spec, by_request=by_request, role=choice.role, fallback_role="")

    async def _uses_streams(self, settings: HubSettings) -> bool:
        """Whether some image may be an ImageStream's, on a cluster that has those."""
        bare = images.list_streams(settings.image_names)
        return bool(bare) and await image_streams.has_streams(self._cluster)


async def count_projects(cluster: Cluster, hub: Hub) -> counts.Counts:
    """Count the projects once."""
    selector = labels.make_selector({labels.APP: hub.application})
    found, accounts = await run_together(
        cluster.list("v1", "Namespace", selector=selector),
        cluster.list("v1", "ServiceAccount", hub.namespace, selector=selector),
    )
    counted = counts.count(found, accounts, hub, datetime.now(UTC))
    metrics.PROJECTS.set(len(counted.alive))
    metrics.ORPHANED.set(len(counted.orphans))
    return counted
