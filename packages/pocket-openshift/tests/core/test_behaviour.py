"""What a behaviour may count on: the order in which it is asked and told."""

import pytest

from pocket_openshift.core import behaviour, control_plane
from pocket_openshift.vocabulary import identity, kinds, paths

PODS = kinds.named("pods")


class Listening(behaviour.Behaviour):
    """Writes down what it hears."""

    resources = ("pods",)

    def __init__(self, plane):
        super().__init__(plane)
        self.heard = []

    def counted(self, change):
        self.heard.append(("counted", change.key.name))

    def changed(self, change):
        self.heard.append(("changed", change.key.name))
        if change.key.name == "first":
            self.store.create(PODS, {"metadata": {"name": "second", "namespace": "a"}})


@pytest.fixture
def plane():
    return control_plane.ControlPlane(behaviours=[Listening])


def test_a_commit_is_counted_before_anything_reacts_to_it(plane):
    plane.store.create(PODS, {"metadata": {"name": "first", "namespace": "a"}})
    assert plane.behaviours[0].heard == [
        ("counted", "first"),
        ("changed", "first"),
        ("counted", "second"),
        ("changed", "second"),
    ]


def test_a_commit_is_counted_before_the_watches_are_told(plane):
    order = []
    plane.watching.publish = lambda change: order.append("told")
    plane.store.listeners[1] = plane.watching.publish
    plane.behaviours[0].counted = lambda change: order.append("counted")
    plane.store.create(PODS, {"metadata": {"name": "other", "namespace": "a"}})
    assert order == ["counted", "told"]


def test_what_nobody_overrides_does_nothing(plane):
    quiet = behaviour.Behaviour(plane)
    assert quiet.endpoints() == {}
    call = behaviour.Call(identity.ADMIN, paths.parse("GET", "/api/v1/pods", {}), PODS)
    assert quiet.validate(call, {}, None) is None
    assert (call.dry_run, call.name) == (False, "")


def test_a_warning_is_said_once_and_to_its_own_caller():
    calls = [
        behaviour.Call(identity.ADMIN, paths.parse("GET", "/api/v1/pods", {}), PODS)
        for _ in range(2)
    ]
    for text in ("first", "second", "first"):
        calls[0].warn(text)
    assert [call.warnings for call in calls] == [["first", "second"], []]
