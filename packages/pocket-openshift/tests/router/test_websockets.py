"""Messages, pings and closes, both ways."""

import asyncio

import aiohttp
import pytest
from aiohttp import WSMsgType, web

from pocket_openshift.router import websockets


class Pod:
    """Echoes; `quit` closes with a code, `abort` without a word. Tells how its socket ended."""

    def __init__(self):
        self.ended = asyncio.get_running_loop().create_future()
        self.headers = {}

    async def serve(self, request):
        self.headers = request.headers
        socket = web.WebSocketResponse(protocols=["chat"], max_msg_size=0, autoping=False)
        await socket.prepare(request)
        async for message in socket:
            if message.data == "quit":
                await socket.close(code=4321, message=b"enough")
            elif message.data == "abort":
                request.transport.abort()
            elif message.type is WSMsgType.PING:
                await socket.pong(message.data)
            elif message.type is not WSMsgType.PONG:
                await socket.send_frame(
                    message.data.encode() if message.type is WSMsgType.TEXT else message.data,
                    message.type,
                )
        self.ended.set_result(socket.close_code)
        return socket


@pytest.fixture
async def pod():
    return Pod()


@pytest.fixture
async def connect(pod, start_app, start_proxy):
    """Opens a websocket through the proxy."""
    port = await start_proxy(await start_app(web.get("/ws", pod.serve)))
    async with aiohttp.ClientSession() as session:

        async def open_socket(path="/ws", **options):
            return await session.ws_connect(f"http://127.0.0.1:{port}{path}", **options)

        yield open_socket


async def test_messages_come_back(connect, pod):
    headers = {"Authorization": "token x", "Origin": "http://a"}
    socket = await connect(headers=headers, compress=15, max_msg_size=0)
    await socket.send_str("\u00e4 text")
    assert await socket.receive_str(timeout=120) == "\u00e4 text"
    await socket.send_bytes(bytes(range(256)) * 20_000)
    assert await socket.receive_bytes(timeout=120) == bytes(range(256)) * 20_000
    await socket.close(code=4001)
    assert await asyncio.wait_for(pod.ended, 120) == 4001
    assert pod.headers["Authorization"] == "token x"
    assert pod.headers["X-Forwarded-For"] == "127.0.0.1"
    assert pod.headers["Origin"] == "http://a"


async def test_pings_go_all_the_way(connect):
    socket = await connect(autoping=False)
    await socket.ping(b"anybody?")
    message = await socket.receive(timeout=120)
    assert (message.type, message.data) == (WSMsgType.PONG, b"anybody?")
    await socket.close()


@pytest.mark.parametrize(
    ("offered", "chosen"), [(["x", "chat"], "chat"), (["x"], None), ([], None)]
)
async def test_the_pod_chooses_the_protocol(connect, offered, chosen):
    socket = await connect(protocols=offered)
    assert socket.protocol == chosen
    await socket.close()


async def test_how_the_pod_closes_is_passed_on(connect):
    socket = await connect()
    await socket.send_str("quit")
    message = await socket.receive(timeout=120)
    assert (message.type, message.data, message.extra) == (WSMsgType.CLOSE, 4321, "enough")


async def test_who_is_gone_without_a_word_is_reported(connect, pod):
    socket = await connect()
    await socket.send_str("abort")
    message = await socket.receive(timeout=120)
    assert (message.type, message.data) == (WSMsgType.CLOSE, 1001)
    other = await connect()
    pod.ended = asyncio.get_running_loop().create_future()
    other._response.connection.transport.abort()
    assert await asyncio.wait_for(pod.ended, 120) in (1000, 1001)


async def test_a_message_that_is_too_large_ends_it(connect, pod, monkeypatch):
    monkeypatch.setattr(websockets, "MOST_BYTES", 1000)
    socket = await connect()
    await socket.send_str("x" * 2000)
    message = await socket.receive(timeout=120)
    assert (message.type, message.data) == (WSMsgType.CLOSE, 1009)
    await asyncio.wait_for(pod.ended, 120)


async def test_a_refusal_comes_back(connect, start_app, start_proxy):
    async def refuse(request):
        raise web.HTTPForbidden(headers={"X-Why": "no"}, text="a long reason")

    port = await start_proxy(await start_app(web.get("/ws", refuse)))
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(f"http://127.0.0.1:{port}/ws")
    assert refused.value.status == 403
    assert refused.value.headers["X-Why"] == "no"
