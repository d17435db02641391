"""Fixtures of the spawner's tests: a cluster in which the hub has the rights of templates/ only."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes_asyncio import client, config

from workshop_spawner.cluster import Cluster
from workshop_spawner.session import Hub, Session

RBAC = Path(__file__).parents[3] / "templates" / "hub-rbac.yaml"
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
class Place:
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


@pytest.fixture
def place(cluster) -> Place:
    """A cluster, and in it the hub's account with the rights of the template."""
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    cluster.apply(*read_rights())
    token = cluster.token(NAMESPACE, "hub")
    hub = Hub("intro", "learning-portal", NAMESPACE, f"system:serviceaccount:{NAMESPACE}:hub")
    session = Session(hub, "s" * 16, "alice")
    return Place(cluster, hub, session, token, cluster.kubeconfig_for(token, NAMESPACE))


@pytest.fixture
async def api(place):
    """A client with the hub's rights."""
    configuration = client.Configuration()
    await config.load_kube_config(str(place.kubeconfig), client_configuration=configuration)
    async with client.ApiClient(configuration) as made:
        yield made


@pytest.fixture
def door(api) -> Cluster:
    """Our verbs, with the hub's rights, and little patience."""
    return Cluster(api, timeout=1, patience=8)


@pytest.fixture(autouse=True)
def _no_kubeconfig(monkeypatch):
    """No test reaches a cluster that it did not start."""
    monkeypatch.setenv("KUBECONFIG", os.devnull)
