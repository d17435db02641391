import html
import re
from urllib.parse import urlencode

import pytest


@pytest.fixture
def shown(visitor):
    """The page with the button, after a login."""
    begin = visitor.get("/oauth/token/request")
    assert visitor.get(begin.location).location.startswith("/login?")
    visitor.log_in("alice", "pw-alice", begin.location)
    back = visitor.get(begin.location)
    assert back.location.startswith(f"{visitor.cluster.oauth_url}/oauth/token/display?code=")
    page = visitor.get(back.location.removeprefix(visitor.cluster.oauth_url))
    assert page.status == 200
    assert "Display token" in page.text
    return page


def press(visitor, page, **change):
    form = {"code": page.field("code"), "csrf": page.field("csrf"), **change}
    return visitor.post("/oauth/token/display", form)


def test_a_person_gets_a_token_that_works(people, visitor, shown):
    page = press(visitor, shown)
    token = html.unescape(re.search(r'id="token">([^<]+)<', page.text)[1])
    assert f"oc login --token={token} --server={people.url}" in html.unescape(page.text)
    me = people.request("GET", "/apis/user.openshift.io/v1/users/~", token=token)
    assert me.body["metadata"]["name"] == "alice"
    assert page.headers["Cache-Control"] == "no-store"


def test_it_is_shown_once(visitor, shown):
    press(visitor, shown)
    again = press(visitor, shown)
    assert again.status == 400
    assert "shown already" in again.text


@pytest.mark.parametrize(("change", "status"), [({"csrf": "x"}, 403), ({"code": "sha256~x"}, 400)])
def test_a_form_that_is_not_ours_shows_nothing(visitor, shown, change, status):
    page = press(visitor, shown, **change)
    assert page.status == status
    assert "sha256~" not in page.text


def test_a_code_of_another_browser_is_not_shown(people, visitor, helpers, shown):
    other = helpers.Visitor(people)
    other.get("/login?then=%2F")
    query = urlencode({"code": shown.field("code"), "state": shown.field("csrf")})
    assert other.get(f"/oauth/token/display?{query}").status == 400


def test_a_code_of_another_client_is_not_shown(visitor, shown, code_for):
    assert press(visitor, shown, code=code_for()).status == 400


def test_nobody_knows_the_secret_of_the_page(exchange, shown):
    answer = exchange(shown.field("code"), client_id="openshift-browser-client", client_secret="")
    assert answer.json["error"] == "unauthorized_client"
