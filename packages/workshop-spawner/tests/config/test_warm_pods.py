"""How pods that wait are set."""

import pytest
from traitlets import TraitError

from workshop_spawner.config.warm_pods import WarmPodSettings


def test_by_default_none_waits():
    settings = WarmPodSettings()
    assert settings.reserved_pods == 0
    assert settings.reserved_pod_age == 6 * 3600
    assert settings.reserved_pod_launcher == ["workshop-launch"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reserved_pods", -1),
        ("reserved_pod_age", 59),
        ("reserved_pod_launcher", []),
        ("reserve_schedule", ["mon-fri 9:00-10:00 UTC 4"]),
        ("reserve_schedule", [4]),
    ],
)
def test_what_cannot_work_is_refused(name, value):
    with pytest.raises(TraitError, match=name):
        setattr(WarmPodSettings(), name, value)
