"""Fixtures of the spawner's tests: a cluster in which the hub has the rights of templates/ only."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from kubernetes_asyncio import client, config
from kubespawner.clients import _client_cache, load_config

from workshop_kube.client.connections import from_configuration
from workshop_spawner.kube.cluster import Cluster, make_patience
from workshop_spawner.kube.watch import PodWatch
from workshop_spawner.model.session import Hub, Session

TEMPLATES = Path(__file__).parents[3] / "templates"
RBAC = TEMPLATES / "hub-rbac.yaml"
WORKSHOP_ADMIN = TEMPLATES / "workshop-admin.yaml"
NAMESPACE = "workshops"


def read_rights(namespace: str = NAMESPACE) -> list[dict[str, Any]]:
    """The objects of the template, as they are applied in a namespace."""
    documents = yaml.safe_load_all(RBAC.read_text().replace("HUB_NAMESPACE", namespace))
    objects = []
    for document in documents:
        if not document["kind"].startswith("Cluster"):
            document["metadata"]["namespace"] = namespace
        for subject in document.get("subjects", []):
            subject.setdefault("namespace", namespace)
        objects.append(document)
    return objects


@dataclass
class Site:
    """A cluster with the hub's account in it."""

    pocket: Any
    hub: Hub
    session: Session
    token: str
    kubeconfig: Path

    def as_admin(self, path: str) -> Any:
        """Read something as the administrator; None when it is not there."""
        answer = self.pocket.request("GET", path)
        return answer.body if answer.status == 200 else None

    def names(self, path: str) -> list[str]:
        """The names of a collection, as the administrator sees it."""
        return [item["metadata"]["name"] for item in self.as_admin(path)["items"]]

    def left(self) -> list[str]:
        """What is left in the cluster of any session."""
        selector = "?labelSelector=class%3Dsession"
        collections = [
            "/api/v1/namespaces",
            f"/api/v1/namespaces/{NAMESPACE}/pods",
            f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts",
            f"/api/v1/namespaces/{NAMESPACE}/secrets",
            f"/apis/networking.k8s.io/v1/namespaces/{NAMESPACE}/networkpolicies",
        ]
        return [
            f"{collection.rpartition('/')[2]}/{item['metadata']['name']}"
            for collection in collections
            for item in self.as_admin(collection + selector)["items"]
        ]

    async def gone(self, seconds: float = 120) -> None:
        """Wait until nothing of any session is left."""
        await self.pocket.until(lambda: not self.left(), seconds)


@pytest.fixture
def site(cluster) -> Site:
    """A cluster, and in it the hub's account with the rights of the template."""
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    cluster.apply(*yaml.safe_load_all(WORKSHOP_ADMIN.read_text()), *read_rights())
    token = cluster.token(NAMESPACE, "hub")
    hub = Hub("intro", "learning-portal", NAMESPACE, f"system:serviceaccount:{NAMESPACE}:hub")
    session = Session(hub, "s" * 16, "alice")
    return Site(cluster, hub, session, token, cluster.kubeconfig_for(token, NAMESPACE))


@pytest.fixture
async def api(site):
    """A client with the hub's rights."""
    configuration = client.Configuration()
    await config.load_kube_config(str(site.kubeconfig), client_configuration=configuration)
    async with client.ApiClient(configuration) as made:
        yield made


@pytest.fixture
async def kube(api):
    """Our verbs, with the hub's rights, and little patience."""
    connection = from_configuration(api.configuration)
    async with Cluster(connection, patience=make_patience(1, 8)) as made:
        yield made


@pytest.fixture
async def watch_pods(site):
    """KubeSpawner's watch of the pods with some labels: `watch = await watch_pods(labels)`."""
    await config.load_kube_config(str(site.kubeconfig))
    watches = []

    async def start(labels: dict[str, str], **traits: Any) -> PodWatch:
        watches.append(PodWatch(namespace=NAMESPACE, labels=labels, **traits))
        await watches[-1].start()
        return watches[-1]

    yield start
    for shared in _client_cache.values():
        # A goodbye by TLS would outlast the test; a watch that is stopped would say one.
        await shared.api_client.rest_client.pool_manager.connector.close(abort_ssl=True)
    for watch in watches:
        await watch.stop()
    # KubeSpawner closes the client that its watches share when the client's keeper is cancelled.
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
        await asyncio.wait([task])
    assert not _client_cache


NO_CLUSTER = """
apiVersion: v1
kind: Config
current-context: here
contexts: [{name: here, context: {cluster: here, user: me}}]
clusters: [{name: here, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: me, user: {token: x}}]
"""


@pytest.fixture
def credentials(tmp_path, monkeypatch):
    """A spawner makes a client when it is made; these ask nobody."""
    path = tmp_path / "kubeconfig"
    path.write_text(NO_CLUSTER)
    location = "kubernetes_asyncio.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION"
    monkeypatch.setattr(location, str(path))
    load_config.cache_clear()
    yield
    load_config.cache_clear()


@pytest.fixture
async def close_clients():
    """KubeSpawner keeps a client for as long as the task that made it: end it with the test."""
    yield
    for shared in _client_cache.values():
        await shared.api_client.rest_client.pool_manager.connector.close(abort_ssl=True)
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
        await asyncio.wait([task])
    _client_cache.clear()


@pytest.fixture(autouse=True)
def _no_kubeconfig(monkeypatch):
    """No test reaches a cluster that it did not start."""
    monkeypatch.setenv("KUBECONFIG", os.devnull)


SINGLE_SERVER = Path(__file__).with_name("single_server.py")

WORKSHOP = f"""
c.JupyterHub.authenticator_class = "workshop-anonymous"
c.JupyterHub.spawner_class = "workshop"
c.WorkshopSpawner.application = "intro"
c.WorkshopSpawner.namespace = "{NAMESPACE}"
c.WorkshopSpawner.image = "example.com/workshop"
c.WorkshopSpawner.cmd = ["{sys.executable}", "{SINGLE_SERVER}"]
c.WorkshopSpawner.budget = "small"
"""


@pytest.fixture
def workshop(site, hub_factory):
    """Start a hub with sessions in the cluster: `hub = await workshop("c.X.y = 1")`."""

    async def start(more: str = "", **options: Any) -> Any:
        env = {"KUBECONFIG": str(site.kubeconfig), **options.pop("env", {})}
        return await hub_factory(WORKSHOP + more, env=env, **options)

    return start


class Visitor:
    """A browser without scripts: cookies, forms, and the event stream of a start."""

    def __init__(self, http: aiohttp.ClientSession, hub: Any) -> None:
        self.http = http
        self.hub = hub
        self.name = ""

    async def get(self, path: str, **options: Any) -> tuple[int, str, str]:
        """Status, text and final URL."""
        async with self.http.get(self.hub.url + path, **options) as answer:
            return answer.status, await answer.text(), str(answer.url)

    async def press(self, page: str, path: str, **fields: str) -> tuple[int, str, str]:
        """Send the form of a page that was got."""
        found = re.search(r'name="_xsrf" value="([^"]*)"', page)
        assert found, page
        data = {"_xsrf": found[1], **fields}
        async with self.http.post(self.hub.url + path, data=data) as answer:
            return answer.status, await answer.text(), str(answer.url)

    async def login(self, **fields: str) -> tuple[int, str, str]:
        """Press the one button."""
        _, page, _ = await self.get("hub/login")
        status, text, url = await self.press(page, "hub/login", **fields)
        found = re.search(r'user: "([^"]+)"', text) or re.search(r"/user/([^/?]+)", url)
        self.name = found[1] if found else ""
        return status, text, url

    async def enter(self, **fields: str) -> str:
        """Log in and wait for the session; returns what its server says."""
        _, page, url = await self.login(**fields)
        if "spawn-pending" in url:
            lines = await self.follow()
            assert lines[-1].get("ready"), lines
        status, text, _ = await self.get(f"user/{self.name}/")
        assert status == 200, page
        return text

    async def fail(self, **fields: str) -> str:
        """Log in to a session that cannot start; returns what the visitor reads of the cause."""
        _, page, url = await self.login(**fields)
        if "spawn-pending" not in url or "did not start</h1>" in page:
            return page
        xsrf = next(c.value for c in self.http.cookie_jar if c.key == "_xsrf")
        progress = f"hub/api/users/{self.name}/server/progress?_xsrf={xsrf}"
        _, said, _ = await self.get(progress)
        # It may have failed before we asked; then the page itself says why, once all is undone.
        return said + await self.hub.until(self.read_failed_start)

    async def read_failed_start(self) -> str:
        """The page of a start that has failed, once all is undone; until then nothing."""
        page = (await self.get(f"hub/spawn-pending/{self.name}"))[1]
        return "" if "Your server is stopping" in page else page

    async def enter_again(self) -> str:
        """Press the button that starts the session again; returns what its server says."""
        _, _, url = await self.get(f"hub/spawn/{self.name}")
        if "spawn-pending" in url:
            lines = await self.follow()
            assert lines[-1].get("ready"), lines
        return (await self.get(f"user/{self.name}/"))[1]

    async def follow(self) -> list[dict[str, Any]]:
        """The lines of the start until it is over."""
        xsrf = next(c.value for c in self.http.cookie_jar if c.key == "_xsrf")
        path = f"hub/api/users/{self.name}/server/progress?_xsrf={xsrf}"
        lines = []
        async with self.http.get(self.hub.url + path) as answer:
            assert answer.status == 200, await answer.text()
            async for line in answer.content:
                if line.startswith(b"data:"):
                    lines.append(json.loads(line[5:]))
        return lines


@pytest.fixture
async def visit():
    """Make visitors, each with cookies of its own: `visitor = await visit(hub)`."""
    async with AsyncExitStack() as stack:

        async def make(hub: Any) -> Visitor:
            jar = aiohttp.CookieJar(unsafe=True)
            http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
            return Visitor(http, hub)

        yield make


@pytest.fixture
def single_server() -> list[str]:
    """The command of the smallest single-user server."""
    return [sys.executable, str(SINGLE_SERVER)]
