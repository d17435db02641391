import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.http import patching

POD = {
    "metadata": {"name": "p", "labels": {"a": "1"}, "finalizers": ["x/y"]},
    "spec": {
        "containers": [
            {"name": "c", "image": "i:1", "env": [{"name": "A", "value": "1"}]},
            {"name": "d", "image": "i:2", "ports": [{"containerPort": 80}]},
        ]
    },
}


def containers(obj):
    return {item["name"]: item for item in obj["spec"]["containers"]}


def test_strategic_merge_knows_containers_by_name():
    patch = {"spec": {"containers": [{"name": "c", "image": "i:9"}]}}
    result = containers(patching.apply(patching.STRATEGIC, POD, patch))
    assert result["c"] == {"name": "c", "image": "i:9", "env": [{"name": "A", "value": "1"}]}
    assert result["d"]["image"] == "i:2"


def test_merge_patch_replaces_the_list():
    patch = {"spec": {"containers": [{"name": "c", "image": "i:9"}]}}
    result = patching.apply(patching.MERGE, POD, patch)
    assert result["spec"]["containers"] == [{"name": "c", "image": "i:9"}]


def test_strategic_merge_deletes_an_item_and_orders_the_rest():
    patch = {
        "spec": {
            "containers": [{"$patch": "delete", "name": "c"}, {"name": "e", "image": "i:3"}],
            "$setElementOrder/containers": [{"name": "e"}, {"name": "d"}],
        }
    }
    result = patching.apply(patching.STRATEGIC, POD, patch)
    assert [item["name"] for item in result["spec"]["containers"]] == ["e", "d"]


def test_strategic_merge_treats_finalizers_as_a_set():
    result = patching.apply(patching.STRATEGIC, POD, {"metadata": {"finalizers": ["x/y", "z/z"]}})
    assert result["metadata"]["finalizers"] == ["x/y", "z/z"]
    patch = {"metadata": {"$deleteFromPrimitiveList/finalizers": ["x/y"]}}
    assert patching.apply(patching.STRATEGIC, POD, patch)["metadata"]["finalizers"] == []


def test_ports_of_containers_and_of_services_have_different_keys():
    patch = {"spec": {"containers": [{"name": "d", "ports": [{"containerPort": 81}]}]}}
    ports = containers(patching.apply(patching.STRATEGIC, POD, patch))["d"]["ports"]
    assert [port["containerPort"] for port in ports] == [80, 81]
    service = {"spec": {"ports": [{"port": 80, "name": "a"}]}}
    patch = {"spec": {"ports": [{"port": 80, "targetPort": 8080}]}}
    changed = patching.apply(patching.STRATEGIC, service, patch)
    assert changed["spec"]["ports"] == [{"port": 80, "name": "a", "targetPort": 8080}]


def test_replace_and_retain_keys():
    strategy = {"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}}
    patch = {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}
    changed = patching.apply(patching.STRATEGIC, strategy, patch)
    assert changed["spec"]["strategy"] == {"type": "Recreate"}
    patch = {"spec": {"strategy": {"$patch": "replace", "type": "Recreate"}}}
    changed = patching.apply(patching.STRATEGIC, strategy, patch)
    assert changed["spec"]["strategy"] == {"type": "Recreate"}


def test_json_patch():
    patch = [{"op": "add", "path": "/metadata/labels/z", "value": "1"}]
    assert patching.apply(patching.JSON, POD, patch)["metadata"]["labels"]["z"] == "1"


@pytest.mark.parametrize(
    ("media_type", "patch"),
    [
        (patching.JSON, [{"op": "remove", "path": "/metadata/nothing"}]),
        (patching.JSON, [{"op": "test", "path": "/metadata/name", "value": "q"}]),
        (patching.JSON, {"not": "a list"}),
        (patching.MERGE, ["a list"]),
        (patching.STRATEGIC, 3),
    ],
)
def test_a_patch_that_cannot_be_is_refused(media_type, patch):
    with pytest.raises(patching.PatchError):
        patching.apply(media_type, POD, patch)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=10,
)
OBJECTS = st.dictionaries(st.text(max_size=4), JSON, max_size=4)


@given(OBJECTS, OBJECTS)
def test_patches_leave_what_they_were_given_alone(obj, patch):
    before = copy.deepcopy((obj, patch))
    patching.merge_patch(obj, patch)
    patching.strategic_merge(obj, patch)
    assert (obj, patch) == before


@given(OBJECTS, OBJECTS)
def test_a_merge_patch_twice_is_once(obj, patch):
    once = patching.merge_patch(obj, patch)
    assert patching.merge_patch(once, patch) == once


@pytest.mark.parametrize("old", [True, 5, "text", {"a": 1}, None])
def test_a_list_takes_the_place_of_what_was_none(old):
    assert patching.strategic_merge({"ports": old}, {"ports": [{"port": 1}]}) == {
        "ports": [{"port": 1}]
    }
    emptied = patching.strategic_merge({"x": old}, {"$deleteFromPrimitiveList/x": [1]})
    assert emptied == {"x": []}


@pytest.mark.parametrize(
    ("media_type", "patch"),
    [
        (patching.JSON, "x"),
        (patching.JSON, {"op": "add"}),
        (patching.JSON, [5]),
        (patching.STRATEGIC, {"metadata": {"$retainKeys": 5}}),
        (patching.STRATEGIC, {"spec": {"volumes": [{"name": []}]}}),
        (patching.STRATEGIC, {"metadata": {"$deleteFromPrimitiveList/finalizers": 5}}),
    ],
)
def test_a_patch_that_is_none_is_said_to_be_so(media_type, patch):
    obj = {"metadata": {"finalizers": ["a"]}, "spec": {"volumes": [{"name": "v"}]}}
    with pytest.raises(patching.PatchError):
        patching.apply(media_type, obj, patch)
