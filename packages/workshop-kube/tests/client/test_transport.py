"""HTTP: bounded, verified, no redirect."""

import asyncio
import contextlib
import ssl

import aiohttp
import pytest

from workshop_kube import errors
from workshop_kube.client.tls import make_context
from workshop_kube.client.transport import Transport


@pytest.fixture
async def pool():
    async with Transport(most_bytes=1000) as made:
        yield made


@pytest.fixture
async def serve():
    """`url = await serve(bytes)`: a server that answers with these bytes to whoever asks."""
    servers, writers = [], []

    async def start(answer, hold=False):
        async def handle(reader, writer):
            writers.append(writer)
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
            if not hold:
                writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        servers.append(server)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"

    yield start
    for server in servers:
        server.close()
    for writer in writers:
        writer.close()
    for writer in writers:
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)
    for server in servers:
        await server.wait_closed()


def respond(status, body=b"", *headers):
    lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


async def test_an_answer(serve, pool):
    answer = await pool.fetch("GET", await serve(respond(200, b'{"a": 1}', "X-Odd: 1")))
    assert (answer.status, answer.document, answer.headers["x-odd"]) == (200, {"a": 1}, "1")
    assert pool.count == 1


class Bounds(Transport):
    """Notes how long a request may take, and sends none."""

    @contextlib.asynccontextmanager
    async def open(self, method, url, *, limits, **options):
        self.limits = limits
        raise aiohttp.ClientConnectionError("nobody is asked")
        yield


async def test_connecting_may_take_as_long_as_the_whole():
    """A busy program is slow to shake hands: it has the time that its admin has given it."""
    async with Bounds() as pool:
        assert (await pool.fetch("GET", "http://127.0.0.1/", seconds=60)).status == 0
    assert pool.limits.total == 60
    assert pool.limits.connect is None
    assert pool.limits.sock_connect in (None, 60)


async def test_a_redirect_is_an_answer(serve, pool):
    there = await serve(respond(200, b"{}"))
    answer = await pool.fetch("GET", await serve(respond(302, b"", f"Location: {there}")))
    assert answer.status == 302


async def test_an_answer_that_is_too_large_is_not_read(serve, pool):
    url = await serve(respond(200, b" " * 100_000))
    with pytest.raises(errors.UnknownError, match="more than 1000 bytes"):
        await pool.fetch("GET", url)


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 x\r\nContent-Length: 9\r\n\r\n{", b"nonsense\r\n"]
)
async def test_half_an_answer_is_none(serve, pool, answer):
    assert (await pool.fetch("GET", await serve(answer))).status == 0


async def test_silence_is_bounded(serve, pool):
    answer = await pool.fetch("GET", await serve(b"", hold=True), seconds=0.2)
    assert answer.status == 0
    assert "did not answer within 0.2 seconds" in answer.message


async def test_who_gives_up_leaves_nothing_open(cluster):
    cluster.faults.add(verb="*", resource="*", times=None, delay=30)
    context = make_context([str(cluster.ca_file)], system=False)
    headers = {"Authorization": f"Bearer {cluster.admin_token}"}
    async with Transport() as pool:
        for _ in range(3):
            url = f"{cluster.url}/api/v1/pods"
            answer = await pool.fetch("GET", url, headers=headers, context=context, seconds=0.2)
            assert answer.status == 0


async def test_nobody_listens(serve, pool):
    import socket

    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{held.getsockname()[1]}"
        answer = await pool.fetch("GET", f"http://{place}/")
    assert answer.status == 0
    assert answer.message == f"no connection to {place}: Connection refused"


async def test_a_server_that_is_not_trusted(cluster, pool):
    with pytest.raises(errors.CertificateError, match=r"127\.0\.0\.1:.* is not trusted"):
        await pool.fetch("GET", f"{cluster.url}/version", context=ssl.create_default_context())
    with pytest.raises(errors.CertificateError):
        await pool.fetch("GET", f"{cluster.url}/version")


async def test_a_name_that_the_certificate_does_not_have(cluster, pool):
    context = make_context([str(cluster.ca_file)], system=False)
    with pytest.raises(errors.CertificateError, match=r"other\.example"):
        await pool.fetch(
            "GET", f"{cluster.url}/version", context=context, server_hostname="other.example"
        )


async def test_it_may_be_used_again_after_it_was_closed(serve, pool):
    url = await serve(respond(200, b"{}"))
    await pool.fetch("GET", url)
    await pool.close()
    assert (await pool.fetch("GET", url)).status == 200
