"""The role of visitors: the cluster's `admin` without what others have to be protected from."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from workshop_kube import errors
from workshop_kube.rules.manifests import make_reference
from workshop_spawner.manifests import accounts, network
from workshop_spawner.rules import plan
from workshop_spawner.start import steps
from workshop_spawner.start.progress import Progress

ROLES = "/apis/rbac.authorization.k8s.io/v1/clusterroles"
HOST_NAMES = Path(__file__).parents[3] / "templates" / "host-names.yaml"
WRITING = {"create", "update", "patch", "delete", "deletecollection"}
# What admin has and workshop-admin has not, each for a reason that the template gives.
WITHHELD = {
    *(("networking.k8s.io", "networkpolicies", verb) for verb in WRITING),
    *(("networking.k8s.io", "ingresses", verb) for verb in WRITING),
    *((group, "routes/custom-host", "create") for group in ("", "route.openshift.io")),
    *((group, "routes/status", "update") for group in ("", "route.openshift.io")),
}
# Kinds of OpenShift that pocket-openshift's admin does not have.
MORE_GROUPS = ("build.openshift.io", "authorization.openshift.io", "security.openshift.io")
SPEC = plan.SessionSpec(role="workshop-admin", isolation=network.Rules(port=8888))


def list_rights(role):
    return {
        (group, resource, verb)
        for rule in role["rules"]
        for group in rule.get("apiGroups", [])
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def test_it_is_admin_but_for_what_is_withheld(site):
    admin = list_rights(site.as_admin(f"{ROLES}/admin"))
    ours = list_rights(site.as_admin(f"{ROLES}/workshop-admin"))
    assert admin - ours == WITHHELD
    known = {(group, resource) for group, resource, _ in admin}
    more = {(group, resource) for group, resource, _ in ours - admin}
    assert not more & known, "no verb more on what admin knows"
    groups = {group for group, _ in more}
    assert groups <= {"", "apps.openshift.io", "image.openshift.io", *MORE_GROUPS}


@pytest.fixture
async def session(site, kube):
    """A visitor's session: the API as its account sees it."""
    todo = plan.make_plan(site.session, SPEC, {"key": "value"})
    await steps.Start(kube, site.session, Progress()).run(todo)
    return kube.as_owner_of(site.pocket.token("workshops", site.session.account))


ATTACKS = {
    "open the network": ("networking.k8s.io/v1", "NetworkPolicy", {"podSelector": {}}),
    "take a host": ("networking.k8s.io/v1", "Ingress", {"rules": [{"host": "hub.example.com"}]}),
    "a larger quota": ("v1", "ResourceQuota", {"hard": {"pods": "100"}}),
    "no limits": ("v1", "LimitRange", {"limits": []}),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
async def test_what_holds_a_visitor_is_not_theirs_to_change(site, session, attack):
    version, kind, spec = attack
    reference = make_reference(version, kind, "mine", site.session.project)
    with pytest.raises(errors.ForbiddenError):
        await session.create({**reference, "spec": spec})


async def test_the_policy_of_the_project_stays(site, session):
    policy = make_reference(
        "networking.k8s.io/v1", "NetworkPolicy", "workshop-session", site.session.project
    )
    found = await session.get(policy)
    with pytest.raises(errors.ForbiddenError):
        await session.delete_exactly(found)
    with pytest.raises(errors.ForbiddenError):
        await session.change(policy, {"spec": {"egress": [{}]}})


@pytest.mark.parametrize("role", ["admin", "edit", "cluster-admin"])
async def test_no_visitor_gives_themselves_another_role(site, session, role):
    subject = accounts.make_session_subject(site.session)
    binding = accounts.make_binding(site.session, "more", role, subject)
    with pytest.raises(errors.ForbiddenError):
        await session.create(binding)


async def test_nor_a_rule_that_they_do_not_have(site, session):
    reference = make_reference("rbac.authorization.k8s.io/v1", "Role", "mine", site.session.project)
    groups = {"apiGroups": ["networking.k8s.io"], "resources": ["networkpolicies"]}
    with pytest.raises(errors.ForbiddenError):
        await session.create({**reference, "rules": [{**groups, "verbs": ["delete"]}]})


@pytest.mark.parametrize(
    "attributes",
    [
        {"resource": "pods", "verb": "create"},
        {"resource": "secrets", "verb": "delete"},
        {"group": "apps", "resource": "deployments", "verb": "patch"},
        {"group": "batch", "resource": "jobs", "verb": "create"},
        {"group": "route.openshift.io", "resource": "routes", "verb": "create"},
        {"group": "rbac.authorization.k8s.io", "resource": "rolebindings", "verb": "create"},
        {"resource": "pods", "subresource": "exec", "verb": "create"},
    ],
    ids=str,
)
async def test_what_a_workshop_is_made_of_is_theirs_and_nowhere_else(site, session, attributes):
    assert await session.may(namespace=site.session.project, **attributes)
    assert not await session.may(namespace="workshops", **attributes)
    assert not await session.may(namespace="default", **attributes)


async def test_with_the_rules_for_host_names_they_make_ingresses(site, session):
    documents = list(yaml.safe_load_all(HOST_NAMES.read_text()))
    (role,) = [each for each in documents if each["kind"] == "ClusterRole"]
    site.pocket.apply(role)
    ours = list_rights(site.as_admin(f"{ROLES}/workshop-admin"))
    assert {right for right in WITHHELD if right[1] in ("ingresses", "routes/custom-host")} <= ours
    ingress = {"group": "networking.k8s.io", "resource": "ingresses", "verb": "create"}
    assert await session.may(namespace=site.session.project, **ingress)
