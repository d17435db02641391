"""One pod, from its binding to its removal."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pocket_openshift.node import (
    addresses,
    containers,
    mounts,
    processes,
    publisher,
    recorder,
    settings,
    sources,
)
from pocket_openshift.node.rules import events, states, statuses, volumes
from workshop_kube import errors
from workshop_kube.client import Cluster
from workshop_kube.rules.calls import Call
from workshop_kube.rules.manifests import Manifest, Object, make_reference, render_name

log = logging.getLogger(__name__)

MOUNT_RETRY = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
VANISHED_GRACE = 2.0
GIVE_UP = "Terminated"
GIVE_UP_MESSAGE = "Pod was terminated in response to imminent node shutdown."


@dataclass(frozen=True)
class Node:
    """What all pods of one agent share."""

    settings: settings.Settings
    api: Cluster
    recorder: recorder.Recorder
    starter: processes.Processes


class Pod:
    """A pod on this node. `update` and `vanish` bring the news of it; `run` does everything."""

    def __init__(self, pod: Manifest, node: Node) -> None:
        self.pod = pod
        self.node = node
        metadata = pod["metadata"]
        self.name, self.namespace, self.uid = (
            metadata["name"],
            metadata["namespace"],
            metadata["uid"],
        )
        self.folder = mounts.PodFolder(node.settings.data / "pods" / self.uid)
        self.address: addresses.PodAddress | None = None
        self.started_at = _now()
        self.init: list[containers.Container] = []
        self.main: list[containers.Container] = []
        self.over: tuple[str, str] = ("", "")
        self.stopping = False
        self._end = asyncio.Event()
        if metadata.get("deletionTimestamp"):
            self._end.set()
        self._gone = False
        self._shutdown = False
        self._publisher = publisher.Publisher(node.api, pod, self._make_status, self.vanish)
        self._around: containers.Surroundings | None = None
        self._helpers: list[asyncio.Task[None]] = []
        self._refresh_at: datetime | None = None

    # --- news

    def update(self, pod: Manifest) -> None:
        """The object has changed."""
        self.pod = pod
        if pod["metadata"].get("deletionTimestamp"):
            self._end.set()

    def vanish(self) -> None:
        """The object is no more: there is nothing to report to."""
        self._gone = True
        self._end.set()

    def shut_down(self) -> None:
        """The agent ends."""
        self._shutdown = True
        self._end.set()

    # --- life

    async def run(self) -> None:
        """Everything, until nothing of the pod is left here."""
        try:
            if not await self._bind():
                return
            await self._live_and_end()
        finally:
            for task in self._helpers:
                task.cancel()
            if self.address:
                self.address.release()
            await asyncio.to_thread(self.folder.remove)

    async def _bind(self) -> bool:
        """Make the pod ours. False when it became another's, or went, meanwhile."""
        bound = self.pod["spec"].get("nodeName")
        if bound:  # perhaps to another, while this task waited for its turn
            return bool(bound == self.node.settings.node)
        try:
            await self._post_binding()
        except (errors.GoneError, errors.ConflictError):
            return await self._is_ours()
        self._record_as_scheduler()
        return True

    async def _post_binding(self) -> None:
        body = make_reference("v1", "Binding", self.name, self.namespace)
        body["metadata"]["uid"] = self.uid
        body["target"] = {"apiVersion": "v1", "kind": "Node", "name": self.node.settings.node}
        path = await self.node.api.find_path(self.pod, "binding")
        what = f"bind {render_name(self.pod)}"
        await self.node.api.send(Call("POST", path, what, body, is_conflict_final=True))

    async def _is_ours(self) -> bool:
        """After a refused binding: did an earlier try of ours get through?"""
        found = await self.node.api.find(self.pod)
        if found is None or found["metadata"]["uid"] != self.uid:
            return False
        return found["spec"].get("nodeName") == self.node.settings.node

    def _record_as_scheduler(self) -> None:
        text = f"Successfully assigned {self.namespace}/{self.name} to {self.node.settings.node}"
        self.node.recorder.record(
            events.make_event(self.pod, "Scheduled", text, source=("default-scheduler", ""))
        )

    def record(
        self, reason: str, message: str, *, container: str = "", warning: bool = False
    ) -> None:
        """An event about this pod."""
        source = (self.node.settings.component, self.node.settings.node)
        self.node.recorder.record(
            events.make_event(
                self.pod, reason, message, source=source, container=container, warning=warning
            )
        )

    async def _live_and_end(self) -> None:
        if self._end.is_set():  # over before it began: nothing of it is started
            await self._say_farewell()
            return
        self._helpers.append(asyncio.create_task(self._publisher.run()))
        life = asyncio.create_task(self._live())
        end = asyncio.create_task(self._end.wait())
        try:
            await asyncio.wait([life, end], return_when=asyncio.FIRST_COMPLETED)
            if life.done():
                life.result()
                await self._publish()
                await self._end.wait()
            await self._stop()
        finally:
            await _cancel([life, end])
            await _together(container.stop(0) for container in [*self.main, *self.init])
        await self._say_farewell()

    async def _live(self) -> None:
        """Set up, run the init containers one by one, then the main ones until all have ended."""
        await self._set_up()
        for container in self.init:
            if not await self._run_init(container):
                return
        deadline = self.pod["spec"].get("activeDeadlineSeconds")
        try:
            async with asyncio.timeout(deadline):
                await asyncio.gather(*(container.run() for container in self.main))
        except TimeoutError:
            self.over = (
                "DeadlineExceeded",
                "Pod was active on the node longer than the specified deadline",
            )
            self.record("DeadlineExceeded", self.over[1])
            await self._stop_containers(self._grace())
        await _together(
            container.stop(self._grace()) for container in self.init if container.sidecar
        )

    async def _run_init(self, container: containers.Container) -> bool:
        """Whether the next container may start."""
        if container.sidecar:
            self._helpers.append(asyncio.create_task(_forget_result(container.run())))
            await container.became_started.wait()
            return True
        ended = await container.run()
        return ended is not None and ended.exit_code == 0

    async def _set_up(self) -> None:
        self.address = addresses.hold(self.uid)
        before = {status["name"]: status for status in self._statuses_before()}
        around = self._make_surroundings()
        self._around = around
        spec = self.pod["spec"]
        self.init = [
            containers.Container(self.pod, one, around, init=True)
            for one in spec.get("initContainers") or []
        ]
        self.main = [
            containers.Container(self.pod, one, around, init=False) for one in spec["containers"]
        ]
        for container in [*self.init, *self.main]:
            container.recover(before.get(container.name) or {})
            if (
                container in self.main
                and not self.init
                and isinstance(container.state, states.Waiting)
            ):
                container.state = states.Waiting("ContainerCreating")
        await self._mount()
        if self._refresh_at:
            self._helpers.append(asyncio.create_task(self._refresh_tokens()))

    def _statuses_before(self) -> list[Manifest]:
        status = self.pod.get("status") or {}
        return [
            *(status.get("initContainerStatuses") or []),
            *(status.get("containerStatuses") or []),
        ]

    def _make_surroundings(self) -> containers.Surroundings:
        return containers.Surroundings(
            self.node.settings,
            self.node.starter,
            self.folder,
            self.address.text if self.address else "",
            self.record,
            self._publisher.changed,
            self._publish,
            self._fetch,
        )

    async def _publish(self) -> None:
        with contextlib.suppress(errors.KubeError):  # the publisher's own loop goes on trying
            await self._publisher.publish()
            return
        self._publisher.changed()

    # --- volumes

    async def _mount(self) -> None:
        """Make the volumes; as long as something is missing say so and try again."""
        attempt = 0
        while True:
            try:
                await asyncio.to_thread(self.folder.make)
                await self._fetch()
                await self._ensure_volumes()
            except (volumes.MountError, errors.KubeError, OSError) as error:
                self.record("FailedMount", f"MountVolume.SetUp failed: {error}", warning=True)
                self._publisher.changed()
                await asyncio.sleep(MOUNT_RETRY[min(attempt, len(MOUNT_RETRY) - 1)])
                attempt += 1
            else:
                return

    async def _fetch(self) -> None:
        """Fetch the config maps and secrets again."""
        if self._around is None or self.address is None:
            return
        facts = {
            "status.podIP": self.address.text,
            "status.podIPs": self.address.text,
            "status.hostIP": "127.0.0.1",
            "status.hostIPs": "127.0.0.1",
            "spec.nodeName": self.node.settings.node,
        }
        needs = volumes.find_needs(self.pod)
        self._around.sources = await sources.fetch(self.node.api, self.pod, needs, facts)

    async def _ensure_volumes(self) -> None:
        if self._around is None:
            return
        needs = volumes.find_needs(self.pod)
        data = self.node.settings.data
        (tokens, self._refresh_at), claims = await asyncio.gather(
            sources.fetch_tokens(self.node.api, self.pod, needs),
            sources.ensure_claims(self.node.api, data, self.namespace, needs.claims),
        )
        folders = {}
        for volume in self.pod["spec"].get("volumes") or []:
            if volumes.find_kind(volume) == "persistentVolumeClaim":
                folders[volume["name"]] = str(claims[volume["persistentVolumeClaim"]["claimName"]])
                continue
            folder = self.folder.volume(volume["name"])
            folders[volume["name"]] = str(folder)
            if volume.get("emptyDir") is not None:
                await asyncio.to_thread(folder.mkdir, exist_ok=True)
                continue
            files = volumes.make_files(self.pod, volume, self._around.sources, tokens)
            await asyncio.to_thread(mounts.ensure_files, folder, files)
        self._around.volumes = folders

    async def _refresh_tokens(self) -> None:
        """Write new tokens before the old ones end, and what else has changed."""
        while self._refresh_at:
            await asyncio.sleep(max(1.0, (self._refresh_at - _now()).total_seconds()))
            try:
                await self._fetch()
                await self._ensure_volumes()
            except (errors.KubeError, volumes.MountError, OSError) as error:
                log.warning(
                    "The volumes of %s were not refreshed: %s", render_name(self.pod), error
                )
                self._refresh_at = _now() + timedelta(seconds=10)

    # --- status and end

    def _make_status(self) -> Object:
        before = self.pod.get("status") or {}
        facts = statuses.Facts(
            self.address.text if self.address else "",
            "127.0.0.1",
            sources.parse_time(before.get("startTime"), self.started_at),
            self.pod["spec"].get("restartPolicy", "Always"),
            *self.over,
            self.stopping,
        )
        init = [container.view for container in self.init]
        main = [container.view for container in self.main]
        return statuses.make_status(facts, init, main, before.get("conditions") or [], _now())

    def _grace(self) -> float:
        """Seconds for SIGTERM to work: of the deletion, else of the spec; few when nobody waits."""
        if self._gone:
            return VANISHED_GRACE
        grace = self.pod["metadata"].get("deletionGracePeriodSeconds")
        if grace is None:
            grace = self.pod["spec"].get("terminationGracePeriodSeconds", 30)
        return (
            min(float(grace), self.node.settings.stop_seconds) if self._shutdown else float(grace)
        )

    async def _stop(self) -> None:
        self.stopping = True
        if self._shutdown and not self._ended():
            self.over = (GIVE_UP, GIVE_UP_MESSAGE)
        self._publisher.changed()
        await self._stop_containers(self._grace())

    def _ended(self) -> bool:
        return bool(self.main) and self._make_status()["phase"] in ("Succeeded", "Failed")

    async def _stop_containers(self, grace: float) -> None:
        """The main containers first, then the sidecars they may need."""
        await _together(container.stop(grace) for container in self.main)
        await _together(container.stop(grace) for container in self.init)

    async def _say_farewell(self) -> None:
        """Report how it ended, then remove the object that only waits for that."""
        if self._gone:
            return
        await asyncio.sleep(0)  # let the containers take note of their ends
        try:
            if self.main:
                await self._publisher.publish()
            if self.pod["metadata"].get("deletionTimestamp") and not self._gone:
                await self.node.api.delete_exactly(self.pod, grace=0)
        except errors.KubeError as error:
            if not self._shutdown:
                raise
            log.warning("The end of %s could not be reported: %s", render_name(self.pod), error)


async def _together(calls: Iterable[Coroutine[Any, Any, None]]) -> None:
    await asyncio.gather(*calls)


async def _forget_result(call: Coroutine[Any, Any, Any]) -> None:
    await call


async def _cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel and wait until it is so."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _now() -> datetime:
    return datetime.now(UTC)
