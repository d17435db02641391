"""What people see: two visitors at once, in a real browser, in the whole demo."""

import re

import aiohttp
import pytest
import pytest_asyncio

from demos import serve_demos
from pages import expect, run_chromium

pytestmark = [
    pytest.mark.browser,
    pytest.mark.hub,
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
]

SCREEN = {"width": 1400, "height": 860}
ENTERS = 120_000  # milliseconds


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser():
    """A headless Chromium on the module's loop, as the shared demo is."""
    async with run_chromium() as chromium:
        yield chromium


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def settings(tmp_path_factory):
    """Of a demo as it is without options, for all tests that ask for no other one."""
    async with serve_demos(tmp_path_factory.mktemp("demo")) as start:
        yield await start()


@pytest_asyncio.fixture(loop_scope="module")
async def serve_demo(tmp_path):
    """A demo with options, on the module's loop."""
    async with serve_demos(tmp_path) as start:
        yield start


async def enter(browser, settings):
    """A visitor of their own cookies who presses the one button; their page and their name."""
    context = await browser.new_context(viewport=SCREEN)
    page = await context.new_page()
    await page.goto(settings["DEMO_URL"])
    await page.get_by_role("button").filter(has_text="Start").click()
    await page.wait_for_url("**/user/**", timeout=ENTERS)
    return page, re.search(r"/user/([^/]+)/", page.url)[1]


async def type_command(page, command, expected):
    """Type into the terminal beside the notes; wait until it shows what is expected."""
    terminal = page.frame_locator("iframe").first
    prompt = terminal.get_by_text(re.compile(r"[$#]")).first
    await prompt.wait_for(timeout=ENTERS)
    await prompt.click()
    await page.keyboard.type(command + "\n")
    await terminal.get_by_text(expected).first.wait_for(timeout=ENTERS)


async def test_two_visitors_have_two_sessions(settings, browser, artifacts):
    alice, alices = await enter(browser, settings)
    bob, bobs = await enter(browser, settings)
    assert alices != bobs

    await type_command(alice, "echo $((6 * 7)) in $PROJECT_NAMESPACE", f"42 in workshop-{alices}")
    await type_command(bob, "echo $((6 * 7)) in $PROJECT_NAMESPACE", f"42 in workshop-{bobs}")
    await alice.screenshot(path=artifacts / "two-visitors-first.png")
    await bob.screenshot(path=artifacts / "two-visitors-second.png")

    # The neighbour's address in one's own browser, cookies and all: no shell comes of it.
    answer = await bob.goto(f"{settings['DEMO_URL']}user/{alices}/terminal/session/1")
    assert answer.status in (403, 404)
    await expect(bob.locator("#term, .xterm")).to_have_count(0)


async def test_a_command_of_the_notes_runs_at_a_click(settings, browser, artifacts):
    page, _ = await enter(browser, settings)
    await page.get_by_role("button", name=re.compile("Run")).first.click()
    terminal = page.frame_locator("iframe").first
    # Butterfly draws spaces that do not break.
    await terminal.get_by_text(re.compile(r"^Hello\sfrom\s\S+,")).first.wait_for(timeout=ENTERS)
    await page.screenshot(path=artifacts / "session.png", animations="disabled")


async def test_a_visitor_goes_right_in_with_auto_start(serve_demo, browser):
    settings = await serve_demo("--auto-start")
    page = await (await browser.new_context()).new_page()
    await page.goto(settings["DEMO_URL"])
    await page.wait_for_url("**/user/**", timeout=ENTERS)


async def test_a_visitor_waits_for_the_only_place_until_the_other_leaves(serve_demo, browser):
    settings = await serve_demo("--session-limit", "1")
    first, _ = await enter(browser, settings)
    second = await (await browser.new_context()).new_page()
    await second.goto(settings["DEMO_URL"])
    await second.get_by_role("button").filter(has_text="Start").click()
    await second.get_by_text("number 1 in the queue").wait_for(timeout=ENTERS)

    await first.goto(f"{settings['DEMO_URL']}hub/restart")
    await first.get_by_role("button", name="Delete and leave").click()
    await second.wait_for_url("**/user/**", timeout=2 * ENTERS)


async def test_an_instructor_sees_who_is_here(settings, browser, artifacts):
    """With a code, as nobody has an account: projects, pages of the notes, time; and stops one."""
    alice, alices = await enter(browser, settings)
    _, bobs = await enter(browser, settings)
    page = await browser.new_page(viewport=SCREEN)
    await page.goto(f"{settings['DEMO_URL']}services/workshop-culler/login")
    await page.get_by_label("Code for instructors").fill(settings["DEMO_INSTRUCTOR_CODE"])
    await page.screenshot(path=artifacts / "instructor-login.png")
    await page.get_by_role("button", name="Enter").click()
    row = page.get_by_role("row", name=alices)
    await row.get_by_text("running").wait_for(timeout=ENTERS)
    await row.get_by_text(f"workshop-{alices}").wait_for(timeout=2 * ENTERS)
    await alice.locator("a[rel=next]").first.click()
    await row.get_by_text(re.compile(r"2 of \d+: ")).wait_for(timeout=ENTERS)
    await page.get_by_role("row", name=bobs).wait_for()
    await page.screenshot(path=artifacts / "instructor-page-demo.png")
    await page.get_by_role("button", name=f"Stop the session of {bobs}").click()
    await page.get_by_role("button", name="Stop it").click()
    await page.get_by_role("row", name=bobs).wait_for(state="detached", timeout=2 * ENTERS)
    await expect(row).to_have_count(1)


async def test_a_link_on_another_page_ends_no_session(settings, browser):
    """The browser sends JupyterHub's cookies with a link from anywhere; it logs out, no more."""
    page, name = await enter(browser, settings)
    logout = f"{settings['DEMO_URL']}hub/logout"
    await page.goto(f"data:text/html,<a href='{logout}'>Look at this</a>")
    await page.get_by_text("Look at this").click()
    await page.get_by_role("button").filter(has_text="Start").wait_for(timeout=ENTERS)
    # A stop begins before the hub answers, so a session that was to end would be pending.
    headers = {"Authorization": f"token {settings['DEMO_CHECK_TOKEN']}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        users = await (await http.get(f"{settings['DEMO_URL']}hub/api/users")).json()
    (user,) = [user for user in users if user["name"] == name]
    assert user["servers"][""]["ready"]
    assert user["servers"][""]["pending"] is None
