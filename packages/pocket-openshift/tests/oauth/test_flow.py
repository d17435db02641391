import pytest

from pocket_openshift.oauth.rules import token_rules

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
USERS = "/apis/user.openshift.io/v1/users/~"


def test_a_browser_without_a_session_goes_to_the_login_page(visitor, helpers):
    page = visitor.get(helpers.authorize())
    assert page.status == 302
    assert page.location.startswith("/login?then=%2Foauth%2Fauthorize%3Fclient_id%3Dconsole")
    assert page.said["then"] == helpers.authorize()


def test_a_password_gives_a_code_and_a_code_a_token(people, code_for, exchange):
    answer = exchange(code_for("user:info user:check-access"))
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-cache, no-store, max-age=0, must-revalidate"
    said = answer.json
    assert (said["token_type"], said["expires_in"]) == ("Bearer", 86400)
    assert said["scope"] == "user:info user:check-access"
    me = people.request("GET", USERS, token=said["access_token"])
    assert me.body["metadata"]["name"] == "alice"
    assert me.body["groups"] == ["students", "system:authenticated", "system:authenticated:oauth"]


def test_a_code_is_good_for_one_token(code_for, exchange):
    code = code_for()
    assert exchange(code).status == 200
    again = exchange(code)
    assert (again.status, again.json["error"]) == (400, "unauthorized_client")


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"client_secret": "wrong"}, "unauthorized_client"),
        ({"client_id": "nobody"}, "unauthorized_client"),
        ({"redirect_uri": "http://evil.example/"}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"code": ""}, "invalid_grant"),
        ({"code": "sha256~guess"}, "unauthorized_client"),
        ({"code_verifier": "x"}, None),
    ],
)
def test_a_bad_exchange_does_not_use_up_the_code(code_for, exchange, more, error):
    code = code_for()
    answer = exchange(code, **more)
    assert answer.json.get("error") == error
    if error:
        assert answer.status == 400
        assert exchange(code).status == 200


def test_a_client_may_say_who_it_is_by_basic(visitor, code_for, helpers):
    form = {"grant_type": "authorization_code", "code": code_for(), "redirect_uri": helpers.HUB}
    answer = visitor.post("/oauth/token", form, **helpers.basic("console", "s3cret"))
    assert answer.status == 200


def test_a_code_ends_after_five_minutes(people, code_for, exchange):
    code = code_for()

    def age():
        store = people.plane.store
        (kept,) = store.select("oauthauthorizetokens.oauth.openshift.io")
        assert kept["expiresIn"] == 300
        kept["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z"

    people.run(age)
    assert exchange(code).json["error"] == "invalid_grant"


def test_pkce_binds_a_code_to_who_asked(code_for, exchange):
    challenge = {
        "code_challenge": token_rules.transform(VERIFIER, "S256"),
        "code_challenge_method": "S256",
    }
    code = code_for(**challenge)
    assert exchange(code).json["error"] == "invalid_request"
    assert exchange(code, code_verifier="w" * 43).json["error"] == "invalid_grant"
    assert exchange(code, code_verifier=VERIFIER).status == 200


def test_there_is_no_implicit_flow(visitor, helpers):
    page = visitor.get(helpers.authorize(response_type="token"), **helpers.basic())
    assert page.said["error"] == "unsupported_response_type"
    assert page.said["state"] == "st4te"
    assert "access_token" not in page.location


def test_secrets_are_not_taken_from_an_address(visitor, code_for):
    page = visitor.get(f"/oauth/token?grant_type=authorization_code&code={code_for()}")
    assert (page.status, page.json["error"]) == (400, "invalid_request")


def test_the_state_is_left_out_when_none_was_sent(visitor, helpers):
    page = visitor.get(helpers.authorize(state=""), **helpers.basic())
    assert set(page.said) == {"code"}


@pytest.mark.parametrize("csrf", [True, False])
def test_oc_login_is_challenged(people, helpers, csrf):
    callback = f"{people.oauth_url}/oauth/token/implicit"
    challenge = token_rules.transform(VERIFIER, "S256")
    path = helpers.authorize(
        "openshift-challenging-client",
        redirect_uri=callback,
        code_challenge=challenge,
        code_challenge_method="S256",
    )
    oc = helpers.Visitor(people)
    headers = {"X-CSRF-Token": "1"} if csrf else {}
    page = oc.get(path, **headers)
    assert page.status == 401
    assert page.headers.get("WWW-Authenticate") == ('Basic realm="openshift"' if csrf else None)
    assert ("X-CSRF-Token" in page.headers.get("Warning", "")) is not csrf
    page = oc.get(path, **headers, **helpers.basic())
    form = {
        "grant_type": "authorization_code",
        "code": page.said["code"],
        "redirect_uri": callback,
        "code_verifier": VERIFIER,
        "client_id": "openshift-challenging-client",
        "client_secret": "",
    }
    assert oc.post("/oauth/token", form).status == 200


def test_a_client_sets_the_life_of_its_tokens(people, token_for):
    path = "/apis/oauth.openshift.io/v1/oauthclients/console"
    people.request(
        "PATCH",
        path,
        {"accessTokenMaxAgeSeconds": 60},
        headers={"Content-Type": "application/merge-patch+json"},
    )
    token_for()
    (kept,) = people.run(lambda: people.plane.store.select("oauthaccesstokens.oauth.openshift.io"))
    assert kept["expiresIn"] == 60


def account_code(visitor, helpers, **more):
    path = helpers.authorize(helpers.ACCOUNT, scope="user:info", **more)
    return visitor.get(path, **helpers.basic("bob", "pw-bob"))


def approve_as_admin(people, helpers):
    user = people.request("GET", "/apis/user.openshift.io/v1/users/bob").body
    people.apply(
        {
            "apiVersion": "oauth.openshift.io/v1",
            "kind": "OAuthClientAuthorization",
            "metadata": {"name": f"bob:{helpers.ACCOUNT}"},
            "clientName": helpers.ACCOUNT,
            "userName": "bob",
            "userUID": user["metadata"]["uid"],
            "scopes": ["user:info"],
        }
    )


def account_exchange(visitor, helpers, code, secret):
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": helpers.HUB,
        "client_id": helpers.ACCOUNT,
        "client_secret": secret,
    }
    return visitor.post("/oauth/token", form)


def test_a_service_account_is_a_client_with_its_bound_token(people, visitor, helpers):
    people.apply(
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "other", "namespace": "workshop"},
        }
    )
    page = account_code(visitor, helpers)
    assert page.location.startswith("authorize/approve?")
    approve_as_admin(people, helpers)
    code = account_code(visitor, helpers).said["code"]
    for wrong in (people.token("workshop", "other"), "", people.admin_token, "x"):
        assert (
            account_exchange(visitor, helpers, code, wrong).json["error"] == "unauthorized_client"
        )
    assert account_exchange(visitor, helpers, code, people.token("workshop", "hub")).status == 200


def test_a_service_account_may_not_ask_for_everything(visitor, helpers):
    path = helpers.authorize(helpers.ACCOUNT, scope="user:full")
    page = visitor.get(path, **helpers.basic("bob", "pw-bob"))
    assert page.said == {
        "error": "access_denied",
        "error_description": "scope denied: user:full",
    }


def test_an_approval_of_another_person_of_that_name_does_not_count(people, visitor, helpers):
    account_code(visitor, helpers)
    approve_as_admin(people, helpers)
    assert "code" in account_code(visitor, helpers).said
    people.request("DELETE", "/apis/user.openshift.io/v1/users/bob")
    people.request("DELETE", "/apis/user.openshift.io/v1/identities/htpasswd:bob")
    assert account_code(visitor, helpers).location.startswith("authorize/approve?")


def test_an_account_without_redirects_is_told_what_to_write(people, visitor, helpers):
    people.apply(
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "bare", "namespace": "workshop"},
        }
    )
    page = visitor.get(helpers.authorize("system:serviceaccount:workshop:bare"))
    assert page.status == 400
    assert page.json["error"] == "server_error"
    assert "oauth-redirecturi" in page.json["error_description"]


def test_a_route_gives_an_account_its_redirect(people, visitor, helpers):
    reference = (
        '{"kind":"OAuthRedirectReference","apiVersion":"v1",'
        '"reference":{"kind":"Route","name":"hub"}}'
    )
    people.apply(
        {
            "apiVersion": "route.openshift.io/v1",
            "kind": "Route",
            "metadata": {"name": "hub", "namespace": "workshop"},
            "spec": {"to": {"kind": "Service", "name": "hub"}, "tls": {"termination": "edge"}},
        },
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {
                "name": "routed",
                "namespace": "workshop",
                "annotations": {
                    "serviceaccounts.openshift.io/oauth-redirectreference.first": reference
                },
            },
        },
    )
    redirect = "https://hub-workshop.apps.localtest/hub/oauth_callback"
    path = helpers.authorize("system:serviceaccount:workshop:routed", redirect_uri=redirect)
    assert visitor.get(path).location.startswith("/login?")
    other = helpers.authorize("system:serviceaccount:workshop:routed", redirect_uri=helpers.HUB)
    assert visitor.get(other).status == 400
