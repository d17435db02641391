"""The work area in a real browser: tabs, terminals one above the other, one bar, one menu."""

import contextlib
import json
import re

import pytest
from tornado import httpserver, testing, web

from dashboard import run_dashboard
from pages import expect, expect_focus, expect_value

pytestmark = pytest.mark.browser

INDEX = """# Set sail

```execute
echo "first $((40 + 2))"
```

```execute-2
echo "second $((40 + 3))"
```

```dashboard:create-dashboard
name: Log book
url: {prefix}proxy/{port}/log
```

```dashboard:reload-dashboard
name: App
```

[A page of the app](/proxy/{port}/deck#below)
"""


SEEN: list[str] = []  # what the program was asked for


class Program(web.RequestHandler):
    """What an attendee runs in the session; it wants nobody to frame it."""

    def get(self, path):
        SEEN.append(path)
        self.set_header("X-Frame-Options", "DENY")
        self.set_header("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'")
        self.finish(f"<title>x</title><h1>Program at {path}</h1>")


@pytest.fixture
async def program():
    """A port of the session with a program on it."""
    SEEN.clear()
    server = httpserver.HTTPServer(web.Application([(r"/(.*)", Program)]))
    socket, port = testing.bind_unused_port("127.0.0.1")
    server.add_socket(socket)
    yield port
    server.stop()
    await server.close_all_connections()


@pytest.fixture
async def address(tmp_path, program):
    """The server's address: notes with blocks for tabs, and a tab of the workshop's own."""
    notes, home = tmp_path / "notes", tmp_path / "home"
    notes.mkdir()
    home.mkdir()
    (notes / "index.md").write_text(INDEX.format(port=program, prefix="/"))
    (notes / "next.md").write_text("# Land in sight\n")
    tabs = [{"name": "App", "url": f"http://localhost:{program}/"}]
    (notes / "workshop.yaml").write_text(json.dumps({"name": "Sailing", "dashboards": tabs}))
    said = {
        "RESTART_URL": "/hub/restart",
        "FINISHED_MSG": 'Tell <a href="https://x.example">us</a>',
    }
    async with run_dashboard(notes, home, environment=said) as url:
        yield url


@pytest.fixture
async def open_page(browser, address):
    """Open the dashboard in a browser of its own; errors of its scripts fail the test."""
    errors = []
    async with contextlib.AsyncExitStack() as stack:

        async def start(**options):
            context = await browser.new_context(**options)
            stack.push_async_callback(context.close)
            page = await context.new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            await page.goto(address)
            await page.locator(".terminal.ready").first.wait_for(state="attached")
            return page

        yield start
    assert errors == []


async def shell_says(page, words, session="1"):
    frame = page.frame_locator(f'.terminal[data-session="{session}"] iframe')
    await frame.get_by_text(words).first.wait_for(timeout=120_000)


# Whether what a tab shows may read the clipboard: here, and at another site.
READS = """() => {
  const frame = document.querySelector("#panel-log-book iframe");
  const other = frame.cloneNode();
  other.src = "http://localhost:1/";
  document.body.append(other);
  const may = [frame, other].map((each) => each.featurePolicy.allowsFeature("clipboard-read"));
  other.remove();
  return may;
}"""


async def test_tabs_by_keys_and_what_is_remembered(open_page, program, artifacts):
    page = await open_page(viewport={"width": 1280, "height": 720})
    tab = lambda name: page.get_by_role("tab", name=name, exact=True)  # noqa: E731
    inside = page.frame_locator("#panel-app iframe")
    await expect(tab("Terminal")).to_have_attribute("aria-selected", "true")
    assert SEEN == []  # nothing is loaded that nobody has looked at

    await tab("Terminal").focus()
    await page.keyboard.press("ArrowRight")
    await expect_focus(page, "tab-app")
    await expect(inside.get_by_role("heading")).to_have_text("Program at ")
    await expect(page.locator("#terminals")).to_be_hidden()
    await expect(page.locator("#panel-app")).to_be_visible()
    await page.screenshot(path=artifacts / "work-area-tab.png")
    await page.keyboard.press("End")
    await page.keyboard.press("ArrowRight")
    await expect_focus(page, "tab-terminals")

    # A link of the notes, and blocks, show what they mean in its tab.
    await page.get_by_role("link", name="A page of the app").click()
    await expect(inside.get_by_role("heading")).to_have_text("Program at deck")
    await page.get_by_role("button", name="Create dashboard: Log book").click()
    await expect(tab("Log book")).to_have_attribute("aria-selected", "true")
    log = page.frame_locator("#panel-log-book iframe").get_by_role("heading")
    await expect(log).to_have_text("Program at log")
    assert await page.evaluate(READS) == [True, False]
    loads = len(SEEN)
    await page.get_by_role("button", name="Reload Log book").click()
    async with page.expect_popup() as popup:
        await page.get_by_role("button", name="Open in a window: Log book").click()
    window = await popup.value
    await expect(window.get_by_role("heading")).to_have_text("Program at log")
    assert SEEN[loads:].count("log") >= 2

    # Running something brings the terminals back.
    await page.get_by_role("button", name='Run: echo "first', exact=False).click()
    await expect(tab("Terminal")).to_have_attribute("aria-selected", "true")
    await shell_says(page, "first 42")
    await tab("Log book").click()
    await page.reload()
    await expect(tab("Log book")).to_have_attribute("aria-selected", "true")
    await expect(log).to_have_text("Program at log")
    await tab("Log book").press("Delete")
    await expect(tab("Log book")).to_have_count(0)
    await expect_focus(page, "tab-files")
    # What an empty folder says stands below the buttons, not at the page's end.
    empty = page.frame_locator("#panel-files iframe").locator("#empty")
    await expect(empty).to_be_visible()
    assert (await empty.bounding_box())["y"] < 300
    await page.reload()
    await expect(tab("Files")).to_have_attribute("aria-selected", "true")
    await expect(tab("Log book")).to_have_count(0)


async def test_terminals_share_the_height_and_close(open_page, artifacts):
    page = await open_page(viewport={"width": 1280, "height": 720})
    terminals, bar = page.locator(".terminal"), page.locator(".split")
    await expect(bar).to_have_count(0)
    await expect(page.get_by_role("button", name="Close terminal 1")).to_be_hidden()
    await page.get_by_role("button", name="Run in terminal 2", exact=False).click()
    await shell_says(page, "second 43", "2")
    await expect(bar).to_have_attribute("aria-valuenow", "50")
    await bar.focus()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    await expect(bar).to_have_attribute("aria-valuenow", "40")
    box = await bar.bounding_box()
    await page.mouse.move(box["x"] + 50, box["y"] + 3)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 50, box["y"] + 60)
    await page.mouse.move(box["x"] + 50, box["y"] + 170)
    await page.mouse.up()
    await expect(bar).not_to_have_attribute("aria-valuenow", "40")
    share = await bar.get_attribute("aria-valuenow")
    await page.screenshot(path=artifacts / "work-area-split.png")
    await page.reload()
    await expect(terminals).to_have_count(2)
    await expect(bar).to_have_attribute("aria-valuenow", share)
    await page.get_by_role("button", name="Close terminal 1").click()
    await expect(terminals).to_have_count(1)
    await expect_focus(page, "IFRAME")
    await page.reload()
    await page.locator('.terminal.ready[data-session="2"]').wait_for(state="attached")
    await expect(terminals).to_have_count(1)
    await page.get_by_title("Menu").click()
    await page.get_by_role("button", name="Reset the layout").click()
    await page.locator('.terminal.ready[data-session="1"]').wait_for(state="attached")


async def test_one_menu_for_page_and_terminal(open_page):
    page = await open_page(viewport={"width": 1280, "height": 720})
    inside = page.frame_locator(".terminal iframe")
    await expect(inside.locator("#term")).to_be_visible()
    await expect(inside.locator("#terminal-menu")).to_have_count(0)
    await page.get_by_title("Menu").click()
    await page.get_by_role("button", name="Larger text").click()
    await expect_value(
        page, "JSON.parse(localStorage.getItem('jupyterhub-butterfly:settings')).fontSize", 16
    )
    await page.get_by_title("Menu").click()
    await page.get_by_role("button", name="Files", exact=True).click()
    await expect(page.get_by_role("tab", name="Files")).to_have_attribute("aria-selected", "true")
    # Alone in a window it has its own, and no page elsewhere can take it away.
    window = await page.context.new_page()
    await window.goto(page.url.split("dashboard")[0] + "terminal/session/7?bare=1")
    await window.locator("#terminal-menu").click()
    entries = window.get_by_role("menu")
    await entries.get_by_role("menuitem", name="Smaller text").click()
    await expect(entries).to_be_visible()
    async with page.context.expect_page():
        await entries.get_by_role("menuitem", name="Another terminal").click()
    await expect(entries).to_be_hidden()


@pytest.mark.parametrize("width", [320, 768])
async def test_one_panel_at_a_time_where_there_is_no_room(open_page, artifacts, width):
    page = await open_page(viewport={"width": width, "height": 640}, has_touch=True)
    notes, work = page.locator("#notes"), page.locator("#work")
    await expect(work).to_be_hidden()
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(overflow) <= 0
    cut = """[...document.querySelectorAll('.bar button, .bar summary, .strip button')].filter(
      (one) => one.checkVisibility({visibilityProperty: true}) && (
        one.scrollWidth > one.clientWidth + 1 || one.getBoundingClientRect().right > innerWidth))
      .map((one) => one.textContent.trim())"""
    assert await page.evaluate(cut) == []
    await page.screenshot(path=artifacts / f"work-area-notes-{width}.png")
    # By a key: the keys go to where the output is, and a line can be typed at once.
    await page.get_by_role("button", name='Run: echo "first', exact=False).press("Enter")
    await expect(work).to_be_visible()
    await expect(notes).to_be_hidden()
    await shell_says(page, "first 42")
    await expect_focus(page, "IFRAME")
    await page.keyboard.type("echo typed $((40 + 5))\n")
    await shell_says(page, "typed 45")
    assert await page.evaluate(cut) == []
    await page.screenshot(path=artifacts / f"work-area-terminal-{width}.png")
    await page.keyboard.press("Control+F6")
    await expect(notes).to_be_visible()
    await expect_focus(page, "notes")
    # By a tap: the same, but no keyboard of the phone is called up.
    await page.get_by_role("button", name='Run: echo "first', exact=False).tap()
    await expect(work).to_be_visible()
    await expect_focus(page, "work")
    if width > 320:
        return
    # A strip that is too narrow shows on which side it goes on.
    tabs = page.locator(".tabs")
    await page.evaluate("['North', 'East', 'South'].map((name) => workshop.openTab(name, '/'))")
    await expect(tabs).to_have_class(re.compile(r"\bless\b"))
    await tabs.evaluate("(each) => each.scrollTo(0, 0)")
    await expect(tabs).to_have_class("tabs more")


async def test_leaving_and_the_end_are_asked_about_in_the_page(open_page, artifacts):
    page = await open_page(viewport={"width": 1280, "height": 720})
    leave, finish = page.locator("#leave"), page.locator("#finish")
    await page.get_by_title("Menu").click()
    await page.get_by_role("button", name="Start over or leave").click()
    await expect(leave).to_be_visible()
    await expect(leave).to_contain_text("this session ends")
    await page.keyboard.press("Escape")
    await expect(leave).to_be_hidden()
    await page.get_by_role("link", name="Continue").click()
    end = page.get_by_role("button", name="Finish")
    await end.press("Enter")
    await expect(finish).to_have_accessible_name("You have reached the end")
    await expect(finish.get_by_role("link", name="us", exact=True)).to_have_attribute(
        "target", "_blank"
    )
    await page.screenshot(path=artifacts / "finish.png")
    await finish.get_by_role("button", name="Stay here").press("Enter")
    await expect(finish).to_be_hidden()
    await expect(end).to_be_focused()
    await end.click()
    await finish.get_by_role("button", name="Start over or leave").click()
    await leave.get_by_role("link", name="Go on").click()
    await page.wait_for_url("**/hub/restart")
