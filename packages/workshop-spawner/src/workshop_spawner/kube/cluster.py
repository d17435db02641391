"""The cluster as the hub sees it: `workshop_kube`'s client, and what was asked once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self
from urllib.parse import urlsplit

from workshop_kube import client
from workshop_kube.client.connections import Connection
from workshop_kube.client.transport import Transport
from workshop_kube.labels import is_of_session
from workshop_kube.rules.retries import Patience
from workshop_spawner.kube.facts import Facts

# Time bounds a verb; this only keeps a server that refuses at once from being asked for ever.
MOST_TRIES = 1000


class Cluster(client.Cluster):
    """The verbs of `workshop_kube`, with the `facts` that all who ask this cluster share."""

    def __init__(
        self,
        connection: Connection,
        pool: Transport | None = None,
        *,
        facts: Facts | None = None,
        **options: Any,
    ) -> None:
        super().__init__(connection, pool, **options)
        self.facts = facts or Facts()

    @property
    def host(self) -> str:
        """The host name or address of the API that is asked; empty where none is set."""
        return urlsplit(self.server).hostname or ""

    def within(self, seconds: float) -> Self:
        """The same cluster, asked for no longer than `seconds` a verb."""
        now = self.api.patience
        return self.with_patience(replace(now, total=min(seconds, now.total)))

    async def delete_if_of(self, reference: Mapping[str, Any], session_id: str) -> None:
        """Delete the object that a manifest names, if the session of this id made it."""
        found = await self.find(reference)
        if found is not None and is_of_session(found["metadata"], session_id):
            await self.delete_exactly(found)


def make_patience(timeout: float, total: float) -> Patience:
    """So many seconds a try and in all; how often that is does not matter."""
    return Patience(total=total, timeout=timeout, tries=MOST_TRIES)
