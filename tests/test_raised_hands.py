"""Who needs help raises a hand in the dashboard: real hub, culler, session and two browsers."""

import sys

import pytest

import culler_service
from pages import expect, log_in

CULLER = """
c.JupyterHub.services.append({{
    "name": "workshop-culler",
    "command": [sys.executable, "-m", "workshop_culler", "--timeout=3600"],
    "url": "http://127.0.0.1:{port}",
    "oauth_client_allowed_scopes": ["read:servers", "delete:servers", "access:servers"],
    "oauth_no_confirm": True,
}})
c.JupyterHub.load_roles += [{{
    "name": "workshop-culler",
    "services": ["workshop-culler"],
    "scopes": ["list:users", "read:users:activity", "read:users:groups", "read:servers",
               "delete:servers"],
}}]
"""
NOTES = """# Boats

```examiner:execute-test
name: has-boat
title: Is there a boat?
```
"""
EVIL = '<img src=x onerror="document.title=1"> My boat sinks'

pytestmark = [pytest.mark.hub, pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def folder(tmp_path):
    notes = tmp_path / "notes"
    tests = notes / "examiner" / "tests"
    tests.mkdir(parents=True)
    (notes / "index.md").write_text(NOTES)
    (tests / "has-boat").write_text("#!/bin/sh\necho no boat; exit 1\n")
    (tests / "has-boat").chmod(0o755)
    return notes


async def test_a_hand_is_raised_seen_lowered_and_raised_again(
    hub_factory, held_port, browser, artifacts, folder
):
    hub = await hub_factory(
        (culler_service.DASHBOARD + CULLER).format(port=held_port, folder=folder)
    )
    await hub.logged("judged ")
    ada = await log_in(browser, hub.url, "ada")
    button = ada.locator("#hand")
    await expect(button).to_have_text("Raise hand", timeout=120_000)
    await expect(ada.locator(".terminal.ready")).to_have_count(1)
    await ada.get_by_role("button", name="Is there a boat?").click()
    await expect(ada.locator(".result")).to_have_text("no boat")
    await button.click()
    await expect(ada.get_by_role("dialog", name="Raise your hand")).to_be_visible()
    await ada.screenshot(path=artifacts / "hand-ask.png")
    await ada.keyboard.type(EVIL)
    await ada.keyboard.press("Enter")
    await expect(button).to_have_attribute("aria-pressed", "true")
    await expect(button).to_be_focused()
    await expect(ada.locator("#state")).to_have_text("Your hand is raised. The instructor sees it.")
    await ada.screenshot(path=artifacts / "hand-raised.png")

    grace = await log_in(browser, f"{hub.url}services/workshop-culler/", "grace")
    await expect(grace.locator("#hands-list .asks")).to_have_text([EVIL])
    row = grace.get_by_role("row", name="ada")
    await expect(row).to_contain_text("1 of 1: Boats")
    await expect(row).to_contain_text("0 tests passed, 1 failed (has-boat)")
    await ada.set_viewport_size({"width": 320, "height": 640})
    await ada.reload()
    await expect(button).to_have_text("Hand raised")
    await ada.screenshot(path=artifacts / "hand-raised-320.png")
    for item in (button, ada.locator(".menu > summary")):
        await expect(item).to_be_in_viewport(ratio=1)
    await ada.set_viewport_size({"width": 1280, "height": 720})
    await grace.get_by_role("button", name="Lower the hand of ada").click()
    await expect(grace.locator("#hands")).to_be_hidden()
    await expect(button).to_have_text("Raise hand")
    await expect(ada.locator("#state")).to_have_text("The instructor has lowered your hand.")

    await button.click()
    await ada.keyboard.press("Enter")
    await expect(button).to_have_text("Hand raised")
    await expect(grace.locator("#hands-list .asks")).to_have_text(["Needs help"])
    await button.click()
    await expect(button).to_have_text("Raise hand")
    await expect(grace.locator("#hands")).to_be_hidden()
    await ada.evaluate("workshop.sessionEnded('idle')")
    await expect(button).to_be_hidden()
    assert (ada.troubles, grace.troubles) == ([], [])


async def test_without_the_service_there_is_no_button_and_nothing_else_is_missed(
    hub_factory, browser, folder, tmp_path
):
    home = tmp_path / "home"
    home.mkdir()
    own = f"c.SimpleLocalProcessSpawner.home_dir_template = {str(home)!r}\n"
    hub = await hub_factory(culler_service.DASHBOARD.format(folder=folder) + own)
    page = await log_in(browser, hub.url, "ada")
    await expect(page.locator(".terminal.ready")).to_have_count(1, timeout=120_000)
    await page.get_by_role("button", name="Is there a boat?").click()
    await expect(page.locator(".result")).to_have_text("no boat")
    await expect(page.locator("#hand")).to_be_hidden()
    # The files come through the hub as well, with the token that it asks for.
    (home / "boat.yaml").write_text("kind: Boat\n")
    await page.get_by_role("tab", name="Files").click()
    files = page.frame_locator("#panel-files iframe")
    await files.get_by_role("button", name="boat.yaml", exact=True).click()
    await expect(files.locator(".cm-line").first).to_have_text("kind: Boat")
    await page.keyboard.type("# ")
    await page.keyboard.press("Control+s")
    await expect(files.locator("#news")).to_have_text("~/boat.yaml is saved.")
    assert (home / "boat.yaml").read_text() == "# kind: Boat\n"
    assert page.troubles == []


FAULTS = """
import http.server, sys

class Broken(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(500 if "/api/" in self.path else 200)
        self.end_headers()

    do_POST = do_GET

http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Broken).serve_forever()
"""


async def test_a_service_in_trouble_leaves_the_dashboard_usable(
    hub_factory, held_port, browser, folder, tmp_path
):
    program = tmp_path / "broken.py"
    program.write_text(FAULTS)
    command = [sys.executable, str(program), str(held_port)]
    service = {
        "name": "workshop-culler",
        "command": command,
        "url": f"http://127.0.0.1:{held_port}",
    }
    config = (
        culler_service.DASHBOARD.format(folder=folder)
        + f"\nc.JupyterHub.services.append({service!r})\n"
    )
    hub = await hub_factory(config)
    page = await log_in(browser, hub.url, "ada")
    button = page.locator("#hand")
    await expect(button).to_have_text("Raise hand", timeout=120_000)
    await expect(page.locator(".terminal.ready")).to_have_count(1)
    await button.click()
    await page.keyboard.type("My boat sinks")
    await page.keyboard.press("Enter")
    await expect(page.locator("#hand-problem")).to_have_text(
        "It could not be sent. Try again in a moment."
    )
    await expect(page.locator("#hand-text")).to_have_value("My boat sinks")
    await page.keyboard.press("Escape")
    await expect(button).to_be_focused()
    await expect(page.locator(".terminal.ready")).to_have_count(1)
    assert page.troubles == []
