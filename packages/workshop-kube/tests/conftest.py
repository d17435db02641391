"""A client of a fresh cluster (the fixture `cluster` is pocket_openshift's)."""

import pytest

from workshop_kube import client
from workshop_kube.rules.retries import Patience

QUICK = Patience(total=10, timeout=3, first_wait=0.01, longest_wait=0.05)


@pytest.fixture
async def kube(cluster):
    """The administrator's client, which does not wait for long."""
    connection = await client.load_kubeconfig(cluster.kubeconfig)
    async with client.Cluster(connection, patience=QUICK) as made:
        yield made


@pytest.fixture
def space(cluster):
    """The name of a namespace that exists."""
    (made,) = cluster.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "class"}}
    )
    return made["metadata"]["name"]
