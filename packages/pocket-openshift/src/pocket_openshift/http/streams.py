"""The answer to a watch: events as lines of JSON until its time is over.

With bookmarks, and the faults of watches.
"""

from __future__ import annotations

import asyncio
import json
import random
import time

from pocket_openshift.core import faults, watching
from pocket_openshift.core.behaviour import Call, Plane, Reply, Stream
from pocket_openshift.http import listing
from pocket_openshift.vocabulary import errors, kinds

# What the real server draws when the client asks for no time: 30 to 60 minutes.
_DEFAULT_SECONDS = (1800, 3600)


def seconds_of(call: Call) -> float:
    """How long a watch may last; a 400 for what is no number."""
    asked = call.query.get("timeoutSeconds")
    try:
        return float(asked) if asked else random.uniform(*_DEFAULT_SECONDS)  # noqa: S311 - spreads load, no secret
    except ValueError as error:
        raise errors.bad_request(f"invalid timeoutSeconds: {asked!r}") from error


def open_watch(plane: Plane, call: Call) -> watching.Watch:
    """Begin a watch: from a version, or with what exists now."""
    namespace = call.namespace or None if call.kind.namespaced else None
    matches = listing.matcher(call)
    if call.name:
        only = call.name
        inner = matches
        matches = lambda obj: obj["metadata"]["name"] == only and (inner is None or inner(obj))  # noqa: E731
    watch = watching.Watch(call.kind, namespace, matches)
    version = call.query.get("resourceVersion", "")
    if version in ("", "0"):
        found = plane.store.select(call.kind.resource, namespace)
        watch.start_with([obj for obj in found if matches is None or matches(obj)])
        plane.watching.open(watch, plane.store.version)
        return watch
    if not version.isdigit():
        raise errors.bad_request(f"invalid resource version {version!r}")
    plane.watching.open(watch, int(version))
    return watch


def watch(plane: Plane, call: Call, fault: faults.Fault | None) -> Reply:
    """Answer a watch.

    A version that was forgotten is an ERROR event with 410, as in the real server.
    """
    seconds = seconds_of(call)
    try:
        opened = open_watch(plane, call)
    except errors.StatusError as error:
        if error.code != 410:
            raise
        return expired(error)
    lines = _lines(plane, opened, call, seconds)
    return Reply(stream=_faulty(lines, fault) if fault and fault.watch else lines)


def expired(error: errors.StatusError) -> Reply:
    """The answer to a watch from a version that was forgotten: an ERROR event."""
    return Reply(stream=_once(watching.render_event("ERROR", json.dumps(error.body).encode())))


async def _once(line: bytes) -> Stream:
    yield line


async def _lines(plane: Plane, opened: watching.Watch, call: Call, seconds: float) -> Stream:
    bookmarks = call.query.get("allowWatchBookmarks") == "true"
    end = time.monotonic() + seconds
    try:
        if call.query.get("sendInitialEvents") == "true":
            async for line in _initial(plane, opened, call.kind):
                yield line
        while (left := end - time.monotonic()) > 0:
            batch = await opened.next_batch(min(left, plane.settings.bookmark_seconds))
            if batch is None:
                return
            if batch:
                yield b"".join(
                    watching.render_event(what, plane.store.encoded(obj)) for what, obj in batch
                )
            elif bookmarks and time.monotonic() < end:
                yield watching.render_bookmark(call.kind, plane.store.version)
    finally:
        plane.watching.drop(opened)


async def _initial(plane: Plane, opened: watching.Watch, kind: kinds.Kind) -> Stream:
    version = plane.store.version
    for what, obj in await opened.next_batch(0) or ():
        yield watching.render_event(what, plane.store.encoded(obj))
    yield watching.render_bookmark(kind, version, initial=True)


async def _faulty(lines: Stream, fault: faults.Fault) -> Stream:
    """Let `after_events` events through, then do what the fault says."""
    left = fault.after_events
    try:
        while left > 0:
            async for block in lines:
                for line in block.splitlines(keepends=True)[:left]:
                    yield line
                    left -= 1
                if left <= 0:
                    break
            else:
                return
        if fault.watch == "expired":
            body = errors.gone("too old resource version: 1 (2)").body
            yield watching.render_event("ERROR", json.dumps(body).encode())
        elif fault.watch == "silent":
            await asyncio.Event().wait()
        else:
            raise ConnectionResetError("a fault cut this watch")
    finally:
        await lines.aclose()
