"""One container of a pod: started, probed, restarted and stopped."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import signal
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pocket_openshift.node import health, mounts, prober, processes, settings
from pocket_openshift.node.rules import environment, lines, restarts, states, translation, volumes
from workshop_kube.rules import quantities

log = logging.getLogger(__name__)

TERMINATION_LOG = "/dev/termination-log"
RETRY_SECONDS = 5.0


@dataclasses.dataclass
class Surroundings:
    """What a pod's containers share. `record` writes an event, `changed` asks for a new status."""

    settings: settings.Settings
    starter: processes.Processes
    folder: mounts.PodFolder
    address: str
    record: Callable[..., None]
    changed: Callable[[], None]
    publish: Callable[[], Coroutine[Any, Any, None]]
    refetch: Callable[[], Coroutine[Any, Any, None]]
    volumes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    sources: environment.Sources = dataclasses.field(default_factory=environment.Sources)


class Container:
    """One container, from its first start to its last end."""

    def __init__(
        self, pod: Mapping[str, Any], spec: Mapping[str, Any], around: Surroundings, *, init: bool
    ) -> None:
        self.pod, self.spec, self.around, self.init = pod, spec, around, init
        self.name: str = spec["name"]
        self.policy = restarts.container_policy(
            pod["spec"].get("restartPolicy", "Always"), init=init, own=spec.get("restartPolicy")
        )
        self.sidecar = init and self.policy == "Always" and spec.get("restartPolicy") == "Always"
        self.state: states.State = states.Waiting(
            "PodInitializing" if not init else "ContainerCreating"
        )
        self.last: states.Terminated | None = None
        self.restarts = 0
        self.ready = self.started = False
        self.process: processes.Process | None = None
        self.became_started = asyncio.Event()
        self._container_id = ""
        self._stopping = asyncio.Event()
        self._environment: dict[str, str] = {}
        self._mounts: dict[str, str] = {}
        self._watching: asyncio.Task[None] | None = None

    @property
    def view(self) -> states.View:
        """The container as the pod's status shows it."""
        return states.View(
            self.name,
            self.spec.get("image", ""),
            self.state,
            self.last,
            self.restarts,
            self.ready,
            self.started,
            self._container_id,
            self.sidecar,
        )

    @property
    def log_file(self) -> Path:
        """The log of the present (or last) run."""
        return self.around.folder.log(self.name, self.restarts)

    def recover(self, status: Mapping[str, Any]) -> None:
        """Take over from an agent that was killed: what ran then has died with it."""
        state = status.get("state") or {}
        self.restarts = int(status.get("restartCount") or 0)
        now = _now()
        if "terminated" in state:
            ended = state["terminated"]
            self.state = states.Terminated(
                ended["exitCode"], ended.get("reason", ""), now, now, ended.get("message", "")
            )
        elif "running" in state:
            message = "the node agent ended while the container ran"
            self.state = states.Terminated(137, "ContainerStatusUnknown", now, now, message)
        self.last = self.state if isinstance(self.state, states.Terminated) else None
        if self.last and restarts.is_restarted(self.policy, self.last.exit_code):
            self.restarts += 1

    async def run(self) -> states.Terminated | None:
        """Run until the restart policy is content, or `stop`. None when it never ran."""
        failures = 0
        if self.last and not restarts.is_restarted(self.policy, self.last.exit_code):
            return self.last
        while True:
            ended = await self._run_once()
            if ended is None:
                return None
            self._set(ended, ready=False, started=False)
            if self._stopping.is_set() or not restarts.is_restarted(self.policy, ended.exit_code):
                return ended
            seconds = (ended.finished_at - ended.started_at).total_seconds()
            failures = self.around.settings.backoff.count(failures, seconds)
            await self._back_off(failures, ended)
            if self._stopping.is_set():
                return ended
            self._remove_old_log()
            self.restarts += 1

    async def stop(self, grace: float) -> None:
        """Ask the process to end, insist after `grace` seconds. Nothing is started again."""
        self._stopping.set()
        self._stop_watching()
        process = self.process
        if process is None or process.ended:
            return
        self.around.record("Killing", f"Stopping container {self.name}", container=self.name)
        started = asyncio.get_running_loop().time()
        await health.before_stop(self._subject(), grace)
        left = max(0.0, grace - (asyncio.get_running_loop().time() - started))
        await process.end(left)

    async def _run_once(self) -> states.Terminated | None:
        """One run. None when the pod was stopped before anything ran."""
        launch = await self._prepare()
        if launch is None:
            return None
        started_at = _now()
        try:
            process = await self.around.starter.start(launch)
        except processes.StartError as error:
            return await self._failed_to_start(error, started_at)
        self.process = process
        self._container_id = "pocket://{}/{}/{}".format(
            self.pod["metadata"]["uid"],
            self.name,
            process.pid,
        )
        self._set(states.Running(started_at))
        self.around.record("Started", f"Started container {self.name}", container=self.name)
        if self._stopping.is_set():
            process.signal(signal.SIGTERM)
        self._watching = asyncio.create_task(health.watch(self._subject()))
        end = await process.wait()
        self._stop_watching()
        return self._read_end(end, started_at)

    def _read_end(self, end: processes.Exit, started_at: datetime) -> states.Terminated:
        message = self._termination_message(end)
        if end.lost:
            message = "the process that watches the container was killed"
        return states.read_exit(
            end.code,
            started_at=started_at,
            finished_at=_now(),
            out_of_memory=end.out_of_memory,
            message=message,
            container_id=self._container_id,
        )

    async def _prepare(self) -> processes.Launch | None:
        """What to start, waiting until that can be said. None when the pod is stopped meanwhile."""
        while not self._stopping.is_set():
            try:
                launch = self._make_launch()
            except (environment.ConfigError, volumes.MountError) as error:
                self._set(states.Waiting("CreateContainerConfigError", str(error)))
                self.around.record("Failed", f"Error: {error}", container=self.name, warning=True)
                if not await self._pause(RETRY_SECONDS):
                    await self.around.refetch()
                continue
            if launch.argv:
                self._record_image()
                self.around.record(
                    "Created", f"Created container: {self.name}", container=self.name
                )
                return launch
            await self._no_image()
        return None

    def _record_image(self) -> None:
        """What a kubelet says that finds the image on its node: here all are."""
        text = f'Container image "{self.spec.get("image", "")}" already present on machine'
        self.around.record("Pulled", text, container=self.name)

    async def _no_image(self) -> None:
        """Nothing is pulled here: without a command there is nothing to run, now or later."""
        image = self.spec.get("image", "")
        message = (
            f"this node runs commands, not images: give container {self.name} a command or args"
        )
        record = self.around.record
        record("Pulling", f'Pulling image "{image}"', container=self.name)
        record(
            "Failed",
            f'Failed to pull image "{image}": {message}',
            container=self.name,
            warning=True,
        )
        record("Failed", "Error: ErrImagePull", container=self.name, warning=True)
        self._set(states.Waiting("ErrImagePull", message))
        await self.around.publish()
        record("BackOff", f'Back-off pulling image "{image}"', container=self.name)
        record("Failed", "Error: ImagePullBackOff", container=self.name, warning=True)
        self._set(
            states.Waiting("ImagePullBackOff", f'Back-off pulling image "{image}": {message}')
        )
        await self._stopping.wait()

    def _make_launch(self) -> processes.Launch:
        around = self.around
        basics = dict(around.settings.basics) | {
            "HOSTNAME": self.pod["spec"].get("hostname") or self.pod["metadata"]["name"],
            "HOME": str(around.folder.home),
            "TMPDIR": str(around.folder.tmp),
        }
        bare = environment.make_environment(self.pod, self.spec, around.sources, {}, basics)
        table = volumes.make_mounts(self.spec, around.volumes, bare)
        table[self.spec.get("terminationMessagePath") or TERMINATION_LOG] = str(
            around.folder.termination_log(self.name)
        )
        self._mounts = table
        self._environment = environment.make_environment(
            self.pod, self.spec, around.sources, table, basics
        )
        command = environment.make_command(self.spec, self._environment, table)
        return dataclasses.replace(
            self.launch_for(command), log=self.log_file, memory=self._memory()
        )

    def launch_for(self, command: list[str]) -> processes.Launch:
        """A further command in the container's setting, for `exec`."""
        folder = translation.translate(self.spec.get("workingDir") or "", self._mounts)
        return processes.Launch(command, self._environment, folder or str(self.around.folder.home))

    def translate(self, command: list[str]) -> list[str]:
        """Paths of mounts in a command of a probe or of `kubectl exec`."""
        return [translation.translate(word, self._mounts) for word in command]

    def _memory(self) -> int:
        limit = ((self.spec.get("resources") or {}).get("limits") or {}).get("memory")
        return int(quantities.parse(limit)) if limit else 0

    async def _failed_to_start(
        self, error: processes.StartError, started_at: datetime
    ) -> states.Terminated:
        message = f'failed to start container "{self.name}": exec: {error}'
        self.around.record("Failed", "Error: " + message, container=self.name, warning=True)
        ended = states.Terminated(128, "StartError", started_at, _now(), message)
        if restarts.is_restarted(self.policy, 128):
            self.last = ended
            self._set(states.Waiting("RunContainerError", message))
            await self.around.publish()
        return ended

    async def _back_off(self, failures: int, ended: states.Terminated) -> None:
        """Wait before the next start, saying so once the wait is one that is felt."""
        self.last = ended
        wait = self.around.settings.backoff.wait(failures)
        if wait <= 0:
            return
        metadata = self.pod["metadata"]
        where = "{}_{}({})".format(metadata["name"], metadata["namespace"], metadata["uid"])
        message = f"back-off {wait:g}s restarting failed container={self.name} pod={where}"
        if ended.reason == "StartError":
            message += ": " + ended.message
        self._set(states.Waiting("CrashLoopBackOff", message))
        text = f"Back-off restarting failed container {self.name} in pod {where}"
        self.around.record("BackOff", text, container=self.name, warning=True)
        await self._pause(wait)

    async def _pause(self, seconds: float) -> bool:
        """Wait so long, or until stopped: then True."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        return self._stopping.is_set()

    def _set(
        self, state: states.State, *, ready: bool | None = None, started: bool | None = None
    ) -> None:
        self.state = state
        if ready is not None:
            self.ready = ready
        if started is not None:
            self.started = started
            if started:
                self.became_started.set()
        self.around.changed()

    def _stop_watching(self) -> None:
        if self._watching:
            self._watching.cancel()
            self._watching = None

    def _subject(self) -> health.Subject:
        def launch(command: list[str]) -> processes.Launch:
            log_file = self.around.folder.root / "logs" / (self.name + ".probe.log")
            return dataclasses.replace(self.launch_for(self.translate(command)), log=log_file)

        target = prober.Target(self.spec, self.around.address, launch, self.around.starter)
        return health.Subject(
            self.spec,
            target,
            self.around.record,
            lambda ready: self._set(self.state, ready=ready, started=True),
            lambda ready: self._set(self.state, ready=ready),
            self._end,
        )

    async def _end(self, grace: float | None) -> None:
        if grace is None:
            grace = self.pod["spec"].get("terminationGracePeriodSeconds", 30)
        if self.process:
            await self.process.end(grace)

    def _termination_message(self, end: processes.Exit) -> str:
        text = mounts.read_tail(self.around.folder.termination_log(self.name))
        if (
            text
            or end.code == 0
            or self.spec.get("terminationMessagePolicy") != "FallbackToLogsOnError"
        ):
            return text
        tail = mounts.read_tail(self.log_file, 8192).encode().splitlines(keepends=True)
        return lines.render(tail, lines.Options(tail=80)).decode(errors="replace")[-2048:]

    def _remove_old_log(self) -> None:
        for old in range(max(0, self.restarts - 1), self.restarts):
            for suffix in ("", ".1"):
                path = self.around.folder.log(self.name, old)
                path.with_name(path.name + suffix).unlink(missing_ok=True)
        self.around.folder.termination_log(self.name).unlink(missing_ok=True)


def _now() -> datetime:
    return datetime.now(UTC)
