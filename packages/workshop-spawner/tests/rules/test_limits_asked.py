"""What a quota asks for, and what containers get that do not say."""

from __future__ import annotations

import pytest

from workshop_spawner.rules import limits_asked

SAID = 'pods "x" is forbidden: failed quota: compute: must specify '


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        (SAID + "limits.cpu,limits.memory", ("limits.cpu", "limits.memory")),
        (
            SAID + "limits.cpu for: notebook; limits.memory for: b,c",
            ("limits.cpu", "limits.memory"),
        ),
        (SAID + "cpu,memory", ("requests.cpu", "requests.memory")),
        (SAID + "requests.memory for: a,b", ("requests.memory",)),
        ('pods "x" is forbidden: exceeded quota: compute', ()),
        ("must specify a name", ()),
        ("", ()),
    ],
)
def test_what_is_asked_for(message, asked):
    assert limits_asked.parse_asked(message) == asked


def test_only_what_is_known_can_be_met():
    assert limits_asked.may_meet(("limits.cpu",))
    assert not limits_asked.may_meet(("limits.cpu", "requests.nvidia.com/gpu"))
    assert not limits_asked.may_meet(())


def test_what_a_container_says_stays():
    pod = {
        "spec": {
            "containers": [
                {"name": "a", "resources": {"limits": {"memory": "3Gi"}, "requests": {"cpu": "2"}}},
                {"name": "b"},
            ],
            "initContainers": [{"name": "c", "resources": None}],
        }
    }
    filled = limits_asked.fill(pod, ("limits.cpu", "limits.memory", "requests.memory"))
    first, second = filled["spec"]["containers"]
    assert first["resources"]["limits"] == {"memory": "3Gi", "cpu": "2"}
    assert first["resources"]["requests"] == {"cpu": "2", "memory": "3Gi"}
    assert second["resources"]["limits"] == {"cpu": "1", "memory": "1Gi"}
    assert second["resources"]["requests"] == {"memory": "128Mi"}
    assert filled["spec"]["initContainers"][0]["resources"]["limits"]["cpu"] == "1"
    assert "resources" not in pod["spec"]["containers"][1]
