"""What is KubeSpawner's stays KubeSpawner's; on a real hub in test_kubespawner_settings.py."""

from __future__ import annotations

from kubespawner import KubeSpawner

from workshop_spawner.stepwise import StepwiseKubeSpawner


def test_no_hook_of_kubespawner_is_replaced_by_the_steps():
    functions = {name for name, value in vars(StepwiseKubeSpawner).items() if callable(value)}
    own = {name for name in functions if not name.startswith("__")}
    assert own, "the steps"
    assert [name for name in own if hasattr(KubeSpawner, name)] == []
