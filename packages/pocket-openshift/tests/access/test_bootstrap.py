import hashlib
import json

import pytest

from pocket_openshift.access import bootstrap
from pocket_openshift.vocabulary import kinds


def digest(table):
    """A short print of plain data, whatever the order of its names."""
    return hashlib.sha256(json.dumps(table, sort_keys=True).encode()).hexdigest()[:16]


def test_every_binding_names_a_role_that_exists():
    roles = {role["metadata"]["name"] for role in bootstrap.ROLES}
    assert {binding["roleRef"]["name"] for binding in bootstrap.BINDINGS} <= roles


def test_names_are_unique():
    for objects in (bootstrap.ROLES, bootstrap.BINDINGS):
        names = [obj["metadata"]["name"] for obj in objects]
        assert len(names) == len(set(names))


def test_objects_are_of_served_kinds():
    assert all(kinds.of_object(obj) for obj in [*bootstrap.ROLES, *bootstrap.BINDINGS])


def test_the_data_is_what_the_recorded_roles_were_made_of():
    """A change of a role is meant: the contract's recordings say what may change."""
    assert (digest(bootstrap.ROLES), digest(bootstrap.BINDINGS)) == (
        "e0919e25e5a17aca",
        "0bad7b13625a765b",
    )


RBAC = "/apis/rbac.authorization.k8s.io/v1"
GROUP = "rbac.authorization.k8s.io"


@pytest.fixture
def robot(cluster):
    """A token of an account that is admin of the namespace a."""
    cluster.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}},
        binding("robot-admin", "admin"),
    )
    return cluster.token("a", "default")


def binding(name, role, kind="ClusterRole", subjects=None):
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": name, "namespace": "a"},
        "roleRef": {"apiGroup": GROUP, "kind": kind, "name": role},
        "subjects": subjects or [{"kind": "ServiceAccount", "name": "default", "namespace": "a"}],
    }


def test_an_admin_may_do_in_the_project_what_openshift_lets_them(cluster, robot):
    for path, status in [
        ("/api/v1/namespaces/a/pods", 200),
        ("/api/v1/namespaces/a/secrets", 200),
        ("/apis/route.openshift.io/v1/namespaces/a/routes", 200),
        (f"{RBAC}/namespaces/a/rolebindings", 200),
        ("/apis/project.openshift.io/v1/projects/a", 200),
        ("/api/v1/namespaces/a", 200),
        ("/api/v1/namespaces", 403),
        ("/api/v1/nodes", 403),
        ("/api/v1/namespaces/default/pods", 403),
    ]:
        assert cluster.request("GET", path, token=robot).status == status, path


@pytest.mark.parametrize(("granted", "may_write"), [("view", False), ("edit", True)])
def test_view_reads_and_edit_writes_but_not_rights(cluster, granted, may_write):
    cluster.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}, binding("b", granted)
    )
    token = cluster.token("a", "default")
    assert cluster.request("GET", "/api/v1/namespaces/a/pods", token=token).status == 200
    body = {"metadata": {"name": "c"}}
    made = cluster.request("POST", "/api/v1/namespaces/a/configmaps", body, token=token)
    assert (made.status == 201) is may_write
    secrets = cluster.request("GET", "/api/v1/namespaces/a/secrets", token=token)
    assert (secrets.status == 200) is may_write
    assert cluster.request("GET", f"{RBAC}/namespaces/a/rolebindings", token=token).status == 403
