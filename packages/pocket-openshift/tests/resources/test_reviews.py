import pytest

from pocket_openshift.access import rbac
from pocket_openshift.resources import reviews

AUTHN, AUTHZ = "/apis/authentication.k8s.io/v1", "/apis/authorization.k8s.io/v1"
PODS = {"resource": "pods", "verb": "list", "namespace": "default"}


@pytest.fixture
def reader(cluster):
    """The token of an account that may list pods in `default`."""
    where = {"name": "reader", "namespace": "default"}
    group = "rbac.authorization.k8s.io"
    cluster.apply(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": where},
        {
            "apiVersion": f"{group}/v1",
            "kind": "Role",
            "metadata": where,
            "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}],
        },
        {
            "apiVersion": f"{group}/v1",
            "kind": "RoleBinding",
            "metadata": where,
            "roleRef": {"apiGroup": group, "kind": "Role", "name": "reader"},
            "subjects": [{"kind": "ServiceAccount", **where}],
        },
    )
    return cluster.token("default", "reader")


ACCOUNT = "system:serviceaccount:default:reader"


def test_a_token_is_reviewed(cluster, reader):
    answer = cluster.request("POST", f"{AUTHN}/tokenreviews", {"spec": {"token": reader}})
    assert answer.status == 201
    status = answer.body["status"]
    assert status["authenticated"] is True
    assert status["user"]["username"] == ACCOUNT
    assert "system:serviceaccounts:default" in status["user"]["groups"]


@pytest.mark.parametrize(
    ("spec", "authenticated"),
    [
        ({"token": "no-token"}, None),
        ({}, None),
        ({"token": "READER", "audiences": ["somebody-else"]}, None),
        ({"token": "READER", "audiences": ["https://kubernetes.default.svc", "other"]}, True),
    ],
)
def test_what_is_no_token_here_is_nobodys(cluster, reader, spec, authenticated):
    spec = {name: reader if value == "READER" else value for name, value in spec.items()}
    answer = cluster.request("POST", f"{AUTHN}/tokenreviews", {"spec": spec})
    assert answer.status == 201
    assert answer.body["status"].get("authenticated") is authenticated


def test_a_caller_may_ask_who_they_are(cluster, reader):
    answer = cluster.request("POST", f"{AUTHN}/selfsubjectreviews", {}, token=reader)
    assert answer.body["status"]["userInfo"]["username"] == ACCOUNT


@pytest.mark.parametrize(
    ("attributes", "allowed"),
    [
        (PODS, True),
        ({**PODS, "verb": "delete"}, False),
        ({**PODS, "namespace": "other"}, False),
        ({**PODS, "subresource": "log"}, False),
        ({**PODS, "group": "apps"}, False),
    ],
)
def test_a_caller_may_ask_what_they_may(cluster, reader, attributes, allowed):
    body = {"spec": {"resourceAttributes": attributes}}
    answer = cluster.request("POST", f"{AUTHZ}/selfsubjectaccessreviews", body, token=reader)
    assert answer.status == 201
    assert answer.body["status"]["allowed"] is allowed
    assert ("reason" in answer.body["status"]) is allowed
    about = {"spec": {"user": ACCOUNT, "resourceAttributes": attributes}}
    by_admin = cluster.request("POST", f"{AUTHZ}/subjectaccessreviews", about)
    assert by_admin.body["status"] == answer.body["status"], "an admin is told the same"


def test_only_who_may_can_ask_about_others(cluster, reader):
    body = {"spec": {"user": "alice", "resourceAttributes": PODS}}
    assert (
        cluster.request("POST", f"{AUTHZ}/subjectaccessreviews", body, token=reader).status == 403
    )
    assert cluster.request("POST", f"{AUTHN}/tokenreviews", {}, token=reader).status == 403


def test_groups_are_asked_about_too(cluster, reader):
    groups = ["system:masters"]
    body = {"spec": {"groups": groups, "resourceAttributes": PODS}}
    answer = cluster.request("POST", f"{AUTHZ}/subjectaccessreviews", body)
    assert answer.body["status"]["allowed"] is True


@pytest.mark.parametrize(
    ("path", "spec", "status"),
    [
        ("subjectaccessreviews", {"resourceAttributes": PODS}, 422),
        ("subjectaccessreviews", {"user": "alice"}, 422),
        ("selfsubjectaccessreviews", {}, 422),
        ("selfsubjectrulesreviews", {}, 400),
    ],
)
def test_a_review_of_nothing_is_refused(cluster, path, spec, status):
    assert cluster.request("POST", f"{AUTHZ}/{path}", {"spec": spec}).status == status


def test_a_local_review_stays_in_its_namespace(cluster, reader):
    path = f"{AUTHZ}/namespaces/default/localsubjectaccessreviews"
    spec = {"user": ACCOUNT, "resourceAttributes": PODS}
    assert cluster.request("POST", path, {"spec": spec}).body["status"]["allowed"] is True
    spec["resourceAttributes"] = {**PODS, "namespace": "other"}
    assert cluster.request("POST", path, {"spec": spec}).status == 400


def test_a_url_that_is_no_resource_may_be_asked_about(cluster, reader):
    spec = {"nonResourceAttributes": {"path": "/healthz", "verb": "get"}}
    path = f"{AUTHZ}/selfsubjectaccessreviews"
    assert cluster.request("POST", path, {"spec": spec}).body["status"]["allowed"] is True


def test_all_that_a_caller_may_is_listed(cluster, reader):
    body = {"spec": {"namespace": "default"}}
    answer = cluster.request("POST", f"{AUTHZ}/selfsubjectrulesreviews", body, token=reader)
    assert answer.status == 201
    rule = {"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}
    assert rule in answer.body["status"]["resourceRules"]
    assert answer.body["status"]["nonResourceRules"]


@pytest.mark.parametrize(
    ("spec", "act"),
    [
        ({}, None),
        (
            {"resourceAttributes": {"verb": "get", "resource": "pods", "subresource": "log"}},
            rbac.Act("get", "", "pods", "log"),
        ),
        ({"nonResourceAttributes": {"verb": "get"}}, rbac.Act("get", path="/")),
    ],
)
def test_an_act_is_read(spec, act):
    assert reviews.act_from(spec) == act


def test_empty_parts_are_left_out():
    found = reviews.without_empty({"a": "", "b": {"c": None, "d": []}, "e": False, "f": 0})
    assert found == {"e": False, "f": 0}
