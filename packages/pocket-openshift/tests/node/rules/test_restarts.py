import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.node.rules import restarts


@pytest.mark.parametrize(
    ("policy", "code", "again"),
    [
        *(("Always", 0, True), ("Always", 1, True), ("OnFailure", 0, False)),
        *(("OnFailure", 1, True), ("Never", 0, False), ("Never", 1, False)),
    ],
)
def test_policies(policy, code, again):
    assert restarts.is_restarted(policy, code) is again


@pytest.mark.parametrize(
    ("pod", "init", "own", "policy"),
    [
        ("Always", False, None, "Always"),
        ("Always", True, None, "OnFailure"),
        ("Never", True, None, "Never"),
        ("Never", True, "Always", "Always"),
    ],
)
def test_init_containers_and_sidecars(pod, init, own, policy):
    assert restarts.container_policy(pod, init=init, own=own) == policy


def test_waits_are_the_kubelets():
    waits = [restarts.Backoff().wait(failures) for failures in range(1, 9)]
    assert waits == [0, 10, 20, 40, 80, 160, 300, 300]


@given(st.integers(1, 10_000))
def test_waits_are_bounded_and_never_shrink(failures):
    backoff = restarts.Backoff()
    assert backoff.wait(failures) <= backoff.wait(failures + 1) <= backoff.most


def test_a_good_run_is_a_new_beginning():
    backoff = restarts.Backoff()
    assert backoff.count(5, 599) == 6
    assert backoff.count(5, 600) == 1
