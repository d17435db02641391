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
