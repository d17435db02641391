"""Whose lasting things are under another name: notes that a lost database leaves in place.

Each is an annotation of the application's Lease, which a hub may change anyway. Who has project and
home by the names that a new hub would look for needs none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workshop_kube import labels
from workshop_kube.errors import KubeError
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.logs import Log
from workshop_spawner.model import naming, records
from workshop_spawner.model.session import Hub, Lasting, Session, make_lasting_names
from workshop_spawner.rules import lease_rules

# Seconds for each of the two: a start waits for them.
PATIENCE = 5.0


@dataclass(frozen=True)
class LastingNotes:
    """The notes of one application. What cannot be read or written is told, and no error."""

    cluster: Cluster
    namespace: str
    application: str
    log: Log

    async def read(self) -> Mapping[str, Lasting]:
        """What is noted, by the slug of user and server as they are called now."""
        try:
            lease = await self._quick.find(self._reference)
        except KubeError as error:
            self.log.warning("Who was renamed before a lost database cannot be told: %s", error)
            return {}
        return records.read_notes((lease or {}).get("metadata", {}).get("annotations") or {})

    async def move(self, user: str, server: str, lasting: Lasting, old: str = "") -> None:
        """Note what is this server's, as it and its user are called now.

        `old` is the slug that they had before.
        """
        notes: dict[str, str | None] = {labels.LASTING + old: None} if old else {}
        key = labels.LASTING + naming.make_slug(user, server)
        is_plain = lasting == self.make_plain(user, server)
        notes[key] = None if is_plain else records.render_note(lasting)
        await self._write(notes)

    async def keep(self, user: str, server: str, lasting: Lasting) -> None:
        """Note what is this server's, where its names do not say so."""
        if lasting != self.make_plain(user, server):
            await self.move(user, server, lasting)

    def make_plain(self, user: str, server: str) -> Lasting:
        """The names that a hub looks for which knows nothing else of a server."""
        hub = Hub(self.application, "", self.namespace, "")
        return make_lasting_names(Session(hub, "", user, server))

    async def forget(self, user: str, server: str) -> None:
        """Remove what is noted of a server that is deleted for good."""
        await self._write({labels.LASTING + naming.make_slug(user, server): None})

    async def _write(self, notes: Mapping[str, str | None]) -> None:
        try:
            await self._quick.change(self._reference, {"metadata": {"annotations": dict(notes)}})
        except KubeError as error:
            self.log.warning(
                "That a server has its project and home under another name is only in the hub's "
                "database, as it cannot be noted in the cluster: %s",
                error,
            )

    @property
    def _quick(self) -> Cluster:
        return self.cluster.within(PATIENCE)

    @property
    def _reference(self) -> dict[str, object]:
        return lease_rules.make_lease_reference(self.application, self.namespace)
