"""The cluster's half of a pass: find what dead sessions left behind, and remove it.

`sweep.py` calls `look` before it judges servers (projects tell of extensions, pods of
labels) and `sweep` after it has the hub's list. Judging is in `rules/orphans.py`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from workshop_culler.clients.cluster import Cluster
from workshop_culler.clients.hub import Hub
from workshop_culler.errors import ApiError, GoneError
from workshop_culler.passes.freeing import Freer
from workshop_culler.passes.report import Report, Row
from workshop_culler.rules import hub_ids, kinds, orphans
from workshop_culler.rules.models import Action, ObjectMeta, Presence, Server, make_meta
from workshop_kube import errors, labels
from workshop_kube.rules import answers
from workshop_kube.rules.kinds import Kind
from workshop_kube.rules.manifests import make_reference

# Rights may be given while we run: closed kinds are tried again every so many passes.
TRY_AGAIN = 20

Key = tuple[str, str]
Servers = Mapping[Key, Server]


class Index:
    """What was found, by what it is asked for: a look has thousands of items.

    `projects` and `pods` by the hub's user and server, `named` the pods by name, `sessions`
    those sessions that have a pod.
    """

    def __init__(self, items: Iterable[ObjectMeta] = (), owner: labels.Owner | None = None) -> None:
        """Index what is of this owner, or of nobody knows which of several hubs."""
        self.projects: dict[Key, ObjectMeta] = {}
        self.pods: dict[Key, ObjectMeta] = {}
        self.named: dict[str, ObjectMeta] = {}
        self.sessions: set[str] = set()
        hub = owner.hub if owner and owner.hub != hub_ids.NOT_KNOWN else ""
        owner = replace(owner, hub=hub) if owner else None
        for item in items:
            if hub and item.annotations.get(labels.HUB, hub) != hub:
                continue
            ref = orphans.find_session_ref(item)
            if item.kind == kinds.POD.kind:
                self.pods[ref.user, ref.server] = self.named[item.name] = item
                self.sessions.add(ref.session)
            elif item.is_project and owner and _is_ours(item, owner):
                self.projects[ref.user, ref.server] = item


@dataclass
class ClusterSweep:
    """Works for one owner (the spawner whose sessions these are), of the hub `hub_id` if told.

    `looked` is False while the last look could not see all projects and pods: then nothing
    that depends on them is decided. `clock` is the cluster's time, None until it was told; by
    default that of its last answer.
    """

    cluster: Cluster
    hub: Hub
    owner: labels.Owner
    rules: orphans.Rules
    log: logging.Logger
    dry_run: bool = False
    hub_id: str = ""
    looked: bool = False
    clock: Callable[[], datetime | None] | None = None
    items: list[ObjectMeta] = field(default_factory=list)
    _index: Index = field(default_factory=lambda: Index())
    _closed: dict[str, str] = field(default_factory=dict)
    _looks: int = 0
    _counted: int = 0
    _known_hub: str = ""
    _freer: Freer = field(init=False)

    def __post_init__(self) -> None:
        self._freer = Freer(self.cluster, self._list_objects, self.log)

    async def look(self, report: Report) -> None:
        """List all that carries our labels; what may not be listed is left out."""
        self.looked = True
        if self._looks % TRY_AGAIN == 0:
            self._closed.clear()
        wanted = [(kinds.PROJECT, ""), *((kind, self.owner.namespace) for kind in kinds.OWN)]
        wanted += [(kind, "") for kind in kinds.LOOSE]
        wanted = [each for each in wanted if each[0].plural not in self._closed]
        lists = await asyncio.gather(*(self._list(report, *each) for each in wanted))
        self._keep([item for items in lists for item in items])
        if self._looks == 0 and self._closed:
            # Not kinds of this cluster, or rights that this hub was not given.
            self.log.info(
                "Left alone, as they may not be listed: %s", ", ".join(sorted(self._closed))
            )
        self._looks += 1

    async def _list(self, report: Report, kind: Kind, namespace: str) -> list[ObjectMeta]:
        try:
            return await self._list_objects(kind, namespace, self.owner.selector)
        except errors.KubeError as error:
            if _is_closed(error):
                self._closed[kind.plural] = str(error)
                self.log.debug("Leaving %s alone: %s", kind.plural, error)
                return []
            self.looked = False
            report.trouble(f"list {kind.plural}", error)
        return []

    async def _list_objects(
        self, kind: Kind, namespace: str, selector: str = ""
    ) -> list[ObjectMeta]:
        found = await self.cluster.list(
            kind.api_version, kind.kind, namespace, selector=selector, metadata_only=True
        )
        return [make_meta(document) for document in found]

    def _keep(self, items: list[ObjectMeta]) -> None:
        self.items = items
        self._index = Index(items, self.owner)

    def projects(self) -> Mapping[Key, ObjectMeta]:
        """Our projects by the hub's user and server that they belong to."""
        return self._index.projects

    def pods(self) -> Mapping[Key, ObjectMeta]:
        """The session pods by the hub's user and server that they belong to."""
        return self._index.pods

    async def annotate(self, project: ObjectMeta, notes: Mapping[str, str | None]) -> None:
        """Write on a project, and remember it until the next look; raises KubeError."""
        patch = {"metadata": {"uid": project.uid, "annotations": dict(notes)}}
        fresh = make_meta(await self.cluster.change(project.reference, patch))
        self._keep([fresh if item.uid == fresh.uid else item for item in self.items])

    def take_requests(self) -> int:
        """How many requests went to the cluster since this was last asked."""
        before, self._counted = self._counted, self.cluster.pool.count
        return self._counted - before

    async def sweep(self, report: Report, live: Servers) -> None:
        """Decide about all that was found, remove what is dead; nothing after a bad look."""
        if not self.looked:
            return
        await self._learn_hub(live)
        strays = orphans.find_strays(live.values(), self._index.pods)
        by_pod = {server.pod_name: server for server in live.values() if server.pod_name}
        sessions: dict[orphans.SessionRef, list[ObjectMeta]] = defaultdict(list)
        for item in self.items:
            sessions[orphans.find_session_ref(item)].append(item)
        work = []
        for ref, items in sessions.items():
            server = live.get((ref.user, ref.server)) or by_pod.get(ref.pod)
            work.append(self._sweep_session(report, ref, items, server, strays))
        await asyncio.gather(*work)
        self._freer.forget_all_but({item.uid for item in self.items})
        report.held = len(self._freer.held)

    async def _learn_hub(self, live: Servers) -> None:
        """Find out which hub is ours, where several share the cluster."""
        ids = {item.annotations.get(labels.HUB, "") for item in self.items} - {""}
        pods = (pod for key, pod in self._index.pods.items() if key in live)
        living = {pod.annotations.get(labels.HUB, "") for pod in pods} - {""}
        holder = await self._find_holder() if ids else ""
        verdict = hub_ids.decide_hub(self.hub_id, ids, living, self._known_hub, holder)
        self._known_hub = verdict.known
        if verdict.problem and self.owner.hub != verdict.hub:
            self.log.warning("%s", verdict.problem)
        if verdict.hub != self.owner.hub:
            self.owner = replace(self.owner, hub=verdict.hub)
            self._keep(self.items)

    async def _find_holder(self) -> str:
        """The id of the hub that holds the application; "" where that cannot be told."""
        name = f"{self.owner.application}-hub"
        lease = make_reference("coordination.k8s.io/v1", "Lease", name, self.owner.namespace)
        try:
            found = await self.cluster.get(lease)
        except errors.KubeError as error:
            self.log.debug("Which hub holds the application: %s", error)
            return ""
        return str((found.get("spec") or {}).get("holderIdentity") or "")

    async def _sweep_session(
        self,
        report: Report,
        ref: orphans.SessionRef,
        items: list[ObjectMeta],
        server: Server | None,
        strays: list[Server],
    ) -> None:
        if server is None:
            hub, pod = await self._ask_hub(ref), await self._ask_cluster(ref)
            hub = orphans.doubt_presence(hub, pod, strays)
        else:
            hub = pod = Presence.LIVE
            if await self._is_replaced(ref, server):
                hub, pod = Presence.REPLACED, Presence.GONE
        await asyncio.gather(*(self._handle(report, ref, item, hub, pod) for item in items))

    async def _is_replaced(self, ref: orphans.SessionRef, server: Server) -> bool:
        """Whether a live server's items are of a session before its present one."""
        pod = self._index.named.get(ref.pod)
        if pod is None or not orphans.is_replaced(ref, server, pod):
            return False
        try:
            found = await self._get_pod(ref.pod)
        except errors.KubeError:
            return False
        return orphans.is_replaced(ref, server, found)

    async def _get_pod(self, name: str) -> ObjectMeta:
        reference = make_reference("v1", kinds.POD.kind, name, self.owner.namespace)
        return make_meta(await self.cluster.get(reference))

    async def _ask_hub(self, ref: orphans.SessionRef) -> Presence:
        """What the hub says of the session right now; anything not firm is unknown."""
        if not ref.user:
            return Presence.UNKNOWN
        try:
            return orphans.find_presence(ref, await self.hub.find_user(ref.user))
        except GoneError:
            return orphans.find_presence(ref, None)
        except ApiError as error:
            self.log.warning("Asking the hub about %s: %s", ref.user, error)
            return Presence.UNKNOWN

    async def _ask_cluster(self, ref: orphans.SessionRef) -> Presence:
        """Whether the session's pod is there right now; anything not firm is unknown."""
        if ref.session and ref.session in self._index.sessions:
            return Presence.LIVE
        if not ref.pod:
            return Presence.GONE if ref.session else Presence.UNKNOWN
        try:
            await self._get_pod(ref.pod)
        except errors.GoneError:
            return Presence.GONE
        except errors.KubeError as error:
            self.log.warning("Asking the cluster for pod %s: %s", ref.pod, error)
            return Presence.UNKNOWN
        return Presence.LIVE

    async def _handle(
        self,
        report: Report,
        ref: orphans.SessionRef,
        item: ObjectMeta,
        hub: Presence,
        pod: Presence,
    ) -> None:
        now = self.clock() if self.clock else self.cluster.api.date
        if now is None:
            return
        verdict = orphans.decide_orphan(item, self.owner, hub, pod, now, self.rules)
        what = "project" if item.is_project else item.kind.lower()
        row = report.add(Row(what, str(item), verdict, owner=ref.user))
        if self.dry_run or not verdict.acts:
            return
        with report.outcome(row, self.log):
            if verdict.action is Action.UNSTICK:
                row.done = await self._freer.free(item, verdict.reason)
            else:
                await self.cluster.delete_exactly(item.reference, is_unchanged=True)
                row.done = "deleted"


def _is_ours(item: ObjectMeta, owner: labels.Owner) -> bool:
    return labels.is_ours(item.metadata, owner, is_namespace=item.is_project)


def _is_closed(error: errors.KubeError) -> bool:
    """Whether the cluster says firmly that a kind is not there, or may not be listed."""
    firm = (errors.ForbiddenError, errors.RefusedError, errors.GoneError)
    return isinstance(error, firm) or answers.is_no_such_api(error)
