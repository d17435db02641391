"""The cluster's half of a pass: find what dead sessions left behind, and remove it.

`sweep.py` calls `look` before it judges servers (projects tell of extensions, pods of
labels) and `sweep` after it has the hub's list. Judging is in `rules/orphans.py`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workshop_culler.clients.cluster import Cluster
from workshop_culler.clients.hub import Hub
from workshop_culler.errors import DoorError, Gone, TemporaryError
from workshop_culler.passes.report import Report, Row
from workshop_culler.rules import kinds, labels, orphans
from workshop_culler.rules.models import Action, Presence, Server, Thing

# Rights may be given while we run: closed kinds are tried again every so many passes.
TRY_AGAIN = 20

Key = tuple[str, str]
Servers = Mapping[Key, Server]


class Index:
    """What was found, by what it is asked for: a look has thousands of things.

    `projects` and `pods` by the hub's user and server, `named` the pods by name, `sessions`
    those sessions that have a pod.
    """

    def __init__(self, things: Iterable[Thing] = (), owner: labels.Owner | None = None) -> None:
        self.projects: dict[Key, Thing] = {}
        self.pods: dict[Key, Thing] = {}
        self.named: dict[str, Thing] = {}
        self.sessions: set[str] = set()
        for thing in things:
            claim = orphans.find_claim(thing)
            if thing.kind == "pods":
                self.pods[claim.user, claim.server] = self.named[thing.name] = thing
                self.sessions.add(claim.session)
            elif thing.kind == "namespaces" and owner and labels.is_ours(thing, owner):
                self.projects[claim.user, claim.server] = thing


@dataclass
class Janitor:
    """Works for one owner (the spawner whose sessions these are).

    `looked` is False while the last look could not see all projects and pods: then nothing
    that depends on them is decided.
    """

    cluster: Cluster
    hub: Hub
    owner: labels.Owner
    rules: orphans.Rules
    log: logging.Logger
    dry_run: bool = False
    looked: bool = False
    things: list[Thing] = field(default_factory=list)
    _index: Index = field(default_factory=lambda: Index())
    _closed: dict[str, str] = field(default_factory=dict)
    _looks: int = 0

    async def look(self, report: Report) -> None:
        """List all that carries our labels; what may not be listed is left out."""
        self.looked = True
        if self._looks % TRY_AGAIN == 0:
            self._closed.clear()
        wanted = [(kinds.PROJECTS, ""), *((kind, self.owner.namespace) for kind in kinds.OWN)]
        wanted += [(kind, "") for kind in kinds.LOOSE]
        wanted = [each for each in wanted if each[0].plural not in self._closed]
        lists = await asyncio.gather(*(self._list(report, *each) for each in wanted))
        self._keep([thing for things in lists for thing in things])
        if self._looks == 0 and self._closed:
            # Not kinds of this cluster, or rights that this hub was not given.
            self.log.info(
                "Left alone, as they may not be listed: %s", ", ".join(sorted(self._closed))
            )
        self._looks += 1

    async def _list(self, report: Report, kind: kinds.Kind, namespace: str) -> list[Thing]:
        try:
            return await self.cluster.list_things(kind, self.owner.selector, namespace)
        except TemporaryError as error:
            self.looked = False
            report.trouble(f"list {kind.plural}", error)
        except DoorError as error:
            self._closed[kind.plural] = str(error)
            self.log.debug("Leaving %s alone: %s", kind.plural, error)
        return []

    def _keep(self, things: list[Thing]) -> None:
        self.things = things
        self._index = Index(things, self.owner)

    def projects(self) -> Mapping[Key, Thing]:
        """Our projects by the hub's user and server that they belong to."""
        return self._index.projects

    def pods(self) -> Mapping[Key, Thing]:
        """The session pods by the hub's user and server that they belong to."""
        return self._index.pods

    async def annotate(self, project: Thing, notes: Mapping[str, str | None]) -> None:
        """Write on a project, and remember it until the next look; raises DoorError."""
        fresh = await self.cluster.annotate_thing(project, notes)
        self._keep([fresh if thing.uid == fresh.uid else thing for thing in self.things])

    def take_requests(self) -> int:
        """How many requests went to the cluster since this was last asked."""
        made, self.cluster.requests = self.cluster.requests, 0
        return made

    async def sweep(self, report: Report, live: Servers) -> None:
        """Judge all that was found and remove what is dead; does nothing after a bad look."""
        if not self.looked:
            return
        sessions: dict[orphans.Claim, list[Thing]] = defaultdict(list)
        for thing in self.things:
            sessions[orphans.find_claim(thing)].append(thing)
        await asyncio.gather(
            *(self._sweep_session(report, *session, live) for session in sessions.items())
        )

    async def _sweep_session(
        self, report: Report, claim: orphans.Claim, things: list[Thing], live: Servers
    ) -> None:
        server = live.get((claim.user, claim.server))
        if server is None:
            hub, pod = await self._ask_hub(claim), await self._ask_cluster(claim)
        else:
            hub = pod = Presence.LIVE
            if await self._is_replaced(claim, server):
                hub, pod = Presence.REPLACED, Presence.GONE
        await asyncio.gather(*(self._handle(report, claim, thing, hub, pod) for thing in things))

    async def _is_replaced(self, claim: orphans.Claim, server: Server) -> bool:
        """Whether a live server's things are of a session before its present one."""
        pod = self._index.named.get(claim.pod)
        if pod is None or not orphans.is_replaced(claim, server, pod):
            return False
        try:
            found = await self.cluster.find_thing(kinds.PODS, self.owner.namespace, claim.pod)
        except DoorError:
            return False
        return orphans.is_replaced(claim, server, found)

    async def _ask_hub(self, claim: orphans.Claim) -> Presence:
        """What the hub says of the session right now; anything not firm is unknown."""
        if not claim.user:
            return Presence.UNKNOWN
        try:
            return orphans.find_presence(claim, await self.hub.find_user(claim.user))
        except Gone:
            return orphans.find_presence(claim, None)
        except DoorError as error:
            self.log.warning("Asking the hub about %s: %s", claim.user, error)
            return Presence.UNKNOWN

    async def _ask_cluster(self, claim: orphans.Claim) -> Presence:
        """Whether the session's pod is there right now; anything not firm is unknown."""
        if claim.session and claim.session in self._index.sessions:
            return Presence.LIVE
        if not claim.pod:
            return Presence.GONE if claim.session else Presence.UNKNOWN
        try:
            await self.cluster.find_thing(kinds.PODS, self.owner.namespace, claim.pod)
        except Gone:
            return Presence.GONE
        except DoorError as error:
            self.log.warning("Asking the cluster for pod %s: %s", claim.pod, error)
            return Presence.UNKNOWN
        return Presence.LIVE

    async def _handle(
        self, report: Report, claim: orphans.Claim, thing: Thing, hub: Presence, pod: Presence
    ) -> None:
        now = self.cluster.now
        if now is None:
            return
        verdict = orphans.judge_orphan(thing, self.owner, hub, pod, now, self.rules)
        what = "project" if thing.kind == "namespaces" else thing.kind.removesuffix("s")
        row = report.add(Row(what, str(thing), verdict, owner=claim.user))
        if self.dry_run or not verdict.acts:
            return
        with report.outcome(row, self.log):
            if verdict.action is Action.UNSTICK:
                row.done = await self._unstick(thing)
            else:
                await self.cluster.delete_thing(thing)
                row.done = "deleted"

    async def _unstick(self, project: Thing) -> str:
        """Take the finalizers off what keeps a terminating project of ours; tells what it did."""
        found, skipped = await self.cluster.list_kinds()
        results = await asyncio.gather(*(self._free_kind(kind, project) for kind in found))
        freed = [name for names, _ in results for name in names]
        skipped += [trouble for _, trouble in results if trouble]
        text = f"freed {', '.join(freed)}" if freed else "nothing to free"
        return f"{text}; skipped {', '.join(skipped)}" if skipped else text

    async def _free_kind(self, kind: kinds.Kind, project: Thing) -> tuple[list[str], str]:
        freed = []
        try:
            for thing in await self.cluster.list_things(kind, "", project.name):
                if orphans.judge_finalizers(thing).acts:
                    await self.cluster.free_thing(kind, thing)
                    freed.append(str(thing))
        except DoorError as error:
            return freed, f"{kind.plural} ({error})"
        return freed, ""
