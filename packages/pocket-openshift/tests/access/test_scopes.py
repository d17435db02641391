import pytest

from pocket_openshift.access import rbac, scopes


def allows(scope, act):
    return any(rule.allows(act) for rule in scopes.fixed_rules([scope]))


REVIEW = rbac.Act("create", "authorization.k8s.io", "selfsubjectaccessreviews")
OWN_USER = rbac.Act("get", "user.openshift.io", "users", name="~")
PROJECTS = rbac.Act("list", "project.openshift.io", "projects")
PODS = rbac.Act("list", "", "pods", namespace="a")


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("user:full", [REVIEW, OWN_USER, PROJECTS, PODS]),
        ("user:info", [OWN_USER]),
        ("user:check-access", [REVIEW]),
        ("user:list-projects", [PROJECTS]),
        ("user:nonsense", []),
    ],
)
def test_a_scope_allows_just_that(scope, allowed):
    for act in (REVIEW, OWN_USER, PROJECTS, PODS):
        assert allows(scope, act) is (act in allowed), act


def test_any_scope_allows_discovery():
    assert allows("user:info", rbac.Act("get", path="/apis/apps/v1"))


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("role:edit:ns", ("edit", "ns", False)),
        ("role:edit:*:!", ("edit", "*", True)),
        ("role:system:node:ns", ("system:node", "ns", False)),
        ("role:edit", None),
        ("user:info", None),
    ],
)
def test_role_scopes_are_read(scope, expected):
    assert scopes.role_of(scope) == expected


def test_a_role_scope_gives_nothing_by_which_it_could_grow():
    rules = [
        rbac.Rule(("get",), ("",), ("pods", "secrets")),
        rbac.Rule(("create",), ("", "oauth.openshift.io"), ("oauthaccesstokens",)),
        rbac.Rule(("*",), ("",), ("pods",)),
    ]
    assert scopes.without_escalating(rules) == [rbac.Rule(("get",), ("",), ("pods",))]
