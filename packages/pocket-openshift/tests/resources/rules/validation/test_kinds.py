import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pocket_openshift.resources.rules import defaults, pod_rules
from pocket_openshift.resources.rules.validation import kinds
from pocket_openshift.vocabulary import decoding, schemas

WORDS = st.sampled_from(
    ["", "a", "A", "a/b", "..", "/", "None", "Always", "Never", "http", "10.0.0.1", "x.example/y"]
)
NUMBERS = st.sampled_from([-1, 0, 1, 80, 70000, 2**31 - 1])
SCALARS = {
    "string": WORDS,
    "bool": st.booleans(),
    "int32": NUMBERS,
    "int64": NUMBERS,
    "float64": st.floats(0, 1),
    "bytes": st.sampled_from(["", "YQ==", "e30="]),
    "Quantity": st.sampled_from(["0", "-1", "1", "500m", "1Gi", "1e3"]),
    "IntOrString": st.sampled_from([0, -1, 80, "http", "25%", "101%", "x y"]),
    "Time": st.just("2026-01-01T00:00:00Z"),
    "MicroTime": st.just("2026-01-01T00:00:00Z"),
    "any": st.just({}),
}


@st.composite
def values(draw, kind, depth=0):
    """Something that the schema of a type allows, small."""
    if kind.form == "scalar":
        return draw(SCALARS[kind.word])
    if depth > 9:
        return {"list": [], "map": {}, "struct": {}}[kind.form]
    if kind.form == "list":
        return [draw(values(kind.item, depth + 1)) for _ in range(draw(st.integers(0, 2)))]
    if kind.form == "map":
        keys = draw(st.lists(WORDS, max_size=2, unique=True))
        return {key: draw(values(kind.item, depth + 1)) for key in keys}
    names = sorted(kind.fields)
    chosen = draw(st.lists(st.sampled_from(names), max_size=5, unique=True)) if names else []
    return {name: draw(values(kind.fields[name], depth + 1)) for name in chosen}


@st.composite
def objects(draw, resource):
    kind = schemas.of_kind(resource)
    body = {name: draw(values(part)) for name, part in kind.fields.items() if name != "metadata"}
    metadata = draw(values(schemas.struct("meta.v1.ObjectMeta"), 5))
    return decoding.decode(kind, {**body, "metadata": {**metadata, "name": "n"}}, [])


@pytest.mark.parametrize("resource", sorted(kinds.RULES))
def test_what_is_right_passes(resource, right):
    obj = right(resource)
    assert kinds.find_causes(resource, obj, None) == []
    assert kinds.find_causes(resource, obj, obj) == []


@pytest.mark.parametrize("resource", sorted(kinds.RULES))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_a_schema_allows_can_be_looked_at(resource, data):
    new, old = data.draw(objects(resource)), data.draw(objects(resource))
    for before in (None, old):
        for cause in kinds.find_causes(resource, new, before):
            assert cause.field
            assert cause.message
    defaults.fill(resource, new)
    if resource == "pods":
        pod_rules.fill_spec(new.setdefault("spec", {}))
    kinds.find_causes(resource, new, None)


RECORDED = Path(__file__).parents[3] / "contract" / "recordings"


def accepted():
    """The bodies that the real servers took, of the kinds that have rules."""
    for path in sorted(RECORDED.glob("*.json")):
        for number, step in enumerate(json.loads(path.read_text())["steps"]):
            found = step["response"].get("body")
            if step["response"]["status"] in (200, 201) and isinstance(found, dict):
                for item in found.get("items", [found]):
                    yield pytest.param(found, item, id=f"{path.stem}-{number}")


@pytest.mark.parametrize(("whole", "item"), [*accepted()])
def test_what_a_real_server_has_stored_passes(whole, item):
    kind = whole.get("kind", "").removesuffix("List")
    resource = next((r for r in kinds.RULES if schemas.of_kind(r).struct == kind), None)
    if resource is not None and "metadata" in item:
        assert kinds.find_causes(resource, item, None) == []


def test_a_change_is_looked_at_by_the_server_for_all_kinds_and_for_this_one(right):
    new, old = right("secrets", metadata={"labels": {"a": "b c"}}), right("secrets")
    found = kinds.find_causes("secrets", new, old)
    assert [cause.field for cause in found] == ["metadata.labels"] * 3


def test_kinds_of_openshift_take_finalizers_without_a_domain():
    metadata = {"name": "n", "finalizers": ["foreground"]}
    assert kinds.find_causes("users.user.openshift.io", {"metadata": metadata}, None) == []
    assert kinds.find_causes("serviceaccounts", {"metadata": metadata}, None) != []
