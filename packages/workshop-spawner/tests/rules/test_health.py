"""How a session that was up is doing, by tables of pods as clusters show them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner.rules import health

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
OOM = {"reason": "OOMKilled", "exitCode": 137}


def make(phase="Running", state=None, last=None, restarts=0, metadata=None, **status):
    container = {
        "name": "notebook",
        "state": state or {"running": {}},
        "restartCount": restarts,
        "lastState": {"terminated": last} if last else {},
    }
    side = {"name": "side", "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "restartCount": 9}
    listed = {"containerStatuses": [side, container], **status}
    return {"metadata": metadata or {}, "status": {"phase": phase, **listed}}


def back_off(restarts, last):
    return make(state={"waiting": {"reason": "CrashLoopBackOff"}}, restarts=restarts, last=last)


def ending(since):
    moment = (NOW - timedelta(seconds=since)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return make(metadata={"deletionTimestamp": moment})


@pytest.mark.parametrize(
    ("pod", "kind", "words"),
    [
        (None, "deleted", "deleted"),
        (make("Failed", reason="Evicted", containerStatuses=None), "evicted", "no more room"),
        (make("Failed", reason="NodeLost"), "node", "no longer answers"),
        (make("Failed", reason="Terminated", message="node shutdown"), "node", "shut down"),
        (make("Failed", state={"terminated": OOM}), "memory", "more memory"),
        (make("Failed", state={"terminated": {"exitCode": 9}}), "ended", "exit code 9"),
        (make("Succeeded", state={"terminated": {"exitCode": 0}}), "ended", "exit code 0"),
        (make("Failed", containerStatuses=[]), "ended", "no reason"),
        (make(state={"terminated": OOM}), "memory", "more memory"),
        (make(state={"terminated": {"exitCode": 3}}), "crash", "exit code 3"),
        (make(state={"terminated": {"exitCode": 0}}), "ended", "exit code 0"),
        (back_off(3, {"exitCode": 1}), "crash", "exit code 1, 3 times in a row"),
        (back_off(7, OOM), "memory", "more memory than it may, 7 times in a row"),
        (back_off(4, None), "crash", "its server ended, 4 times"),
        (ending(61), "node", "no longer answers"),
    ],
)
def test_a_lost_session_says_why(pod, kind, words):
    found = health.decide(pod, NOW)
    assert words in found.lost
    assert (found.kind, found.trouble) == (kind, "")


@pytest.mark.parametrize(
    ("pod", "words"),
    [
        (back_off(1, OOM), "restarted once: it used more memory"),
        (back_off(2, {"exitCode": 1}), "restarted 2 times: its command ended with exit code 1"),
        (make(restarts=5, last=OOM), "restarted 5 times"),
        (make(state={"waiting": {"reason": "ImagePullBackOff"}}), "could not be pulled"),
    ],
)
def test_a_session_that_got_over_it_goes_on(pod, words):
    found = health.decide(pod, NOW)
    assert words in found.trouble
    assert found.lost == ""


@pytest.mark.parametrize(
    "pod",
    [
        make(),
        make("Pending", containerStatuses=None),
        make("Unknown"),
        make(containerStatuses=[]),
        make(state={"waiting": {"reason": "ContainerCreating"}}),
        ending(0),
        ending(-30),
    ],
)
def test_a_session_that_runs_has_nothing_to_say(pod):
    assert health.decide(pod, NOW) == health.Health()


@given(
    phase=st.sampled_from(["", "Pending", "Running", "Unknown"]),
    reason=st.text(max_size=20),
    restarts=st.integers(0, 2),
)
def test_nothing_but_a_word_for_it_ends_a_session(phase, reason, restarts):
    pod = make(phase, state={"waiting": {"reason": reason}}, restarts=restarts)
    assert health.decide(pod, NOW).lost == ""
