import pytest

from pocket_openshift.access import impersonation

ACCOUNT = "system:serviceaccount:a:robot"


@pytest.mark.parametrize(
    ("name", "groups", "expected"),
    [
        ("eve", (), [("users", "", "eve")]),
        ("eve", ("g",), [("users", "", "eve"), ("groups", "", "g")]),
        (ACCOUNT, (), [("serviceaccounts", "a", "robot")]),
        ("system:serviceaccount:a", (), [("users", "", "system:serviceaccount:a")]),
    ],
)
def test_what_one_must_be_allowed(name, groups, expected):
    found = [(act.resource, act.namespace, act.name) for act in impersonation.acts(name, groups)]
    assert found == expected
    assert {act.verb for act in impersonation.acts(name, groups)} == {"impersonate"}


def test_an_account_is_in_its_groups():
    assert "system:serviceaccounts:a" in impersonation.user_of(ACCOUNT, ()).groups
    named = impersonation.user_of(ACCOUNT, ("g",)).groups
    assert named == ("g", "system:authenticated")


def test_a_user_is_authenticated():
    assert impersonation.user_of("eve", ()).groups == ("system:authenticated",)
    assert impersonation.user_of("system:anonymous", ()).groups == ()


def test_editors_may_act_as_the_accounts_of_their_project(cluster):
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "e", "namespace": "default"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "edit"},
        "subjects": [{"kind": "ServiceAccount", "name": "default", "namespace": "default"}],
    }
    cluster.apply(binding)
    token = cluster.token("default", "default")

    def status(name):
        headers = {"Impersonate-User": f"system:serviceaccount:{name}"}
        path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
        return cluster.request("POST", path, {}, token=token, headers=headers).status

    assert status("default:other") == 201
    assert status("kube-system:other") == 403


@pytest.mark.parametrize(
    ("headers", "wrong"),
    [
        ([], ""),
        (["Impersonate-User"], ""),
        (["Impersonate-Group", "Impersonate-User"], ""),
        (["Impersonate-Group"], "without impersonating a user"),
        (["Impersonate-User", "Impersonate-Uid"], "Impersonate-Uid is not served"),
        (["Impersonate-User", "Impersonate-Extra-Scopes.x"], "is not served"),
    ],
)
def test_who_asks_for_less_does_not_get_more(headers, wrong):
    found = impersonation.problem_with_headers(headers)
    assert wrong in (found or "")
    assert bool(wrong) == bool(found)
