"""A client of the cluster, as the agent has it, that soon gives up."""

import pytest

from workshop_kube.client import Cluster, load_kubeconfig
from workshop_kube.rules.retries import Patience


@pytest.fixture
async def client(ws):
    patience = Patience(total=1, first_wait=0.01)
    async with Cluster(await load_kubeconfig(ws.cluster.kubeconfig), patience=patience) as made:
        yield made
