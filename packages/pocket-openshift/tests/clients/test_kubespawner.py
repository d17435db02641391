"""KubeSpawner 7 from PyPI, unmodified, starts and stops a server as it would on a cluster."""

import asyncio
import sys
import urllib.request
from unittest import mock

import pytest

kubespawner = pytest.importorskip("kubespawner", reason="pip install jupyterhub-kubespawner")

from jupyterhub.objects import Hub, Server  # noqa: E402 - only where kubespawner is there
from kubespawner import clients  # noqa: E402 - only where kubespawner is there
from traitlets.config import Config  # noqa: E402

# Listens on the pod's own address, as the downward API tells it.
SERVE = """
import http.server, os
place = (os.environ["IP"], 8888)
http.server.HTTPServer(place, http.server.SimpleHTTPRequestHandler).serve_forever()
"""


class User(mock.Mock):
    """What a spawner asks of its user."""

    name = escaped_name = "fake"
    id = 1

    def __init__(self):
        super().__init__()
        self.server = Server()
        self.settings = {}
        self.url = "/user/fake/"


def make_spawner(namespace, **options):
    config = Config({"KubeSpawner": {"namespace": namespace, "start_timeout": 20, **options}})
    spawner = kubespawner.KubeSpawner(hub=Hub(), user=User(), config=config)
    spawner.api_token, spawner.oauth_client_id = "abc", "unused"
    return spawner


async def end_shared_clients():
    """KubeSpawner's clients end with the hub, which cancels all tasks: one waits for that."""
    tasks = [task for task in asyncio.all_tasks() if "shared_client" in repr(task.get_coro())]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks)


@pytest.fixture
async def spawner(cluster, monkeypatch):
    """A spawner whose rights are those of an account that is admin of its namespace."""
    cluster.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "hub"}},
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "hub-admin", "namespace": "hub"},
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": "admin",
            },
            "subjects": [{"kind": "ServiceAccount", "name": "default", "namespace": "hub"}],
        },
    )
    cluster.start_node()
    config = cluster.kubeconfig_for(cluster.token("hub", "default"), "hub")
    monkeypatch.setenv("KUBECONFIG", str(config))
    monkeypatch.setattr(
        "kubernetes_asyncio.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(config)
    )
    # KubeSpawner reads its configuration once a process, and another test may have had another.
    clients.load_config.cache_clear()
    made = make_spawner(
        "hub",
        cmd=[sys.executable, "-c", SERVE],
        image="any/image:1",
        delete_grace_period=1,
        extra_container_config={
            "env": [{"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}],
            "readinessProbe": {"httpGet": {"port": 8888}, "periodSeconds": 1},
        },
    )
    yield made
    for shared in clients._client_cache.values():
        # A goodbye by TLS, which a stopped watch would say, outlasts the test.
        await shared.api_client.rest_client.pool_manager.connector.close(abort_ssl=True)
    for reflectors in kubespawner.KubeSpawner.reflectors, made.reflectors:
        for reflector in reflectors.values():
            if reflector is not None:
                await reflector.stop()
    kubespawner.KubeSpawner.reflectors.clear()
    await end_shared_clients()
    clients.load_config.cache_clear()


async def test_a_server_starts_answers_and_stops(cluster, spawner):
    url = await asyncio.wait_for(spawner.start(), 120)
    assert await spawner.poll() is None
    answer = await asyncio.to_thread(urllib.request.urlopen, url, timeout=5)
    with answer:
        assert answer.status == 200
    await asyncio.wait_for(spawner.stop(), 120)
    assert await spawner.poll() is not None
    assert cluster.request("GET", "/api/v1/namespaces/hub/pods").body["items"] == []
