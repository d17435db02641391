import base64

import pytest

import waiting
from pocket_openshift.oauth import app
from pocket_openshift.vocabulary import kinds

API = "/apis/oauth.openshift.io/v1"
USERS = "/apis/user.openshift.io/v1"
ME = f"{USERS}/users/~"


def test_a_user_and_identity_are_made_at_the_first_login(people, code_for):
    assert people.request("GET", f"{USERS}/users/alice").status == 404
    code_for()
    user = people.request("GET", f"{USERS}/users/alice").body
    identity = people.request("GET", f"{USERS}/identities/htpasswd:alice").body
    assert user["identities"] == ["htpasswd:alice"]
    assert identity["user"] == {"name": "alice", "uid": user["metadata"]["uid"]}
    code_for()
    assert people.request("GET", f"{USERS}/users/alice").body == user


def test_a_user_made_before_is_claimed(people, code_for):
    people.apply(
        {"apiVersion": "user.openshift.io/v1", "kind": "User", "metadata": {"name": "alice"}}
    )
    code_for()
    assert people.request("GET", f"{USERS}/users/alice").body["identities"] == ["htpasswd:alice"]


@pytest.mark.parametrize(
    ("prepare", "says"),
    [("another identity", "belongs to another identity"), ("user is gone", "identity was not")],
)
def test_a_name_that_is_somebody_elses_cannot_be_had(people, visitor, helpers, prepare, says):
    if prepare == "another identity":
        people.apply(
            {
                "apiVersion": "user.openshift.io/v1",
                "kind": "User",
                "metadata": {"name": "alice"},
                "identities": ["ldap:alice"],
            }
        )
    else:
        visitor.get(helpers.authorize(), **helpers.basic())
        people.request("DELETE", f"{USERS}/users/alice")
    page = visitor.log_in("alice", "pw-alice", helpers.authorize())
    assert page.status == 401
    assert says in page.text


def test_groups_are_objects_that_may_be_changed(people, token_for):
    token = token_for("user:full")
    assert people.request("GET", f"{USERS}/groups/students").body["users"] == ["alice"]
    people.apply(
        {
            "apiVersion": "user.openshift.io/v1",
            "kind": "Group",
            "metadata": {"name": "teachers"},
            "users": ["alice"],
        }
    )
    people.forget_tokens()
    groups = people.request("GET", ME, token=token).body["groups"]
    assert {"students", "teachers"} < set(groups)
    people.add_user("alice", "pw-alice", ["teachers"])
    people.forget_tokens()
    groups = people.request("GET", ME, token=token).body["groups"]
    assert "students" not in groups
    assert "teachers" in groups


def test_a_group_gives_rights(people, token_for):
    people.apply(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "students", "namespace": "workshop"},
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": "view",
            },
            "subjects": [
                {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "students"}
            ],
        }
    )
    pods = "/api/v1/namespaces/workshop/pods"
    assert people.request("GET", pods, token=token_for("user:full")).status == 200
    assert people.request("GET", pods, token=token_for("user:info")).status == 403
    assert people.request("GET", pods, token=token_for("role:view:workshop")).status == 200
    assert people.request("GET", pods, token=token_for("role:view:default")).status == 403


def test_a_token_of_a_user_who_was_deleted_or_made_again_is_nobodys(people, token_for):
    token = token_for()
    people.request("DELETE", f"{USERS}/users/alice")
    people.forget_tokens()
    assert people.request("GET", ME, token=token).status == 401
    people.apply(
        {"apiVersion": "user.openshift.io/v1", "kind": "User", "metadata": {"name": "alice"}}
    )
    assert people.request("GET", ME, token=token).status == 401


def test_a_revoked_token_lives_on_for_the_time_of_the_cache(people, token_for):
    token = token_for()
    assert people.request("GET", ME, token=token).status == 200
    (kept,) = people.request("GET", f"{API}/oauthaccesstokens").body["items"]
    name = kept["metadata"]["name"]
    assert people.request("DELETE", f"{API}/oauthaccesstokens/{name}").status == 200
    assert people.request("GET", ME, token=token).status == 200
    people.forget_tokens()
    assert people.request("GET", ME, token=token).status == 401


def test_a_token_secret_of_the_account_is_its_secret_too(people, visitor, helpers):
    hub = people.request("GET", "/api/v1/namespaces/workshop/serviceaccounts/hub").body

    def secret(name, account, token):
        return {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "kubernetes.io/service-account-token",
            "metadata": {
                "name": name,
                "namespace": "workshop",
                "annotations": {
                    "kubernetes.io/service-account.name": account,
                    "kubernetes.io/service-account.uid": hub["metadata"]["uid"],
                },
            },
            "data": {"token": base64.b64encode(token.encode()).decode()},
        }

    kept = [secret("a", "hub", "long-lived"), secret("b", "other", "other-token")]

    def put():
        for each in kept:
            people.plane.store.create(kinds.named("secrets"), each)

    people.run(put)

    def knows(text):
        registry = app.server_of(people.plane).registry
        return people.run(lambda: registry.knows_secret(registry.client(helpers.ACCOUNT), text))

    assert knows("long-lived")
    assert not knows("other-token")
    assert not knows("")


def test_the_passwords_and_tokens_are_nowhere_in_the_store(people, token_for):
    token = token_for()
    select = people.plane.store.select
    everything = repr(people.run(lambda: [list(select(kind.resource)) for kind in kinds.KINDS]))
    assert "alice" in everything
    assert "pw-alice" not in everything
    assert token not in everything


@pytest.fixture
def projects_of(people, token_for):
    """A function: scope -> the projects that alice, admin of `shop` and `workshop`, sees."""
    for name in ("shop", "workshop"):
        people.apply(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}},
            {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "RoleBinding",
                "metadata": {"name": "alice", "namespace": name},
                "roleRef": {
                    "apiGroup": "rbac.authorization.k8s.io",
                    "kind": "ClusterRole",
                    "name": "admin",
                },
                "subjects": [
                    {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "alice"}
                ],
            },
        )

    path = "/apis/project.openshift.io/v1/projects"

    def get(token):
        answer = people.request("GET", path, token=token)
        if answer.status != 200:
            return answer.status
        return [item["metadata"]["name"] for item in answer.body["items"]]

    whole = token_for("user:full")
    # The list lags behind the bindings, as the real one.
    waiting.until(lambda: get(whole) == ["shop", "workshop"])
    return lambda scope: get(token_for(scope))


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        ("user:full", ["shop", "workshop"]),
        ("user:list-projects", ["shop", "workshop"]),
        ("user:list-scoped-projects role:view:shop", ["shop"]),
        ("user:list-scoped-projects role:view:*", ["shop", "workshop"]),
        ("user:info", 403),
        ("role:view:shop", 403),
    ],
)
def test_a_token_lists_the_projects_that_its_scopes_show(projects_of, scope, seen):
    assert projects_of(scope) == seen


@pytest.mark.parametrize(
    ("scope", "pods", "secrets"),
    [
        ("role:admin:workshop", 200, 403),
        ("role:admin:workshop:!", 200, 200),
        ("role:admin:*", 200, 403),
        ("role:cluster-admin:workshop", 403, 403),
        ("role:no-such-role:workshop", 403, 403),
        ("user:full", 200, 200),
    ],
)
def test_a_role_scope_leaves_out_what_escalates(
    people, projects_of, token_for, scope, pods, secrets
):
    token = token_for(scope)
    for resource, status in (("pods", pods), ("secrets", secrets)):
        path = f"/api/v1/namespaces/workshop/{resource}"
        assert people.request("GET", path, token=token).status == status
