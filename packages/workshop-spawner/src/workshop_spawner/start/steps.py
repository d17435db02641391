"""Carry out a plan: steps side by side where they do not need each other, and undo what failed."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from workshop_kube import labels
from workshop_kube.rules.manifests import make_reference
from workshop_spawner import metrics
from workshop_spawner.concurrency import run_together
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.manifests import accounts
from workshop_spawner.model.errors import WorkshopError
from workshop_spawner.model.session import Session
from workshop_spawner.rules.api_errors import FAILURES, explain
from workshop_spawner.rules.plan import ACCOUNT, PROJECT, Step
from workshop_spawner.start import project_readiness, project_requests
from workshop_spawner.start.progress import Progress

Manifest = Mapping[str, Any]


class Start:
    """One start of one session: what has been made so far, so that it can be undone."""

    def __init__(self, cluster: Cluster, session: Session, progress: Progress) -> None:
        self.made: dict[str, list[dict[str, Any]]] = {}
        self.tried: list[Manifest] = []
        self._cluster = cluster
        self._session = session
        self._progress = progress
        self._begun: dict[str, asyncio.Future[None]] = {}
        self._stopping = False

    @property
    def owner(self) -> dict[str, Any]:
        """The owner reference to the session's account, which must have been made."""
        return accounts.make_owner(self.made[ACCOUNT][0])

    def take_over(self, plan: Sequence[Step], account: Manifest) -> tuple[Step, ...]:
        """Go on from a reserved session: its account is there, and all that was made ready.

        Returns the steps that are left. Undoing removes what was taken over, too.
        """
        self.made[ACCOUNT] = [dict(account)]
        ready = [step for step in plan if not step.per_visitor]
        everything = [(step, m) for step in ready for m in step.manifests]
        self.tried += [m for s, m in everything if s.name == ACCOUNT or m["kind"] == "Namespace"]
        return tuple(step for step in plan if step.per_visitor)

    async def run(self, plan: Sequence[Step]) -> None:
        """Make all that the plan lists; raise the first failure once no step is under way.

        A step that has begun is never cut off, so that nothing is made after the undoing; those
        that have not begun are left out after a failure, or when this is cancelled.
        """
        begun = {step.name: asyncio.ensure_future(self._wait_and_make(step)) for step in plan}
        self._begun.update(begun)
        everything = asyncio.gather(*begun.values(), return_exceptions=True)
        try:
            results = await asyncio.shield(everything)
        except asyncio.CancelledError:
            self._stopping = True
            await everything
            raise
        failures = [error for error in results if isinstance(error, BaseException)]
        causes = [error for error in failures if not isinstance(error, _LeftOutError)]
        if failures:
            raise (causes or failures)[0]

    async def _wait_and_make(self, step: Step) -> None:
        needed = [self._begun[name] for name in step.needs if name in self._begun]
        await asyncio.gather(*needed, return_exceptions=True)
        if self._stopping:
            raise _LeftOutError(step.name)
        try:
            with metrics.STEP_SECONDS.labels(step.name.partition(" ")[0]).time():
                self.made[step.name] = await self._make(step)
        except BaseException:
            self._stopping = True
            raise
        self._progress.add(step.title)

    async def _make(self, step: Step) -> list[dict[str, Any]]:
        for project in step.awaits:
            await project_readiness.wait_ready(self._cluster, project, self._session.hub.namespace)
        if step.clears:
            await self._clear(step)
        manifests = list(step.manifests)
        if step.owned:
            manifests = [_own(manifest, self.owner) for manifest in manifests]
        if step.owner:
            owner = await self._find_owner(step.owner)
            manifests = [_own(manifest, owner) for manifest in manifests]
        if step.within:
            manifests = [await self._put_within(manifest) for manifest in manifests]
        self.tried += manifests
        making = [self._choose_verb(step)(manifest) for manifest in manifests]
        return await run_together(*making)

    def _choose_verb(self, step: Step) -> Callable[[Manifest], Awaitable[dict[str, Any]]]:
        if step.request:
            return functools.partial(project_requests.ensure, self._cluster)
        return self._cluster.converge if step.converge else self._cluster.ensure

    async def _clear(self, step: Step) -> None:
        """Remove the limits that the cluster's own project template, or an older budget, made."""
        kept = {(m["kind"], m["metadata"]["name"]) for m in step.manifests}
        for kind in ("LimitRange", "ResourceQuota"):
            for found in await self._cluster.list("v1", kind, step.clears):
                listed = (kind, found["metadata"]["name"]) in kept
                if not listed or not (
                    step.converge or labels.is_of_session(found["metadata"], self._session.id)
                ):
                    await self._cluster.delete_exactly(found)

    async def _put_within(self, manifest: Manifest) -> Manifest:
        """Give what belongs to the cluster as a whole the project as owner, to go with it."""
        metadata = manifest["metadata"]
        if metadata.get("namespace") == self._session.hub.namespace:
            return _own(manifest, self.owner)
        if metadata.get("namespace") and await self._cluster.is_namespaced(manifest):
            return manifest
        bare = {key: value for key, value in metadata.items() if key != "namespace"}
        project = (await self._find_project())["metadata"]
        owner = {
            "apiVersion": "v1",
            "kind": "Namespace",
            "name": project["name"],
            "uid": project["uid"],
        }
        return _own({**manifest, "metadata": bare}, owner)

    async def _find_owner(self, name: str) -> dict[str, Any]:
        """The owner reference to a ClusterRole. GoneError where there is none of that name."""
        kind = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole"}
        found = await self._cluster.get({**kind, "metadata": {"name": name}})
        return {**kind, "name": name, "uid": found["metadata"]["uid"]}

    async def _find_project(self) -> Manifest:
        """The session's project, which was made in this start or ahead of it."""
        if PROJECT in self.made:
            return self.made[PROJECT][0]
        return await self._cluster.get(make_reference("v1", "Namespace", self._session.project))

    async def undo(self) -> list[WorkshopError]:
        """Delete what this start made or tried to make, roots first; return what could not be.

        Only objects labelled with this very session's id go. What remains is found by the culler.
        """
        roots = [manifest for manifest in self.tried if is_root(manifest)]
        deleting = [self._cluster.delete_if_of(root, self._session.id) for root in roots]
        results = await asyncio.gather(*deleting, return_exceptions=True)
        return [explain(error) for error in results if isinstance(error, FAILURES)]


class _LeftOutError(Exception):
    """A step was not begun because another one failed, or the start was given up."""


def _own(manifest: Manifest, owner: Mapping[str, Any]) -> Manifest:
    return {**manifest, "metadata": {**manifest["metadata"], "ownerReferences": [dict(owner)]}}


def is_root(manifest: Manifest) -> bool:
    """Whether deleting the object is our task, and not that of its owner's or project's end."""
    metadata = manifest["metadata"]
    if manifest["kind"] == "Namespace":
        return True
    own_namespace = metadata["annotations"].get(labels.NAMESPACE)
    return metadata.get("namespace") == own_namespace and not metadata.get("ownerReferences")
