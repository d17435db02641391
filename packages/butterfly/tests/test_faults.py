"""A network that drops, delays and goes silent on the way; and a long day, in small."""

import asyncio
import contextlib
import gc
import os
import re

import aiohttp
import psutil
import pytest


class FaultyNetwork:
    """A TCP proxy on loopback that does what a test says to the connections through it."""

    def __init__(self, port):
        self.port = port
        self.delay = 0.0
        self.silent = False
        self.budget = None  # bytes to the browser until the next connection breaks
        self.pipes = set()
        self.broken = 0

    async def __aenter__(self):
        self.server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}/"
        return self

    async def __aexit__(self, *error):
        self.server.close()
        for pipe in list(self.pipes):
            pipe.cancel()
        await asyncio.gather(*self.pipes, return_exceptions=True)

    async def _accept(self, reader, writer):
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.port)
        tasks = [
            asyncio.create_task(self._pipe(reader, up_writer, False)),
            asyncio.create_task(self._pipe(up_reader, writer, True)),
        ]
        self.pipes.update(tasks)
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.pipes.difference_update(tasks)
        for one in (writer, up_writer):
            one.transport.abort()

    async def _pipe(self, reader, writer, down):
        while data := await reader.read(16384):
            if self.delay:
                await asyncio.sleep(self.delay)
            if self.silent:
                await asyncio.Event().wait()  # half open: nothing comes, nobody hangs up
            if down and self.budget is not None:
                self.budget -= len(data)
                if self.budget < 0:
                    self.budget = None
                    self.broken += 1
                    return
            writer.write(data)
            await writer.drain()


@pytest.fixture
async def network(server_factory):
    server = await server_factory("--ButterflyApp.history_bytes=8000000")
    async with FaultyNetwork(int(re.search(r":(\d+)/", server.url).group(1))) as network:
        network.process = psutil.Process(server.pid)
        yield network


async def test_connections_that_break_in_a_flood_lose_and_repeat_nothing(network, person_factory):
    person = person_factory(network.url)
    await person.open_terminal("/")
    page, stream = os.urandom(8).hex(), b""
    async with asyncio.timeout(120):
        while b"END" not in stream:
            network.budget = 80_000 if network.broken < 8 else None
            have = {"have": len(stream)} if stream else {}
            with contextlib.suppress(aiohttp.ClientError):
                async with person.terminal(page=page, **have) as terminal:
                    if not stream:
                        await terminal.type("seq 1 150000; echo E''ND\r")
                    async for message in terminal.shell:
                        stream += message.data.encode()
                        if b"END" in stream:
                            break
    assert network.broken == 8
    assert b"\x1bc" not in stream, "never had to start afresh"
    numbers = [int(n) for n in re.findall(rb"(\d+)\r\n", stream)]
    assert numbers == list(range(1, 150_001))


async def test_a_slow_network_keeps_order(network, person_factory):
    person = person_factory(network.url)
    await person.open_terminal("/")
    network.delay = 0.03
    async with person.terminal() as terminal:
        await terminal.run("true")
        for letter in "echo in-order-of-typing":
            await terminal.type(letter)
        await terminal.type("\r")
        await terminal.until(r"l\rin-order-of-typing")  # what echo printed, not the typing


async def test_a_silent_browser_does_not_hold_up_the_program_for_ever(
    server_factory, person_factory
):
    code = (
        "import jupyterhub_butterfly.app as a, jupyterhub_butterfly.terminal.sessions as s;"
        "a.SWEEP_SECONDS = 0.1; s.STALLED = 0.5; a.main()"
    )
    server = await server_factory(code=code)
    async with FaultyNetwork(int(re.search(r":(\d+)/", server.url).group(1))) as network:
        gone, there = person_factory(network.url), person_factory(server.url)
        await gone.open_terminal("/")
        await there.open_terminal("/")
        async with gone.terminal() as asleep, there.terminal(page="awake") as awake:
            await asleep.run("true")
            network.silent = True
            await awake.type("seq 1 300000; echo E''ND\r")
            await awake.until("300000\r\nEND", seconds=120)


@pytest.mark.slow
async def test_a_long_day_in_small_leaves_memory_files_and_processes_as_they_were(
    server, person_factory
):
    """Hundreds of openings, resizes, and shells that come and go."""
    process = psutil.Process(server.pid)
    person = person_factory(server.url)
    await person.open_terminal("/")

    async def hour(number):
        async with person.terminal(f"s{number % 5}") as terminal:
            await terminal.run("seq 1 2000 | tail -1")
            await terminal.ctl.send_json({"cmd": "size", "cols": 60 + number % 60, "rows": 30})
            if number % 3 == 0:
                await terminal.type("exit\r")
                async for _ in terminal.shell:
                    pass

    for number in range(60):
        await hour(number)
    gc.collect()
    before = process.memory_info().rss, process.num_fds()
    for number in range(300):
        await hour(number)
    assert process.memory_info().rss - before[0] < 2 * 1024 * 1024
    assert process.num_fds() <= before[1] + 6
    assert not [c for c in process.children() if c.status() == psutil.STATUS_ZOMBIE]
    assert len(process.children()) <= 5
