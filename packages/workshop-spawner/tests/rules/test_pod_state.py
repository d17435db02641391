"""How starting pods are doing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner.rules import pod_state


def make(phase="Pending", waiting=None, ready=False, last=None, **status):
    state = {"waiting": {"reason": waiting, "message": "m"}} if waiting else {"running": {}}
    container = {"name": "notebook", "ready": ready, "state": state}
    if last:
        container["lastState"] = {"terminated": last}
    return {
        "metadata": {"name": "p", "uid": "1"},
        "status": {
            "phase": phase,
            "podIP": "127.1.2.3",
            "containerStatuses": [container],
            **status,
        },
    }


@pytest.mark.parametrize(
    ("pod", "cause"),
    [
        (make(waiting="ImagePullBackOff"), "could not be pulled"),
        (make(waiting="InvalidImageName"), "name is not valid"),
        (make(waiting="CreateContainerConfigError"), "not complete"),
        (make(waiting="CrashLoopBackOff", last={"exitCode": 3}), "exit code 3"),
        (make(waiting="CrashLoopBackOff", last={"exitCode": 137, "reason": "OOMKilled"}), "memory"),
        (make("Failed", reason="Evicted", message="disk"), "Evicted"),
        (make("Failed", containerStatuses=[{"state": {"terminated": {"exitCode": 9}}}]), "code 9"),
        ({"metadata": {"deletionTimestamp": "now"}}, "deleted"),
    ],
)
def test_a_pod_that_will_not_come_up_says_why(pod, cause):
    verdict = pod_state.decide_start(pod)
    assert cause in verdict.cause
    assert not verdict.ready


@pytest.mark.parametrize(
    ("pod", "waiting"),
    [
        (None, "take note"),
        ({"metadata": {}}, "containers"),
        (make(waiting="ContainerCreating"), "ContainerCreating"),
        (make(waiting="ErrImagePull"), "ErrImagePull"),
        (make("Running"), "ready"),
        (
            make(conditions=[{"type": "PodScheduled", "status": "False", "message": "0/3 nodes"}]),
            "0/3 nodes",
        ),
    ],
)
def test_a_pod_on_its_way_says_what_for(pod, waiting):
    verdict = pod_state.decide_start(pod)
    assert waiting in verdict.waiting
    assert not verdict.ready
    assert not verdict.cause


def test_a_pod_is_ready_when_all_its_containers_are():
    assert pod_state.decide_start(make("Running", ready=True)).ready
    pod = make("Running", ready=True)
    pod["status"]["containerStatuses"].append({"name": "console", "ready": False, "state": {}})
    assert not pod_state.decide_start(pod).ready
    assert not pod_state.decide_start(make("Running", ready=True, podIP=None)).ready


states = st.fixed_dictionaries(
    {},
    optional={
        "waiting": st.fixed_dictionaries({"reason": st.text(max_size=20)}),
        "terminated": st.fixed_dictionaries({"exitCode": st.integers(0, 255)}),
        "running": st.just({}),
    },
)
containers = st.lists(
    st.fixed_dictionaries({"name": st.just("notebook"), "ready": st.booleans(), "state": states}),
    max_size=3,
)


@given(
    st.sampled_from(["", "Pending", "Running", "Failed", "Succeeded", "Unknown"]),
    containers,
    st.sampled_from([None, "10.0.0.1"]),
)
def test_any_status_has_exactly_one_verdict(phase, listed, address):
    pod = {
        "metadata": {},
        "status": {"phase": phase, "podIP": address, "containerStatuses": listed},
    }
    verdict = pod_state.decide_start(pod)
    assert [verdict.ready, bool(verdict.cause), bool(verdict.waiting)].count(True) == 1
