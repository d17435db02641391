from datetime import UTC, datetime, timedelta

import pytest

from pocket_openshift.http import columns
from pocket_openshift.vocabulary import kinds

NOW = datetime(2026, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (185, "3m5s"),
        (3600, "60m"),
        (4 * 3600, "4h"),
        (5 * 86400, "5d"),
    ],
)
def test_ages_are_short(seconds, text):
    then = (NOW - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert columns.since(then, NOW) == text


def test_no_time_is_unknown():
    assert columns.since(None) == "<unknown>"


def pod(**status):
    return {
        "metadata": {"name": "p", "namespace": "a", "resourceVersion": "5"},
        "spec": {"containers": [{"name": "c"}, {"name": "d"}]},
        "status": status,
    }


def cells(kind, obj):
    narrow, wide = columns.of(kind)
    return {title: cell(obj) for title, cell in [*narrow, *wide]}


def test_a_pods_row_says_what_it_waits_for():
    waiting = {"name": "c", "ready": False, "state": {"waiting": {"reason": "ImagePullBackOff"}}}
    ready = {"name": "d", "ready": True, "restartCount": 2, "state": {"running": {}}}
    row = cells("pods", pod(phase="Pending", containerStatuses=[waiting, ready]))
    assert (row["Name"], row["Ready"], row["Status"], row["Restarts"]) == (
        "p",
        "1/2",
        "ImagePullBackOff",
        "2",
    )


def test_a_pod_that_is_being_deleted_is_terminating():
    obj = pod(phase="Running")
    obj["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    assert cells("pods", obj)["Status"] == "Terminating"


def test_a_quota_shows_requests_and_limits_apart():
    hard = {"pods": "4", "limits.cpu": "2"}
    obj = {"metadata": {"name": "q"}, "status": {"hard": hard, "used": {"pods": "1"}}}
    row = cells("resourcequotas", obj)
    assert (row["Request"], row["Limit"]) == ("pods: 1/4", "limits.cpu: 0/2")


def test_what_stands_behind_a_service_is_shown_in_short():
    addresses = [{"ip": f"127.0.0.{n}"} for n in range(5)]
    obj = {
        "metadata": {"name": "s"},
        "subsets": [{"addresses": addresses, "ports": [{"port": 80}]}],
    }
    shown = "127.0.0.0:80,127.0.0.1:80,127.0.0.2:80 + 2 more..."
    assert cells("endpoints", obj)["Endpoints"] == shown


@pytest.mark.parametrize("kind", [k.resource for k in kinds.KINDS if k.stored])
def test_every_kind_has_a_row_even_when_the_object_says_nothing(kind):
    row = cells(kind, {"metadata": {"name": "n"}})
    assert "n" in row.values() or kind == "events"
