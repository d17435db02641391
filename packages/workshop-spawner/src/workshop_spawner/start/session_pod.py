"""Bring the session's pod up: make it, wait until the watch shows it ready, say why if it fails."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from workshop_kube import labels
from workshop_kube.errors import ExistsError, RefusedError
from workshop_spawner.concurrency import run_together
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.kube.watch import PodWatch
from workshop_spawner.model import session_labels
from workshop_spawner.model.errors import StartError
from workshop_spawner.model.session import Session
from workshop_spawner.rules import limits_asked, pod_state


async def launch(
    cluster: Cluster,
    watch: PodWatch,
    session: Session,
    manifest: Mapping[str, Any],
    wait: float,
    add: Callable[[Mapping[str, Any]], Awaitable[None]] | None = None,
) -> Mapping[str, Any]:
    """Make the pod and return it once it is ready, within `wait` seconds.

    `add` makes what it needs to come up, once its uid is known. StartError with the cause when it
    will not come up or took too long.
    """
    made = await _make(cluster, watch, session, manifest)
    if add is not None:
        await add(made)
    return await wait_ready(watch, session, made["metadata"]["uid"], wait)


async def wait_ready(watch: PodWatch, session: Session, uid: str, wait: float) -> Mapping[str, Any]:
    """Wait until the session's pod of this uid is ready; StartError as of `launch`."""
    key = f"{session.hub.namespace}/{session.pod}"
    verdict, seen = pod_state.StartVerdict(), False

    def check(pod: Mapping[str, Any] | None) -> Mapping[str, Any] | bool:
        nonlocal verdict, seen
        if pod is not None and pod["metadata"]["uid"] != uid:
            return False  # the one before, or the one after, ours
        verdict = pod_state.decide_start(pod, seen)
        seen = seen or pod is not None
        return pod if verdict.ready and pod is not None else bool(verdict.cause)

    try:
        async with asyncio.timeout(wait):
            pod = await watch.wait_until(key, check)
    except TimeoutError:
        raise StartError(
            f"Your session did not start in {wait:.0f} seconds, waiting for {verdict.waiting}.",
            f"pod {key} was waiting for {verdict.waiting} when its time was up",
        ) from None
    if isinstance(pod, Mapping):
        return pod
    raise _make_error(key, verdict)


async def wait_failed(watch: PodWatch, session: Session, uid: str) -> StartError:
    """Wait until a pod that was ready is found to have failed; the error that says why.

    A container without a probe counts as ready while its command still comes up, or breaks down.
    """
    key = f"{session.hub.namespace}/{session.pod}"

    def check(pod: Mapping[str, Any] | None) -> StartError | None:
        ours = pod is not None and pod["metadata"]["uid"] == uid
        verdict = pod_state.decide_start(pod if ours else None, seen=True)
        return _make_error(key, verdict) if verdict.cause else None

    return await watch.wait_until(key, check)


def _make_error(key: str, verdict: pod_state.StartVerdict) -> StartError:
    return StartError(
        f"Your session did not start: {verdict.cause}.",
        f"pod {key}: {verdict.cause}. {verdict.detail}",
    )


async def _make(
    cluster: Cluster, watch: PodWatch, session: Session, manifest: Mapping[str, Any]
) -> dict[str, Any]:
    """Make the pod; with limits where a quota asks for some that nobody has set."""
    asked: set[str] = set()
    while True:
        try:
            filled = limits_asked.fill(manifest, sorted(asked))
            return await _make_in_place(cluster, watch, session, filled)
        except RefusedError as error:
            more = limits_asked.parse_asked(error.message)
            # Some servers ask for one after the other.
            if not limits_asked.may_meet(more) or asked.issuperset(more):
                raise
            asked.update(more)


async def _make_in_place(
    cluster: Cluster, watch: PodWatch, session: Session, manifest: Mapping[str, Any]
) -> dict[str, Any]:
    """Make the pod, in the place of an older one of the same user and server."""
    try:
        return await cluster.ensure(manifest)
    except ExistsError:
        await _remove_predecessor(cluster, watch, session, manifest)
        return await cluster.ensure(manifest)


async def _remove_predecessor(
    cluster: Cluster, watch: PodWatch, session: Session, manifest: Mapping[str, Any]
) -> None:
    found = await cluster.find(manifest)
    if found is None:
        return
    metadata = found["metadata"]
    ours = (
        session_labels.is_ours(metadata, session.hub)
        and metadata["labels"][labels.USER] == session.slug
        and labels.is_of_user(metadata, manifest["metadata"])
    )
    if not ours:
        raise StartError(
            "Your session did not start: something else has its name.",
            f"pod {session.hub.namespace}/{session.pod} is not a session of this hub; remove it",
        )
    await cluster.delete_exactly(found, grace=0)
    async with asyncio.timeout(30):
        await wait_gone(watch, session.hub.namespace, session.pod, metadata["uid"])


async def wait_gone(watch: PodWatch, namespace: str, name: str, uid: str) -> None:
    """Wait until the watch no longer shows this very pod."""
    await watch.wait_until(
        f"{namespace}/{name}", lambda pod: pod is None or pod["metadata"]["uid"] != uid
    )


async def remove(
    cluster: Cluster, watch: PodWatch, session: Session, grace: int, wait: float
) -> None:
    """Delete the pods of this user and server, and wait until the watch shows none of them.

    TimeoutError when one is still there after `wait` seconds.
    """
    selector, namespace = session_labels.make_user_selector(session), session.hub.namespace
    found = await cluster.list("v1", "Pod", namespace, selector=selector)
    wanted = session_labels.make_metadata(session, session.pod)
    ours = [
        pod
        for pod in found
        if session_labels.is_ours(pod["metadata"], session.hub)
        and labels.is_of_user(pod["metadata"], wanted)
    ]
    await run_together(*(cluster.delete_exactly(pod, grace=grace) for pod in ours))
    async with asyncio.timeout(wait):
        for pod in ours:
            await wait_gone(watch, namespace, pod["metadata"]["name"], pod["metadata"]["uid"])
