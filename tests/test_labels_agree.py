"""The spawner's own words for labels and annotations: the same as those that all share."""

import workshop_kube.labels
import workshop_spawner.model.labels

SHARED, WRITTEN = workshop_kube.labels, workshop_spawner.model.labels


def test_what_is_shared_says_the_same():
    own = constants(WRITTEN) - {"PROTECTED", "PROTECTED_PREFIXES"}
    assert {name: getattr(SHARED, name) for name in own} == {
        name: getattr(WRITTEN, name) for name in own
    }


def constants(module):
    return {name for name in vars(module) if name.isupper() and not name.startswith("_")}
