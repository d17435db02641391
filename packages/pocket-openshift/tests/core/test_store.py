import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.core import store
from pocket_openshift.vocabulary import errors, kinds

POD = kinds.named("pods")
NODE = kinds.named("nodes")


def pod(name="p", namespace="a", **metadata):
    return {"metadata": {"name": name, "namespace": namespace, **metadata}, "spec": {}}


@pytest.fixture
def objects():
    return store.Store()


@pytest.fixture
def changes(objects):
    seen = []
    objects.listeners.append(seen.append)
    return seen


def test_a_new_object_gets_uid_version_and_time(objects):
    made = objects.create(POD, pod())
    assert made["apiVersion"] == "v1"
    assert made["kind"] == "Pod"
    assert made["metadata"]["uid"]
    assert made["metadata"]["creationTimestamp"].endswith("Z")
    assert int(made["metadata"]["resourceVersion"]) == objects.version


def test_a_name_is_taken_once_and_each_namespace_has_its_own(objects):
    objects.create(POD, pod())
    objects.create(POD, pod(namespace="b"))
    with pytest.raises(errors.StatusError) as caught:
        objects.create(POD, pod())
    assert caught.value.reason == "AlreadyExists"


def test_an_update_with_an_old_version_is_a_conflict(objects):
    first = objects.create(POD, pod())
    objects.update(POD, {**first, "spec": {"a": 1}})
    with pytest.raises(errors.StatusError) as caught:
        objects.update(POD, {**first, "spec": {"a": 2}})
    assert caught.value.code == 409
    assert objects.get(POD, "a", "p")["spec"] == {"a": 1}


def test_an_update_for_another_uid_is_a_conflict(objects):
    made = objects.create(POD, pod())
    other = store.with_metadata(made, uid="another", resourceVersion=None)
    with pytest.raises(errors.StatusError, match="Precondition failed: UID"):
        objects.update(POD, other)


def test_an_update_that_changes_nothing_is_no_event(objects, changes):
    made = objects.create(POD, pod())
    assert objects.update(POD, made) is made
    assert [change.type for change in changes] == ["ADDED"]


def test_changes_are_told_with_what_was_before(objects, changes):
    made = objects.create(POD, pod())
    changed = objects.update(POD, {**made, "spec": {"a": 1}})
    objects.remove(POD, "a", "p")
    assert [change.type for change in changes] == ["ADDED", "MODIFIED", "DELETED"]
    assert changes[1].old is made
    assert changes[2].obj["spec"] == changed["spec"]
    versions = [int(change.obj["metadata"]["resourceVersion"]) for change in changes]
    assert versions == sorted(set(versions)) == [change.version for change in changes]


def test_what_is_gone_is_found_nowhere(objects):
    made = objects.create(POD, pod(ownerReferences=[{"uid": "o"}]))
    objects.remove(POD, "a", "p")
    assert objects.find("pods", "a", "p") is None
    assert objects.by_uid(made["metadata"]["uid"]) is None
    assert objects.owned_by("o") == []
    assert list(objects.in_namespace("a")) == []
    with pytest.raises(errors.StatusError, match="not found"):
        objects.get(POD, "a", "p")


def test_dependents_are_found_by_their_owners(objects):
    objects.create(POD, pod("p", ownerReferences=[{"uid": "o"}]))
    made = objects.create(POD, pod("q", ownerReferences=[{"uid": "o"}]))
    objects.update(POD, store.with_metadata(made, ownerReferences=[{"uid": "x"}]))
    assert [key.name for key in objects.owned_by("o")] == ["p"]
    assert [key.name for key in objects.owned_by("x")] == ["q"]


def test_lists_are_in_the_order_of_their_keys(objects):
    for namespace, name in [("b", "1"), ("a", "2"), ("a", "1")]:
        objects.create(POD, pod(name, namespace))
    found = [(o["metadata"]["namespace"], o["metadata"]["name"]) for o in objects.select("pods")]
    assert found == [("a", "1"), ("a", "2"), ("b", "1")]
    assert len(objects.select("pods", "a")) == objects.count("pods", "a") == 2


def test_the_json_of_an_object_is_that_of_its_version(objects):
    made = objects.create(POD, pod())
    assert json.loads(objects.encoded(made)) == made
    changed = objects.update(POD, {**made, "spec": {"a": 1}})
    assert json.loads(objects.encoded(changed)) == changed
    assert json.loads(objects.encoded(made)) == made


def test_a_journal_that_fails_leaves_nothing_behind(objects, changes):
    def fail(change):
        raise OSError("disk full")

    objects.journal = fail
    with pytest.raises(OSError, match="disk full"):
        objects.create(POD, pod())
    assert objects.find("pods", "a", "p") is None
    assert changes == []


NAMES = st.sampled_from(["a", "b", "c"])
STEPS = st.lists(st.tuples(st.sampled_from(["create", "update", "remove"]), NAMES, NAMES, NAMES))


@given(STEPS)
def test_indexes_agree_with_the_objects_whatever_happens(steps):
    objects = store.Store()
    for number, (what, namespace, name, owner) in enumerate(steps):
        obj = pod(name, namespace, ownerReferences=[{"uid": owner}])
        obj["spec"] = {"n": number}
        try:
            if what == "remove":
                objects.remove(POD, namespace, name)
            else:
                getattr(objects, what)(POD, obj)
        except errors.StatusError:
            continue
    alive = objects.select("pods")
    for owner in "abc":
        owned = {k.name + k.namespace for k in objects.owned_by(owner)}
        assert owned == {
            o["metadata"]["name"] + o["metadata"]["namespace"]
            for o in alive
            if o["metadata"]["ownerReferences"][0]["uid"] == owner
        }
    for obj in alive:
        assert objects.by_uid(obj["metadata"]["uid"]) is obj
    assert sum(len(list(objects.in_namespace(ns))) for ns in "abc") == len(alive)
