"""What a hub does beside its sessions: check its rights, keep the pool full, count projects."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from workshop_kube import labels
from workshop_spawner import metrics
from workshop_spawner.concurrency import run_together
from workshop_spawner.config.extras import read_source
from workshop_spawner.context import HubContext
from workshop_spawner.hub_tasks import garbage, pod_security_check, rights_check
from workshop_spawner.hub_tasks.pod_template import PodTemplate
from workshop_spawner.hub_tasks.pool import SessionPool
from workshop_spawner.hub_tasks.reserve import Reserve
from workshop_spawner.hub_tasks.warm_pods import WarmPods, remove_all
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.logs import Log
from workshop_spawner.model.session import Hub, Session
from workshop_spawner.rules import (
    counts,
    images,
    lease_rules,
    plan,
    pod_security,
    project_roles,
    rights,
)
from workshop_spawner.rules.api_errors import FAILURES, explain
from workshop_spawner.rules.hub_settings import HubSettings
from workshop_spawner.rules.warm_pods import StockRules
from workshop_spawner.start import api_address, image_streams, project_api, project_role

# Seconds until something that failed is tried again: at first, and at most.
FIRST_PAUSE = 10.0
LONGEST_PAUSE = 300.0
# Seconds between two looks whether a pool is wanted by now.
LOOK_AGAIN = 60.0
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
        # Why no pod can wait for its visitor; empty where some can, or nobody has looked.
        self._pod_problem = ""
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
            ("collect garbage", self.collect_garbage),
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
        reserve = self._make_reserve(spec)
        if spec.by_request and self._settings.keeps_pool:
            self._log.warning(
                "reserved_sessions has no effect where projects are requested, nor reserved_pods"
            )
        if find_problem(self._settings, spec):
            self._context.places = reserve
            if spec.project == plan.TEMPORARY and not spec.by_request:
                await self._remove_pool()
            return
        await reserve.load()
        self._context.places = reserve
        if not reserve.find_size().sessions:
            await self._remove_pool()
            await reserve.wait_until_wanted(LOOK_AGAIN)
        self._context.pool = pool = await self._make_pool(spec, reserve)
        pool.is_rush = lambda: bool(self._context.starting)
        await pool.run()

    def _make_reserve(self, spec: plan.SessionSpec) -> Reserve:
        """How large the pool is to be; kept where a hub of this name notes what it must know."""
        settings = self._settings
        return Reserve(
            self._context,
            self._cluster,
            lease_rules.make_lease_reference(settings.application, settings.namespace),
            settings.find_usual,
            self._log,
            limit=settings.session_limit,
            find_problems=partial(self._find_problems, spec),
        )

    async def _find_problems(self, spec: plan.SessionSpec) -> tuple[str | None, str | None]:
        """Why no places, and why no pods in them, can be held ready."""
        needed = rights.list_rights(spec, replace(self._settings.uses, pool=True, pods=True))
        mine = [right for right in needed if right.verb == "patch"]
        missing = await rights_check.find_missing(self._cluster, self._settings.namespace, mine)
        lacking = [right for right in missing if right.resource != "pods"]
        places = find_problem(self._settings, spec) or rights.problem_with_missing(lacking)
        pods = self._pod_problem or rights.problem_with_missing(missing)
        return places, pods and f"No pod waits in them: {pods}."

    async def _make_pool(self, spec: plan.SessionSpec, reserve: Reserve) -> SessionPool:
        spec = replace(spec, extra_resources=await read_source(self._settings.extra_resources))
        if self._settings.uses.api_endpoints:
            spec = await api_address.add_networks(self._cluster, spec)

        def make_steps(session: Session) -> tuple[plan.Step, ...]:
            return plan.make_ready_steps(session, plan.fill_in(spec, session))

        hub = await self._find_hub()
        pods = await self._make_pods(hub, spec)
        return SessionPool(self._cluster, hub, make_steps, reserve, self._log, pods=pods)

    async def _make_pods(self, hub: Hub, spec: plan.SessionSpec) -> WarmPods | None:
        """The pods that run ahead in the pool's sessions; None where there can be none."""
        settings, template = self._settings, self._template
        self._pod_problem = settings.problem_with_waiting() or ""
        if template is None or self._pod_problem:
            await remove_all(self._cluster, hub)
            return None
        template.spec = spec
        self._pod_problem = await template.find_problem(hub) or ""
        if self._pod_problem:
            if settings.keeps_pods:
                self._log.warning("reserved_pods has no effect: %s", self._pod_problem)
            await remove_all(self._cluster, hub)
            return None
        rules = StockRules(
            settings.largest.pods,
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

    async def collect_garbage(self) -> None:
        """Have Python look through objects so that no visitor waits, as long as the hub runs."""
        context = self._context
        await garbage.CalmCollector(lambda: bool(context.starting), lambda: context.ended).run()

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


def find_problem(settings: HubSettings, spec: plan.SessionSpec) -> str | None:
    """Why no session can be ready ahead, by the settings and by what the hub may do."""
    if spec.by_request:
        return "projects are requested from the cluster, one by one"
    return settings.problem_with_places()


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
