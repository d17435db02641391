"""Every address follows the hub: below a path, and with a host for each user. A real browser."""

import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import cluster as demo_cluster
import culler_service

NOTES = Path(__file__).resolve().parent.parent / "demo" / "notes"
CONFIG = """
import sys
c.JupyterHub.authenticator_class = "workshop-anonymous"
c.JupyterHub.spawner_class = "workshop"
c.JupyterHub.subdomain_host = "http://hub.test:{port}"
c.WorkshopSpawner.namespace = "workshop"
c.WorkshopSpawner.application = "workshop"
c.WorkshopSpawner.image = "pocket/terminal"
c.WorkshopSpawner.cmd = ["jupyterhub-butterfly", "--ip=$(POD_IP)",
                         "--ButterflyApp.extensions=dashboard"]
c.WorkshopSpawner.environment = {{"WORKSHOP_FOLDER": {notes!r}}}
"""


@pytest.fixture
async def resolving_browser(browser):
    """A Chromium that finds all hosts of hub.test on this machine."""
    hosts = "MAP *.hub.test 127.0.0.1, MAP hub.test 127.0.0.1"
    flags = ["--no-sandbox", "--disable-gpu", f"--host-resolver-rules={hosts}"]
    kind = browser.browser_type
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    made = await kind.launch(executable_path=path, args=flags)
    yield made
    await made.close()


@pytest.mark.hub
@pytest.mark.browser
@pytest.mark.slow
async def test_a_visitor_comes_to_a_shell_and_back_where_each_user_has_a_host(
    cluster, hub_factory, held_port, resolving_browser, tmp_path
):
    account = await demo_cluster.prepare(cluster.kubeconfig, tmp_path / "hub.kubeconfig")
    cluster.start_node()
    hub = await hub_factory("", env={"KUBECONFIG": str(account)}, start=False)
    hub.base_url = "/workshop/"
    hub.config = CONFIG.format(port=hub.port, notes=str(NOTES))
    hub.config += culler_service.make_config(held_port)
    await hub.start()
    root = f"http://hub.test:{hub.port}/workshop/"
    page = await resolving_browser.new_page()
    await page.goto(f"{root}hub/login")
    await page.get_by_role("button").filter(has_text="Start").click()
    await page.wait_for_url("**/user/**/dashboard**", timeout=120_000)
    name = re.search(r"/user/([^/]+)/", page.url)[1]
    assert urlsplit(page.url).hostname != "hub.test"
    assert urlsplit(page.url).path.startswith(f"/workshop/user/{name}/")
    terminal = page.frame_locator("iframe").first
    await terminal.get_by_text(re.compile(r"[$#]")).first.wait_for(timeout=120_000)
    link = page.locator("#leave a.button")
    assert await link.get_attribute("href") == f"{root}hub/restart"
    await page.goto(f"{root}hub/restart")
    await page.get_by_role("button").first.wait_for()
    assert page.url == f"{root}hub/restart", "they are known there, and asked"
    service = f"http://workshop-culler--service.hub.test:{hub.port}/workshop"
    answer = await page.goto(f"{service}/services/workshop-culler/")
    assert answer.status == 403, "the instructor's page knows who it is, by the hub's login"
    await page.close()
