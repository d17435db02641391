from urllib.parse import urlencode

import pytest


def test_a_login_ends_where_the_browser_wanted_to_go(visitor, helpers):
    then = helpers.authorize(scope="user:info")
    page = visitor.log_in("alice", "pw-alice", then)
    assert (page.status, page.location) == (302, then)
    code = visitor.get(then)
    assert code.location.startswith(helpers.HUB + "?code=sha256~")


def test_the_session_ends_with_the_code(visitor, helpers):
    then = helpers.authorize()
    visitor.log_in("alice", "pw-alice", then)
    assert "code" in visitor.get(then).said
    assert visitor.get(then).location.startswith("/login?"), "the next login asks again"


@pytest.mark.parametrize(
    ("name", "password", "status", "says"),
    [
        ("alice", "wrong", 401, "Invalid login or password"),
        ("nobody", "wrong", 401, "Invalid login or password"),
        ("", "wrong", 401, "Login is required"),
        ("alice", "", 401, "Invalid login or password"),
    ],
)
def test_a_wrong_password_is_said_and_nobody_is_logged_in(
    visitor, helpers, name, password, status, says
):
    page = visitor.log_in(name, password, helpers.authorize())
    assert page.status == status
    assert says in page.text
    assert visitor.get(helpers.authorize()).location.startswith("/login?")


@pytest.mark.parametrize("field", ["csrf", "cookie"])
def test_a_form_of_another_site_is_not_taken(visitor, helpers, field):
    then = helpers.authorize()
    page = visitor.get("/login?" + urlencode({"then": then}))
    form = {"then": then, "csrf": page.field("csrf"), "username": "alice", "password": "pw-alice"}
    if field == "csrf":
        form["csrf"] = "guess"
    else:
        visitor.cookies.clear()
    page = visitor.post("/login", form)
    assert page.status == 403
    assert visitor.get(then).location.startswith("/login?")


@pytest.mark.parametrize("then", ["https://evil.example/", "//evil.example", "/\\evil", ""])
def test_a_login_leads_nowhere_else(visitor, then):
    assert visitor.get("/login?" + urlencode({"then": then})).location == "/"
    assert visitor.post("/login", {"then": then}).location == "/"


def test_guessing_is_slowed_down(visitor, helpers):
    then = helpers.authorize()
    for _ in range(5):
        assert visitor.log_in("alice", "wrong", then).status == 401
    page = visitor.log_in("alice", "pw-alice", then)
    assert page.status == 429
    assert int(page.headers["Retry-After"]) >= 1
    assert "Too many" in page.text
    assert visitor.log_in("bob", "pw-bob", then).status == 302, "others are not held up"
    challenged = visitor.get(then, **helpers.basic())
    assert challenged.status in (302, 429)


def approval(visitor, helpers, scope="user:info user:check-access"):
    path = helpers.authorize(helpers.ACCOUNT, scope=scope)
    visitor.log_in("alice", "pw-alice", path)
    page = visitor.get(path)
    assert page.location.startswith("authorize/approve?")
    return visitor.get("/oauth/" + page.location)


def fields(page):
    names = ("then", "csrf", "client_id", "user_name", "redirect_uri")
    return {name: page.field(name) for name in names}


def test_what_is_approved_is_given_and_remembered(people, visitor, helpers):
    page = approval(visitor, helpers)
    assert page.text.count('type="checkbox"') == 2
    given = {"scope": ["user:info"], "approve": "yes"}
    done = visitor.post("/oauth/authorize/approve", {**fields(page), **given})
    assert done.status == 302
    assert done.said["scope"] == "user:info"
    assert "code" in visitor.get(done.location).said
    kept = people.request(
        "GET", f"/apis/oauth.openshift.io/v1/oauthclientauthorizations/alice:{helpers.ACCOUNT}"
    )
    assert kept.body["scopes"] == ["user:info"]
    again = helpers.authorize(helpers.ACCOUNT, scope="user:info")
    visitor.log_in("alice", "pw-alice", again)
    assert "code" in visitor.get(again).said


def test_more_is_asked_for_later_and_added(people, visitor, helpers):
    for scope in ("user:info", "user:info user:list-projects"):
        page = approval(visitor, helpers, scope)
        given = {"scope": scope.split(), "approve": "yes"}
        done = visitor.post("/oauth/authorize/approve", {**fields(page), **given})
        visitor.get(done.location)
    assert "(approved before)" in page.text
    (kept,) = people.request("GET", "/apis/oauth.openshift.io/v1/oauthclientauthorizations").body[
        "items"
    ]
    assert kept["scopes"] == ["user:info", "user:list-projects"]


@pytest.mark.parametrize("button", [{"deny": "Deny"}, {"approve": "yes", "scope": []}])
def test_who_denies_goes_back_with_an_error(visitor, helpers, button):
    page = approval(visitor, helpers)
    done = visitor.post("/oauth/authorize/approve", {**fields(page), **button})
    back = visitor.get(done.location)
    assert back.location.startswith(helpers.HUB)
    assert (back.said["error"], back.said["state"]) == ("access_denied", "st4te")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"csrf": "guess"}, 403),
        ({"user_name": "bob"}, 403),
        ({"then": "https://evil.example/"}, 400),
        ({"then": "/login?then=/"}, 400),
        ({"client_id": "nobody"}, 400),
        ({"scope": ["user:full"]}, 400),
        ({"scope": ["nonsense"]}, 400),
        ({"redirect_uri": "http://evil.example/"}, 400),
    ],
)
def test_a_changed_approval_is_not_taken(people, visitor, helpers, change, status):
    page = approval(visitor, helpers)
    form = {**fields(page), "scope": ["user:info"], "approve": "yes", **change}
    assert visitor.post("/oauth/authorize/approve", form).status == status
    kept = people.request("GET", "/apis/oauth.openshift.io/v1/oauthclientauthorizations")
    assert kept.body["items"] == []


def test_the_approval_page_cannot_be_made_to_show_another_address(visitor, helpers):
    page = approval(visitor, helpers)
    assert page.status == 200
    query = {
        "client_id": helpers.ACCOUNT,
        "scope": "user:info",
        "redirect_uri": "http://evil.example/",
        "then": "../authorize?x=1",
    }
    shown = visitor.get("/oauth/authorize/approve?" + urlencode(query))
    assert shown.status == 400
    assert 'name="approve"' not in shown.text


def test_an_approval_without_a_session_starts_again(visitor, helpers):
    query = {"client_id": helpers.ACCOUNT, "then": "../authorize?x=1"}
    page = visitor.get("/oauth/authorize/approve?" + urlencode(query))
    assert (page.status, page.location) == (302, "/oauth/authorize?x=1")


def test_logging_out_ends_the_session(visitor, helpers):
    path = helpers.authorize(helpers.ACCOUNT, scope="user:info")
    visitor.log_in("alice", "pw-alice", path)
    assert visitor.get(path).location.startswith("authorize/approve?")
    assert visitor.get("/logout").status == 405
    assert visitor.post("/logout", {"then": "/"}).location == "/"
    assert visitor.post("/logout", {"then": "https://evil.example/"}).status == 200
    assert visitor.get(path).location.startswith("/login?")


def test_a_stolen_session_value_is_useless_after_logout(visitor, helpers):
    path = helpers.authorize(helpers.ACCOUNT, scope="user:info")
    visitor.log_in("alice", "pw-alice", path)
    stolen = dict(visitor.cookies)
    visitor.post("/logout", {})
    visitor.cookies = stolen
    assert visitor.get(path).location.startswith("/login?")


@pytest.mark.parametrize(
    ("client", "named"),
    [
        ("console", "<strong>console</strong>"),
        ("system:serviceaccount:workshop:hub", "<strong>hub</strong> in project"),
        ("Your bank", None),
    ],
)
def test_the_login_page_names_a_client_that_exists(visitor, helpers, client, named):
    page = visitor.get("/login?" + urlencode({"then": helpers.authorize(client)}))
    assert ("to continue to" in page.text) is (named is not None)
    assert named is None or named in page.text
