"""A visitor sees how long the session lasts and extends it: real hub, culler, terminal, browser.

The configuration is that of docs/how-to/session-clock.md.
"""

import asyncio
import json
import re
from pathlib import Path

import aiohttp
import pytest

import culler_service
from pages import expect

NOTES = Path(__file__).resolve().parent.parent / "demo" / "notes"
CONFIG = """
import sys
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.Authenticator.admin_users = {{"grace"}}
c.JupyterHub.spawner_class = "simple"
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub_butterfly"]
c.Spawner.args = ["--ButterflyApp.extensions=[]", "--ButterflyApp.client={client}"]
c.Spawner.environment = {{
    "WORKSHOP_CULLER_URL": c.JupyterHub.bind_url + "services/workshop-culler/"
}}
"""


def make_config(port, client="xterm"):
    """A hub with the culler."""
    return CONFIG.format(client=client) + culler_service.make_config(port)


async def open_terminal(hub, browser, name, where="**/terminal/session/1"):
    """Log in and wait for the page of the server that is started then."""
    page = await browser.new_page(viewport={"width": 1000, "height": 500})
    await page.goto(f"{hub.url}hub/login")
    await page.fill("input[name=username]", name)
    await page.fill("input[name=password]", "x")
    await page.click("input[type=submit], button[type=submit]")
    await page.wait_for_url(where, timeout=120_000)
    return page


@pytest.mark.hub
@pytest.mark.browser
@pytest.mark.parametrize("client", ["butterfly", "xterm"])
async def test_a_visitor_is_warned_extends_and_reads_the_announcement(
    hub_factory, held_port, browser, artifacts, client
):
    hub = await hub_factory(make_config(held_port, client))
    await hub.logged("judged ")
    _, grace = await hub.api("POST", "users/grace/tokens", {})
    page = await open_terminal(hub, browser, "ada")
    await page.wait_for_selector("#terminal-clock.loud")
    warning = await page.inner_text("#terminal-clock-time")
    assert re.fullmatch(r"Your session ends in [34] minutes\.", warning)
    said = await page.request.post(
        f"{hub.url}services/workshop-culler/api/announcement",
        headers={"Authorization": f"token {grace['token']}"},
        data={"text": "Lunch <b>at noon</b>"},
    )
    assert said.status == 200, await said.text()
    await page.screenshot(path=artifacts / f"clock-warning-{client}.png")
    await page.click("#terminal-clock button")
    await page.wait_for_selector("text=Extended. Your session ends in 1")
    await expect(page.locator("#terminal-said span")).to_have_text("Lunch <b>at noon</b>")
    await page.screenshot(path=artifacts / f"clock-extended-{client}.png")
    await page.click("#terminal-said button")
    await expect(page.locator("#terminal-said")).to_be_hidden()
    await hub.logged("extended user=ada server= ")
    _, ada = await hub.api("GET", "users/ada")
    assert ada["servers"][""]["ready"]
    await page.reload()
    await page.wait_for_selector("#terminal-clock.calm")
    await expect(page.locator("#terminal-clock-time")).to_have_text(re.compile(r"^1[45] min$"))
    await expect(page.locator("#terminal-said")).to_be_hidden()
    await page.close()


@pytest.mark.hub
@pytest.mark.browser
async def test_without_the_service_a_page_shows_nothing_and_works(hub_factory, browser):
    hub = await hub_factory(CONFIG.format(client="xterm"))
    page = await open_terminal(hub, browser, "ada")
    answer = await page.evaluate(
        "fetch('/user/ada/terminal/clock', {headers: {'X-XSRFToken': terminalPage.config.xsrf}})"
        ".then((answer) => answer.json())"
    )
    assert answer["sentence"] == ""
    assert answer["next"] >= 900
    await expect(page.locator("#terminal-clock")).to_be_hidden()
    await page.close()


FETCH = """(path) => fetch("/user/ada/" + path,
  {headers: {"X-XSRFToken": terminalPage.config.xsrf}})
  .then(async (answer) => [answer.status, await answer.json()])"""


@pytest.mark.hub
@pytest.mark.browser
async def test_a_tab_that_asks_for_its_clock_is_no_activity(hub_factory, held_port, browser):
    """The hub believes the proxy, and the proxy takes most answers for a person's doing."""
    config = make_config(held_port)
    hub = await hub_factory(config, env={"CONFIGPROXY_AUTH_TOKEN": "proxy"})
    await hub.logged("judged ")
    page = await open_terminal(hub, browser, "ada")
    await page.wait_for_selector("#terminal-clock.loud")
    await page.wait_for_load_state("networkidle")

    async def last_activity():
        routes = f"http://127.0.0.1:{hub.proxy_port}/api/routes"
        headers = {"Authorization": "token proxy"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.get(routes) as answer,
        ):
            return (await answer.json())["/user/ada"]["last_activity"]

    before = await last_activity()
    for _ in range(3):
        status, view = await page.evaluate(FETCH, "terminal/clock")
        assert status >= 300
        assert view["sentence"]
    assert await last_activity() == before
    assert (await page.evaluate(FETCH, "terminal/sessions"))[0] == 200
    assert await last_activity() > before  # what is counted otherwise
    await page.close()


@pytest.mark.hub
@pytest.mark.browser
async def test_in_the_dashboard_its_bar_shows_it(hub_factory, held_port, browser, artifacts):
    config = make_config(held_port)
    config = config.replace("--ButterflyApp.extensions=[]", "--ButterflyApp.extensions=dashboard")
    config += f"c.Spawner.environment['WORKSHOP_FOLDER'] = {str(NOTES)!r}\n"
    hub = await hub_factory(config)
    await hub.logged("judged ")
    _, grace = await hub.api("POST", "users/grace/tokens", {})
    page = await open_terminal(hub, browser, "ada", "**/user/ada/dashboard**")
    terminal = page.frame_locator(".terminal iframe").first
    await terminal.locator('html.bare[data-terminal-state="open"]').wait_for(state="attached")
    warning, said, spoken = (page.locator(name) for name in ("#warning", "#said", "#spoken"))
    await expect(warning).to_contain_text(re.compile(r"Your session ends in \d minutes?\."))
    await expect(spoken).to_contain_text("Your session ends in")
    await expect(terminal.locator("#terminal-clock-box")).to_have_count(0)
    announced = await page.request.post(
        f"{hub.url}services/workshop-culler/api/announcement",
        headers={"Authorization": f"token {grace['token']}"},
        data={"text": "Lunch <b>at noon</b>"},
    )
    assert announced.status == 200, await announced.text()
    # On a phone too, whichever of the two is shown.
    await page.set_viewport_size({"width": 320, "height": 640})
    for name in ("Work area", "Notes"):
        await page.get_by_role("button", name=name, exact=True).click()
        await expect(warning.get_by_role("button", name="Extend")).to_be_visible()
    # The clock leaves the title its room.
    assert (await page.locator(".brand").bounding_box())["width"] > 150
    await page.screenshot(path=artifacts / "clock-dashboard-phone.png")
    await warning.get_by_role("button", name="Extend").click()
    await expect(warning).to_contain_text("Extended. Your session ends in 1")
    await expect(spoken).to_contain_text("Extended.")
    await expect(said).to_contain_text("Lunch <b>at noon</b>")
    await page.set_viewport_size({"width": 1280, "height": 720})
    await page.screenshot(path=artifacts / "clock-dashboard.png")
    await said.get_by_role("button", name="Close the announcement").click()
    await expect(said).to_be_hidden()
    await hub.logged("extended user=ada server= ")
    await page.reload()
    await expect(page.locator("#clock .time")).to_have_text(re.compile(r"^1[45] min$"))
    await expect(warning).to_be_hidden()
    await expect(said).to_be_hidden()
    await page.close()


async def follow_page(hub, token):
    """The pages of ada's notes as the instructors' feed tells them, one after the other."""
    headers = {"Authorization": f"token {token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{hub.url}services/workshop-culler/api/events") as answer,
    ):
        async for line in answer.content:
            if line.startswith(b"data: "):
                for row in json.loads(line[6:])["rows"]:
                    if row["user"] == "ada" and row["page"]:
                        yield row["page"]


@pytest.mark.hub
@pytest.mark.browser
async def test_instructors_see_at_which_page_of_the_notes_somebody_is(
    hub_factory, held_port, browser
):
    config = make_config(held_port)
    config = config.replace("--ButterflyApp.extensions=[]", "--ButterflyApp.extensions=dashboard")
    config += f"c.Spawner.environment['WORKSHOP_FOLDER'] = {str(NOTES)!r}\n"
    hub = await hub_factory(config)
    await hub.logged("judged ")
    _, grace = await hub.api("POST", "users/grace/tokens", {})
    page = await open_terminal(hub, browser, "ada", "**/user/ada/dashboard**")
    async with asyncio.timeout(120):
        pages = follow_page(hub, grace["token"])
        first = await anext(pages)
        assert re.fullmatch(r"1 of \d+: .+", first)
        await page.locator("a[rel=next]").first.click()
        while (now := await anext(pages)) == first:
            pass
        assert re.fullmatch(r"2 of \d+: .+", now)
        await pages.aclose()
    await page.close()
