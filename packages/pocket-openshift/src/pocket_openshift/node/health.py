"""A running container's hooks and probes, from its start to its end."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any

from pocket_openshift.node import prober
from pocket_openshift.node.rules import probes

POST_START_SECONDS = 600.0


@dataclasses.dataclass(frozen=True)
class Subject:
    """The container that is watched, and whom to tell.

    `end` ends its process within so many seconds (None: the pod's own grace).
    """

    spec: Mapping[str, Any]
    target: prober.Target
    record: Callable[..., None]
    set_started: Callable[[bool], None]  # with: ready at once?
    set_ready: Callable[[bool], None]
    end: Callable[[float | None], Awaitable[None]]

    def warn(self, reason: str, message: str) -> None:
        """An event of type Warning about the container."""
        self.record(reason, message, container=self.spec["name"], warning=True)


async def watch(subject: Subject) -> None:
    """postStart, then the startup probe, then readiness and liveness side by side."""
    if not await _after_start(subject):
        return
    startup = probes.make_probe(subject.spec.get("startupProbe"))
    if startup and not await _first_verdict(subject, "Startup", startup):
        await _give_up(subject, "startup", startup)
        return
    readiness = probes.make_probe(subject.spec.get("readinessProbe"))
    liveness = probes.make_probe(subject.spec.get("livenessProbe"))
    subject.set_started(readiness is None)
    async with asyncio.TaskGroup() as group:
        if readiness:
            group.create_task(_watch_readiness(subject, readiness))
        if liveness:
            group.create_task(_watch_liveness(subject, liveness))


async def before_stop(subject: Subject, grace: float) -> None:
    """The preStop hook, within the grace."""
    hook = (subject.spec.get("lifecycle") or {}).get("preStop")
    if hook and grace > 0:
        answer = await prober.run_hook(hook, subject.target, grace)
        if not answer.passed:
            subject.warn("FailedPreStopHook", answer.message)


async def _after_start(subject: Subject) -> bool:
    hook = (subject.spec.get("lifecycle") or {}).get("postStart")
    if not hook:
        return True
    answer = await prober.run_hook(hook, subject.target, POST_START_SECONDS)
    if not answer.passed:
        subject.warn("FailedPostStartHook", answer.message)
        await subject.end(None)
    return answer.passed


async def _answers(
    subject: Subject, kind: str, probe: probes.Probe
) -> AsyncGenerator[probes.Tally, None]:
    """The tally after each answer, for ever."""
    tally = probes.Tally()
    await asyncio.sleep(probe.initial_delay)
    while True:
        answer = await prober.ask(probe, subject.target)
        if not answer.passed:
            subject.warn("Unhealthy", f"{kind} probe failed: {answer.message}")
        tally = probes.count_answer(probe, tally, passed=answer.passed)
        yield tally
        await asyncio.sleep(probe.period)


async def _first_verdict(subject: Subject, kind: str, probe: probes.Probe) -> bool:
    async with contextlib.aclosing(_answers(subject, kind, probe)) as tallies:
        async for tally in tallies:
            if tally.verdict is not None:
                return tally.verdict
    return False


async def _watch_readiness(subject: Subject, probe: probes.Probe) -> None:
    ready = False
    async with contextlib.aclosing(_answers(subject, "Readiness", probe)) as tallies:
        async for tally in tallies:
            if ready != bool(tally.verdict):
                ready = bool(tally.verdict)
                subject.set_ready(ready)


async def _watch_liveness(subject: Subject, probe: probes.Probe) -> None:
    async with contextlib.aclosing(_answers(subject, "Liveness", probe)) as tallies:
        async for tally in tallies:
            if tally.verdict is False:
                await _give_up(subject, "liveness", probe)
                return


async def _give_up(subject: Subject, kind: str, probe: probes.Probe) -> None:
    name = subject.spec["name"]
    text = f"Container {name} failed {kind} probe, will be restarted"
    subject.record("Killing", text, container=name)
    await subject.end(probe.grace)
