import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.http import validation
from pocket_openshift.vocabulary import errors, kinds

MAP, SECRET = kinds.named("configmaps"), kinds.named("secrets")
ROLE = kinds.named("roles.rbac.authorization.k8s.io")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("kind", "body", "wrong"),
    [
        (MAP, {"metadata": {"name": 5}}, "number into Go struct field ObjectMeta.metadata.name"),
        (MAP, {"metadata": {"labels": 5}}, "metadata.labels of type map[string]string"),
        (MAP, {"metadata": {"labels": {"a": 5}}}, "metadata.labels of type string"),
        (MAP, {"metadata": {"annotations": {"a": True}}}, "bool into Go struct field"),
        (MAP, {"metadata": {"finalizers": "a"}}, "metadata.finalizers of type []string"),
        (MAP, {"metadata": {"finalizers": [1]}}, "metadata.finalizers of type string"),
        (MAP, {"metadata": {"ownerReferences": [5]}}, "metadata.ownerReferences"),
        (MAP, {"data": 5}, "ConfigMap.data of type map[string]string"),
        (MAP, {"data": {"a": {}}}, "object into Go struct field ConfigMap.data"),
        (SECRET, {"stringData": {"a": 1}}, "Secret.stringData"),
        (kinds.named("pods"), {"spec": 5}, "Pod.spec of type v1.Pod"),
        (ROLE, {"rules": [5]}, "Role.rules"),
        (ROLE, {"rules": {}}, "Role.rules"),
    ],
)
def test_a_field_of_another_type_is_named(kind, body, wrong):
    assert wrong in validation.mismatch(kind, body)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"metadata": {"name": "a", "labels": None, "creationTimestamp": None}, "data": None},
        {"metadata": {"labels": {"a": None}, "ownerReferences": []}, "data": {"a": "b"}},
    ],
)
def test_what_fits_passes(body):
    assert validation.mismatch(MAP, body) == ""


@given(JSON, JSON)
def test_nothing_breaks_the_look_and_what_passes_can_be_judged(metadata, data):
    body = {"metadata": metadata if isinstance(metadata, dict) else {"labels": metadata}}
    if not validation.mismatch(MAP, {**body, "data": data}):
        validation.find_metadata_causes(body["metadata"])


@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        ({"labels": {"a": "b c"}}, "metadata.labels"),
        ({"labels": {"a": "-b"}}, "metadata.labels"),
        ({"labels": {"a": "b" * 64}}, "metadata.labels"),
        ({"labels": {"": "b"}}, "metadata.labels"),
        ({"labels": {"/a": "b"}}, "metadata.labels"),
        ({"labels": {"A_B/a": "b"}}, "metadata.labels"),
        ({"labels": {"a/b/c": "b"}}, "metadata.labels"),
        ({"labels": {"a" * 64: "b"}}, "metadata.labels"),
        ({"annotations": {"a b": ""}}, "metadata.annotations"),
        ({"annotations": {"a": "b" * 262144}}, "metadata.annotations"),
        (
            {"ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "a"}]},
            "metadata.ownerReferences.uid",
        ),
    ],
)
def test_labels_annotations_and_owners_are_judged(metadata, field):
    assert {cause.field for cause in validation.find_metadata_causes(metadata)} == {field}


@pytest.mark.parametrize(
    "labels", [{}, {"a": ""}, {"a": None}, {"app.kubernetes.io/name": "My_v.1-x"}, {"a": "b" * 63}]
)
def test_labels_that_may_be(labels):
    assert (
        validation.find_metadata_causes({"labels": labels, "annotations": {"Note/x": "any: text"}})
        == []
    )


@pytest.mark.parametrize("body", [5, "x", [], [{"op": "x"}], {"metadata": []}, {"spec": []}])
def test_a_body_that_is_no_object_is_refused(body):
    with pytest.raises(errors.StatusError) as refused:
        validation.checked(MAP, body)
    assert refused.value.code == 400


def test_null_parts_are_left_out():
    assert validation.checked(MAP, {"metadata": None, "spec": None, "data": None}) == {"data": None}
