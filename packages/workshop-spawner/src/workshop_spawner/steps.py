"""Carry out a plan: steps side by side where they do not need each other, and undo what failed.

Called by spawner.py with the plan of plan.py; talks to the cluster only through cluster.py.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from . import accounts, labels
from .cluster import Cluster
from .errors import WorkshopError
from .plan import ACCOUNT, Step
from .progress import Journal
from .session import Session

Manifest = Mapping[str, Any]


class Start:
    """One start of one session: what has been made so far, so that it can be undone."""

    def __init__(self, cluster: Cluster, session: Session, journal: Journal) -> None:
        self.made: dict[str, list[dict[str, Any]]] = {}
        self.tried: list[Manifest] = []
        self._cluster = cluster
        self._session = session
        self._journal = journal
        self._begun: dict[str, asyncio.Future[None]] = {}
        self._stopping = False

    @property
    def owner(self) -> dict[str, Any]:
        """The owner reference to the session's account, which must have been made."""
        return accounts.make_owner(self.made[ACCOUNT][0])

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
            self.made[step.name] = await self._make(step)
        except BaseException:
            self._stopping = True
            raise
        self._journal.say(step.title)

    async def _make(self, step: Step) -> list[dict[str, Any]]:
        manifests = [self._own(manifest) if step.owned else manifest for manifest in step.manifests]
        self.tried += manifests
        making = [self._cluster.ensure(manifest) for manifest in manifests]
        results = await asyncio.gather(*making, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return [result for result in results if not isinstance(result, BaseException)]

    def _own(self, manifest: Manifest) -> Manifest:
        return {**manifest, "metadata": {**manifest["metadata"], "ownerReferences": [self.owner]}}

    async def undo(self) -> list[WorkshopError]:
        """Delete what this start made or tried to make, roots first; return what could not be.

        Only objects labelled with this very session's id go. What remains is found by the culler.
        """
        roots = [manifest for manifest in self.tried if is_root(manifest)]
        deleting = [self._cluster.delete_if_of(root, self._session.id) for root in roots]
        results = await asyncio.gather(*deleting, return_exceptions=True)
        return [error for error in results if isinstance(error, WorkshopError)]


class _LeftOutError(Exception):
    """A step was not begun because another one failed, or the start was given up."""


def is_root(manifest: Manifest) -> bool:
    """Whether deleting the object is our task, and not that of its owner's or project's end."""
    metadata = manifest["metadata"]
    if manifest["kind"] == "Namespace":
        return True
    own_namespace = metadata["annotations"].get(labels.NAMESPACE)
    return metadata.get("namespace") == own_namespace and not metadata.get("ownerReferences")


async def remove_session(cluster: Cluster, session: Session) -> list[WorkshopError]:
    """Delete every project and account of this user and server, of this and any earlier start.

    Found by label, taken for ours by label and annotation, deleted by uid. Returns what could not
    be deleted; the culler will.
    """
    selector = labels.make_user_selector(session)
    listing = [
        cluster.find("v1", "Namespace", selector=selector),
        cluster.find("v1", "ServiceAccount", session.hub.namespace, selector),
    ]
    errors: list[WorkshopError] = []
    doomed = []
    for found in await asyncio.gather(*listing, return_exceptions=True):
        if isinstance(found, WorkshopError):
            errors.append(found)
        elif isinstance(found, BaseException):
            raise found
        else:
            doomed += [thing for thing in found if labels.is_ours(thing["metadata"], session.hub)]
    deleting = [cluster.delete(thing) for thing in doomed]
    results = await asyncio.gather(*deleting, return_exceptions=True)
    return errors + [error for error in results if isinstance(error, WorkshopError)]
