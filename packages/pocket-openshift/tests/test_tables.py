import json
from datetime import UTC, datetime, timedelta

import pytest

from pocket_openshift import kinds, paths, tables

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
    assert tables.since(then, NOW) == text


def test_no_time_is_unknown():
    assert tables.since(None) == "<unknown>"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/json;as=Table;v=v1;g=meta.k8s.io,application/json", True),
        ("application/json, application/json;as=Table;v=v1;g=meta.k8s.io", False),
        ("application/json", False),
        ("", False),
    ],
)
def test_a_table_is_made_when_it_is_the_first_choice(accept, expected):
    assert tables.wanted(accept) is expected


def pod(**status):
    return {
        "metadata": {"name": "p", "namespace": "a", "resourceVersion": "5"},
        "spec": {"containers": [{"name": "c"}, {"name": "d"}]},
        "status": status,
    }


def cells(kind, obj):
    table = tables.make_table(kinds.named(kind), [obj], {})
    names = [column["name"] for column in table["columnDefinitions"]]
    return dict(zip(names, table["rows"][0]["cells"], strict=True))


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


@pytest.mark.parametrize("kind", [k.resource for k in kinds.KINDS if k.stored])
def test_every_kind_has_a_row_even_when_the_object_says_nothing(kind):
    row = cells(kind, {"metadata": {"name": "n"}})
    assert "n" in row.values() or kind == "events"


def test_answers_become_tables_and_errors_stay():
    target = paths.parse("GET", "/api/v1/pods", {})
    listed = json.dumps({"kind": "PodList", "metadata": {}, "items": [pod()]}).encode()
    assert tables.from_answer(listed, target)["kind"] == "Table"
    assert tables.from_answer({"kind": "Status"}, target) is None
    assert tables.from_answer("text", target) is None


async def test_a_watch_carries_rows():
    target = paths.parse("GET", "/api/v1/pods", {"watch": "1"})

    async def lines():
        yield json.dumps({"type": "ADDED", "object": pod()}).encode() + b"\n"
        yield json.dumps({"type": "BOOKMARK", "object": {"metadata": {}}}).encode() + b"\n"

    events = [json.loads(line) async for line in tables.stream(lines(), target)]
    assert events[0]["object"]["kind"] == "Table"
    assert events[1]["object"] == {"metadata": {}}
