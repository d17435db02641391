"""templates/free-projects.yaml: no secrets, no roles, and a policy that holds it to projects."""

from pathlib import Path

import pytest
import yaml

import admission_policies

TEMPLATE = Path(__file__).resolve().parents[1] / "templates" / "free-projects.yaml"
TEXT = (
    TEMPLATE.read_text()
    .replace("HUB_NAMESPACE", "workshops")
    .replace("HUB_ACCOUNT", "intro-spawner")
)
ROLE, BINDING, POLICY, POLICY_BINDING = yaml.safe_load_all(TEXT)
HUB = "system:serviceaccount:workshops:intro-spawner"
OLD = {"metadata": {"name": "x", "finalizers": ["evil.example/never"]}}
NEW = {"metadata": {"name": "x"}}
OURS = {
    "labels": {"class": "session", "app": "intro"},
    "annotations": {"spawner/requestor": HUB},
}


def ask(metadata, user=HUB):
    namespace = {"metadata": {"name": "some-project", **metadata}}
    return admission_policies.list_refusals(POLICY, NEW, OLD, user=user, namespace=namespace)


def test_it_lists_and_patches_and_no_more():
    assert {verb for rule in ROLE["rules"] for verb in rule["verbs"]} == {"list", "patch"}


def test_nothing_in_it_reads_secrets_or_gives_rights():
    resources = {name for rule in ROLE["rules"] for name in rule["resources"]}
    groups = {name for rule in ROLE["rules"] for name in rule["apiGroups"]}
    assert not resources & {"*", "secrets", "roles", "rolebindings", "namespaces", "nodes"}
    assert not any("/" in name for name in resources), "no subresources"
    assert not groups & {"*", "rbac.authorization.k8s.io", "authorization.openshift.io"}


def test_the_policy_is_about_all_that_the_role_lets_change():
    (rule,) = POLICY["spec"]["matchConstraints"]["resourceRules"]
    assert {name for rule in ROLE["rules"] for name in rule["apiGroups"]} == set(rule["apiGroups"])
    assert (rule["resources"], rule["operations"]) == (["*"], ["UPDATE"])
    assert POLICY_BINDING["spec"]["policyName"] == POLICY["metadata"]["name"]
    assert POLICY_BINDING["spec"]["validationActions"] == ["Deny"]
    (subject,) = BINDING["subjects"]
    assert (subject["namespace"], subject["name"]) == ("workshops", "intro-spawner")


@pytest.mark.parametrize("kind", ["session", "project", "reserve"])
def test_the_hub_changes_what_is_in_its_projects(kind):
    assert ask({**OURS, "labels": {"class": kind}}) == []


def test_the_hub_changes_what_is_in_a_project_that_it_requested():
    assert ask({"annotations": {"openshift.io/requester": HUB}}) == []


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"labels": OURS["labels"]},
        {"annotations": OURS["annotations"]},
        {**OURS, "labels": {"class": "database"}},
        {**OURS, "labels": {"app": "intro"}},
        {**OURS, "annotations": {"spawner/requestor": "system:serviceaccount:other:intro-spawner"}},
        {"annotations": {"openshift.io/requester": "ann"}},
    ],
)
def test_and_nothing_elsewhere(metadata):
    assert ask(metadata)


def test_two_hubs_share_no_name():
    """Applied for a second one, it must not take the rights of the first."""
    documents = (ROLE, BINDING, POLICY, POLICY_BINDING)
    assert {one["metadata"]["name"] for one in documents} == {"intro-spawner-free.workshops"}
    assert BINDING["roleRef"]["name"] == ROLE["metadata"]["name"]


def test_nobody_else_is_meant():
    assert ask({}, user="system:serviceaccount:workshops:other") is None
    assert ask({}, user="ann") is None
