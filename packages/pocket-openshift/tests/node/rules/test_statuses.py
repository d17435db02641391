from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.node.rules import states, statuses
from workshop_kube.rules.times import render_time

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LATER = NOW + timedelta(seconds=60)
WAITING = states.Waiting("ContainerCreating")
RUNNING = states.Running(NOW)
DONE = states.Terminated(0, "Completed", NOW, NOW)
FAILED = states.Terminated(1, "Error", NOW, NOW)


def view(state, **fields):
    return states.View("c", "image", state, **fields)


def facts(policy="Always", **fields):
    return statuses.Facts("127.1.2.3", "127.0.0.1", NOW, policy, **fields)


def conditions_of(status):
    return {one["type"]: one["status"] for one in status["conditions"]}


@pytest.mark.parametrize(
    ("policy", "init", "main", "phase"),
    [
        ("Always", [], [WAITING], "Pending"),
        ("Always", [], [RUNNING], "Running"),
        ("Always", [], [RUNNING, WAITING], "Pending"),
        ("Always", [], [DONE], "Running"),
        ("OnFailure", [], [DONE], "Succeeded"),
        ("OnFailure", [], [FAILED], "Running"),
        ("Never", [], [FAILED], "Failed"),
        ("Never", [], [DONE, FAILED], "Failed"),
        ("Never", [], [DONE, RUNNING], "Running"),
        ("Never", [], [DONE, DONE], "Succeeded"),
        ("Always", [RUNNING], [WAITING], "Pending"),
        ("Always", [DONE], [RUNNING], "Running"),
        ("Never", [FAILED], [WAITING], "Failed"),
        ("Always", [FAILED], [WAITING], "Pending"),
    ],
)
def test_phases(policy, init, main, phase):
    found = statuses.find_phase(facts(policy), [view(s) for s in init], [view(s) for s in main])
    assert found == phase


def test_a_container_that_backs_off_leaves_the_pod_running():
    crashed = view(states.Waiting("CrashLoopBackOff"), last=FAILED)
    assert statuses.find_phase(facts(), [], [crashed]) == "Running"


def test_a_pod_has_not_ended_before_its_sidecars():
    side = view(RUNNING, sidecar=True, started=True)
    assert statuses.find_phase(facts("Never"), [side], [view(DONE)]) == "Running"
    side = view(DONE, sidecar=True)
    assert statuses.find_phase(facts("Never"), [side], [view(DONE)]) == "Succeeded"


def test_a_reason_to_end_ends_the_pod_whatever_its_containers_do():
    status = statuses.make_status(facts(over="DeadlineExceeded"), [], [view(RUNNING)], [], NOW)
    assert (status["phase"], status["reason"]) == ("Failed", "DeadlineExceeded")


def test_ready_needs_every_container():
    one, two = view(RUNNING, ready=True), view(RUNNING)
    status = statuses.make_status(facts(), [], [one, two], [], NOW)
    assert conditions_of(status)["Ready"] == "False"
    status = statuses.make_status(facts(), [], [one, one], [], NOW)
    assert set(conditions_of(status).values()) == {"True"}


def test_a_pod_that_is_stopped_is_not_ready():
    status = statuses.make_status(facts(stopping=True), [], [view(RUNNING, ready=True)], [], NOW)
    assert conditions_of(status)["Ready"] == "False"


def test_a_sidecar_counts_for_ready_and_opens_the_way_once_started():
    side = view(RUNNING, sidecar=True, started=True)
    main = view(RUNNING, ready=True)
    status = statuses.make_status(facts(), [side], [main], [], NOW)
    assert conditions_of(status)["Initialized"] == "True"
    assert conditions_of(status)["Ready"] == "False"


def test_the_time_of_a_condition_is_that_of_its_last_change():
    first = statuses.make_status(facts(), [], [view(RUNNING)], [], NOW)
    second = statuses.make_status(
        facts(), [], [view(RUNNING, ready=True)], first["conditions"], LATER
    )
    times = {one["type"]: one["lastTransitionTime"] for one in second["conditions"]}
    assert times["PodScheduled"] == render_time(NOW)
    assert times["Ready"] == render_time(LATER)


def test_conditions_of_others_stay():
    gate = {"type": "example.com/gate", "status": "True"}
    status = statuses.make_status(facts(), [], [view(RUNNING)], [gate], NOW)
    assert gate in status["conditions"]


STATES = st.sampled_from([WAITING, RUNNING, DONE, FAILED])


@given(st.lists(STATES, min_size=1), st.sampled_from(["Always", "OnFailure", "Never"]))
def test_a_status_never_contradicts_itself(given_states, policy):
    views = [view(state, ready=isinstance(state, states.Running)) for state in given_states]
    status = statuses.make_status(facts(policy), [], views, [], NOW)
    ready = conditions_of(status)["Ready"] == "True"
    assert ready == (all(isinstance(state, states.Running) for state in given_states))
    if status["phase"] in ("Succeeded", "Failed"):
        assert all("terminated" in one["state"] for one in status["containerStatuses"])
    for one in status["containerStatuses"]:
        assert len(one["state"]) == 1


def test_an_ended_state_has_what_kubespawner_reads():
    ended = statuses.make_state(states.Terminated(143, "Error", NOW, LATER, "why", 15, "id"))
    assert ended["terminated"] == {
        **{"exitCode": 143, "reason": "Error", "message": "why", "signal": 15, "containerID": "id"},
        **{"startedAt": "2026-01-02T03:04:05Z", "finishedAt": "2026-01-02T03:05:05Z"},
    }
