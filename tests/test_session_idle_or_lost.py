"""A session that nobody types in, and one whose pod is deleted: what a person reads, in a browser.

The other ends are in test_session_ends.py.
"""

import re
from pathlib import Path

import pytest
from kubernetes_asyncio import client, config

import cluster
import culler_service
from pages import expect

NOTES = Path(__file__).resolve().parent.parent / "demo" / "notes"
CONFIG = """
import sys
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
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
    "JUPYTERHUB_ACTIVITY_INTERVAL": "2",
}}
"""

pytestmark = [pytest.mark.hub, pytest.mark.browser]


async def open_terminal(page):
    """The frame of the first terminal, once its shell is there."""
    terminal = page.frame_locator(".terminal iframe").first
    await terminal.locator('html[data-terminal-state="open"]').wait_for(state="attached")
    return terminal


async def test_a_session_that_nobody_types_in_says_that_it_was_idle(
    hub_factory, held_port, browser, artifacts, tmp_path
):
    file = tmp_path / "page-is-open"
    options = ("--cull-every=2", "--WorkshopCuller.grace_after_start=0")
    limits = ("--timeout=3600", "--timeout=3")
    culler = culler_service.make_changing_config(held_port, file, *limits, *options)
    hub = await hub_factory(CONFIG.format(notes=str(NOTES)) + culler)
    page = await browser.new_page()
    await page.goto(f"{hub.url}hub/login")
    await page.fill("input[name=username]", "ada")
    await page.fill("input[name=password]", "x")
    await page.click("input[type=submit], button[type=submit]")
    await page.wait_for_url("**/user/*/dashboard**", timeout=120_000)
    terminal = await open_terminal(page)
    # An open page that asks for its time every second is no activity.
    file.touch()
    await expect(page.locator("#ended")).to_contain_text(
        "Your session has ended. Nobody had typed for a long time.", timeout=120_000
    )
    await expect(terminal.locator("#terminal-status")).to_have_text("Your session has ended.")
    assert "rule=idle" in hub.log_text
    await page.screenshot(path=artifacts / "ended-idle.png")
    # After a reload it is the hub that answers at the terminal's own address.
    await page.goto(f"{hub.url}user/ada/terminal/session/1")
    await page.wait_for_url("**/hub/user/ada/**")
    await page.close()


async def test_a_session_whose_pod_is_deleted_says_that_it_was_lost(serve_demo, browser, artifacts):
    settings = await serve_demo()
    page = await browser.new_page()
    await page.goto(settings["DEMO_URL"])
    await page.get_by_role("button").filter(has_text="Start").click()
    await page.wait_for_url("**/user/**", timeout=120_000)
    name = re.search(r"/user/([^/]+)/", page.url)[1]
    terminal = await open_terminal(page)
    async with await config.new_client_from_config(settings["ADMIN_KUBECONFIG"]) as connection:
        api = client.CoreV1Api(connection)
        pods = await api.list_namespaced_pod(cluster.NAMESPACE, label_selector=f"user={name}")
        (pod,) = pods.items
        await api.delete_namespaced_pod(pod.metadata.name, cluster.NAMESPACE)
    await expect(page.locator("#ended")).to_contain_text(
        "Your session has ended. Its server failed, or was removed.", timeout=120_000
    )
    await expect(terminal.locator("#terminal-status")).to_have_text("Your session has ended.")
    await page.screenshot(path=artifacts / "ended-lost-pod.png")
    await page.reload()
    await expect(page.locator("h1")).to_have_text("Your session has ended", timeout=120_000)
    await expect(page.get_by_text("its pod was deleted")).to_be_visible()
    await page.screenshot(path=artifacts / "ended-lost-pod-again.png")
    await page.click("text=Start a new session")
    await page.wait_for_url("**/user/*/**", timeout=120_000)
    await open_terminal(page)
    await page.close()
