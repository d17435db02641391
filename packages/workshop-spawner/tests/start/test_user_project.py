"""The project of a user who has one of their own."""

from __future__ import annotations

import logging

import pytest

from workshop_spawner.manifests import accounts
from workshop_spawner.model import errors
from workshop_spawner.start import user_project

LOG = logging.getLogger("t")
ROLE = "/apis/rbac.authorization.k8s.io/v1/clusterroles/workshop-hub-projects"
REQUEST = {
    "apiGroups": ["project.openshift.io"],
    "resources": ["projectrequests"],
    "verbs": ["create"],
}


@pytest.fixture
def as_user(site, kube):
    """Alice, an account that may request projects and nothing else."""
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "alice", "namespace": "default"},
    }
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": "requester"},
        "rules": [REQUEST],
    }
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "requester"},
        "roleRef": {**accounts.make_binding(site.session, "x", "requester", {})["roleRef"]},
        "subjects": [{"kind": "ServiceAccount", "name": "alice", "namespace": "default"}],
    }
    site.pocket.apply(account, role, binding)
    return kube.as_owner_of(site.pocket.token("default", "alice"))


async def test_a_users_project_is_made_with_their_own_rights_once(site, as_user):
    await user_project.ensure_user_project(as_user, "alices")
    made = site.as_admin("/api/v1/namespaces/alices")["metadata"]
    assert made["annotations"]["openshift.io/requester"] == "system:serviceaccount:default:alice"
    await user_project.ensure_user_project(as_user, "alices")
    assert site.as_admin("/api/v1/namespaces/alices")["metadata"]["uid"] == made["uid"]


@pytest.mark.parametrize(
    "fault", [{"status": 500}, {"retry_after": 0}, {"drop": "before"}, {"drop": "after"}]
)
@pytest.mark.parametrize(("verb", "resource"), [("create", "projectrequests"), ("get", "projects")])
async def test_a_users_project_is_made_once_whatever_happens(site, as_user, fault, verb, resource):
    seen = site.pocket.faults.add(verb=verb, resource=resource, **fault)
    await user_project.ensure_user_project(as_user, "alices")
    assert seen.seen == 1
    assert site.as_admin("/api/v1/namespaces/alices")


async def test_somebody_elses_project_is_refused(site, as_user):
    site.pocket.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "bobs"}})
    with pytest.raises(errors.PermanentError, match="belongs to somebody else"):
        await user_project.ensure_user_project(as_user, "bobs")


async def test_a_name_that_the_cluster_refuses_is_told_with_the_setting(as_user):
    with pytest.raises(errors.PermanentError) as caught:
        await user_project.ensure_user_project(as_user, "kube-admin---547a4b6a")
    assert "WorkshopSpawner.project_template" in caught.value.detail
