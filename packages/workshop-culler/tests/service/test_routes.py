"""Each route of the service, and what it takes: none is open that is not named so here."""

import aiohttp
import pytest

from workshop_culler.service import server

pytestmark = [pytest.mark.hub, pytest.mark.asyncio(loop_scope="module")]
PREFIX = "/services/culler/"
ASSIST, INSTRUCT = "custom:workshop:assist", "custom:workshop:instruct"
OWN = "access:servers!server=ada/"
ANYBODY = "anybody of the hub"
# Route -> method -> the least that gets in. What is not named answers with 405.
ROUTES = {
    "": {"GET": ASSIST},
    "login": {"GET": "open", "POST": "open"},
    "logout": {"POST": "open"},
    "api/session": {"GET": OWN},
    "api/session/extend": {"POST": INSTRUCT},
    "api/session/stop": {"POST": INSTRUCT},
    "api/session/page": {"POST": OWN},
    "api/session/tests": {"POST": OWN},
    "api/session/hand": {"GET": OWN, "POST": OWN},
    "api/session/hand/lower": {"POST": ASSIST},
    "api/session/hint": {"POST": ASSIST, "DELETE": ASSIST},
    "api/session/join": {"POST": ASSIST},
    "api/session/join/redeem": {"POST": OWN},
    "api/session/join/note": {"POST": OWN},
    "join": {"GET": ASSIST},
    "api/sessions": {"GET": ASSIST},
    "api/users": {"GET": INSTRUCT},
    "api/events": {"GET": ASSIST},
    "api/images": {"GET": INSTRUCT},
    "api/prestart": {"GET": INSTRUCT, "POST": INSTRUCT, "DELETE": INSTRUCT},
    "api/announcement": {"GET": ANYBODY, "POST": INSTRUCT, "DELETE": INSTRUCT},
    "metrics": {"GET": "read:metrics"},
    "health": {"GET": "open"},
    "oauth_callback": {"GET": "open"},
    "static/(.*)": {"GET": "open", "HEAD": "open"},
}
GONE = {"user": "nobody-here"}
BODIES = {
    "api/announcement": {"text": "Hello"},
    "api/prestart": {"people": ["ada"]},
    "api/session/extend": {"user": "ada"},
    "api/session/stop": GONE,
    "api/session/hand/lower": {"user": "ada"},
    "api/session/hint": {"user": "ada", "text": "Look at the events"},
}
# Those that would not come to an end, or end the session.
UNASKED = {("api/events", "GET")}
CASES = [(route, method) for route, methods in ROUTES.items() for method in methods]
ALL_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


async def test_the_table_has_all_routes():
    app = server.make_app(PREFIX, None, None, None, str)
    (rules,) = [rule.target.rules for rule in app.default_router.rules[:1]]
    found = {rule.matcher.regex.pattern.removesuffix("$") for rule in rules}
    assert found == {PREFIX + route for route in ROUTES} | {PREFIX.rstrip("/")}


def asked(route):
    """A path of a route, and the query with which it is about ada's session."""
    about = "?user=ada" if route in ("api/session", "api/session/hand") else ""
    return route.replace("(.*)", "page.css") + about


def make_body(route, method):
    return None if method == "GET" else BODIES.get(route, {"user": "ada"})


async def test_who_has_no_role_comes_in_nowhere(culler_service):
    for route, method in CASES:
        if ROUTES[route][method] in ("open", ANYBODY):
            continue
        for token in ("", "wrong", culler_service.codes["guest"]):
            body = make_body(route, method)
            status, _ = await culler_service.ask(method, asked(route), body, token=token)
            # A stranger's browser is led to the login; a program is refused.
            pages = ("", "join")
            assert status in ((302, 403) if route in pages else (403, 404)), (route, method, token)


async def test_what_is_not_named_is_no_method(culler_service):
    token = culler_service.codes["instructor"]
    for route in ROUTES:
        for method in set(ALL_METHODS) - ROUTES[route].keys():
            status, _ = await culler_service.ask(method, asked(route), {}, token=token)
            assert status in (403, 405), (route, method)


@pytest.mark.parametrize("role", ["assistant", "instructor"])
async def test_a_role_comes_in_where_the_table_says(culler_service, role):
    await culler_service.start_server("ada")
    scopes = {"assistant": {ASSIST}, "instructor": {ASSIST, INSTRUCT}}[role]
    token = culler_service.codes[role]
    for route, method in CASES:
        if ROUTES[route][method] not in (ASSIST, INSTRUCT) or (route, method) in UNASKED:
            continue
        body = make_body(route, method)
        status, answer = await culler_service.ask(method, asked(route), body, token=token)
        # Who may see all is told that somebody is not there, whatever they may do.
        wanted = {404} if body == GONE else {200, 202, 409}
        if ROUTES[route][method] not in scopes and body != GONE:
            wanted = {403}
        assert status in wanted, (route, method, answer)
    _, stopped = await culler_service.ask("POST", "api/session/stop", {"user": "ada"}, token=token)
    assert ("stopped" in stopped) == (role == "instructor")


async def test_a_role_of_one_group_does_not_reach_the_next(culler_service):
    await culler_service.start_server("ada")
    token = culler_service.codes["other-class"]
    for path in ("extend", "stop", "hand/lower", "hint"):
        status, _ = await culler_service.ask(
            "POST", f"api/session/{path}", {"user": "ada"}, token=token
        )
        assert status == 404, path
    assert (await culler_service.ask("GET", "api/sessions", token=token))[1]["sessions"] == []
    status, _ = await culler_service.ask("POST", "api/announcement", {"text": "x"}, token=token)
    assert status == 403


async def test_a_role_is_no_right_at_the_hub(culler_service):
    """Neither role reads or stops servers there, or is an admin."""
    await culler_service.start_server("ada")
    for role in ("assistant", "instructor"):
        headers = {"Authorization": f"token {culler_service.codes[role]}"}
        async with aiohttp.ClientSession(culler_service.api_url + "/", headers=headers) as hub:
            async with hub.get("user") as answer:
                model = await answer.json()
                assert (model["kind"], model.get("admin", False)) == ("service", False)
            for method, path in (("GET", "users/ada"), ("DELETE", "users/ada/server")):
                async with hub.request(method, path) as answer:
                    assert answer.status in (403, 404)
    assert await culler_service.running() == ["ada"]


async def test_an_assistant_s_page_has_no_announcements(culler_service):
    for role, may in (("assistant", False), ("instructor", True)):
        _, page = await culler_service.ask("GET", "", token=culler_service.codes[role])
        assert ('id="say"' in page) is may
