"""A session that has ended says so: real hub, proxy, culler, terminal and dashboard in a browser.

Behind a stock JupyterHub the address of a stopped server is a redirect to the hub. What a person
sees then is no logout, and the hub is never loaded into a frame.
"""

import asyncio
import contextlib
import re
from pathlib import Path

import psutil
import pytest

import culler_service
from pages import expect

NOTES = Path(__file__).resolve().parent.parent / "demo" / "notes"
PHONE = {"width": 390, "height": 780}
CONFIG = """
import sys
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.Authenticator.admin_users = {{"grace"}}
c.JupyterHub.spawner_class = "simple"
c.Spawner.poll_interval = 1
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub_butterfly"]
c.Spawner.args = [
    "--ButterflyApp.extensions=dashboard",
    "--ButterflyApp.recheck_seconds=1",
    "--ButterflyApp.stop_seconds=10",  # which this spawner gives
]
c.Spawner.environment = {{
    "WORKSHOP_FOLDER": {notes!r},
    "WORKSHOP_CULLER_URL": c.JupyterHub.bind_url + "services/workshop-culler/",
}}
"""

pytestmark = [pytest.mark.hub, pytest.mark.browser]


async def start_hub(hub_factory, port, culler=None):
    culler = culler or culler_service.make_config(port, "--cull-every=2", max_age=0)
    hub = await hub_factory(CONFIG.format(notes=str(NOTES)) + culler)
    await hub.logged("judged ")
    return hub


async def log_in(hub, browser, name, path="", viewport=None):
    """Somebody's own browser, logged in, at a page of their server."""
    context = await browser.new_context(viewport=viewport or {"width": 1280, "height": 720})
    page = await context.new_page()
    await page.goto(f"{hub.url}hub/login")
    await page.fill("input[name=username]", name)
    await page.fill("input[name=password]", "x")
    await page.click("input[type=submit], button[type=submit]")
    await page.wait_for_url("**/user/*/dashboard**", timeout=120_000)
    if path:
        await page.goto(f"{hub.url}user/{name}/{path}")
    return page


async def until_open(frame):
    await frame.locator('html[data-terminal-state="open"]').wait_for(state="attached")


def frame_paths(page):
    return [re.sub(r"https?://[^/]*", "", frame.url) for frame in page.frames[1:]]


async def test_a_terminal_alone_says_that_its_time_was_over(
    hub_factory, held_port, browser, artifacts, tmp_path
):
    words = ("--max-age=250", "--max-age=1", "--timeout=0", "--cull-every=2")
    culler = culler_service.make_changing_config(held_port, tmp_path / "seen", *words)
    hub = await start_hub(hub_factory, held_port, culler)
    page = await log_in(hub, browser, "ada", "terminal/session/1", PHONE)
    await page.wait_for_selector("#terminal-clock.loud")
    (tmp_path / "seen").touch()
    card = page.locator("#terminal-status.card")
    await expect(card).to_contain_text("Your session has ended.", timeout=120_000)
    await expect(card).to_contain_text("Its time was over.")
    await expect(card).to_contain_text("gone with it")
    await expect(page.locator("#terminal-clock-box")).to_be_hidden()
    assert (await card.bounding_box())["width"] <= PHONE["width"] - 32
    assert await card.evaluate("(card) => card.scrollWidth <= card.clientWidth")
    await page.screenshot(path=artifacts / "ended-terminal-phone.png")
    await card.locator("button").click()
    await page.wait_for_url("**/user/ada/dashboard/**", timeout=120_000)
    await page.context.close()


async def test_what_each_end_says_in_the_dashboard(hub_factory, held_port, browser, artifacts):
    hub = await start_hub(hub_factory, held_port)
    _, grace = await hub.api("POST", "users/grace/tokens", {})
    page = await log_in(hub, browser, "ada")
    await until_open(page.frame_locator(".terminal iframe").first)
    box = page.locator("#ended")
    await expect(box).to_be_hidden()
    spoken = page.locator("#spoken")
    await spoken.evaluate("node => { node.textContent = 'Your session ends in 1 minute.' }")
    stopped = await page.request.post(
        f"{hub.url}services/workshop-culler/api/session/stop",
        headers={"Authorization": f"token {grace['token']}"},
        data={"user": "ada"},
    )
    assert stopped.status in (200, 202), await stopped.text()
    await expect(box).to_contain_text("Your session has ended. An instructor stopped it.")
    await expect(spoken).to_have_text("")
    terminal = page.frame_locator(".terminal iframe").first.locator("#terminal-status")
    await expect(terminal).to_have_class("pill")
    await expect(terminal).to_have_text("Your session has ended.")
    await page.screenshot(path=artifacts / "ended-dashboard.png")
    # Whatever is clicked then, no frame has the hub, and what is read stays.
    title = await page.inner_text("article h1")
    await page.locator("a[rel=next]").first.click()
    await page.click(".menu summary")
    await page.click("[data-do=reload]")
    await page.click(".menu summary")
    await page.click("[data-do=add]")
    await page.wait_for_load_state("networkidle")
    await expect(page.locator("article h1")).to_have_text(title)
    assert all(path.startswith("/user/ada/terminal/") for path in frame_paths(page))
    await page.set_viewport_size(PHONE)
    await expect(page.locator('.switch [data-show="notes"]')).to_have_attribute(
        "aria-pressed", "true"
    )
    await expect(box).to_be_visible()
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(overflow) <= 0
    await page.screenshot(path=artifacts / "ended-dashboard-phone.png")
    await page.click("#ended a")
    await page.wait_for_url("**/user/ada/dashboard/**", timeout=120_000)
    await until_open(page.frame_locator(".terminal iframe").first)
    await expect(page.locator("#ended")).to_be_hidden()
    await page.context.close()


async def test_a_lost_server_a_stop_at_the_hub_and_a_logout_are_told_apart(
    hub_factory, held_port, browser, artifacts
):
    hub = await start_hub(hub_factory, held_port)
    lost = await log_in(hub, browser, "ada")
    stopped = await log_in(hub, browser, "bob", "terminal/session/1")
    gone = await log_in(hub, browser, "cy")
    await until_open(lost.frame_locator(".terminal iframe").first)
    await until_open(stopped)
    await until_open(gone.frame_locator(".terminal iframe").first)

    kill_server(hub, "/user/ada/")
    await expect(lost.locator("#ended")).to_contain_text(
        "Its server failed, or was removed.", timeout=120_000
    )

    # A dashboard that has no terminals asks by itself.
    notes_only = await stopped.context.new_page()
    await notes_only.goto(f"{hub.url}user/bob/dashboard/")
    await notes_only.evaluate("document.querySelectorAll('iframe').forEach((one) => one.remove())")
    assert await notes_only.evaluate("workshop.checkSession()") is False
    await hub.api("DELETE", "users/bob/server")
    assert await notes_only.evaluate("workshop.checkSession()") is True
    await expect(notes_only.locator("#ended")).to_be_visible()
    card = stopped.locator("#terminal-status.card")
    await expect(card).to_contain_text("Your session has ended.")
    await expect(card).not_to_contain_text("stopped it")
    await stopped.reload()
    await stopped.wait_for_url("**/hub/user/bob/**")

    home = await gone.context.new_page()
    await home.goto(f"{hub.url}hub/home")
    await home.click("#logout")
    await home.wait_for_url("**/hub/login**")
    card = gone.frame_locator(".terminal iframe").first.locator("#terminal-status.card")
    await expect(card).to_contain_text("You are logged out.", timeout=120_000)
    await expect(gone.locator("#ended")).to_be_hidden()
    await gone.screenshot(path=artifacts / "logged-out-dashboard.png")
    await card.locator("button").click()
    await gone.wait_for_url("**/hub/login**")
    assert frame_paths(gone) == []
    await asyncio.gather(*(page.context.close() for page in (lost, stopped, gone)))


async def test_a_visitor_who_comes_back_reads_it_on_the_login_page(
    hub_factory, held_port, browser, artifacts
):
    """The visitor is deleted with the session, and `auto_start` would begin the next at once."""
    config = CONFIG.format(notes=str(NOTES))
    config += culler_service.make_config(held_port, "--cull-every=2", max_age=0)
    config = config.replace('"dummy"', '"workshop-anonymous"')
    config = re.sub(r"c\.Authenticator\..*", "", config)  # about accounts
    hub = await hub_factory(config + "c.AnonymousAuthenticator.auto_start = True\n")
    await hub.logged("judged ")
    page = await browser.new_page(viewport=PHONE)
    await page.goto(f"{hub.url}hub/login")
    await page.wait_for_url("**/user/*/dashboard**", timeout=120_000)
    await until_open(page.frame_locator(".terminal iframe").first)
    prefix = re.search("/user/[^/]*/", page.url).group()
    kill_server(hub, prefix)
    await expect(page.locator("#ended")).to_contain_text("Its server failed", timeout=120_000)
    await hub.logged("Forgot the visitor")
    await page.reload()
    told = page.locator("#workshop-ended")
    await expect(told).to_contain_text("Your session has ended. Its server failed")
    await expect(told).to_contain_text("gone with it")
    await page.screenshot(path=artifacts / "ended-login-phone.png", full_page=True)
    await page.click("text=Start a new session")
    await page.wait_for_url("**/user/*/dashboard**", timeout=120_000)
    assert prefix not in page.url
    await page.close()


def kill_server(hub, prefix):
    """Kill the terminal that has this prefix, as a node does that runs out of memory."""
    for child in psutil.Process(hub.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if child.environ().get("JUPYTERHUB_SERVICE_PREFIX") == prefix:
                child.kill()
