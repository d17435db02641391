"""Held ports are given to nobody but the server that they are held for."""

import shutil
import socket
import struct
import subprocess
import sys

import pytest

from ports import hold_port

IP_LOCAL_PORT_RANGE = 51  # linux/in.h: the ports that the kernel may choose for this socket
TORNADO = """
import asyncio, sys
from tornado import web
async def main():
    web.Application().listen(int(sys.argv[1]), "127.0.0.1")
    print("listens", flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""
ASYNCIO = """
import asyncio, sys
async def main():
    async with await asyncio.start_server(lambda r, w: None, "127.0.0.1", int(sys.argv[1])):
        print("listens", flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""
NODE = """
require("http").createServer().listen(+process.argv[1], "127.0.0.1", () => console.log("listens"))
"""
SERVERS = {
    "tornado": [sys.executable, "-c", TORNADO],
    "asyncio": [sys.executable, "-c", ASYNCIO],
    "node": ["node", "-e", NODE],
}


@pytest.fixture
def held():
    """A port that is held for the test."""
    with hold_port() as held:
        yield held


@pytest.fixture
def make_socket(held):
    """Make sockets for which the kernel may choose no port but the held one."""
    sockets = []

    def make(*, reuse=False):
        sock = socket.socket()
        sockets.append(sock)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
        chosen_from = struct.pack("I", held.port << 16 | held.port)
        try:
            sock.setsockopt(socket.IPPROTO_IP, IP_LOCAL_PORT_RANGE, chosen_from)
        except OSError:
            pytest.skip("needs Linux 6.3, whose sockets have a range of ports of their own")
        return sock

    yield make
    for sock in sockets:
        sock.close()


@pytest.mark.parametrize("reuse", [False, True])
def test_port_0_never_gives_a_held_port(held, make_socket, reuse):
    with pytest.raises(OSError, match="in use"):
        make_socket(reuse=reuse).bind(("127.0.0.1", 0))
    held.close()
    make_socket(reuse=reuse).bind(("127.0.0.1", 0))


def test_an_outgoing_connection_never_gets_a_held_port(held, make_socket):
    with socket.create_server(("127.0.0.1", 0)) as server:
        with pytest.raises(OSError, match="assign"):
            make_socket().connect(server.getsockname())
        held.close()
        make_socket().connect(server.getsockname())


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_listens_on_a_held_port_and_again_after_a_crash(held, name):
    if not shutil.which(SERVERS[name][0]):
        pytest.skip("needs node")
    for _ in range(2):
        server = subprocess.Popen([*SERVERS[name], str(held.port)], stdout=subprocess.PIPE)
        with server, socket.socket() as client:
            try:
                assert server.stdout.readline() == b"listens\n"
                client.connect(("127.0.0.1", held.port))
            finally:
                server.kill()


def test_ports_held_at_once_are_different():
    held = [hold_port() for _ in range(50)]
    try:
        assert len({each.port for each in held}) == 50
    finally:
        for each in held:
            each.close()


def test_a_port_on_which_somebody_listens_cannot_be_held():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            hold_port(port)
    with hold_port(port) as held:
        assert held.port == port


def test_a_port_of_a_given_number_is_held_once():
    with hold_port() as free:
        number = free.port
    with hold_port(number), pytest.raises(OSError, match="in use"):
        hold_port(number)
