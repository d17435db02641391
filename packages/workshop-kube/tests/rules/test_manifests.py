"""Manifests: what is asked for, and what is there."""

from hypothesis import given
from hypothesis import strategies as st

from workshop_kube.rules import manifests

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=10,
)
QUOTA = {
    "apiVersion": "v1",
    "kind": "ResourceQuota",
    "metadata": {"name": "small", "namespace": "class", "labels": {"app": "learn"}},
    "spec": {"hard": {"pods": "4"}},
}


def test_names():
    assert manifests.render_name(QUOTA) == "ResourceQuota small in class"
    assert manifests.render_name({"kind": "SelfSubjectReview"}) == "SelfSubjectReview"
    reference = manifests.make_reference("v1", "Namespace", "class")
    assert reference["metadata"] == {"name": "class"}


@given(VALUES)
def test_all_is_part_of_itself(value):
    assert manifests.is_part_of(value, value)


@given(st.dictionaries(st.text(max_size=3), VALUES, max_size=4))
def test_a_part_stays_one_when_more_is_added(value):
    assert manifests.is_part_of(value, {**value, "added": 1}) or "added" in value


def test_lists_are_the_same_or_not():
    assert manifests.is_part_of([{"a": 1}], [{"a": 1, "b": 2}])
    assert not manifests.is_part_of([{"a": 1}], [{"a": 1}, {"a": 2}])
    assert not manifests.is_part_of({"a": 1}, None)


def test_what_the_server_adds_does_not_make_another_object():
    found = {
        **QUOTA,
        "metadata": {**QUOTA["metadata"], "uid": "1", "resourceVersion": "7"},
        "status": {"used": {}},
    }
    assert manifests.is_result_of(QUOTA, found)
    assert manifests.is_result_of({**QUOTA, "status": {"used": {"pods": "1"}}}, found)
    assert not manifests.is_result_of({**QUOTA, "spec": {"hard": {"pods": "5"}}}, found)


def test_other_labels_are_another_result_but_up_to_date():
    found = {**QUOTA, "metadata": {**QUOTA["metadata"], "labels": {"app": "older"}}}
    assert not manifests.is_result_of(QUOTA, found)
    assert manifests.is_up_to_date(QUOTA, found)


def test_the_texts_of_a_secret_come_back_encoded():
    secret = {**manifests.make_reference("v1", "Secret", "x"), "stringData": {"a": "hello"}}
    found = {**manifests.make_reference("v1", "Secret", "x"), "data": {"a": "aGVsbG8=", "b": ""}}
    assert manifests.is_result_of(secret, found)
    assert not manifests.is_result_of({**secret, "stringData": {"a": "other"}}, found)


def test_a_patch_says_what_is_wanted_and_of_which_version():
    patch = manifests.make_patch(QUOTA, "7")
    assert patch == {
        "metadata": {"labels": {"app": "learn"}, "resourceVersion": "7"},
        "spec": {"hard": {"pods": "4"}},
    }
    assert "resourceVersion" not in manifests.make_patch(QUOTA)["metadata"]


def test_a_binding_to_another_role():
    edit, view = {"roleRef": {"name": "edit"}}, {"roleRef": {"name": "view"}}
    assert manifests.has_other_role(edit, view)
    assert not manifests.has_other_role(edit, edit)
    assert not manifests.has_other_role(QUOTA, QUOTA)


def test_a_patch_takes_out_what_a_map_has_besides():
    found = {"data": {"old": "1", "kept": "1"}, "spec": {"hard": {"pods": "1", "cpu": "1"}}}
    wanted = {"data": {"kept": "2"}, "spec": {"hard": {"cpu": "2"}, "other": "x"}}
    patch = manifests.make_patch(wanted, "", found)
    assert patch["data"] == {"old": None, "kept": "2"}
    assert patch["spec"] == {"hard": {"pods": None, "cpu": "2"}, "other": "x"}
    assert "data" not in manifests.make_patch({"spec": {}}, "", found)
    assert manifests.make_patch({"data": None, "spec": None}, "", {})["data"] == {}


def test_what_a_secret_says_in_words_is_not_taken_out_of_its_data():
    found = {"data": {"word": "b2xk", "gone": "b2xk", "kept": "b2xk"}}
    wanted = {"kind": "Secret", "stringData": {"word": "new"}, "data": {"kept": "bmV3"}}
    assert manifests.make_patch(wanted, "", found)["data"] == {"gone": None, "kept": "bmV3"}
