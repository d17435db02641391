import dataclasses

import pytest

from workshop_culler.rules import labels
from workshop_culler.rules.models import ObjectMeta

OWNER = labels.Owner("lab", "workshops", "system:serviceaccount:workshops:lab-spawner")
OURS = ObjectMeta(
    "namespaces",
    "lab-x7k2",
    labels={"app": "lab", "class": "session", "workshop.jupyter.org/session": "s1"},
    annotations={
        "spawner/requestor": "system:serviceaccount:workshops:lab-spawner",
        "spawner/namespace": "workshops",
        "spawner/deployment": "lab",
    },
)


def test_ours():
    assert labels.why_not_ours(OURS, OWNER) == ""
    assert labels.is_ours(OURS, OWNER)


@pytest.mark.parametrize("key", sorted(OURS.labels))
@pytest.mark.parametrize("value", [None, "", "other"])
def test_each_label_counts(key, value):
    changed = {**OURS.labels, key: value}
    if value is None:
        del changed[key]
    if key == labels.SESSION and value == "other":
        return
    assert not labels.is_ours(dataclasses.replace(OURS, labels=changed), OWNER)


@pytest.mark.parametrize("key", sorted(OURS.annotations))
@pytest.mark.parametrize("value", ["", "other", "system:serviceaccount:workshops:lab"])
def test_each_annotation_counts(key, value):
    changed = {**OURS.annotations, key: value}
    assert not labels.is_ours(dataclasses.replace(OURS, annotations=changed), OWNER)


@pytest.mark.parametrize(
    "name",
    ["default", "kube-system", "kube-", "openshift", "openshift-infra", "openshift1", "workshops"],
)
def test_protected_namespaces_are_never_ours(name):
    project = dataclasses.replace(OURS, name=name)
    assert not labels.is_ours(project, OWNER)
    assert "protected" in labels.why_not_ours(project, OWNER)


def test_a_name_alone_protects_no_account():
    account = dataclasses.replace(OURS, kind="serviceaccounts", name="default", namespace="x")
    assert labels.is_ours(account, OWNER)


def test_lists_are_by_label():
    assert OWNER.selector == "app=lab,class=session"
