"""Logs of a node that answers in pieces, or does not; through the API in resources/test_logs.py."""

import asyncio
import contextlib

import pytest
from aiohttp import web

from pocket_openshift import loopback_server
from pocket_openshift.core.behaviour import NodeCall
from pocket_openshift.http import nodes
from pocket_openshift.vocabulary import errors


@pytest.fixture
async def serve():
    """Starts a node with one page; how to call it."""
    made = []

    async def start(answer):
        app = web.Application()
        app.router.add_get("/log", answer)
        made.append(loopback_server.LoopbackServer(app))
        return NodeCall("n", f"http://127.0.0.1:{await made[-1].listen()}/log", "s3cret")

    yield start
    for one in made:
        await one.close()


async def test_pieces_come_as_the_node_sends_them(serve):
    asked, more = [], asyncio.Event()

    async def answer(request):
        asked.append(request.headers["Authorization"])
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"one\n")
        await more.wait()
        await response.write(b"two\n")
        return response

    reply = await nodes.read_log(await serve(answer))
    assert await anext(reply.stream) == b"one\n"
    more.set()
    assert [piece async for piece in reply.stream] == [b"two\n"]
    assert asked == ["Bearer s3cret"]


async def test_a_log_that_is_cut_ends(serve):
    async def answer(request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"one\n")
        request.transport.close()
        return response

    reply = await nodes.read_log(await serve(answer))
    assert b"".join([piece async for piece in reply.stream]) == b"one\n"


async def test_who_stops_reading_hangs_up(serve):
    left = asyncio.Event()

    async def answer(request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"one\n")
        try:
            await asyncio.Event().wait()
        finally:
            left.set()

    reply = await nodes.read_log(await serve(answer))
    async with contextlib.aclosing(reply.stream):
        assert await anext(reply.stream) == b"one\n"
    await asyncio.wait_for(left.wait(), 120)


@pytest.mark.parametrize(
    ("text", "said"), [("no such container", "no such container"), ("", "the node answered 404")]
)
async def test_what_the_node_refuses_is_told(serve, text, said):
    async def answer(request):
        return web.Response(status=404, text=text)

    with pytest.raises(errors.StatusError, match=said) as refused:
        await nodes.read_log(await serve(answer))
    assert refused.value.code == 400


async def test_a_node_that_hangs_up_is_told(serve):
    async def answer(request):
        request.transport.abort()
        return web.Response()

    with pytest.raises(errors.StatusError, match='node "n" did not answer: ') as refused:
        await nodes.read_log(await serve(answer))
    assert refused.value.code == 502
