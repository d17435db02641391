import pytest

API = "/apis/oauth.openshift.io/v1"
OWN = f"{API}/useroauthaccesstokens"
USERS = "/apis/user.openshift.io/v1/users"


def names(answer):
    return [item["metadata"]["name"] for item in answer.body["items"]]


def test_people_see_their_own_tokens_and_no_others(people, visitor, token_for, helpers):
    mine = token_for("user:full")
    visitor.get(helpers.authorize(), **helpers.basic("bob", "pw-bob"))
    listed = people.request("GET", OWN, token=mine)
    assert listed.body["kind"] == "UserOAuthAccessTokenList"
    (name,) = names(listed)
    one = people.request("GET", f"{OWN}/{name}", token=mine)
    assert (one.status, one.body["kind"]) == (200, "UserOAuthAccessToken")
    assert people.request("GET", f"{OWN}/{name}").status == 404, "even an admin is somebody else"
    assert people.request("DELETE", f"{OWN}/{name}").status == 404
    assert people.request("GET", f"{API}/oauthaccesstokens/{name}", token=mine).status == 403


def test_people_revoke_their_own_tokens(people, token_for):
    mine = token_for("user:full")
    (name,) = names(people.request("GET", OWN, token=mine))
    gone = people.request("DELETE", f"{OWN}/{name}", token=mine)
    assert (gone.status, gone.body["kind"]) == (200, "OAuthAccessToken")
    people.forget_tokens()
    assert people.request("GET", OWN, token=mine).status == 401


@pytest.mark.parametrize("who", ["account", "admin"])
def test_who_is_not_a_stored_user_is_a_virtual_one(people, who):
    token = people.token("workshop", "hub") if who == "account" else people.admin_token
    me = people.request("GET", f"{USERS}/~", token=token)
    assert me.status == 200
    assert me.body["metadata"]["name"].startswith("system:")
    assert "system:authenticated" in me.body["groups"]
    assert "resourceVersion" not in me.body["metadata"]


def test_nobody_is_no_user(people):
    assert people.request("GET", f"{USERS}/~", token="").status == 403


def test_a_self_review_tells_an_onlooker_what_its_owner_may(people, token_for):
    people.apply(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "alice", "namespace": "workshop"},
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": "admin",
            },
            "subjects": [
                {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "alice"}
            ],
        }
    )
    attributes = {"namespace": "workshop", "resource": "pods", "verb": "create"}
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    body = {"spec": {"resourceAttributes": attributes}}
    onlooker = people.request("POST", path, body, token=token_for("user:info user:check-access"))
    assert onlooker.body["status"]["allowed"] is True
    pods = people.request(
        "GET", "/api/v1/namespaces/workshop/pods", token=token_for("user:info user:check-access")
    )
    assert pods.status == 403, "asking is allowed, doing is not"
    narrow = token_for("user:check-access role:view:default")
    status = people.request("POST", path, body, token=narrow).body["status"]
    assert status["allowed"] is False
    assert status["denied"] is True
    assert "prevent this action" in status["reason"]
