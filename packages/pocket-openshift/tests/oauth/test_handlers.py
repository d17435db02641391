import http.client

import pytest


def test_the_server_says_where_its_parts_are(people, visitor):
    page = visitor.get("/.well-known/oauth-authorization-server")
    assert page.status == 200
    assert page.json["token_endpoint"] == f"{people.oauth_url}/oauth/token"
    api = people.request("GET", "/.well-known/oauth-authorization-server", token="")
    assert api.body == page.json


@pytest.mark.parametrize("path", ["/", "/login?then=%2F", "/no/such/page"])
def test_no_page_may_be_framed_or_kept_or_run_scripts(visitor, path):
    headers = visitor.get(path).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "Server" not in headers


def test_cookies_are_for_this_server_only(people, visitor):
    page = visitor.get("/login?then=%2F")
    cookie = page.headers["Set-Cookie"]
    port = people.oauth_url.rpartition(":")[2]
    assert cookie.startswith(f"__Host-csrf-{port}=")
    for part in ("HttpOnly", "Secure", "Path=/", "SameSite=Lax"):
        assert part in cookie


def test_what_does_not_exist_is_a_page(visitor):
    page = visitor.get("/no/such/page")
    assert page.status == 404
    assert "no such page" in page.text


def test_a_wrong_method_is_a_page(visitor):
    assert visitor.post("/oauth/authorize", {}).status == 405
    assert visitor.request("PUT", "/login").status == 405


def test_it_tells_that_it_is_up(visitor):
    assert visitor.get("/healthz").text == "ok"


@pytest.mark.parametrize(
    "path",
    [
        "/oauth/authorize?client_id=%ff%fe&state=%00",
        "/oauth/authorize?client_id=console&redirect_uri=http%3A%2F%2F127.0.0.1%3A8000"
        "%2Fhub%2Foauth_callback%2F%0d%0aX%3A+y&response_type=token",
        "/oauth/authorize?client_id=console&response_type=code&state=%0d%0a%E2%9C%93",
        "/login?then=%2F%E2%9C%93",
        "/oauth/authorize/approve?then=%E2%9C%93",
    ],
)
def test_odd_requests_are_answered_and_not_broken_by(visitor, path):
    assert visitor.get(path).status in (302, 400)


@pytest.mark.parametrize("path", ["/login", "/oauth/token", "/oauth/authorize/approve", "/logout"])
def test_odd_forms_are_answered_and_not_broken_by(visitor, path):
    visitor.get("/login?then=%2F")
    form = {"then": "/", "csrf": "✓", "username": "\x00", "password": "✓", "code": "✓"}
    assert visitor.post(path, form).status in (302, 400, 403)


@pytest.fixture
def bad_form():
    return {"grant_type": "password"}


@pytest.mark.parametrize(
    ("fault", "status", "header"),
    [({"status": 503}, 503, None), ({"retry_after": 7}, 429, "7"), ({"delay": 0.01}, 400, None)],
)
def test_a_test_may_make_the_server_fail(people, visitor, bad_form, fault, status, header):
    people.faults.add(resource="oauth/token", verb="create", **fault)
    page = visitor.post("/oauth/token", bad_form)
    assert (page.status, page.headers.get("Retry-After")) == (status, header)
    assert visitor.post("/oauth/token", bad_form).status == 400, "once"


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_test_may_lose_an_answer(people, visitor, code_for, exchange, drop):
    code = code_for()
    people.faults.add(resource="oauth/token", drop=drop)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        exchange(code)
    used_up = exchange(code).json.get("error") == "unauthorized_client"
    assert used_up is (drop == "after")


def test_a_fault_of_the_api_is_none_here(people, visitor, bad_form):
    people.faults.add(resource="*", status=500, times=None)
    assert visitor.post("/oauth/token", bad_form).status == 400


def test_requests_leave_records(people, visitor, bad_form):
    visitor.post("/oauth/token", bad_form)
    visitor.get("/login?then=%2F")
    found = [(r.verb, r.resource, r.status) for r in people.requests[-2:]]
    assert found == [("create", "oauth/token", 400), ("get", "login", 200)]
