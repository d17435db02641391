"""Parts of a pod, and how messages name them."""

from __future__ import annotations

import pytest

from pocket_openshift.resources.rules import pod_security_parts as parts

POD = {
    "containers": [{"name": "b"}, {"name": "a", "securityContext": {"privileged": True}}],
    "initContainers": [{"name": "first"}],
    "ephemeralContainers": [{"name": "late"}],
}


def test_containers_come_in_the_order_of_the_messages():
    assert [one["name"] for one in parts.containers_of(POD)] == ["first", "b", "a", "late"]


@pytest.mark.parametrize(
    ("names", "text"), [(["a"], 'container "a"'), (["a", "b"], 'containers "a", "b"')]
)
def test_one_is_singular_and_two_are_plural(names, text):
    assert parts.named(names) == text


def test_who_set_it_is_the_pod_or_its_containers():
    def is_bad(place):
        return parts.context_of(place, "privileged")

    assert parts.find_setters(POD, is_bad) == ['container "a"']
    assert parts.find_setters({**POD, "securityContext": {"privileged": True}}, is_bad) == [
        "pod",
        'container "a"',
    ]


@pytest.mark.parametrize("spec", [{}, {"os": None}, {"os": {"name": "linux"}}])
def test_what_is_missing_on_the_way_is_no_value(spec):
    assert not parts.is_for_windows(spec, 30)
    assert parts.value_at(spec, "os", "name", "deeper") is None
