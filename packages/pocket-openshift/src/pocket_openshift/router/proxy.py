"""Passes requests and websockets on to pods.

All but GET and HEAD have a connection to the pod for themselves: no body is ever read as another's
request, and what is not safe to send twice meets no connection that the pod is about to close.
"""

from __future__ import annotations

import contextlib
import logging
import random
from collections.abc import AsyncIterator, Callable, Sequence

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from pocket_openshift import loopback_server, websockets
from pocket_openshift.router.rules import requests, routing

log = logging.getLogger(__name__)

HEAD_BYTES = 65536
HEAD_SECONDS = 60.0
CONNECT_SECONDS = 5.0
IDLE_SECONDS = 3600.0
CONNECTIONS = 2000
# Less than any server keeps a connection that is idle.
KEPT_SECONDS = 1.0
VERSIONS = (aiohttp.HttpVersion10, aiohttp.HttpVersion11)
# What aiohttp would add. It is for the client and the pod to say, or not.
_OF_REQUESTS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
_OF_ANSWERS = ("Content-Type", "Date", "Server")
_NOT_ACCEPTED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)

Choose = Callable[[routing.Request], Sequence[routing.Backend] | routing.Refusal]


class PodAnswer(web.StreamResponse):
    """A pod's answer, and the headers that it does not have."""

    unsaid: Sequence[str] = ()


class Proxy:
    """A web server on any number of ports, whose answers are pods'. `choose` says which pods'."""

    def __init__(self, choose: Choose) -> None:
        self._choose = choose
        # A middleware gets every request; routes would leave some to aiohttp.
        app = web.Application(middlewares=[self._answer])
        app.on_response_prepare.append(_remove_unsaid)
        app.cleanup_ctx.append(self._open_sessions)
        self._server = loopback_server.LoopbackServer(
            app,
            auto_decompress=False,
            keepalive_timeout=HEAD_SECONDS,
            # Somewhat more than is accepted, so that we are the ones who refuse.
            max_field_size=2 * HEAD_BYTES,
            max_line_size=2 * HEAD_BYTES,
        )
        self.listen, self.close = self._server.listen, self._server.close

    async def _open_sessions(self, _: web.Application) -> AsyncIterator[None]:
        kept = aiohttp.TCPConnector(keepalive_timeout=KEPT_SECONDS, limit=0)
        fresh = aiohttp.TCPConnector(force_close=True, limit=0)
        async with _make_session(kept) as self._kept, _make_session(fresh) as self._fresh:
            yield

    @web.middleware
    async def _answer(self, request: web.Request, handler: object) -> web.StreamResponse:
        try:
            if request.version not in VERSIONS:
                raise requests.BadRequestError("the request line is not HTTP/1.1")
            host, port = requests.parse_host(request.headers.getall("Host", []))
            path = requests.parse_path(request.raw_path)
        except requests.BadRequestError as error:
            return _make_page(routing.Refusal(400, f"Bad request: {error}."))
        if refusal := self._find_refusal(request):
            return _make_page(refusal)
        chosen = self._choose(routing.Request(host, port, path, request.secure))
        if isinstance(chosen, routing.Refusal):
            return _make_page(chosen)
        try:
            return await self._pass_on(request, chosen, path)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.debug("A pod did not answer: %s", error)
            return _make_page(routing.Refusal(502, "The pod gave no answer that is HTTP."))

    def _find_refusal(self, request: web.Request) -> routing.Refusal | None:
        if sum(len(name) + len(value) for name, value in request.raw_headers) > HEAD_BYTES:
            return routing.Refusal(431, "The request's headers are too large.")
        if self._server.connections > CONNECTIONS:
            return routing.Refusal(503, "Too many connections; try again.")
        return None

    async def _pass_on(
        self, request: web.Request, backends: Sequence[routing.Backend], path: str
    ) -> web.StreamResponse:
        """The answer of one of the pods, any of them first; the next if one does not listen."""
        own = request.transport.get_extra_info("sockname")[1] if request.transport else 0
        caller = requests.Caller(request.remote or "", own, request.secure)
        host = request.headers["Host"]
        headers = CIMultiDict(requests.make_request_headers(request.raw_headers, host, caller))
        is_websocket = websockets.is_asked_for(request.headers)
        is_safe = request.method in ("GET", "HEAD") and not request.body_exists
        session = self._kept if is_safe and not is_websocket else self._fresh
        send = _relay_websocket if is_websocket else _relay
        for backend in random.sample(backends, len(backends)):
            url = URL(f"http://{backend.address}:{backend.port}{path}", encoded=True)
            with contextlib.suppress(*_NOT_ACCEPTED):
                return await send(session, request, url, headers)
        return _make_page(routing.Refusal(503, "The pod does not accept connections."))


def _make_session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        auto_decompress=False,
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        max_field_size=HEAD_BYTES,
        max_line_size=HEAD_BYTES,
        skip_auto_headers=_OF_REQUESTS,
        timeout=aiohttp.ClientTimeout(sock_connect=CONNECT_SECONDS, sock_read=IDLE_SECONDS),
    )


async def _relay(
    session: aiohttp.ClientSession, request: web.Request, url: URL, headers: CIMultiDict[str]
) -> web.StreamResponse:
    """The pod's answer, piece by piece."""
    body = request.content if request.body_exists else None
    async with session.request(
        request.method, url, headers=headers, data=body, allow_redirects=False
    ) as answer:
        found = CIMultiDict(requests.make_response_headers(answer.raw_headers))
        response = PodAnswer(status=answer.status, reason=answer.reason, headers=found)
        response.unsaid = [name for name in _OF_ANSWERS if name not in found]
        await response.prepare(request)
        try:
            async for piece in answer.content.iter_any():
                await response.write(piece)
            await response.write_eof()
        except (aiohttp.ClientError, TimeoutError) as error:
            log.debug("A pod's answer was cut: %s", error)
            if request.transport is not None:
                request.transport.abort()  # else the client would take it for whole
        return response


async def _relay_websocket(
    session: aiohttp.ClientSession, request: web.Request, url: URL, headers: CIMultiDict[str]
) -> web.StreamResponse:
    """The pod's messages and the client's; or the pod's refusal."""
    try:
        pod = await websockets.connect(session, request, url, headers)
    except aiohttp.WSServerHandshakeError as error:
        return _make_refusal(error)
    return await websockets.relay(request, pod)


def _make_refusal(error: aiohttp.WSServerHandshakeError) -> web.Response:
    """What the pod said in place of a handshake, without the body, which the library drops."""
    raw = [(name.encode(), value.encode()) for name, value in (error.headers or {}).items()]
    headers = CIMultiDict(requests.make_response_headers(raw, with_body=False))
    status = error.status if error.status >= 300 else 502
    text = f"The pod refused the websocket with status {error.status}.\n"
    return web.Response(status=status, text=text, headers=headers)


async def _remove_unsaid(_: web.Request, response: web.StreamResponse) -> None:
    """Take away what aiohttp has added to a pod's answer."""
    for name in response.unsaid if isinstance(response, PodAnswer) else ():
        response.headers.popall(name, None)


def _make_page(refusal: routing.Refusal) -> web.Response:
    """A small page of our own, in plain text."""
    headers = {"X-Content-Type-Options": "nosniff"}
    if refusal.location:
        headers["Location"] = refusal.location
    page = web.Response(status=refusal.status, text=refusal.text + "\n", headers=headers)
    page.force_close()
    return page
