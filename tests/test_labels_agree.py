"""The spawner writes labels and annotations, the culler reads them: the same ones, said twice."""

import pytest

import workshop_culler.labels
import workshop_spawner.labels

READ, WRITTEN = workshop_culler.labels, workshop_spawner.labels
NAMES = ["APP", "CLASS", "USER", "SPAWNER", "SESSION", "CLASS_SESSION", "REQUESTOR", "NAMESPACE"]
NAMES += ["DEPLOYMENT", "ACCOUNT", "POD", "EXPIRES", "USERNAME", "SERVERNAME"]


@pytest.mark.parametrize("name", NAMES)
def test_both_say_the_same(name):
    assert getattr(READ, name) == getattr(WRITTEN, name)


def test_what_is_compared_is_all_that_is_written():
    constants = {name for name, value in vars(WRITTEN).items() if name.isupper() and value}
    assert constants == set(NAMES)
