"""Where the cluster's API is, for the NetworkPolicies of sessions that may reach nothing else.

`list_networks` and `read_network` are pure; `find_networks` asks the cluster.
"""

import ipaddress
import os
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from workshop_spawner.api.cluster import Cluster, make_reference
from workshop_spawner.errors import ForbiddenError

ENDPOINTS = make_reference("v1", "Endpoints", "kubernetes", "default")


def read_network(text: str) -> str:
    """An address or a network as a NetworkPolicy writes it; ValueError when it is neither."""
    return f"{ipaddress.ip_network(text, strict=False)}"


def list_networks(hosts: Iterable[str], endpoints: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The networks of the API, sorted: of those `hosts` that are addresses, and of its endpoints.

    Both count: some networks judge a connection before the Service's address is replaced by that
    of an endpoint, others after it.
    """
    subsets = (endpoints or {}).get("subsets") or []
    addresses = [one["ip"] for subset in subsets for one in subset.get("addresses") or []]
    found = set()
    for host in (*hosts, *addresses):
        try:
            found.add(read_network(host))
        except ValueError:
            continue
    return tuple(sorted(found))


async def find_networks(cluster: Cluster) -> tuple[str, ...]:
    """Where the API is: the hub's own variable, the address it asks, and the API's endpoints.

    Without the right to read the endpoints (named when the hub starts) only the former two.
    """
    asked = urlsplit(cluster.client.configuration.host).hostname or ""
    hosts = (os.environ.get("KUBERNETES_SERVICE_HOST", ""), asked)
    try:
        endpoints = await cluster.get(ENDPOINTS)
    except ForbiddenError:
        endpoints = None
    return list_networks(hosts, endpoints)
