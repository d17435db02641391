"""The spawner writes labels and annotations, the culler reads them: the same ones, said twice."""

import pytest
import workshop_spawner.model.labels

import workshop_culler.rules.labels
import workshop_kube.labels

READ, WRITTEN = workshop_culler.rules.labels, workshop_spawner.model.labels
SHARED = workshop_kube.labels
NAMES = ["APP", "CLASS", "USER", "SPAWNER", "SESSION", "CLASS_SESSION", "REQUESTOR", "NAMESPACE"]
NAMES += ["DEPLOYMENT", "ACCOUNT", "POD", "EXPIRES", "EXPIRES_LIMIT", "USERNAME", "SERVERNAME"]


@pytest.mark.parametrize("name", NAMES)
def test_both_say_the_same(name):
    assert getattr(READ, name) == getattr(WRITTEN, name)


def test_all_that_both_know_is_compared():
    assert constants(READ) & constants(WRITTEN) == set(NAMES)


@pytest.mark.parametrize("module", [READ, WRITTEN], ids=lambda module: module.__package__)
def test_what_is_shared_says_the_same(module):
    own = constants(module) - {"PROTECTED", "PROTECTED_PREFIXES"}
    assert {name: getattr(SHARED, name) for name in own} == {
        name: getattr(module, name) for name in own
    }


def constants(module):
    return {name for name in vars(module) if name.isupper() and not name.startswith("_")}
