"""The client of the culler's service, on a real socket with each of its faults.

The real service in a real hub is in tests/test_session_clock.py of the repository.
"""

import asyncio
import json

import pytest
import tornado.httpserver
import tornado.netutil
import tornado.web

from jupyterhub_butterfly import settings
from jupyterhub_butterfly.hub import culler_client
from jupyterhub_butterfly.rules import countdown


def make_model(minutes):
    return {
        "now": "2026-01-01T12:00:00Z",
        "age_ends": f"2026-01-01T12:{minutes:02}:00Z",
        "idle_ends": None,
        "warn_seconds": 300,
        "may_extend": True,
    }


class Service(tornado.web.RequestHandler):
    def initialize(self, scene):
        self.scene = scene

    async def get(self):
        await self.answer()

    async def post(self):
        body = json.loads(self.request.body)
        assert body.pop("server") == "lab"
        if "page" in body:
            self.scene.pages.append(body["page"])
        if "passed" in body:
            self.scene.tests.append(body)
        await self.answer()

    async def answer(self):
        self.scene.asked.append((self.request.method, self.request.uri))
        assert self.request.headers["Authorization"] == "token secret"
        status, body = self.scene.answer
        if status == 0:
            self.request.connection.stream.close()
            return
        if status == 302:
            self.set_header("Location", "/elsewhere")
        self.set_status(status)
        self.finish(body if isinstance(body, str) else json.dumps(body))


class Scene:
    def __init__(self):
        self.asked, self.now, self.answer = [], 1000.0, (200, make_model(4))
        self.pages, self.tests = [], []

    def count(self):
        return len(self.asked)


@pytest.fixture
async def scene():
    scene = Scene()
    app = tornado.web.Application([("/.*", Service, {"scene": scene})])
    server = tornado.httpserver.HTTPServer(app)
    sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/services/workshop-culler"
    scene.culler = culler_client.CullerClient(
        url, "secret", "lab", lambda: 1e6, clock=lambda: scene.now
    )
    yield scene
    server.stop()
    await server.close_all_connections()


async def test_many_pages_are_one_question(scene):
    views = await asyncio.gather(*(scene.culler.get_view() for _ in range(20)))
    assert {view.sentence for view in views} == {"Your session ends in 4 minutes."}
    assert scene.asked == [("GET", "/services/workshop-culler/api/session?server=lab")]
    scene.now += culler_client.FRESH_SECONDS
    await scene.culler.get_view()
    assert scene.count() == 2


@pytest.mark.parametrize("status", [302, 401, 403, 404])
async def test_a_service_that_is_not_there_is_asked_rarely(scene, status):
    scene.answer = (status, "<html>")
    assert await scene.culler.get_view() == countdown.View(next=countdown.RARELY)
    scene.now += countdown.RARELY - 1
    await scene.culler.get_view()
    assert scene.count() == 1
    scene.now += 1
    scene.answer = (200, make_model(4))
    assert (await scene.culler.get_view()).warning


@pytest.mark.parametrize(
    "answer", [(500, ""), (429, ""), (0, ""), (200, "no json"), (200, []), (200, "x" * 100_000)]
)
async def test_the_clock_runs_on_while_the_service_has_trouble(scene, answer):
    await scene.culler.get_view()
    scene.answer = answer
    scene.now += 61
    assert (await scene.culler.get_view()).sentence == "Your session ends in 2 minutes."
    scene.now += 29
    await scene.culler.get_view()
    assert scene.count() == 2
    scene.now += 1
    await scene.culler.get_view()
    assert scene.count() == 3
    scene.now += culler_client.STALE_SECONDS
    assert (await scene.culler.get_view()).sentence == ""


async def test_a_service_that_never_answers_holds_nobody_up(scene, monkeypatch):
    monkeypatch.setattr(culler_client, "REQUEST_SECONDS", 0.2)
    silent = tornado.netutil.bind_sockets(0, "127.0.0.1")[0]  # listens, and never accepts
    url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
    culler = culler_client.CullerClient(url, "secret", "lab", lambda: 0.0)
    async with asyncio.timeout(120):
        assert await culler.get_view() == countdown.View()
        with pytest.raises(culler_client.OutcomeUnknownError, match="try again"):
            await culler.extend()
    silent.close()


async def test_extending_shows_at_once_and_asks_afterwards(scene):
    assert (await scene.culler.get_view()).extend
    scene.answer = (200, make_model(19))
    assert (await scene.culler.extend()).sentence == "Your session ends in 19 minutes."
    assert (await scene.culler.get_view()).sentence == "Your session ends in 19 minutes."
    assert [method for method, _ in scene.asked] == ["GET", "POST"]


async def test_a_refusal_is_told_in_the_services_words(scene):
    scene.answer = (409, {"message": "Not extended: enough."})
    with pytest.raises(culler_client.NotExtendedError, match="Not extended: enough"):
        await scene.culler.extend()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((403, ""), culler_client.NotExtendedError),
        ((404, ""), culler_client.NotExtendedError),
        ((503, ""), culler_client.OutcomeUnknownError),
        ((0, ""), culler_client.OutcomeUnknownError),
        ((200, "no json"), culler_client.OutcomeUnknownError),
    ],
)
async def test_an_extension_that_did_not_happen_is_not_shown_as_one(scene, answer, error):
    await scene.culler.get_view()
    scene.answer = answer
    with pytest.raises(error):
        await scene.culler.extend()
    scene.answer = (200, make_model(4))
    await scene.culler.get_view()
    assert scene.count() == 3  # it asked, as it does not know


async def test_the_page_of_the_notes_is_told_the_last_one_counts(scene, monkeypatch):
    monkeypatch.setattr(culler_client, "REPORT_SECONDS", 0)
    for number in range(1, 9):
        scene.culler.tell_page(f"{number} of 8:  Pods\n")
    await scene.culler.drain()
    assert scene.pages == ["8 of 8: Pods"]
    scene.culler.tell_page("8 of 8: Pods")
    await scene.culler.drain()
    assert len(scene.pages) == 1


@pytest.mark.parametrize("answer", [(503, ""), (0, ""), (404, "")])
async def test_a_page_that_did_not_arrive_is_told_with_a_later_question(scene, monkeypatch, answer):
    monkeypatch.setattr(culler_client, "REPORT_SECONDS", 0)
    scene.answer = answer
    scene.culler.tell_page("2 of 8: Pods")
    await scene.culler.drain()
    tries = len(scene.pages)
    scene.answer = (200, make_model(4))
    await scene.culler.get_view()
    await scene.culler.drain()
    assert scene.pages[tries:] == ["2 of 8: Pods"]


async def test_a_service_that_was_started_again_is_told_again(scene, monkeypatch):
    monkeypatch.setattr(culler_client, "REPORT_SECONDS", 0)
    scene.culler.tell_page("2 of 8: Pods")
    await scene.culler.drain()
    for known, pages in (("2 of 8: Pods", 1), ("", 2)):
        scene.answer = (200, make_model(4) | {"page": known})
        scene.now += culler_client.FRESH_SECONDS
        await scene.culler.get_view()
        await scene.culler.drain()
        assert len(scene.pages) == pages


async def test_tests_are_told_with_the_page_and_again_to_a_new_service(scene, monkeypatch):
    monkeypatch.setattr(culler_client, "REPORT_SECONDS", 0)
    counts = {"passed": 2, "failed": 1, "failing": "boat"}
    scene.culler.tell_page("2 of 8: Pods")
    scene.culler.tell_tests(1, 1, "boat")
    scene.culler.tell_tests(2, 1, "boat")
    await scene.culler.drain()
    assert (scene.pages, scene.tests) == (["2 of 8: Pods"], [counts])
    for known, times in ((counts, 1), (None, 2)):
        scene.answer = (200, make_model(4) | {"page": "2 of 8: Pods", "tests": known})
        scene.now += culler_client.FRESH_SECONDS
        await scene.culler.get_view()
        await scene.culler.drain()
        assert (len(scene.tests), len(scene.pages)) == (times, 1)


async def test_where_nobody_listens_a_page_is_not_told_over_and_over(scene):
    scene.answer = (404, "")
    await scene.culler.get_view()
    scene.culler.tell_page("2 of 8: Pods")
    await scene.culler.drain()
    assert scene.pages == []


@pytest.mark.parametrize("url", ["hub/services", "ftp://hub/", "http://", "javascript:1"])
def test_an_address_that_is_none_is_refused_by_name(url):
    with pytest.raises(settings.SettingsError, match="culler_url"):
        culler_client.check_url(url)


async def test_the_cause_of_a_stop_is_asked_for_or_told_by_the_clock(scene):
    await scene.culler.get_view()
    scene.answer = (200, {**make_model(4), "ending": "instructor"})
    assert await scene.culler.find_cause(5) == "instructor"
    scene.answer = (500, "")
    assert await scene.culler.find_cause(5) == "instructor", "what it said last"
    scene.answer = (200, make_model(4))
    assert await scene.culler.find_cause(5) == ""
    scene.answer = (500, "")
    scene.now += 241
    assert await scene.culler.find_cause(5) == "age"
    scene.now += culler_client.STALE_SECONDS
    assert await scene.culler.find_cause(5) == ""


async def test_a_service_that_is_silent_delays_no_stop():
    silent = tornado.netutil.bind_sockets(0, "127.0.0.1")[0]
    url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
    culler = culler_client.CullerClient(url, "secret", "lab", lambda: 0.0)
    async with asyncio.timeout(120):
        assert await culler.find_cause(0.05) == ""
    silent.close()
