"""The culler reads the labels and annotations of workshop_kube, which the spawner writes."""

import workshop_culler.rules.labels
import workshop_kube.labels

READ, SHARED = workshop_culler.rules.labels, workshop_kube.labels


def test_what_is_shared_says_the_same():
    own = constants(READ) - {"PROTECTED", "PROTECTED_PREFIXES"}
    assert own
    assert {name: getattr(SHARED, name) for name in own} == {
        name: getattr(READ, name) for name in own
    }


def constants(module):
    return {name for name in vars(module) if name.isupper() and not name.startswith("_")}
