import pytest


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"accessModes": []}, "spec.accessModes: Required value: at least 1 access mode is"),
        (
            {"accessModes": ["Often"]},
            'spec.accessModes: Unsupported value: "Often": supported '
            'values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
        ),
        ({"accessModes": ["ReadWriteOnce", "ReadWriteOncePod"]}, "may not use ReadWriteOncePod"),
        ({"resources": None}, "spec.resources[storage]: Required value"),
        (
            {"resources": {"requests": {"storage": "0"}}},
            'spec.resources[storage]: Invalid value: "0": must be greater than zero',
        ),
        ({"storageClassName": "A"}, 'spec.storageClassName: Invalid value: "A"'),
        (
            {"volumeMode": "Tape"},
            'spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"',
        ),
        ({"dataSource": {"kind": "Pod", "name": "p"}}, "must be 'PersistentVolumeClaim' when"),
        ({"selector": {"matchExpressions": [{"key": "a", "operator": "Near"}]}}, "operator"),
    ],
)
def test_a_claim_without_sense_is_told(say, spec, said):
    found = say("persistentvolumeclaims", spec=spec)
    assert any(said in text for text in found), found


def test_little_of_a_claim_may_change(say):
    fixed = "spec: Forbidden: spec is immutable after creation except resources.requests and"
    found = say("persistentvolumeclaims", old={}, spec={"accessModes": ["ReadWriteMany"]})
    assert found[0].startswith(fixed)
    assert say("persistentvolumeclaims", old={}, spec={"volumeName": "v"}) == []
    more = {"resources": {"requests": {"storage": "2Gi"}}}
    assert say("persistentvolumeclaims", old={}, spec=more)[0].startswith(fixed)
    bound = {"status": {"phase": "Bound", "capacity": {"storage": "1Gi"}}}
    assert say("persistentvolumeclaims", old=bound, spec=more) == []
    less = {"resources": {"requests": {"storage": "500Mi"}}}
    assert say("persistentvolumeclaims", old=bound, spec=less) == [
        "spec.resources.requests.storage: Forbidden: field can not be less than status.capacity"
    ]
