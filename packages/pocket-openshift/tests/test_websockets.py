"""Messages, pings and closes, both ways."""

import asyncio

import aiohttp
import pytest
from aiohttp import WSMsgType, web
from yarl import URL

from pocket_openshift import loopback_server, websockets


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
async def start():
    """Starts a server with one page; its address."""
    made = []

    async def start_server(handler):
        app = web.Application()
        app.router.add_get("/ws", handler)
        made.append(loopback_server.LoopbackServer(app))
        return URL(f"http://127.0.0.1:{await made[-1].listen()}/ws")

    yield start_server
    for one in made:
        await one.close()


@pytest.fixture
async def connect(pod, start):
    """Opens a websocket to a server that passes it on to the pod."""
    async with aiohttp.ClientSession() as session:
        place = await start(pod.serve)

        async def pass_on(request):
            headers = {"Authorization": request.headers.get("Authorization", "")}
            other = await websockets.connect(session, request, place, headers)
            return await websockets.relay(request, other)

        between = await start(pass_on)

        async def open_socket(**options):
            return await session.ws_connect(between, **options)

        yield open_socket


async def test_messages_come_back(connect, pod):
    headers = {"Authorization": "token x"}
    socket = await connect(headers=headers, compress=15, max_msg_size=0)
    await socket.send_str("\u00e4 text")
    assert await socket.receive_str(timeout=120) == "\u00e4 text"
    await socket.send_bytes(bytes(range(256)) * 20_000)
    assert await socket.receive_bytes(timeout=120) == bytes(range(256)) * 20_000
    await socket.close(code=4001)
    assert await asyncio.wait_for(pod.ended, 120) == 4001
    assert pod.headers["Authorization"] == "token x"


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


@pytest.mark.parametrize(
    ("upgrade", "is_asked_for"),
    [("websocket", True), ("WebSocket", True), ("SPDY/3.1", False), (None, False)],
)
def test_a_websocket_is_known_by_what_the_request_upgrades_to(upgrade, is_asked_for):
    headers = {} if upgrade is None else {"Upgrade": upgrade}
    assert websockets.is_asked_for(headers) is is_asked_for
