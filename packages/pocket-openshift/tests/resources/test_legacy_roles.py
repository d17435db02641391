"""Roles and bindings of authorization.openshift.io, as old templates have them."""

import pytest

OLD = "/apis/authorization.openshift.io/v1"
NEW = "/apis/rbac.authorization.k8s.io/v1"
PLACE = "/namespaces/ws"


@pytest.fixture
def api(cluster):
    def account(name):
        metadata = {"name": name, "namespace": "ws"}
        return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}

    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ws"}}
    cluster.apply(space, account("hub"), account("plain"))
    return cluster


def bind(role, account="hub", name="b"):
    subjects = [{"kind": "ServiceAccount", "name": account}]
    metadata = {"name": name}
    return {
        "apiVersion": "authorization.openshift.io/v1",
        "kind": "RoleBinding",
        "metadata": metadata,
        "subjects": subjects,
        "roleRef": {"name": role},
    }


def test_a_binding_gives_rights_and_is_seen_both_ways(api):
    token = api.token("ws", "hub")
    pods = "/api/v1/namespaces/ws/pods"
    assert api.request("GET", pods, token=token).status == 403
    made = api.request("POST", f"{OLD}{PLACE}/rolebindings", bind("view"))
    assert (made.status, made.body["roleRef"]) == (201, {"name": "view"})
    assert api.request("GET", pods, token=token).status == 200
    new = api.request("GET", f"{NEW}{PLACE}/rolebindings/b").body
    assert new["roleRef"]["kind"] == "ClusterRole"
    listed = api.request("GET", f"{OLD}{PLACE}/rolebindings").body
    assert listed["kind"] == "RoleBindingList"
    assert [one["metadata"]["name"] for one in listed["items"]] == ["b"]
    assert "kind" not in listed["items"][0]
    assert api.request("DELETE", f"{OLD}{PLACE}/rolebindings/b").status == 200
    assert api.request("GET", f"{NEW}{PLACE}/rolebindings/b").status == 404


def test_a_binding_is_changed_in_its_old_shape(api):
    path = f"{OLD}{PLACE}/rolebindings"
    api.request("POST", path, bind("view"))
    merge = {"Content-Type": "application/merge-patch+json"}
    patch = {"userNames": ["bob"], "groupNames": None, "subjects": []}
    assert api.request("PATCH", f"{path}/b", patch, headers=merge).body["userNames"] == ["bob"]
    found = api.request("GET", f"{path}/b").body
    found["userNames"] = ["carol"]
    assert api.request("PUT", f"{path}/b", found).body["userNames"] == ["carol"]
    (subject,) = api.request("GET", f"{NEW}{PLACE}/rolebindings/b").body["subjects"]
    assert subject["name"] == "carol"


def test_what_cannot_be_said_in_rbac_is_refused(api):
    body = bind("view") | {"subjects": [{"kind": "Robot", "name": "r"}]}
    answer = api.request("POST", f"{OLD}{PLACE}/rolebindings", body)
    assert (answer.status, answer.body["message"]) == (
        400,
        'invalid kind for origin subject: "Robot"',
    )


def test_nobody_grants_more_than_they_hold_by_the_old_way(api):
    api.request("POST", f"{OLD}{PLACE}/rolebindings", bind("admin", name="hub"))
    token = api.token("ws", "hub")
    path = f"{OLD}{PLACE}/rolebindings"
    assert api.request("POST", path, bind("edit", "plain"), token=token).status == 201
    refused = api.request("POST", path, bind("cluster-admin", "plain", "more"), token=token)
    assert refused.status == 403
    assert "not currently held" in refused.body["message"]


def test_both_groups_rights_are_asked_for(api):
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "old-only", "namespace": "ws"},
        "rules": [
            {
                "apiGroups": ["authorization.openshift.io"],
                "resources": ["rolebindings"],
                "verbs": ["list"],
            }
        ],
    }
    api.apply(role)
    own = bind("old-only") | {"roleRef": {"name": "old-only", "namespace": "ws"}}
    assert api.request("POST", f"{OLD}{PLACE}/rolebindings", own).status == 201
    answer = api.request("GET", f"{OLD}{PLACE}/rolebindings", token=api.token("ws", "hub"))
    assert answer.status == 403
    assert 'in API group "rbac.authorization.k8s.io"' in answer.body["message"]


def test_cluster_roles_have_both_shapes(api):
    role = {
        "apiVersion": "authorization.openshift.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": "extra"},
        "rules": [{"apiGroups": None, "resources": ["nodes"], "verbs": ["get"]}],
    }
    assert api.request("POST", f"{OLD}/clusterroles", role).status == 201
    (rule,) = api.request("GET", f"{NEW}/clusterroles/extra").body["rules"]
    assert rule == {"apiGroups": [""], "resources": ["nodes"], "verbs": ["get"]}


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        ({"verb": "get", "resource": "pods"}, True),
        ({"verb": "get", "resource": "pods", "user": "system:serviceaccount:ws:plain"}, False),
        ({"verb": "list", "resourceAPIGroup": "build.openshift.io", "resource": "builds"}, True),
    ],
)
def test_rights_are_asked_for_in_the_old_shape(api, asked, allowed):
    api.request("POST", f"{OLD}{PLACE}/rolebindings", bind("admin"))
    path = f"{OLD}{PLACE}/localsubjectaccessreviews"
    answer = api.request("POST", path, asked, token=api.token("ws", "hub"))
    assert (answer.status, answer.body["allowed"]) == (201, allowed)
    assert answer.body["kind"] == "SubjectAccessReviewResponse"
