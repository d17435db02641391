"""Where the cluster's API is, for the NetworkPolicies of sessions that may reach nothing else."""

from __future__ import annotations

import os
from dataclasses import replace

from workshop_kube.errors import ForbiddenError
from workshop_kube.rules.manifests import make_reference
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.rules import api_networks, plan

ENDPOINTS = make_reference("v1", "Endpoints", "kubernetes", "default")


async def find_networks(cluster: Cluster) -> tuple[str, ...]:
    """Where the API is: the hub's own variable, the address it asks, and the API's endpoints.

    Without the right to read the endpoints (named when the hub starts) only the former two.
    """
    hosts = (os.environ.get("KUBERNETES_SERVICE_HOST", ""), cluster.host)
    try:
        endpoints = await cluster.find(ENDPOINTS)
    except ForbiddenError:
        endpoints = None
    return api_networks.list_networks(hosts, endpoints)


async def add_networks(cluster: Cluster, spec: plan.SessionSpec) -> plan.SessionSpec:
    """The spec with the networks of the API in its rules, where it has rules."""
    if spec.isolation is None:
        return spec
    rules = replace(spec.isolation, api_networks=await find_networks(cluster))
    return replace(spec, isolation=rules)
