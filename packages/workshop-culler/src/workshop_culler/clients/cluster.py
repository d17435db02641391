"""The way to the cluster: the client of workshop_kube, with bounds for a pass over everything.

Lists ask for metadata alone, so no secret ever crosses the wire.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from workshop_culler.errors import StartError
from workshop_kube.client import Cluster, Transport, find_connection
from workshop_kube.errors import CredentialsError
from workshop_kube.rules.retries import Patience

__all__ = ["Cluster", "open_cluster"]

MOST_AT_ONCE = 10
# As at the hub: three tries, about one and two seconds apart.
PATIENCE = Patience(total=120.0, timeout=30.0, tries=3, first_wait=0.75, longest_wait=3.0)


@contextlib.asynccontextmanager
async def open_cluster(
    log: logging.Logger,
    patience: Patience = PATIENCE,
    sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
) -> AsyncIterator[Cluster]:
    """The cluster that this pod, or KUBECONFIG, belongs to; StartError when there is none."""
    try:
        connection = await find_connection()
    except CredentialsError as error:
        raise StartError(f"clean_cluster: {error}") from error
    async with Transport(limit=MOST_AT_ONCE) as pool:
        yield Cluster(connection, pool, patience=patience, log=log, sleep=sleep)
