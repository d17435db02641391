import asyncio
import contextlib
import json

import aiohttp
import pytest

import crowd as crowds
from workshop_culler.service import api

pytestmark = [pytest.mark.hub, pytest.mark.asyncio(loop_scope="module")]

# The ten minutes of the office, and the part of a second that the hub's Date header leaves out.
FULL = 601


async def own(office, user):
    """The token that a server of this user has."""
    return await office.token(user, f"access:servers!server={user}/")


async def test_a_session_asks_for_its_own_clock(office):
    await office.start_server("ada")
    status, clock = await office.ask("GET", "api/session", token=await own(office, "ada"))
    assert status == 200
    assert (clock["user"], clock["server"]) == ("ada", "")
    assert 590 <= clock["seconds_left"] <= FULL
    assert clock["age_ends"] > clock["idle_ends"] == clock["ends"]
    assert (clock["warn_seconds"], clock["warn"], clock["may_extend"]) == (300, False, True)


async def test_it_extends_itself_up_to_its_limit(office):
    await office.start_server("ada")
    token = await own(office, "ada")
    status, clock = await office.ask("POST", "api/session/extend", token=token)
    assert status == 200
    assert 1790 <= clock["seconds_left"] <= 1800
    assert clock["may_extend"] is False
    status, answer = await office.ask("POST", "api/session/extend", token=token)
    assert (status, answer["message"]) == (
        409, "Not extended: there is more time left than an extension gives."
    )  # fmt: skip


async def test_an_extension_outlives_a_restart_of_the_culler(office):
    await office.start_server("ada")
    token = await own(office, "ada")
    _, before = await office.ask("POST", "api/session/extend", token=token)
    kept = json.loads((office.hub.folder / "workshop-culler.json").read_text())
    assert [each["user"] for each in kept["extensions"]] == ["ada"]
    await office.hub.restart()
    await office.hub.logged("Serving /services/culler/", since=len(office.hub.log) - 40)
    _, after = await office.ask("GET", "api/session", token=token)
    assert after["ends"] == before["ends"]


async def test_a_server_that_was_started_anew_has_no_extension(office):
    await office.start_server("ada")
    token = await own(office, "ada")
    await office.ask("POST", "api/session/extend", token=token)
    await office.stop_all()
    await office.start_server("ada")
    _, clock = await office.ask("GET", "api/session", token=token)
    assert clock["seconds_left"] <= FULL


PATHS = [
    ("GET", "api/session?user=ada"),
    ("POST", "api/session/extend"),
    ("POST", "api/session/stop"),
    ("POST", "api/session/page"),
    ("GET", "api/sessions"),
    ("GET", "api/events"),
    ("POST", "api/announcement"),
    ("DELETE", "api/announcement"),
    ("GET", "metrics"),
]


@pytest.mark.parametrize(("method", "path"), [*PATHS, ("GET", "api/announcement")])
async def test_strangers_are_refused_everywhere(office, method, path):
    for token in ("", "nonsense"):
        status, _ = await office.ask(method, path, {"user": "ada"}, token=token)
        assert status == 403


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_others_may_neither_see_nor_do(office, method, path):
    await office.start_server("ada")
    await office.start_server("bob")
    token = await own(office, "bob")
    body = {"user": "ada", "text": "hello", "page": "x"}
    status, _ = await office.ask(method, path, body if method != "GET" else None, token=token)
    assert status in (403, 404)
    assert await office.running() == ["ada", "bob"]


async def test_a_token_for_something_else_may_not_act_for_its_user(office):
    await office.start_server("ada")
    token = await office.token("ada", "read:users:name!user=ada")
    assert (await office.ask("GET", "api/session", token=token))[0] == 404
    assert (await office.ask("POST", "api/session/extend", token=token))[0] == 404


async def test_an_instructor_sees_extends_and_stops(office):
    await office.start_server("ada")
    await office.start_server("bob")
    token = await office.token("grace", "read:servers", "delete:servers")
    _, answer = await office.ask("GET", "api/sessions", token=token)
    assert [row["user"] for row in answer["sessions"]] == ["ada", "bob"]
    status, _ = await office.ask("POST", "api/session/extend", {"user": "bob"}, token=token)
    assert status == 200
    status, _ = await office.ask("POST", "api/session/stop", {"user": "ada"}, token=token)
    assert status == 200
    assert await office.running() == ["bob"]
    status, answer = await office.ask("POST", "api/session/stop", {"user": "ada"}, token=token)
    assert (status, answer["message"]) == (404, "There is no such session.")


async def test_a_helper_of_one_group_sees_that_group(office):
    await office.start_server("ada")
    await office.start_server("bob")
    token = await office.token("hal", "read:servers!group=class-a")
    _, answer = await office.ask("GET", "api/sessions", token=token)
    assert [(row["user"], row["may_stop"]) for row in answer["sessions"]] == [("ada", False)]
    for path in ("extend", "stop"):
        status, _ = await office.ask("POST", f"api/session/{path}", {"user": "ada"}, token=token)
        assert status == 403
        status, _ = await office.ask("POST", f"api/session/{path}", {"user": "bob"}, token=token)
        assert status == 404


async def test_an_announcement_reaches_sessions_as_text(office):
    await office.start_server("ada")
    admin = await office.token("root")
    say = {"text": "Lunch <b>now</b>\u202e\n", "seconds": 60}
    status, _ = await office.ask("POST", "api/announcement", say, token=admin)
    assert status == 200
    _, clock = await office.ask("GET", "api/session", token=await own(office, "ada"))
    assert clock["announcement"]["text"] == "Lunch <b>now</b>"
    assert clock["announcement"]["author"] == "root"
    await office.ask("DELETE", "api/announcement", token=admin)
    _, clock = await office.ask("GET", "api/session", token=await own(office, "ada"))
    assert clock["announcement"] is None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "'text' must be a string."),
        ({"text": "  "}, "'text' is empty."),
        ({"text": "x" * 501}, "501 characters"),
        ({"text": "x", "seconds": 0}, "'seconds' must be"),
        ([1], "must be a JSON object"),
    ],
)
async def test_a_bad_announcement_is_told_what_is_wrong(office, body, says):
    admin = await office.token("root")
    status, answer = await office.ask("POST", "api/announcement", body, token=admin)
    assert status == 400
    assert says in answer["message"]


async def test_a_session_tells_its_page_of_the_notes(office):
    await office.start_server("ada")
    token = await own(office, "ada")
    status, _ = await office.ask("POST", "api/session/page", {"page": "3 Pods\n"}, token=token)
    assert status == 200
    grace = await office.token("grace", "read:servers")
    status, _ = await office.ask(
        "POST", "api/session/page", {"user": "ada", "page": "other"}, token=grace
    )
    assert status == 403
    # The list may be two seconds old, and of the test before this one.
    async with asyncio.timeout(30):
        while not (rows := (await office.ask("GET", "api/sessions", token=grace))[1]["sessions"]):
            pass
    assert rows[0]["page"] == "3 Pods"


async def test_events_tell_what_changes(office):
    await office.start_server("ada")
    token = await office.token("grace", "read:servers", "delete:servers")
    headers = {"Authorization": f"token {token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(office.page + "api/events") as answer,
    ):
        assert answer.content_type == "text/event-stream"
        rows = {}
        assert (await follow(answer, rows, {"ada/"}))["whole"]
        await office.start_server("bob")
        await follow(answer, rows, {"ada/", "bob/"})
        await office.ask("POST", "api/session/stop", {"user": "ada"}, token=token)
        await follow(answer, rows, {"bob/"})


async def test_a_page_that_was_closed_takes_no_place(tmp_path):
    """At once, and not with the next sign of life: who reloads often is not locked out."""
    left = asyncio.Event()
    async with crowds.gather_crowd(3, tmp_path) as crowd:
        watch = crowd.roster.watch

        async def watch_and_tell(person):
            async with contextlib.aclosing(watch(person)) as messages:
                try:
                    async for message in messages:
                        yield message
                finally:
                    left.set()

        crowd.roster.watch = watch_and_tell
        async with aiohttp.ClientSession() as session:
            answer = await session.get(crowd.url + "api/events")
            assert len((await next_event(answer))["rows"]) == 3
            answer.close()
            async with asyncio.timeout(api.KEEPALIVE_SECONDS / 2):
                await left.wait()


async def test_who_listens_is_asked_for_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(api, "EVENTS_SECONDS", 0.2)
    async with (
        crowds.gather_crowd(3, tmp_path) as crowd,
        aiohttp.ClientSession() as session,
        session.get(crowd.url + "api/events") as answer,
        asyncio.timeout(api.KEEPALIVE_SECONDS / 2),
    ):
        assert len((await next_event(answer))["rows"]) == 3
        await answer.content.read()  # to the end: the page comes again, through the gate


async def follow(answer, rows, wanted):
    """Apply events to the rows until these are there; the first event."""
    first = None
    while first is None or set(rows) != wanted:
        event = await next_event(answer)
        first = first or event
        rows.update((row["id"], row) for row in event["rows"])
        for gone in event["gone"]:
            del rows[gone]
    return first


async def next_event(answer):
    async with asyncio.timeout(30):
        async for line in answer.content:
            if line.startswith(b"data: "):
                return json.loads(line[6:])
    raise AssertionError("the events ended")


async def test_metrics_and_health(office):
    status, health = await office.ask("GET", "health")
    assert (status, health) == (200, {"ok": True, "trouble": ""})
    scraper = await office.token("root", "read:metrics")
    status, text = await office.ask("GET", "metrics", token=scraper)
    assert status == 200
    assert 'workshop_culler_passes_total{outcome="ok"}' in text
    assert "workshop_culler_last_pass_timestamp_seconds" in text


async def test_no_token_is_logged(office):
    token = await own(office, "ada")
    await office.ask("GET", "api/session", token=token)
    await office.ask("GET", f"api/session?token={token}")
    assert token not in office.hub.log_text
