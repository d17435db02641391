"""What is passed on, what is not, and what is said instead."""

import asyncio
import contextlib
import io
import logging
import socket

import aiohttp
import pytest
from aiohttp import web

from pocket_openshift.router import proxy
from pocket_openshift.router.rules import routing

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def send(port, data):
    """All that comes back for some bytes, until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        return await asyncio.wait_for(reader.read(), 120)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def make_request(*lines, body=b""):
    return "\r\n".join(["GET /a?b=%20 HTTP/1.1", "Host: a:80", *lines, "", ""]).encode() + body


CLOSE = "Connection: close"


async def test_a_request_goes_on_as_it_is_but_for_who_asks(start_raw, start_proxy):
    pod, backend = await start_raw(OK)
    port = await start_proxy(backend)
    asked = make_request(
        "X-Forwarded-For: 6.6.6.6", "X-Odd: \u00e4", "Connection: close, X-Mine", "X-Mine: 1"
    )
    assert (await send(port, asked)).endswith(b"\r\n\r\nok")
    head, *lines = pod.received.removesuffix(b"\r\n\r\n").split(b"\r\n")
    assert head == b"GET /a?b=%20 HTTP/1.1"
    assert sorted(lines) == [
        b"Host: a:80",
        b"X-Forwarded-For: 127.0.0.1",
        b"X-Forwarded-Host: a:80",
        b"X-Forwarded-Port: %d" % port,
        b"X-Forwarded-Proto: http",
        b"X-Odd: \xc3\xa4",
    ]


async def test_an_answer_comes_back_as_it_is(start_raw, start_proxy):
    said = (b"Set-Cookie: a=1", b"Set-Cookie: b=2", b"Content-Encoding: gzip", b"X-Old: \xe4")
    answer = b"\r\n".join([b"HTTP/1.1 418 Tea", *said, b"Content-Length: 2", b"", b"ok"])
    _, backend = await start_raw(answer)
    head, _, body = (await send(await start_proxy(backend), make_request(CLOSE))).partition(
        b"\r\n\r\n"
    )
    assert head.split(b"\r\n")[0] == b"HTTP/1.1 418 Tea"
    expected = [*said[:3], b"X-Old: \xc3\xa4", b"Content-Length: 2", b"Connection: close"]
    assert sorted(head.split(b"\r\n")[1:]) == sorted(expected)
    assert body == b"ok"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "PROPFIND"])
async def test_methods_and_bodies_of_all_sorts(start_app, start_proxy, method):
    async def echo(request):
        seen = f"{request.method} {request.headers.get('Transfer-Encoding')}"
        return web.Response(body=await request.read(), headers={"X-Seen": seen})

    port = await start_proxy(await start_app(web.route("*", "/{path:.*}", echo)))

    async def pieces():
        yield b"x" * 70_000
        yield b"y"

    url = f"http://127.0.0.1:{port}/"
    async with aiohttp.ClientSession() as session:
        for body, length in (
            (None, 0),
            (io.BytesIO(b"z" * 2_000_000), 2_000_000),
            (pieces(), 70_001),
        ):
            async with session.request(method, url, data=body) as answer:
                whole = await answer.read()
                assert answer.headers["X-Seen"].startswith(method)
                assert len(whole) == (0 if method == "HEAD" else length)


async def test_a_client_that_waits_for_a_word_before_its_body_gets_it(start_app, start_proxy):
    async def echo(request):
        return web.Response(text=await request.text())

    port = await start_proxy(await start_app(web.post("/", echo)))
    url = f"http://127.0.0.1:{port}/"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data="x", expect100=True) as answer,
    ):
        assert await answer.text() == "x"


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
        b"GET / HTTP/2.0\r\nHost: a\r\n\r\n",
        b"GET /\r\nHost: a\r\n\r\n",
        b"GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /#a HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /\xe4 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"G@T / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\r\n\r\n",
        make_request(" folded: x"),
        make_request("Bad Name: x"),
        make_request("X : y"),
        make_request("X: y\nHost: b"),
        make_request("Content-Length: 1", "Content-Length: 2", body=b"xx"),
        make_request("Content-Length: +1", body=b"x"),
        make_request("Content-Length: 4", "Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
        make_request("Transfer-Encoding: chunked", "Content-Length: 4", body=b"0\r\n\r\n"),
        make_request("Transfer-Encoding: chunked, gzip", body=b"0\r\n\r\n"),
    ],
    ids=lambda sent: sent[:60].decode("latin-1").replace("\r\n", " "),
)
async def test_what_two_readers_may_read_differently_reaches_no_pod(
    start_raw, start_proxy, caplog, request_
):
    pod, backend = await start_raw(OK)
    with caplog.at_level(logging.INFO):
        answer = await send(await start_proxy(backend), request_)
    assert answer.split()[1] in (b"400", b"404")
    assert pod.received == b""
    assert caplog.records == []


async def test_no_body_becomes_a_request(start_raw, start_proxy):
    pod, backend = await start_raw(OK)
    hidden = b"GET /secret HTTP/1.1\r\nHost: a\r\n\r\n"
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(hidden), hidden)
    await send(
        await start_proxy(backend), make_request("Transfer-Encoding: chunked", CLOSE, body=body)
    )
    head, _, rest = pod.received.partition(b"\r\n\r\n")
    assert b"Transfer-Encoding: chunked" in head
    assert rest == body


async def test_all_but_get_and_head_have_a_connection_for_themselves(start_app, start_proxy):
    ports = []

    async def note(request):
        ports.append(request.transport.get_extra_info("peername")[1])
        return web.Response(text=await request.text())

    port = await start_proxy(await start_app(web.route("*", "/", note)))
    url = f"http://127.0.0.1:{port}/"
    async with aiohttp.ClientSession() as session:
        asked = [("GET", None), ("HEAD", None), ("POST", b"x"), ("POST", None), ("GET", b"x")]
        for method, body in asked:
            async with session.request(method, url, data=body):
                pass
    assert len(set(ports)) == len(asked) - 1
    assert ports[0] == ports[1]


async def test_headers_that_are_too_large_are_refused(start_raw, start_proxy):
    _, backend = await start_raw(OK)
    port = await start_proxy(backend)
    large = make_request(*[f"X-{n}: {'x' * 7000}" for n in range(10)], CLOSE)
    assert b"431" in await send(port, large)
    async with aiohttp.ClientSession(max_field_size=2**17) as session:
        headers = {"Cookie": "x" * 60_000}
        async with session.get(f"http://127.0.0.1:{port}/", headers=headers) as answer:
            assert answer.status == 200


async def test_connections_are_counted(start_raw, start_proxy, monkeypatch):
    monkeypatch.setattr(proxy, "CONNECTIONS", 0)
    _, backend = await start_raw(OK)
    answer = await send(await start_proxy(backend), make_request(CLOSE))
    assert answer.startswith(b"HTTP/1.1 503")
    assert answer.endswith(b"Too many connections; try again.\n")


async def test_who_never_ends_his_request_is_hung_up_on(start_raw, start_proxy, monkeypatch):
    monkeypatch.setattr(proxy, "HEAD_SECONDS", 0.2)
    _, backend = await start_raw(OK)
    assert await send(await start_proxy(backend), b"GET / HTTP/1.1\r\nHost: a\r\n") == b""


async def test_a_pod_that_does_not_listen_is_passed_over(start_raw, start_proxy):
    with socket.create_server(("127.0.0.1", 0)) as held:
        gone = routing.Backend("127.0.0.1", held.getsockname()[1])
    _, backend = await start_raw(OK)
    for _ in range(5):
        assert b"200 OK" in await send(await start_proxy(gone, backend), make_request(CLOSE))
    answer = await send(await start_proxy(gone), make_request(CLOSE))
    assert answer.startswith(b"HTTP/1.1 503")
    assert answer.endswith(b"The pod does not accept connections.\n")


@pytest.mark.parametrize("answer", [b"", b"no HTTP\r\n\r\n"])
async def test_a_pod_that_gives_no_answer_is_told_of(start_raw, start_proxy, answer):
    _, backend = await start_raw(answer)
    said = await send(await start_proxy(backend), make_request(CLOSE))
    assert said.startswith(b"HTTP/1.1 502")
    assert said.endswith(b"The pod gave no answer that is HTTP.\n")


async def test_an_answer_that_is_cut_is_not_taken_for_whole(start_app, start_proxy):
    async def cut(request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"half")
        request.transport.abort()
        return response

    port = await start_proxy(await start_app(web.get("/", cut)))
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/") as answer,
    ):
        with pytest.raises(aiohttp.ClientError):
            await answer.read()


async def test_pieces_come_as_they_are_sent_and_who_leaves_is_noticed(start_app, start_proxy):
    left, more = asyncio.Event(), asyncio.Event()

    async def tell(request):
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            await response.write(b"data: 1\n\n")
            await more.wait()
            await response.write(b"data: 2\n\n")
            while True:
                await response.write(b":\n\n")
                await asyncio.sleep(0.01)
        except ConnectionError:
            left.set()
        return response

    port = await start_proxy(await start_app(web.get("/", tell)))
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/") as answer:
            assert await answer.content.readuntil(b"\n\n") == b"data: 1\n\n"
            more.set()
            assert await answer.content.readuntil(b"\n\n") == b"data: 2\n\n"
            answer.close()
        await asyncio.wait_for(left.wait(), 120)


async def test_what_is_chosen_is_asked_by_host_path_and_scheme(start_proxy):
    asked = []

    def choose(request):
        asked.append(request)
        return routing.Refusal(302, "Use HTTPS.", "https://a/x")

    port = await start_proxy(choose=choose)
    answer = await send(
        port, b"GET http://b/x?y HTTP/1.1\r\nHost: A:81\r\nConnection: close\r\n\r\n"
    )
    assert asked == [routing.Request("a", 81, "/x?y", secure=False)]
    assert answer.startswith(b"HTTP/1.1 302 Found\r\n")
    assert b"Location: https://a/x\r\n" in answer


async def test_what_is_open_is_cut_at_the_end(start_raw):
    _, backend = await start_raw(OK.removesuffix(b"ok"))
    one = proxy.Proxy(lambda request: (backend,))
    reader, writer = await asyncio.open_connection("127.0.0.1", await one.listen(0))
    writer.write(make_request())
    await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 120)
    await asyncio.wait_for(one.close(), 120)
    assert await asyncio.wait_for(reader.read(), 120) == b""
    writer.close()


async def test_a_websocket_is_passed_on_with_who_asks(start_app, start_proxy):
    async def echo(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        names = ("Authorization", "Origin", "X-Forwarded-For")
        await socket.send_json([await socket.receive_str(), *map(request.headers.get, names)])
        return socket

    port = await start_proxy(await start_app(web.get("/ws", echo)))
    headers = {"Authorization": "token x", "Origin": "http://a"}
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"http://127.0.0.1:{port}/ws", headers=headers) as socket,
    ):
        await socket.send_str("hello")
        said = await socket.receive_json(timeout=120)
    assert said == ["hello", "token x", "http://a", "127.0.0.1"]


async def test_a_refused_websocket_is_told(start_app, start_proxy):
    async def refuse(request):
        raise web.HTTPForbidden(headers={"X-Why": "no"}, text="a long reason")

    port = await start_proxy(await start_app(web.get("/ws", refuse)))
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(f"http://127.0.0.1:{port}/ws")
    assert refused.value.status == 403
    assert refused.value.headers["X-Why"] == "no"
