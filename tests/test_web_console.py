"""The web console beside a session: real hub, terminal and cluster; a stand-in for its program.

Only the session's own visitor comes to it, and it acts as the session does.
"""

import re
import sys
from pathlib import Path

import aiohttp
import pytest
import yaml

pytestmark = pytest.mark.hub

ROOT = Path(__file__).resolve().parent.parent
BRIDGE = ROOT / "tests" / "support" / "fake_bridge.py"
CA = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"
CONFIG = f"""
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "workshop"
c.WorkshopSpawner.application = "intro"
c.WorkshopSpawner.namespace = "workshops"
c.WorkshopSpawner.image = "example.com/workshop"
c.WorkshopSpawner.cmd = ["{sys.executable}", "-m", "jupyterhub_butterfly", "--ip=$(POD_IP)"]
c.WorkshopSpawner.args = ["--ButterflyApp.extensions=[]"]
c.WorkshopSpawner.console_image = "example.com/console"
c.WorkshopSpawner.console_command = ["{sys.executable}", "{BRIDGE}", "{CA}"]
"""


@pytest.fixture
async def hub(cluster, hub_factory):
    """A hub whose sessions have a console, with the rights of templates/ only."""
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "workshops"}}
    cluster.apply(namespace)
    text = (ROOT / "templates" / "hub-rbac.yaml").read_text()
    for document in yaml.safe_load_all(text.replace("HUB_NAMESPACE", "workshops")):
        if not document["kind"].startswith("Cluster"):
            document["metadata"]["namespace"] = "workshops"
        cluster.apply(document)
    cluster.start_node()
    kubeconfig = cluster.kubeconfig_for(cluster.token("workshops", "hub"), "workshops")
    return await hub_factory(CONFIG, env={"KUBECONFIG": str(kubeconfig)})


async def log_in(http, hub, name):
    """Log in; follows to wherever the hub leads."""
    async with http.get(f"{hub.url}hub/login") as page:
        token = re.search(r'name="_xsrf" value="([^"]*)"', await page.text())[1]
    form = {"username": name, "password": "x", "_xsrf": token}
    async with http.post(f"{hub.url}hub/login?next=%2Fhub%2Fhome", data=form) as page:
        assert page.status == 200


async def start(hub, name):
    """Start a server and wait until it is up."""
    headers = {"Authorization": f"token {hub.token}"}
    assert (await hub.api("POST", f"users/{name}/server"))[0] in (201, 202)
    url = f"{hub.url}hub/api/users/{name}/server/progress"
    async with aiohttp.ClientSession(headers=headers) as http, http.get(url) as answer:
        said = await answer.text()
    assert '"ready": true' in said, said


def browser():
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))


async def test_the_console_is_the_sessions_and_nobody_elses(cluster, hub):
    async with browser() as alice, browser() as bob, browser() as nobody:
        await log_in(alice, hub, "alice")
        await log_in(bob, hub, "bob")
        await start(hub, "alice")
        base = "user/alice/proxy/absolute/10083/"
        url = hub.url + base
        async with alice.get(url) as answer:
            assert (answer.status, await answer.text()) == (200, f"console at /{base}")
        await acts_as_the_session(cluster, hub, alice, url)
        async with nobody.get(url, allow_redirects=False) as answer:
            assert answer.status == 302
            assert "/hub/" in answer.headers["Location"]
        async with bob.get(url) as answer:
            assert answer.status == 403
        foreign = {"Origin": "https://evil.example", "X-CSRFToken": "abc"}
        async with alice.post(f"{url}api/kubernetes/x", data=b"", headers=foreign) as answer:
            assert answer.status == 403
    pod = cluster.request("GET", "/api/v1/namespaces/workshops/pods/intro-user-alice").body
    env = {one["name"]: one.get("value") for one in pod["spec"]["containers"][0]["env"]}
    assert env["CONSOLE_URL"] == f"/{base}"


async def acts_as_the_session(cluster, hub, alice, url):
    """It reads and writes in the session's project, with the session's rights, and no others."""
    own = f"{url}api/kubernetes/api/v1/namespaces/intro-alice/configmaps"
    note = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "from-console"}}
    headers = {"Origin": hub.url.rstrip("/"), "X-CSRFToken": "abc"}
    async with alice.post(own, json=note, headers=headers) as answer:
        assert answer.status == 201, await answer.text()
    assert (
        cluster.request("GET", "/api/v1/namespaces/intro-alice/configmaps/from-console").body[
            "metadata"
        ]["name"]
        == "from-console"
    )
    async with alice.get(f"{url}api/kubernetes/api/v1/namespaces") as answer:
        assert answer.status == 403
        assert "system:serviceaccount:workshops:intro-alice" in await answer.text()
    async with alice.post(own, json=note, headers={"Origin": hub.url.rstrip("/")}) as answer:
        assert (answer.status, await answer.text()) == (403, "invalid CSRFToken")
