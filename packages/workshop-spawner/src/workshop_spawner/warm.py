"""A spawner whose session may be handed over to a pod that runs already."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, cast

from workshop_kube.rules.manifests import make_reference
from workshop_spawner import metrics
from workshop_spawner.chosen import ChosenSpawner
from workshop_spawner.concurrency import run_together
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.kube.watch import PodWatch, begin_watch
from workshop_spawner.manifests import pods
from workshop_spawner.model.errors import StartError
from workshop_spawner.model.session import Session
from workshop_spawner.rules import capacity, images, plan, pod_manifest, warm_pods
from workshop_spawner.rules.api_errors import FAILURES, explain
from workshop_spawner.rules.warm_pods import Launch, Prepared
from workshop_spawner.start import hand_over, image_streams, server_probe, session_pod

DEFAULT_PORT = 8888  # KubeSpawner's, where none is set
# Seconds for each request of a hand-over, and until a pod that failed is gone.
PATIENCE = 5.0
GONE_SECONDS = 10.0

Pod = Mapping[str, Any]


class StuckPodError(StartError):
    """A pod that was not handed over does not go: the session starts again, without that one."""

    def __init__(self, session: Session, name: str, why: str) -> None:
        super().__init__(
            "Your session did not start: the pod that was kept for you does not go away.",
            f"pod {session.hub.namespace}/{name}: {why}",
        )


class WarmSpawner(ChosenSpawner):
    """Makes the pod of a session, or takes one over that waits for it."""

    # Traits of WorkshopSpawner.
    reserved_pod_age: int
    reserved_pod_launcher: list[str]
    session_limit: int
    profile_limits: dict[str, int]
    group_limits: dict[str, int]

    @property
    def pod_port(self) -> int:
        """The port that the session's server listens on."""
        return self.port or DEFAULT_PORT

    @property
    def _seen_pod(self) -> Mapping[str, Any] | None:
        """The pod as the watch shows it; None where it shows none."""
        watch = self.pod_reflector
        return watch.resources.get(f"{self.namespace}/{self.pod_name}") if watch else None

    @property
    def _pod_watch(self) -> PodWatch:
        return cast(PodWatch, self.pod_reflector)

    def make_env_ahead(self) -> dict[str, Any]:
        """What a pod is told before it has a visitor: what the cluster fills in."""
        chosen = {key: value for key, value in self.environment.items() if isinstance(value, dict)}
        return {**pods.make_address(), **self._expand_env(chosen)}

    async def make_manifest(
        self, cluster: Cluster, session: Session, spec: plan.SessionSpec, owner: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The session's pod, with its images as the cluster knows them now."""
        base_url = self.server.base_url if self.server else "/"
        manifest = pod_manifest.complete(await self.make_pod(), session, spec, owner, base_url)
        names = images.list_images(manifest)
        found = await image_streams.resolve(cluster, self.namespace, names, self.log)
        return images.pin(manifest, found)

    async def prepare_pod(
        self, cluster: Cluster, session: Session, spec: plan.SessionSpec
    ) -> Prepared:
        """The pod as one that waits, and what its visitor is handed over."""
        self._session = session
        names = (*self.environment, *self.env_keep)
        # Twice the age: a pod that nobody replaces, as its hub is gone, does not wait for ever.
        seconds = 2 * self.reserved_pod_age
        how = Launch(tuple(self.reserved_pod_launcher), self.pod_port, names, seconds)
        manifest = await self.make_manifest(cluster, session, spec, {})
        templates = {
            "labels": {**self.extra_labels, **self.common_labels},
            "annotations": self.extra_annotations,
        }
        return warm_pods.prepare(manifest, session, how, templates)

    async def may_take_over(self, session: Session, spec: plan.SessionSpec) -> bool:
        """Whether a pod waits that is to the letter what this visitor's would be."""
        pool = self.context.pool
        if pool is None or not pool.has_pods or session.suffix or self.is_personal:
            return False
        prepared = await self.prepare_pod(self.cluster, warm_pods.make_probe(session), spec)
        problem = pool.problem_with_pod(warm_pods.make_fingerprint(prepared))
        if problem or prepared.problem:
            metrics.HAND_OVERS.labels(problem or "unfit").inc()
        return not (problem or prepared.problem)

    def take_place(self, session: Session, running: Mapping[str, frozenset[str]]) -> Session:
        """Take a place of each limit that the session counts towards; the session that says so."""
        groups = [group.name for group in self.user.groups]
        own = capacity.list_caps(self.profile_slug, groups, self.profile_limits, self.group_limits)
        caps = (capacity.Cap("", self.session_limit), *self.list_workshop_caps(), *own)
        self.context.take_place(self.pod_name, running, caps, time.monotonic())
        return replace(session, caps=tuple(cap.key for cap in own))

    async def wait_for_server(self, session: Session, pod: Mapping[str, Any]) -> str:
        """Wait for the first answer; the session's URL."""
        url = str(self._get_pod_url(pod))
        failing = session_pod.wait_failed(self._pod_watch, session, self.pod_id)
        if error := await server_probe.wait_unless(url, self.http_timeout / 2, failing):
            raise error
        return url

    def begin_watches(self) -> list[Awaitable[Any]]:
        """Watch pods, and events where they are shown."""
        watches: list[Awaitable[Any]] = [begin_watch(self._start_watching_pods())]
        if self.events_enabled:
            watches.append(self._try_watching_events())
        return watches

    async def launch(
        self, session: Session, spec: plan.SessionSpec, owner: Mapping[str, Any]
    ) -> Pod:
        """Make the session's pod, and return it once it is ready."""
        manifest = await self.make_manifest(self.cluster, session, spec, owner)
        # Our own limit comes before JupyterHub's, whose message tells nobody what was wrong.
        wait = max(1.0, self.start_timeout * 0.9 - 1)
        add = partial(self.add_to_pod, self.cluster)
        pod = await session_pod.launch(self.cluster, self._pod_watch, session, manifest, wait, add)
        self.pod_id = self._recorded_uid = pod["metadata"]["uid"]
        return pod

    def take_name(self, session: Session) -> None:
        """Go by the name of the session's pod, which may be one that was there before."""
        self.context.move_place(self.pod_name, session.pod)
        self.pod_name = session.pod

    async def take_waiting(self, session: Session) -> Pod | None:
        """The pod that waits in a session of the pool, if it is to be this visitor's.

        One that is not is removed: the session is not the pool's any more.
        """
        pool = self.context.pool
        waiting = pool.take_pod(session.id) if pool is not None else None
        if waiting is None or waiting["metadata"]["name"] == session.pod:
            return waiting
        try:
            await self.cluster.within(PATIENCE).delete_exactly(waiting, grace=0)
        except FAILURES as error:
            self.log.warning("Left to go with its account: %s", explain(error).detail)
        return None

    async def hand_over(self, session: Session, spec: plan.SessionSpec, pod: Pod) -> Pod | None:
        """Hand the session over to the pod that waits; None where that failed and it is gone."""
        try:
            seen = await self._check_out_pod(session, spec, pod)
        except (*FAILURES, hand_over.HandOverError) as error:
            told = explain(error).detail if isinstance(error, FAILURES) else str(error)
            metrics.HAND_OVERS.labels(find_outcome(error)).inc()
            name = pod["metadata"]["name"]
            self.log.warning(
                "The reserved pod %s is not handed over, a new one starts: %s", name, told
            )
            await self._remove_pod(session, pod)
            return None  # a new one may have its name
        metrics.HAND_OVERS.labels("success").inc()
        self.log.info("The pod %s was handed over to %s", session.pod, self._log_name)
        self._source = "warm"
        self.pod_id = self._recorded_uid = pod["metadata"]["uid"]
        return seen

    async def _check_out_pod(self, session: Session, spec: plan.SessionSpec, pod: Pod) -> Pod:
        """Make the pod the visitor's, then tell its launcher."""
        quick, uid = self.cluster.within(PATIENCE), pod["metadata"]["uid"]
        prepared = await self.prepare_pod(quick, session, spec)
        wait = max(1.0, self.start_timeout * 0.45)
        key, _, seen = await run_together(
            self._find_key(quick, session),
            quick.change(pod, warm_pods.make_checkout(prepared, pod)),
            session_pod.wait_ready(self._pod_watch, session, uid, wait),
        )
        environment = {**prepared.environment, warm_pods.API_TOKEN: self.api_token}
        await hand_over.send(str(self._get_pod_url(seen)), environment, key, uid)
        return seen

    async def _find_key(self, cluster: Cluster, session: Session) -> bytes:
        """What seals the hand-over: as the pool knows it, else from its Secret."""
        pool = self.context.pool
        if pool is not None and (key := pool.take_key(session.id)):
            return key
        secret = warm_pods.get_secret_name(session)
        kept = await cluster.get(make_reference("v1", "Secret", secret, session.hub.namespace))
        return warm_pods.read_key(kept)

    async def _remove_pod(self, session: Session, pod: Pod) -> None:
        """Remove a pod that was not handed over; StuckPodError where it does not go."""
        uid, name = pod["metadata"]["uid"], pod["metadata"]["name"]
        try:
            await self.cluster.within(PATIENCE).delete_exactly(pod, grace=0)
            async with asyncio.timeout(GONE_SECONDS):
                await session_pod.wait_gone(self._pod_watch, session.hub.namespace, name, uid)
        except FAILURES as error:
            raise StuckPodError(session, name, explain(error).detail) from error
        except TimeoutError:
            raise StuckPodError(session, name, "it was deleted, and is still there") from None


def find_outcome(error: BaseException) -> str:
    """What became of a hand-over that failed, as a word for the hub's metrics."""
    if isinstance(error, hand_over.HandOverError):
        return "refused" if error.is_answer else "no_answer"
    return "not_ready" if isinstance(error, StartError) else "lost"
