"""The proxy before real programs: HTTP and websockets, streams, faults, and what may not pass."""

import asyncio
import contextlib
import io
import socket

import aiohttp
import pytest
import yarl
from aiohttp import web

MEGABYTE = 1024 * 1024
ENDED = web.AppKey("ended", asyncio.Event)


async def show(request):
    return web.json_response(
        {
            "method": request.method,
            "uri": request.raw_path,
            "headers": dict(request.headers.items()),
            "size": len(await request.read()),
        }
    )


async def echo_body(request):
    """Answer with what comes, while it comes."""
    answer = web.StreamResponse()
    await answer.prepare(request)
    async for chunk in request.content.iter_any():
        await answer.write(chunk)
    return answer


async def early(request):
    """Answer without reading the body."""
    return web.Response(status=413, text="too large")


async def leave(request):
    answer = web.Response(status=302, headers={"Location": "/after?x=1"})
    answer.set_cookie("sid", "1", path="/")
    answer.set_cookie("jupyterhub-session-id", "evil", path="/")
    answer.headers["Content-Security-Policy"] = "default-src 'none'"
    return answer


async def break_off(request):
    answer = web.StreamResponse(headers={"Content-Length": "100"})
    await answer.prepare(request)
    await answer.write(b"half")
    request.transport.close()
    return answer


async def chat(request):
    one = web.WebSocketResponse(protocols=["chat"], max_msg_size=0)
    await one.prepare(request)
    await one.send_json(dict(request.headers.items()))
    async for message in one:
        if message.data == "bye":
            await one.close(code=4321)
        elif isinstance(message.data, str):
            await one.send_str(message.data)
        else:
            await one.send_bytes(message.data)
    request.app[ENDED].set()
    return one


@contextlib.asynccontextmanager
async def running(host="127.0.0.1"):
    """A program on a free port: yields (port, its application)."""
    app = web.Application(client_max_size=1024**3)
    app[ENDED] = asyncio.Event()
    app.router.add_get("/chat", chat)
    app.router.add_get("/proxy/absolute/{port}/chat", chat)
    app.router.add_route("*", "/echo", echo_body)
    app.router.add_post("/early", early)
    app.router.add_get("/leave", leave)
    app.router.add_get("/break", break_off)
    app.router.add_route("*", "/{path:.*}", show)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, host, 0).start()
    try:
        yield runner.addresses[0][1], app
    finally:
        await runner.cleanup()
        # It has cancelled what still serves, and does not wait for it.
        serving = [task for task in asyncio.all_tasks() if "RequestHandler.start" in repr(task)]
        await asyncio.gather(*serving, return_exceptions=True)


@pytest.fixture
async def program():
    async with running() as (port, app):
        yield Program(port, app)


class Program:
    def __init__(self, port, app):
        self.port, self.app = port, app


@pytest.fixture
def url(person, program):
    return f"{person.origin}/proxy/{program.port}"


async def test_a_request_arrives_as_it_was(person, program, url):
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        headers = {"Origin": person.origin, "Cookie": "a=1; jupyterhub-user-ada=x; _xsrf=y"}
        body = None if method in {"GET", "OPTIONS"} else b"x" * 10
        target = yarl.URL(f"{url}/a%2Fb%20c/../d?q=%26&r", encoded=True)
        async with person.session.request(method, target, headers=headers, data=body) as answer:
            seen = await answer.json()
        assert (seen["method"], seen["size"]) == (method, 10 if body else 0)
        assert seen["uri"] == "/a%2Fb%20c/../d?q=%26&r"
        assert seen["headers"]["Cookie"] == "a=1"
        assert seen["headers"]["Host"] == f"127.0.0.1:{program.port}"
        assert seen["headers"]["X-Forwarded-Prefix"] == f"/proxy/{program.port}"
        assert seen["headers"]["X-Forwarded-Host"] == person.origin.partition("//")[2]
        assert "Content-Security-Policy" not in answer.headers, "not our pages' policy"
    async with person.session.head(f"{url}/x") as answer:
        assert answer.status == 200


async def test_a_program_that_knows_its_base_gets_the_whole_path(person, program):
    base = f"/proxy/absolute/{program.port}"
    url = person.origin + base
    async with person.session.get(yarl.URL(f"{url}/a%2Fb?q=1", encoded=True)) as answer:
        seen = await answer.json()
    assert seen["uri"] == f"{base}/a%2Fb?q=1"
    assert seen["headers"]["X-Forwarded-Prefix"] == base
    async with person.session.get(url, allow_redirects=False) as answer:
        assert answer.headers["Location"] == f"{base}/"
    async with person.session.get(f"{person.origin}/proxy/absolute/80/x") as answer:
        assert answer.status == 404
        assert "Port 80 is not served here" in await answer.text()
    headers = {"Origin": person.origin}
    async with person.session.ws_connect(f"{url}/chat", headers=headers) as socket:
        assert (await socket.receive()).type is aiohttp.WSMsgType.TEXT


async def test_the_path_without_a_slash_leads_to_the_one_with_it(person, program, url):
    async with person.session.get(f"{url}?a=1", allow_redirects=False) as answer:
        assert answer.headers["Location"] == f"/proxy/{program.port}/?a=1"


async def test_bodies_stream_both_ways_at_once(person, url):
    """The next piece is sent only when the one before has come back: nothing is collected."""
    back = asyncio.Queue()

    async def pieces():
        for number in range(20):
            yield b"%d " % number
            assert await asyncio.wait_for(back.get(), 120) == b"%d " % number

    headers = {"Origin": person.origin}
    async with person.session.post(f"{url}/echo", data=pieces(), headers=headers) as answer:
        async for chunk in answer.content.iter_any():
            back.put_nowait(chunk)
    assert answer.status == 200


async def test_large_bodies_pass(person, url):
    data, headers = b"x" * (20 * MEGABYTE), {"Origin": person.origin}
    async with person.session.post(f"{url}/echo", data=io.BytesIO(data), headers=headers) as answer:
        assert await answer.read() == data
    async with person.session.post(
        f"{url}/early", data=io.BytesIO(data), headers=headers
    ) as answer:
        assert (answer.status, await answer.text()) == (413, "too large")


async def test_an_answer_of_old_http_streams(person):
    """HTTP/1.0 without a length, as small servers do: each piece comes when it is sent."""
    go_on = asyncio.Event()

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\n\r\none")
        await go_on.wait()
        writer.write(b"two")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with person.session.get(f"{person.origin}/proxy/{port}/") as answer:
            assert await answer.content.readexactly(3) == b"one"
            go_on.set()
            assert await answer.read() == b"two"


async def test_redirects_and_cookies_stay_below_the_program(person, program, url):
    async with person.session.get(f"{url}/leave", allow_redirects=False) as answer:
        assert answer.headers["Location"] == f"/proxy/{program.port}/after?x=1"
        assert answer.headers.getall("Set-Cookie") == [f"sid=1; Path=/proxy/{program.port}/"]
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'"


async def test_half_an_answer_is_no_whole_one(person, url):
    async with person.session.get(f"{url}/break") as answer:
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()


async def test_an_empty_port_says_what_to_do(person):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        async with person.session.get(f"{person.origin}/proxy/{port}/") as answer:
            assert answer.status == 502
            assert f"python3 -m http.server {port}" in await answer.text()
            assert "frame-ancestors" in answer.headers["Content-Security-Policy"]


async def test_what_is_not_http_is_said(person):
    async def serve(reader, writer):
        writer.write(b"SSH-2.0-x\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with person.session.get(f"{person.origin}/proxy/{port}/") as answer:
            assert answer.status == 502
            assert "not HTTP" in await answer.text()


async def test_own_and_low_ports_and_other_hosts_are_no_doors(person):
    own = person.origin.rpartition(":")[2]
    for path in (f"proxy/{own}/", "proxy/80/", "proxy/99999/", "proxy/evil.example/", "proxy/"):
        async with person.session.get(f"{person.origin}/{path}") as answer:
            assert answer.status == 404, path


async def test_an_empty_trait_closes_all(server_factory, person_factory, program):
    server = await server_factory("--ButterflyApp.proxy_ports=")
    person = person_factory(server.url)
    async with person.session.get(f"{person.origin}/proxy/{program.port}/") as answer:
        assert answer.status == 404
        assert "proxy_ports" in await answer.text()


async def test_a_program_on_our_own_address_comes_first(server_factory, person_factory):
    server = await server_factory("--ip=127.0.7.7", "--ButterflyApp.allow_open_to_all=True")
    person = person_factory(server.url)
    async with running("127.0.7.7") as (port, _):
        answer = await person.session.get(f"{person.origin}/proxy/{port}/x")
        assert (await answer.json())["headers"]["Host"] == f"127.0.7.7:{port}"


async def test_foreign_pages_are_refused(person, url):
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    ):
        async with person.session.get(f"{url}/x", headers=headers) as answer:
            assert answer.status == 403, headers
        async with person.session.post(f"{url}/x", headers=headers) as answer:
            assert answer.status == 403, headers
    async with person.session.post(f"{url}/x") as answer:
        assert answer.status == 403, "nobody says where this comes from"


def connect(person, program, **changes):
    path = f"/proxy/{program.port}/chat"
    return person.session.ws_connect(
        person.origin + path,
        protocols=["chat"],
        headers={"Origin": changes.get("origin", person.origin), "Cookie": "_xsrf=y"},
    )


async def test_a_socket_carries_text_and_bytes(person, program):
    async with connect(person, program) as one:
        assert one.protocol == "chat"
        seen = await one.receive_json()
        assert seen["Origin"] == f"http://127.0.0.1:{program.port}"
        assert "Cookie" not in seen
        assert seen["X-Forwarded-Prefix"] == f"/proxy/{program.port}"
        for data in ("text", "x" * MEGABYTE):
            await one.send_str(data)
            assert await one.receive_str() == data
        await one.send_bytes(b"\x00\xff")
        assert await one.receive_bytes() == b"\x00\xff"
    await asyncio.wait_for(program.app[ENDED].wait(), 120)


async def test_the_programs_close_code_arrives(person, program):
    async with connect(person, program) as one:
        await one.receive_json()
        await one.send_str("bye")
        assert (await one.receive()).type is aiohttp.WSMsgType.CLOSE
        assert one.close_code == 4321


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
async def test_a_foreign_pages_socket_is_refused(person, program, origin):
    with pytest.raises(aiohttp.WSServerHandshakeError) as error:
        async with connect(person, program, origin=origin):
            pass
    assert error.value.status == 403


async def test_a_socket_to_an_empty_port_is_refused(person, program):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        program.port = free.getsockname()[1]
        with pytest.raises(aiohttp.WSServerHandshakeError) as error:
            async with connect(person, program):
                pass
        assert error.value.status == 502
