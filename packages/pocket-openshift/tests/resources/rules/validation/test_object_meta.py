import pytest


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "metadata.name: Required value: name or generateName is required"),
        ({"generateName": "AB-"}, 'metadata.generateName: Invalid value: "AB-": a lowercase RFC'),
        ({"labels": {"a": "b c"}}, 'metadata.labels: Invalid value: "b c": a valid label'),
        ({"labels": {"-a": "b"}}, 'metadata.labels: Invalid value: "-a": name part must'),
        ({"annotations": {"a b": ""}}, 'metadata.annotations: Invalid value: "a b": name part'),
        ({"annotations": {"a": "b" * 262144}}, "metadata.annotations: Too long: may not be more"),
        (
            {"ownerReferences": [{"kind": "Pod", "name": "p", "uid": "u"}]},
            'metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty',
        ),
        (
            {"ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "p"}]},
            'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
        ),
        (
            {"finalizers": ["nodomain"]},
            'metadata.finalizers[0]: Invalid value: "nodomain": name is '
            "neither a standard finalizer name nor is it fully qualified",
        ),
        ({"finalizers": ["a b/c"]}, 'metadata.finalizers: Invalid value: "a b/c": prefix part'),
        ({"finalizers": ["orphan", "foregroundDeletion"]}, "cannot be both set"),
    ],
)
def test_what_is_wrong_with_metadata_is_said(say, change, said):
    found = say("serviceaccounts", metadata=change)
    assert any(said in text for text in found), found


def test_only_one_owner_controls(say):
    owner = {"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "u", "controller": True}
    (text,) = say("serviceaccounts", metadata={"ownerReferences": [owner, owner]})
    assert "Only one reference can have Controller set to true" in text
    assert text.endswith("in references for Pod/p and Pod/p")


def test_annotations_may_have_capitals_and_labels_may_be_empty(say):
    change = {"labels": {"a": "", "b/c": "x"}, "annotations": {"Note/X": "any: text"}}
    assert say("serviceaccounts", metadata=change) == []


@pytest.mark.parametrize("name", ["uid", "creationTimestamp", "namespace", "name"])
def test_what_the_server_gives_stays(say, name):
    found = say("serviceaccounts", old={"metadata": {name: "a"}}, metadata={name: "b"})
    assert f'metadata.{name}: Invalid value: "b": field is immutable' in found


def test_what_is_being_deleted_gets_no_finalizer(say):
    old = {"metadata": {"deletionTimestamp": "t", "finalizers": ["a.b/c"]}}
    found = say("serviceaccounts", old=old, metadata={"finalizers": ["a.b/c", "a.b/d"]})
    assert found[0].endswith('found new finalizers []string{"a.b/d"}')
    assert say("serviceaccounts", old=old, metadata={"finalizers": []}) == []
