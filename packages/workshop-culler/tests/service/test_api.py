import asyncio
import contextlib
import json

import aiohttp
import pytest

import crowd as crowds
from workshop_culler.service import api

pytestmark = [pytest.mark.hub, pytest.mark.asyncio(loop_scope="module")]

# The service's ten minutes, and the part of a second that the hub's Date header leaves out.
FULL = 601


async def own(culler_service, user):
    """The token that a server of this user has."""
    return await culler_service.token(user, f"access:servers!server={user}/")


async def test_a_session_asks_for_its_own_clock(culler_service):
    await culler_service.start_server("ada")
    status, clock = await culler_service.ask(
        "GET", "api/session", token=await own(culler_service, "ada")
    )
    assert status == 200
    assert (clock["user"], clock["server"]) == ("ada", "")
    assert 590 <= clock["seconds_left"] <= FULL
    assert clock["age_ends"] > clock["idle_ends"] == clock["ends"]
    assert (clock["warn_seconds"], clock["warn"], clock["may_extend"]) == (300, False, True)


async def test_it_extends_itself_up_to_its_limit(culler_service):
    await culler_service.start_server("ada")
    token = await own(culler_service, "ada")
    status, clock = await culler_service.ask("POST", "api/session/extend", token=token)
    assert status == 200
    assert 1790 <= clock["seconds_left"] <= 1800
    assert clock["may_extend"] is False
    status, answer = await culler_service.ask("POST", "api/session/extend", token=token)
    assert (status, answer["message"]) == (
        409,
        "Not extended: there is more time left than an extension gives.",
    )


@pytest.mark.asyncio(loop_scope="function")
async def test_nobodys_own_token_moves_the_limit(make_culler_service):
    """A user's own token may stop their server, as may anybody at their own hub page."""
    options = ("--max-age=1200", "--WorkshopCuller.extension=7200")
    service = await make_culler_service(*options, "--WorkshopCuller.extension_limit=60")
    await service.start_server("ada")
    token = await service.token("ada")
    status, clock = await service.ask("POST", "api/session/extend", token=token)
    # 60 s after the end by age; the hub's Date has whole seconds, so that 1 s more may be left.
    assert (status, clock["seconds_left"] <= 1261) == (200, True), clock
    status, answer = await service.ask("POST", "api/session/extend", token=token)
    assert (status, "as far as it may be" in answer["message"]) == (409, True)
    hint = {"user": "ada", "text": "from nobody"}
    assert (await service.ask("POST", "api/session/hint", hint, token=token))[0] == 403


async def test_an_extension_outlives_a_restart_of_the_culler(culler_service):
    await culler_service.start_server("ada")
    token = await own(culler_service, "ada")
    _, before = await culler_service.ask("POST", "api/session/extend", token=token)
    kept = json.loads((culler_service.hub.folder / "workshop-culler.json").read_text())
    assert [each["user"] for each in kept["extensions"]] == ["ada"]
    await culler_service.hub.restart()
    await culler_service.hub.logged(
        "Serving /services/culler/", since=len(culler_service.hub.log) - 40
    )
    _, after = await culler_service.ask("GET", "api/session", token=token)
    assert after["ends"] == before["ends"]


async def test_a_server_that_was_started_anew_has_no_extension(culler_service):
    await culler_service.start_server("ada")
    token = await own(culler_service, "ada")
    await culler_service.ask("POST", "api/session/extend", token=token)
    await culler_service.stop_all()
    await culler_service.start_server("ada")
    _, clock = await culler_service.ask("GET", "api/session", token=token)
    assert clock["seconds_left"] <= FULL


PATHS = [
    ("GET", "api/session?user=ada"),
    ("POST", "api/session/extend"),
    ("POST", "api/session/stop"),
    ("POST", "api/session/page"),
    ("POST", "api/session/tests"),
    ("GET", "api/session/hand?user=ada"),
    ("POST", "api/session/hand"),
    ("POST", "api/session/hand/lower"),
    ("GET", "api/sessions"),
    ("GET", "api/events"),
    ("POST", "api/announcement"),
    ("DELETE", "api/announcement"),
    ("GET", "api/images"),
    ("GET", "api/prestart"),
    ("POST", "api/prestart"),
    ("DELETE", "api/prestart"),
    ("GET", "metrics"),
]


@pytest.mark.parametrize(("method", "path"), [*PATHS, ("GET", "api/announcement")])
async def test_strangers_are_refused_everywhere(culler_service, method, path):
    for token in ("", "nonsense"):
        status, _ = await culler_service.ask(method, path, {"user": "ada"}, token=token)
        assert status == 403


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_others_may_neither_see_nor_do(culler_service, method, path):
    await culler_service.start_server("ada")
    await culler_service.start_server("bob")
    token = await own(culler_service, "bob")
    body = {"user": "ada", "text": "hello", "page": "x"}
    status, _ = await culler_service.ask(
        method, path, body if method != "GET" else None, token=token
    )
    assert status in (403, 404)
    assert await culler_service.running() == ["ada", "bob"]


async def test_a_token_for_something_else_may_not_act_for_its_user(culler_service):
    await culler_service.start_server("ada")
    token = await culler_service.token("ada", "read:users:name!user=ada")
    assert (await culler_service.ask("GET", "api/session", token=token))[0] == 404
    assert (await culler_service.ask("POST", "api/session/extend", token=token))[0] == 404


async def test_an_instructor_sees_extends_and_stops(culler_service):
    await culler_service.start_server("ada")
    await culler_service.start_server("bob")
    token = await culler_service.token("grace", "read:servers", "delete:servers")
    _, answer = await culler_service.ask("GET", "api/sessions", token=token)
    assert [row["user"] for row in answer["sessions"]] == ["ada", "bob"]
    status, _ = await culler_service.ask("POST", "api/session/extend", {"user": "bob"}, token=token)
    assert status == 200
    status, _ = await culler_service.ask("POST", "api/session/stop", {"user": "ada"}, token=token)
    assert status == 200
    assert await culler_service.running() == ["bob"]
    status, answer = await culler_service.ask(
        "POST", "api/session/stop", {"user": "ada"}, token=token
    )
    assert (status, answer["message"]) == (404, "There is no such session.")


async def test_a_session_that_is_being_stopped_learns_by_whom(culler_service):
    await culler_service.start_server("ada", stop=2)
    mine = await own(culler_service, "ada")
    _, clock = await culler_service.ask("GET", "api/session", token=mine)
    assert clock["ending"] == ""
    token = await culler_service.token("grace", "read:servers", "delete:servers")
    stop = asyncio.create_task(
        culler_service.ask("POST", "api/session/stop", {"user": "ada"}, token=token)
    )
    while clock["ending"] != "instructor":
        _, clock = await culler_service.ask("GET", "api/session", token=mine)
    assert (await stop)[0] == 200


async def test_a_helper_of_one_group_sees_that_group(culler_service):
    await culler_service.start_server("ada")
    await culler_service.start_server("bob")
    token = await culler_service.token("hal", "read:servers!group=class-a")
    _, answer = await culler_service.ask("GET", "api/sessions", token=token)
    assert [(row["user"], row["may_stop"]) for row in answer["sessions"]] == [("ada", False)]
    for path in ("extend", "stop"):
        status, _ = await culler_service.ask(
            "POST", f"api/session/{path}", {"user": "ada"}, token=token
        )
        assert status == 403
        status, _ = await culler_service.ask(
            "POST", f"api/session/{path}", {"user": "bob"}, token=token
        )
        assert status == 404


async def test_an_announcement_reaches_sessions_as_text(culler_service):
    await culler_service.start_server("ada")
    admin = await culler_service.token("root")
    say = {"text": "Lunch <b>now</b>\u202e\n", "seconds": 60}
    status, _ = await culler_service.ask("POST", "api/announcement", say, token=admin)
    assert status == 200
    _, clock = await culler_service.ask(
        "GET", "api/session", token=await own(culler_service, "ada")
    )
    assert clock["announcement"]["text"] == "Lunch <b>now</b>"
    assert clock["announcement"]["author"] == "root"
    await culler_service.ask("DELETE", "api/announcement", token=admin)
    _, clock = await culler_service.ask(
        "GET", "api/session", token=await own(culler_service, "ada")
    )
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
async def test_a_bad_announcement_is_told_what_is_wrong(culler_service, body, says):
    admin = await culler_service.token("root")
    status, answer = await culler_service.ask("POST", "api/announcement", body, token=admin)
    assert status == 400
    assert says in answer["message"]


async def test_events_tell_what_changes(culler_service):
    await culler_service.start_server("ada")
    token = await culler_service.token("grace", "read:servers", "delete:servers")
    headers = {"Authorization": f"token {token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(culler_service.page + "api/events") as answer,
    ):
        assert answer.content_type == "text/event-stream"
        rows = {}
        assert (await follow(answer, rows, {"ada/"}))["whole"]
        await culler_service.start_server("bob")
        await follow(answer, rows, {"ada/", "bob/"})
        await culler_service.ask("POST", "api/session/stop", {"user": "ada"}, token=token)
        await follow(answer, rows, {"bob/"})


async def test_a_page_that_was_closed_takes_no_place(tmp_path):
    """At once, and not with the next sign of life: who reloads often is not locked out."""
    left = asyncio.Event()
    async with crowds.gather_crowd(3, tmp_path) as crowd:
        watch = crowd.live.watch

        async def watch_and_tell(person):
            async with contextlib.aclosing(watch(person)) as messages:
                try:
                    async for message in messages:
                        yield message
                finally:
                    left.set()

        crowd.live.watch = watch_and_tell
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
    async with asyncio.timeout(120):
        async for line in answer.content:
            if line.startswith(b"data: "):
                return json.loads(line[6:])
    raise AssertionError("the events ended")


async def test_metrics_and_health(culler_service):
    status, health = await culler_service.ask("GET", "health")
    assert (status, health) == (200, {"ok": True, "trouble": ""})
    scraper = await culler_service.token("root", "read:metrics")
    status, text = await culler_service.ask("GET", "metrics", token=scraper)
    assert status == 200
    assert 'workshop_culler_passes_total{outcome="ok"}' in text
    assert "workshop_culler_last_pass_timestamp_seconds" in text


async def test_no_token_is_logged(culler_service):
    token = await own(culler_service, "ada")
    await culler_service.ask("GET", "api/session", token=token)
    await culler_service.ask("GET", f"api/session?token={token}")
    assert token not in culler_service.hub.log_text
