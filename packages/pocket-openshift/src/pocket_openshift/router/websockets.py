"""Websockets, message by message, between a client and a pod.

The handshake is made with each of them; compression is asked of neither, on loopback.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import aiohttp
from aiohttp import WSMsgType, web
from multidict import CIMultiDict
from yarl import URL

from pocket_openshift.router.rules import requests

# A message is held as a whole.
MOST_BYTES = 64 * 2**20
_MESSAGES = frozenset({WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.PING, WSMsgType.PONG})

Side = aiohttp.ClientWebSocketResponse | web.WebSocketResponse


def is_asked_for(headers: Mapping[str, str]) -> bool:
    """Whether a request asks for a websocket."""
    return headers.get("Upgrade", "").lower() == "websocket"


async def relay(
    session: aiohttp.ClientSession, request: web.Request, url: URL, headers: CIMultiDict[str]
) -> web.StreamResponse:
    """Pass messages both ways until either side closes; or the pod's refusal."""
    offered = request.headers.get("Sec-WebSocket-Protocol", "").split(",")
    protocols = [word.strip() for word in offered if word.strip()]
    try:
        pod = await session.ws_connect(
            url,
            protocols=protocols,
            headers=headers,
            autoclose=False,
            autoping=False,
            max_msg_size=MOST_BYTES,
        )
    except aiohttp.WSServerHandshakeError as error:
        return _make_refusal(error)
    async with pod:
        client = web.WebSocketResponse(
            protocols=[pod.protocol] if pod.protocol else (),
            autoclose=False,
            autoping=False,
            compress=False,
            max_msg_size=MOST_BYTES,
        )
        await client.prepare(request)
        await _relay(client, pod)
    return client


def _make_refusal(error: aiohttp.WSServerHandshakeError) -> web.Response:
    """What the pod said in place of a handshake, without the body, which the library drops."""
    raw = [(name.encode(), value.encode()) for name, value in (error.headers or {}).items()]
    headers = CIMultiDict(requests.make_response_headers(raw, with_body=False))
    status = error.status if error.status >= 300 else 502
    text = f"The pod refused the websocket with status {error.status}.\n"
    return web.Response(status=status, text=text, headers=headers)


async def _relay(client: Side, pod: Side) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_pass_on(client, pod))
            group.create_task(_pass_on(pod, client))
    except* ConnectionError:
        pass  # a side is gone without a word; the other is told when it is closed


async def _pass_on(source: Side, target: Side) -> None:
    """All messages of one side, and how it ended."""
    while (message := await source.receive()).type in _MESSAGES:
        data = message.data.encode() if message.type is WSMsgType.TEXT else message.data
        await target.send_frame(data, message.type)
    reason = message.extra if message.type is WSMsgType.CLOSE else ""
    await target.close(
        code=requests.choose_close_code(source.close_code), message=(reason or "").encode()
    )
