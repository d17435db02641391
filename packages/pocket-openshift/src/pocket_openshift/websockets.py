"""Websockets, message by message, between a client and a pod or its node.

The handshake is made with each of them; compression is asked of neither, on loopback.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import aiohttp
from aiohttp import WSMsgType, web
from yarl import URL

from pocket_openshift.vocabulary import close_codes

# A message is held as a whole.
MOST_BYTES = 64 * 2**20
_MESSAGES = frozenset({WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.PING, WSMsgType.PONG})

Side = aiohttp.ClientWebSocketResponse | web.WebSocketResponse


def is_asked_for(headers: Mapping[str, str]) -> bool:
    """Whether a request asks for a websocket."""
    return headers.get("Upgrade", "").lower() == "websocket"


async def connect(
    session: aiohttp.ClientSession, request: web.Request, url: URL, headers: Mapping[str, str]
) -> aiohttp.ClientWebSocketResponse:
    """A websocket to the other side, by the protocols that the client offers.

    Raises aiohttp.WSServerHandshakeError when it is refused.
    """
    offered = request.headers.get("Sec-WebSocket-Protocol", "").split(",")
    return await session.ws_connect(
        url,
        protocols=[word.strip() for word in offered if word.strip()],
        headers=headers,
        autoclose=False,
        autoping=False,
        max_msg_size=MOST_BYTES,
    )


async def relay(
    request: web.Request, other: aiohttp.ClientWebSocketResponse
) -> web.WebSocketResponse:
    """Accept the client's websocket and pass messages both ways until either side closes."""
    async with other:
        client = web.WebSocketResponse(
            protocols=[other.protocol] if other.protocol else (),
            autoclose=False,
            autoping=False,
            compress=False,
            max_msg_size=MOST_BYTES,
        )
        await client.prepare(request)
        await _relay(client, other)
    return client


async def _relay(client: Side, other: Side) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_pass_on(client, other))
            group.create_task(_pass_on(other, client))
    except* ConnectionError:
        pass  # a side is gone without a word; the other is told when it is closed


async def _pass_on(source: Side, target: Side) -> None:
    """All messages of one side, and how it ended."""
    while (message := await source.receive()).type in _MESSAGES:
        data = message.data.encode() if message.type is WSMsgType.TEXT else message.data
        await target.send_frame(data, message.type)
    reason = message.extra if message.type is WSMsgType.CLOSE else ""
    code = close_codes.choose_close_code(source.close_code)
    await target.close(code=code, message=(reason or "").encode())
