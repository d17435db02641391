import json

import pytest

from pocket_openshift.http import tables
from pocket_openshift.vocabulary import kinds, paths


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


def test_wide_columns_come_after_the_age_and_only_when_asked_for():
    table = tables.make_table(kinds.named("pods"), [pod(podIP="127.1.2.3")], {})
    columns = [(column["name"], column["priority"]) for column in table["columnDefinitions"]]
    assert columns[4:7] == [("Age", 0), ("IP", 1), ("Node", 1)]
    assert table["rows"][0]["cells"][5] == "127.1.2.3"


@pytest.mark.parametrize(
    ("include", "carried"),
    [("Metadata", "PartialObjectMetadata"), ("Object", "Pod"), ("None", None)],
)
def test_a_row_carries_what_is_asked_for(include, carried):
    (row,) = tables.make_table(kinds.named("pods"), [pod()], {}, include)["rows"]
    assert row.get("object", {}).get("kind") == carried
    assert ("spec" in row.get("object", {})) == (include == "Object")


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
