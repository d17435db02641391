"""Which networks the cluster's API is in, for sessions that may reach nothing else."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any


def parse_network(text: str) -> str:
    """An address or a network as a NetworkPolicy writes it; ValueError when it is neither."""
    return f"{ipaddress.ip_network(text, strict=False)}"


def list_networks(hosts: Iterable[str], endpoints: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The networks of the API, sorted: of those `hosts` that are addresses, and of its endpoints.

    Both count: some networks check a connection before the Service's address is replaced by that
    of an endpoint, others after it.
    """
    subsets = (endpoints or {}).get("subsets") or []
    addresses = [one["ip"] for subset in subsets for one in subset.get("addresses") or []]
    found = set()
    for host in (*hosts, *addresses):
        try:
            found.add(parse_network(host))
        except ValueError:
            continue
    return tuple(sorted(found))
