"""What is KubeSpawner's stays KubeSpawner's; on a real hub in test_kubespawner_settings.py."""

from __future__ import annotations

from kubespawner import KubeSpawner

from workshop_spawner.stepwise import StepwiseKubeSpawner


def test_no_hook_of_kubespawner_is_replaced_by_the_steps():
    functions = {
        name: value for name, value in vars(StepwiseKubeSpawner).items() if callable(value)
    }
    own = {name: value for name, value in functions.items() if not name.startswith("__")}
    assert own, "the steps"
    # What has a name of KubeSpawner's calls KubeSpawner's own.
    shared = [value for name, value in own.items() if hasattr(KubeSpawner, name)]
    assert [each.__name__ for each in shared if "super" not in each.__code__.co_names] == []
