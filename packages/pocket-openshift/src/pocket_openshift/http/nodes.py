"""What the API server has of nodes: their logs, and websockets to commands in their containers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

import aiohttp
from aiohttp import web
from yarl import URL

from pocket_openshift import websockets
from pocket_openshift.core.behaviour import NodeCall, Reply, Stream
from pocket_openshift.vocabulary import errors

CONNECT_SECONDS = 5.0
# A node answers with headers at once, also where a log is followed that has no text yet.
ANSWER_SECONDS = 30.0


async def read_log(call: NodeCall) -> Reply:
    """A log, piece by piece as it comes. StatusError when the node refuses or says nothing."""
    async with contextlib.AsyncExitStack() as opened:
        session = await opened.enter_async_context(_make_session())
        with _reporting_silence(call):
            async with asyncio.timeout(ANSWER_SECONDS):
                got = session.get(URL(call.url, encoded=True), headers=call.headers)
                answer = await opened.enter_async_context(got)
        if answer.status >= 400:
            text = await answer.text()
            raise errors.bad_request(text or f"the node answered {answer.status}")
        blocks = _blocks(answer, opened.pop_all())
        return Reply(stream=blocks, headers={"Content-Type": "text/plain"})


async def _blocks(answer: aiohttp.ClientResponse, opened: contextlib.AsyncExitStack) -> Stream:
    async with opened:
        with contextlib.suppress(aiohttp.ClientError):  # what is cut is told by the end
            async for block in answer.content.iter_any():
                yield block


async def pass_on(request: web.Request, call: NodeCall) -> web.StreamResponse:
    """Join a client's websocket with one to the node. StatusError when there is none."""
    async with _make_session() as session:
        with _reporting_silence(call):
            async with asyncio.timeout(ANSWER_SECONDS):
                url = URL(call.url, encoded=True)
                node = await websockets.connect(session, request, url, call.headers)
        return await websockets.relay(request, node)


def _make_session() -> aiohttp.ClientSession:
    timeout = aiohttp.ClientTimeout(sock_connect=CONNECT_SECONDS)
    return aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())


@contextlib.contextmanager
def _reporting_silence(call: NodeCall) -> Iterator[None]:
    """The answer to whoever wants something of a node that is gone, or only looks like one."""
    try:
        yield
    except (aiohttp.ClientError, TimeoutError) as error:
        late = f"no word within {ANSWER_SECONDS:g} seconds"
        why = str(error) or (late if isinstance(error, TimeoutError) else "it hung up")
        text = f'node "{call.node}" did not answer: {why}.'
        hint = "Is its agent (pocket-openshift node) running?"
        raise errors.internal_error(f"{text} {hint}", 502) from error
