"""Pods that are no more than a server on a port, behind a proxy that always chooses them."""

import asyncio
import contextlib

import pytest
from aiohttp import web

from pocket_openshift.router import proxy
from pocket_openshift.router.rules import routing


class RawPod:
    """Keeps what it is sent, and answers each connection with bytes of the test's choice."""

    def __init__(self, answer):
        self.answer, self.received = answer, b""

    async def serve(self, reader, writer):
        self.received = b""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            self.received = await reader.readuntil(b"\r\n\r\n")
            writer.write(self.answer)
            while self.answer.startswith(b"HTTP") and (data := await reader.read(65536)):
                self.received += data
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@pytest.fixture
async def start_raw():
    """Starts a RawPod; it and its backend."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(answer):
            pod = RawPod(answer)
            server = await stack.enter_async_context(
                await asyncio.start_server(pod.serve, "127.0.0.1", 0)
            )
            return pod, routing.Backend("127.0.0.1", server.sockets[0].getsockname()[1])

        yield start


@pytest.fixture
async def start_app():
    """Starts a web application; its backend."""
    runners = []

    async def start(*routes):
        app = web.Application(client_max_size=2**30)
        app.add_routes(routes)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return routing.Backend("127.0.0.1", runner.addresses[0][1])

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def start_proxy():
    """Starts a proxy to some backends; its port."""
    made = []

    async def start(*backends, choose=None):
        one = proxy.Proxy(choose or (lambda request: backends))
        made.append(one)
        return await one.listen(0)

    yield start
    for one in made:
        await one.close()
