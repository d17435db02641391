"""Hooks and probes over time, with real commands as the answers; in pods: test_containers.py."""

import asyncio

import pytest

from pocket_openshift.node import health, prober, processes


class Told:
    """What the container would have been told."""

    def __init__(self):
        self.news, self.changed = [], asyncio.Event()

    def add(self, *news):
        self.news.append(news)
        self.changed.set()

    async def until(self, *news):
        async with asyncio.timeout(120):
            while news not in self.news:
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
def make(starter, tmp_path):
    """Makes a subject and what it tells, of a container's spec."""

    def launch(command):
        return processes.Launch(command, {"PATH": "/usr/bin:/bin"}, str(tmp_path), tmp_path / "log")

    def subject(**spec):
        told = Told()

        async def end(grace):
            told.add("end", grace)

        target = prober.ProbeTarget(spec, "127.0.0.1", launch, starter)
        record = health.Subject(
            {"name": "c"} | spec,
            target,
            lambda reason, message, **_: told.add("event", reason),
            lambda ready: told.add("started", ready),
            lambda ready: told.add("ready", ready),
            end,
        )
        return record, told

    return subject


def probe(*command, **more):
    return {"exec": {"command": list(command)}, "periodSeconds": 1, "timeoutSeconds": 20} | more


async def test_without_probes_it_is_ready_at_once(make):
    subject, told = make()
    await health.watch(subject)
    assert told.news == [("started", True)]


async def test_a_startup_probe_that_fails_ends_the_process(make):
    subject, told = make(startupProbe=probe("false", failureThreshold=2))
    await health.watch(subject)
    assert told.news == [
        *[("event", "Unhealthy")] * 2,
        *[("event", "Killing"), ("end", None)],
    ]


async def test_readiness_follows_its_probe(make, tmp_path):
    subject, told = make(readinessProbe=probe("test", "-e", "here", failureThreshold=1))
    task = asyncio.create_task(health.watch(subject))
    await told.until("event", "Unhealthy")
    assert told.news[0] == ("started", False)
    (tmp_path / "here").touch()
    await told.until("ready", True)
    (tmp_path / "here").unlink()
    await told.until("ready", False)
    task.cancel()


async def test_liveness_has_a_grace_of_its_own(make):
    liveness = probe("false", failureThreshold=1, terminationGracePeriodSeconds=7)
    subject, told = make(livenessProbe=liveness)
    await health.watch(subject)
    assert told.news[-1] == ("end", 7)


async def test_a_hook_that_fails_after_the_start_ends_it(make):
    subject, told = make(lifecycle={"postStart": {"exec": {"command": ["false"]}}})
    await health.watch(subject)
    assert told.news == [("event", "FailedPostStartHook"), ("end", None)]


@pytest.mark.parametrize(
    ("command", "grace", "news"),
    [
        (["true"], 20, []),
        (["false"], 20, [("event", "FailedPreStopHook")]),
        (["sleep", "60"], 0.2, [("event", "FailedPreStopHook")]),
        (["false"], 0, []),
    ],
)
async def test_a_hook_before_the_stop(make, command, grace, news):
    subject, told = make(lifecycle={"preStop": {"exec": {"command": command}}})
    await health.before_stop(subject, grace)
    assert told.news == news
