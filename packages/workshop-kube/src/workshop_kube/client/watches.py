"""Lists that are kept up to date by a watch."""

from __future__ import annotations

import contextlib
import random
from collections.abc import AsyncGenerator, Mapping

import aiohttp

from workshop_kube import errors
from workshop_kube.client.api import Api
from workshop_kube.client.transport import iterate_chunks
from workshop_kube.rules import answers, events, retries
from workshop_kube.rules.calls import Call
from workshop_kube.rules.kinds import Kind
from workshop_kube.rules.manifests import Object

PAGE = 500
WATCH_SECONDS = 60
# The server ends a watch after WATCH_SECONDS; one that is silent for longer has died.
SILENCE_SECONDS = WATCH_SECONDS + 15
EXPIRED = 410
MOST_LISTS = 3

Change = events.Listed | events.Changed


async def list_pages(
    api: Api, path: str, selectors: Mapping[str, str], accept: str = "application/json"
) -> tuple[list[Object], str]:
    """All objects page by page, and the version of the list; from the start if a page expired."""
    for left in reversed(range(MOST_LISTS)):
        try:
            return await _list_once(api, path, selectors, accept)
        except errors.UnknownError as error:
            if error.status != EXPIRED or not left:
                raise
    raise AssertionError("unreachable")


async def _list_once(
    api: Api, path: str, selectors: Mapping[str, str], accept: str
) -> tuple[list[Object], str]:
    items: list[Object] = []
    query: dict[str, str | int] = {**selectors, "limit": PAGE}
    while True:
        answer = await api.send(Call("GET", path, f"list {path}", query=query, accept=accept))
        page = answer.document or {}
        items += page.get("items") or ()
        metadata = page.get("metadata") or {}
        query["continue"] = metadata.get("continue") or ""
        if not query["continue"]:
            return items, str(metadata.get("resourceVersion") or "")


async def follow(
    api: Api, kind: Kind, path: str, selectors: Mapping[str, str]
) -> AsyncGenerator[Change, None]:
    """List, then every change, for ever; Listed again whenever changes may have been missed.

    An error only when the first list is refused for good: no such resource, or no right.
    """
    version, failures, has_listed = "", 0, False
    while True:
        try:
            if not version:
                items, version = await list_pages(api, path, selectors)
                has_listed = True
                yield events.Listed(tuple(name_kind(kind, item) for item in items))
            async with contextlib.aclosing(_watch(api, path, selectors, version)) as changes:
                async for change in changes:
                    failures, version = 0, change.version
                    if change.kind != "BOOKMARK":
                        yield events.Changed(change.kind, name_kind(kind, change.item))
        except (aiohttp.ClientError, errors.KubeError, OSError, ValueError) as error:
            is_temporary = not isinstance(error, errors.KubeError) or isinstance(
                error, errors.TemporaryError
            )
            if not (has_listed or is_temporary):
                raise  # wrong from the start: better said at once
            if isinstance(error, errors.KubeError) and error.status == EXPIRED:
                version = ""
                continue
            failures += 1
            api.log.warning("Watching %s failed (%s); trying again", path, error)
            chance = random.random()  # noqa: S311 - jitter needs no secrecy
            await api.pause(retries.make_wait(api.patience, failures, chance))


async def _watch(
    api: Api, path: str, selectors: Mapping[str, str], version: str
) -> AsyncGenerator[events.Changed, None]:
    """One watch, until the server ends it."""
    query: dict[str, str | int] = {**selectors, "watch": "true", "resourceVersion": version}
    query |= {"allowWatchBookmarks": "true", "timeoutSeconds": WATCH_SECONDS}
    call = Call("GET", path, f"watch {path}", query=query)
    async with api.stream(call, SILENCE_SECONDS) as response:
        if response.status != 200:
            body = await response.read()
            answer = answers.parse_answer(response.status, response.headers, body)
            raise answers.make_error(answer, call.title)
        rest = b""
        async with contextlib.aclosing(iterate_chunks(response)) as chunks:
            async for chunk in chunks:
                lines, rest = events.split_lines(rest, chunk)
                for event in map(events.parse_event, lines):
                    if isinstance(event, answers.Answer):
                        raise answers.make_error(event, call.title)
                    yield event


def name_kind(kind: Kind, item: Object) -> Object:
    """An item of a list, which does not say of what kind it is, as an object that does."""
    return {**item, "apiVersion": kind.api_version, "kind": kind.kind}
