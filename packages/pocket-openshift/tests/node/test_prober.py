import asyncio

import pytest

from pocket_openshift.node import prober, processes
from pocket_openshift.node.rules import probes

CONTAINER = {"name": "c", "ports": [{"name": "web", "containerPort": 0}]}


@pytest.fixture
async def server():
    """Answers 200 to /ok, 500 to all else, nothing to /silent."""

    async def answer(reader, writer):
        words = (await reader.readline()).split()
        path = words[1] if words else b""
        if path == b"/silent":
            await reader.read()  # until the other side gives up
        status = b"200 OK" if path == b"/ok" else b"500 No"
        writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    made = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield made.sockets[0].getsockname()[1]
    made.close()


@pytest.fixture
def target(starter, server, tmp_path):
    container = {"name": "c", "ports": [{"name": "web", "containerPort": server}]}

    def launch(command):
        env = {"PATH": "/usr/bin:/bin"}
        return processes.Launch(command, env, str(tmp_path), tmp_path / "log")

    return prober.ProbeTarget(container, "127.0.0.1", launch, starter)


@pytest.mark.parametrize(
    ("kind", "action", "passed", "message"),
    [
        ("httpGet", {"port": "web", "path": "/ok"}, True, ""),
        ("httpGet", {"port": "web", "path": "/bad"}, False, "statuscode: 500"),
        ("httpGet", {"port": "web", "path": "/silent"}, False, "no answer within 0.5 s"),
        ("httpGet", {"port": "none"}, False, "no port named 'none'"),
        ("httpGet", {"port": 1}, False, "127.0.0.1"),
        ("tcpSocket", {"port": "web"}, True, ""),
        ("tcpSocket", {"port": 1}, False, "127.0.0.1"),
        ("exec", {"command": ["true"]}, True, ""),
        ("exec", {"command": ["false"]}, False, "ended with 1"),
        ("exec", {"command": ["no-such"]}, False, "No such file"),
        ("exec", {"command": ["sleep", "60"]}, False, "no answer within 0.5 s"),
        ("grpc", {"port": 1}, False, "no grpc probes"),
    ],
)
async def test_probes(target, kind, action, passed, message):
    timeout = 0.5 if message.startswith("no answer") else 20
    answer = await prober.ask(probes.Probe(kind, action, timeout=timeout), target)
    assert answer.passed is passed
    assert message in answer.message


@pytest.mark.parametrize(
    ("hook", "passed"),
    [
        ({"exec": {"command": ["true"]}}, True),
        ({"exec": {"command": ["no-such"]}}, False),
        ({"sleep": {"seconds": 0}}, True),
        ({"sleep": {"seconds": 60}}, False),
        ({}, True),
    ],
)
async def test_hooks(target, hook, passed):
    seconds = 0.5 if hook == {"sleep": {"seconds": 60}} else 20
    assert (await prober.run_hook(hook, target, seconds)).passed is passed
