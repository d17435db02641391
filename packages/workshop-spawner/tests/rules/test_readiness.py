"""What a new project still lacks."""

from __future__ import annotations

import pytest

from workshop_spawner.rules import readiness

RANGE = {"metadata": {"annotations": {readiness.UID_RANGE: "1000650000/10000"}}}
HARD = {"limits.cpu": "1", "limits.memory": "1Gi"}
USED = {"limits.cpu": "0", "limits.memory": "0"}


def make_quota(**status):
    return {"metadata": {"name": "compute-resources"}, "spec": {"hard": HARD}, "status": status}


@pytest.mark.parametrize(
    ("quota", "counted"),
    [
        (make_quota(hard=HARD, used=USED), True),
        (make_quota(), False),
        (make_quota(hard=HARD), False),
        (make_quota(used=USED), False),
        (make_quota(hard=HARD, used={"limits.cpu": "0"}), False),
        ({"metadata": {"name": "q"}, "spec": {"hard": HARD}}, False),
        ({"metadata": {"name": "q"}, "spec": {}}, True),
    ],
)
def test_a_quota_is_counted_when_it_has_both(quota, counted):
    assert readiness.is_counted(quota) is counted


@pytest.mark.parametrize(
    ("namespace", "account", "quotas", "allots", "missing"),
    [
        (RANGE, {}, [make_quota(hard=HARD, used=USED)], True, []),
        (None, {}, [], False, []),
        ({"metadata": {}}, {}, [], False, []),
        ({"metadata": {}}, {}, [], True, [readiness.UID_RANGE]),
        (None, {}, [], True, [readiness.UID_RANGE]),
        (RANGE, None, [], True, ["its account default"]),
        (RANGE, {}, [make_quota()], True, ["its quota compute-resources"]),
        (None, None, [make_quota()], True, ["uid-range", "default", "compute-resources"]),
    ],
)
def test_what_is_missing_is_named(namespace, account, quotas, allots, missing):
    found = readiness.find_missing(namespace, account, quotas, allots=allots)
    assert len(found) == len(missing)
    assert all(words in line for words, line in zip(missing, found, strict=True))
