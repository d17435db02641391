"""What a visitor of the load does where a hub answers badly; its answers are told, as a proxy's."""

import asyncio

import pytest
from aiohttp import web

from load.browser import open_browser
from load.visit import Habits, visit
from load.visitor import Patience, StuckError, Visitor

PATIENT = Patience(reloads=2, pause=0, entering=20)


@pytest.fixture
async def hub():
    """A server whose answers are set by the test; asked paths are kept."""
    server = BadHub()
    runner = web.AppRunner(server.make_app(), shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield server
    await runner.cleanup()


class BadHub:
    def __init__(self):
        self.url = ""
        self.asked = []
        self.answers = []

    def make_app(self):
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        return app

    async def answer(self, request):
        self.asked.append(f"{request.method} {request.path}")
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            request.transport.abort()
            return web.Response()
        if isinstance(answer, str):
            return web.Response(status=302, headers={"Location": answer})
        status, text, *headers = answer
        return web.Response(
            status=status, text=text, content_type="text/html", headers=dict(headers)
        )


async def test_error_page_is_kept_with_its_sentence(hub):
    hub.answers = [(503, "<h1>Not just now</h1><p>Try again.</p>")]
    told = await visit(hub.url, Habits(patience=PATIENT))
    assert told.trouble == "/ answers 503: Not just now Try again."
    assert [(error.status, error.sentence) for error in told.errors] == [
        (503, "Not just now Try again.")
    ] * 3
    assert told.prompted is None
    assert told.seconds_to_prompt is None
    assert [answer.status for answer in told.answers] == [503] * 3


async def test_connection_that_is_lost_is_an_error_too(hub):
    hub.answers = [None]
    told = await visit(hub.url, Habits(patience=PATIENT))
    assert told.errors[0].status == 0
    assert "Disconnected" in told.errors[0].sentence


async def test_page_is_looked_at_again(hub):
    hub.answers = [(502, "bad"), (200, "<p>Hello there, you.</p>")]
    async with open_browser() as browser:
        page = await Visitor(browser, hub.url, PATIENT).show("page", hub.url)
        assert (page.status, page.sentence) == (200, "Hello there, you.")
        assert len(browser.errors) == 1


async def test_redirects_in_a_circle_end(hub):
    hub.answers = ["/a"]
    async with open_browser() as browser:
        page = await browser.fetch("page", hub.url)
        assert page.status == 0
        assert len(browser.answers) == len(hub.asked) == 20


async def test_queue_is_waited_in_and_is_no_error(hub):
    full = (429, '<form method="post"><input name="next" value="x"></form>', ("Retry-After", "0"))
    login = (200, '<form action="/hub/login"><input name="_xsrf" value="y"></form>')
    hub.answers = [login, full, full, "/user/ada/dashboard/", (200, "here")]
    async with open_browser() as browser:
        visitor = Visitor(browser, hub.url, PATIENT, {"name": "Ada"})
        page = await visitor.enter()
        assert browser.errors == []
    assert (visitor.name, visitor.queued, page.text) == ("ada", 2, "here")
    assert hub.asked == [
        "GET /",
        "POST /hub/login",
        "POST /hub/login",
        "POST /hub/login",
        "GET /user/ada/dashboard/",
    ]


async def test_nobody_waits_for_ever(hub):
    hub.answers = [(429, "", ("Retry-After", "0.01"))]
    async with open_browser() as browser:
        short = Patience(reloads=0, pause=0, entering=0.2)
        with pytest.raises(StuckError, match=r"no session after 0\.2 s"):
            await Visitor(browser, hub.url, short).enter()


async def test_large_page_is_read_to_a_limit(hub):
    hub.answers = [(200, "x" * 5_000_000)]
    async with asyncio.timeout(20), open_browser() as browser:
        page = await browser.fetch("page", hub.url)
        assert len(page.text) <= 4 * 1024 * 1024
