"""Whose an object is: labels and annotations must all say so."""

import pytest

from workshop_kube import labels

OWNER = labels.Owner("learn", "workshops", "system:serviceaccount:workshops:hub")
OURS = {
    "name": "learn-ada",
    "labels": {"app": "learn", "class": "session", "user": "ada", labels.SESSION: "s1"},
    "annotations": {
        "spawner/requestor": OWNER.requestor,
        "spawner/namespace": "workshops",
        "spawner/deployment": "learn",
    },
}


def without(key):
    return {
        **OURS,
        "labels": {k: v for k, v in OURS["labels"].items() if k != key},
        "annotations": {k: v for k, v in OURS["annotations"].items() if k != key},
    }


def test_ours_is_what_labels_and_annotations_say():
    assert labels.is_ours(OURS, OWNER, is_namespace=True)
    assert labels.problem_with_owner(OURS, OWNER) is None


@pytest.mark.parametrize("key", ["app", "class", labels.SESSION, *OURS["annotations"]])
def test_each_of_them_is_needed(key):
    assert not labels.is_ours(without(key), OWNER)
    assert key in labels.problem_with_owner(without(key), OWNER)


@pytest.mark.parametrize(
    ("ours", "written", "problem"),
    [
        ("", None, None),
        ("", "h2", None),
        ("h1", None, None),
        ("h1", "h1", None),
        ("h1", "h2", "of another hub: annotation workshop.jupyter.org/hub is 'h2', not 'h1'"),
    ],
)
def test_two_hubs_of_one_name_are_two(ours, written, problem):
    notes = {**OURS["annotations"], **({labels.HUB: written} if written else {})}
    owner = labels.Owner(OWNER.application, OWNER.namespace, OWNER.requestor, ours)
    found = labels.problem_with_owner({**OURS, "annotations": notes}, owner)
    assert found is None if problem is None else problem in found


@pytest.mark.parametrize("name", ["default", "kube-system", "openshift-ingress", "workshops", ""])
def test_a_namespace_of_the_cluster_is_never_ours(name):
    named = {**OURS, "name": name}
    assert labels.problem_with_owner(named, OWNER, is_namespace=True) == (
        f"namespace {name} is protected"
    )
    assert labels.is_ours(named, OWNER)  # an object that is called so, inside a namespace


def test_the_selector_of_a_hub():
    assert OWNER.selector == "app=learn,class=session"


def test_an_object_is_of_a_session_by_label_or_description():
    assert labels.is_of_session(OURS, "s1")
    assert not labels.is_of_session(OURS, "s2")
    assert not labels.is_of_session(OURS, "")
    described = {"annotations": {labels.DESCRIPTION: "s1 of ada in learn"}}
    assert labels.is_of_session(described, "s1")


def test_the_same_hash_is_not_the_same_user():
    ada = {"annotations": {labels.USERNAME: "ada"}}
    assert labels.is_of_user({}, ada)
    assert labels.is_of_user({"annotations": {labels.USERNAME: "ada", labels.SERVERNAME: ""}}, ada)
    assert not labels.is_of_user({"annotations": {labels.USERNAME: "bob"}}, ada)


def test_a_lasting_object_is_the_users_own():
    lasting = without(labels.SESSION)
    assert labels.is_same_owner(lasting, lasting)
    assert not labels.is_same_owner({**lasting, "labels": {"app": "other"}}, lasting)
    assert not labels.is_same_owner(lasting, OURS)
    assert labels.is_same_owner(OURS, OURS)
