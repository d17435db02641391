"""The slides over real HTTP, and in a browser as a tab."""

import json
import logging
import re

import pytest
from tornado import httpclient, httpserver, testing, web
from traitlets.config import Config

from dashboard import run_dashboard
from jupyterhub_butterfly import auth, extensions
from pages import expect
from workshop_dashboard import extension

PREFIX = "/user/ada/"
DECK = """<title>Sailing</title><link href="css/theme/black.css">
<div class="reveal"><div class="slides">
<section><h1>Cast off</h1><img src="a.svg" alt="a boat"></section>
<section id="fleet"><h2>The fleet</h2><script>document.title = "taken over"</script></section>
</div></div><script>Reveal.initialize()</script>"""

# What reveal.js draws on the word of any page, unless it is told not to listen.
DRAWS = json.dumps({"method": "previewIframe", "args": ['x"><p id=evil>Log in again</p><a x="']})


class Gate:
    """Lets in whoever says the word."""

    async def admit(self, handler):
        if handler.request.headers.get("X-Word") != "please":
            raise auth.RefusedError("Say the word.")
        return auth.Visitor("ada", "1")

    def xsrf_token(self, handler):
        return b"token"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "notes" / "slides").mkdir(parents=True)
    (tmp_path / "notes" / "index.md").write_text("# Hi\n[The fleet](%slides_url%#/fleet)\n")
    (tmp_path / "notes" / "slides" / "index.html").write_text(DECK)
    svg = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"
    (tmp_path / "notes" / "slides" / "a.svg").write_text(svg)
    return tmp_path / "notes"


@pytest.fixture
async def ask(folder):
    servers = []
    client = httpclient.AsyncHTTPClient(force_instance=True)

    def serve(**settings):
        config = Config(Dashboard={"notes_dir": str(folder), **settings})
        context = extensions.Context(PREFIX, config, logging.getLogger("t"), "ada", "butterfly")
        routes = [(PREFIX + r.pattern, r.handler, r.kwargs) for r in extension.load(context).routes]
        server = httpserver.HTTPServer(web.Application(routes, gate=Gate(), prefix=PREFIX))
        socket, port = testing.bind_unused_port()
        server.add_socket(socket)
        servers.append(server)

        async def get(path, word="please"):
            url = f"http://127.0.0.1:{port}{PREFIX}{path}"
            return await client.fetch(
                url, headers={"X-Word": word}, raise_error=False, follow_redirects=False
            )

        return get

    yield serve
    client.close()
    for server in servers:
        server.stop()
        await server.close_all_connections()


@pytest.mark.parametrize("path", ["slides", "slides/", "slides/a.svg", "slides/dist/reveal.js"])
async def test_nobody_gets_past_the_gate(ask, path):
    get = ask()
    assert (await get(path, word="")).code == 403
    assert (await get(path)).code in (200, 302)


async def test_the_deck_is_shown_by_our_own_script_alone(ask):
    answer = await ask()("slides/")
    page, policy = answer.body.decode(), answer.headers["Content-Security-Policy"]
    nonce = re.search(r"script-src 'nonce-([^']+)'(;|$)", policy)[1]
    scripts = re.findall(r"<script[^>]*>", page)
    assert len(scripts) == 2
    assert all(f'nonce="{nonce}"' in script for script in scripts)
    assert "taken over" not in page
    assert 'class="dark"' in page
    assert "frame-ancestors 'self'" in policy
    assert "connect-src 'none'" in policy


async def test_a_trusted_deck_is_the_authors_own(ask):
    answer = await ask(trusted=True)("slides/index.html")
    page, policy = answer.body.decode(), answer.headers["Content-Security-Policy"]
    nonce = re.search(r"script-src 'nonce-([^']+)' 'strict-dynamic'", policy)[1]
    assert f'<script nonce="{nonce}">Reveal.initialize()' in page


@pytest.mark.parametrize("name", ["gone.png", "../index.md", "%2e%2e/index.md", "dist/other.js"])
async def test_what_is_not_there(ask, name):
    assert (await ask()(f"slides/{name}")).code == 404


async def test_without_slides_there_is_no_tab(ask, folder):
    get = ask()
    assert 'data-tab="slides"' in (await get("dashboard/")).body.decode()
    (folder / "slides" / "index.html").unlink()
    assert 'data-tab="slides"' not in (await get("dashboard/")).body.decode()
    answer = await get("slides/")
    assert (answer.code, "This workshop has no slides" in answer.body.decode()) == (404, True)


@pytest.mark.browser
async def test_slides_are_a_tab_and_links_lead_to_them(folder, tmp_path, browser, artifacts):
    home = tmp_path / "home"
    home.mkdir()
    async with run_dashboard(folder, home) as url:
        page = await browser.new_page(
            viewport={"width": 1280, "height": 720}, reduced_motion="reduce"
        )
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(url)
        deck = page.frame_locator("#panel-slides iframe")
        await page.get_by_role("link", name="The fleet").click()
        await expect(deck.get_by_role("heading", name="The fleet")).to_be_visible()
        await expect(page.get_by_role("tab", name="Slides")).to_have_attribute(
            "aria-selected", "true"
        )
        await page.keyboard.press("Control+F6")  # from the notes to the tab that is shown
        await page.keyboard.press("ArrowLeft")
        await expect(deck.get_by_role("heading", name="Cast off")).to_be_visible()
        await expect(deck.get_by_alt_text("a boat")).to_have_js_property("naturalWidth", 9)
        await page.screenshot(path=artifacts / "slides.png")
        await page.close()
    assert errors == []


@pytest.mark.browser
@pytest.mark.parametrize("query", ["", "?postMessage=true"])
async def test_no_other_site_draws_over_the_slides(folder, tmp_path, browser, query):
    home = tmp_path / "home"
    home.mkdir()
    async with run_dashboard(folder, home) as url, await browser.new_context() as context:
        page = await context.new_page()
        # Hears first, so that whatever else hears has done so when the test goes on.
        hear = "addEventListener('message', (event) => { window.heard = event.origin; }, true);"
        await context.add_init_script(hear)
        await page.route("http://evil.example/", lambda route: route.fulfill(body="<p>Hi"))
        await page.goto("http://evil.example/")
        async with page.expect_popup() as opened:
            await page.evaluate("(url) => { window.deck = open(url); }", f"{url}slides/{query}")
        deck = await opened.value
        await deck.locator(".reveal.ready").wait_for()
        await page.evaluate("(text) => deck.postMessage(text, '*')", DRAWS)
        await deck.wait_for_function("window.heard === 'http://evil.example'")
        await expect(deck.locator("#evil")).to_have_count(0)
        await expect(deck.get_by_role("heading", name="Cast off")).to_be_visible()
