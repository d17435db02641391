import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.core import behaviour, control_plane
from pocket_openshift.http import listing
from pocket_openshift.vocabulary import identity, kinds, paths

MAP = kinds.named("configmaps")
MAPS = "/api/v1/namespaces/default/configmaps"
KEYS = st.tuples(st.sampled_from("abcd"), st.sampled_from("mnop"))


def plane_with(keys):
    plane = control_plane.ControlPlane()
    for namespace, name in keys:
        plane.store.create(MAP, {"metadata": {"namespace": namespace, "name": name}})
    return plane


def listed(plane, path, **query):
    call = behaviour.Call(identity.ADMIN, paths.parse("GET", path, query), MAP, query)
    return json.loads(listing.list_(plane, call).body)


def keys_of(body):
    return [(i["metadata"]["namespace"], i["metadata"]["name"]) for i in body["items"]]


@given(st.sets(KEYS), st.integers(1, 7), st.sampled_from(["", "a", "c"]))
def test_the_pages_of_a_list_are_the_list(keys, limit, namespace):
    plane = plane_with(keys)
    path = f"/api/v1/namespaces/{namespace}/configmaps" if namespace else "/api/v1/configmaps"
    found, left, query = [], None, {"limit": str(limit)}
    while True:
        body = listed(plane, path, **query)
        page = keys_of(body)
        assert len(page) <= limit
        assert left is None or left == len(page) + body["metadata"].get("remainingItemCount", 0)
        found += page
        left = body["metadata"].get("remainingItemCount")
        if "continue" not in body["metadata"]:
            break
        query["continue"] = body["metadata"]["continue"]
    assert found == sorted(key for key in keys if namespace in ("", key[0]))


@given(st.lists(st.tuples(st.booleans(), KEYS)), KEYS)
def test_a_walk_begins_anywhere_whatever_happened_before(steps, start):
    plane, alive = plane_with([]), set()
    for make, key in steps:
        if make and key not in alive:
            plane.store.create(MAP, {"metadata": {"namespace": key[0], "name": key[1]}})
            alive.add(key)
        elif not make and key in alive:
            plane.store.remove(MAP, *key)
            alive.remove(key)
    walked = [
        (obj["metadata"]["namespace"], obj["metadata"]["name"])
        for obj in plane.store.walk("configmaps", None, start)
    ]
    assert walked == sorted(key for key in alive if key > start)
    assert plane.store.count("configmaps", None) == len(alive)


def test_a_page_goes_on_although_its_last_object_is_gone():
    plane = plane_with([("a", "m"), ("a", "n"), ("b", "m")])
    token = listed(plane, "/api/v1/configmaps", limit="2")["metadata"]["continue"]
    plane.store.remove(MAP, "a", "n")
    query = {"limit": "2", "continue": token}
    assert keys_of(listed(plane, "/api/v1/configmaps", **query)) == [("b", "m")]


def test_selected_objects_come_by_page_too(cluster):
    for name in ("m1", "m2", "m3"):
        cluster.request("POST", MAPS, {"metadata": {"name": name, "labels": {"a": "b"}}})
    first = cluster.request("GET", f"{MAPS}?labelSelector=a%3Db&limit=2").body
    assert [name for _, name in keys_of(first)] == ["m1", "m2"]
    assert "remainingItemCount" not in first["metadata"]
    token = first["metadata"]["continue"]
    rest = cluster.request("GET", f"{MAPS}?labelSelector=a%3Db&limit=2&continue={token}").body
    assert [name for _, name in keys_of(rest)] == ["m3"]
    assert "continue" not in rest["metadata"]


@pytest.mark.parametrize(
    "query",
    ["labelSelector=((", "fieldSelector=nonsense", "continue=%%", "continue=WzEsMl0=", "limit=x"],
)
def test_a_query_that_is_nonsense_is_400(cluster, query):
    assert cluster.request("GET", f"{MAPS}?{query}").status == 400


def test_a_limit_beyond_all_numbers_is_no_limit(cluster):
    found = cluster.request("GET", f"{MAPS}?limit=99999999999999999999").body
    assert "continue" not in found["metadata"]
