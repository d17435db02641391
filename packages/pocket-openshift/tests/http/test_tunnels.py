import asyncio
import socket

import tornado.iostream

from pocket_openshift.http import tunnels


async def test_bytes_go_both_ways_until_one_side_ends():
    ours, theirs = socket.socketpair()
    near, far = socket.socketpair()
    ours.setblocking(False)
    behind = (b"came ", *await asyncio.open_connection(sock=near))
    joined = asyncio.create_task(tunnels.join(tornado.iostream.IOStream(ours), behind))
    caller_reader, caller = await asyncio.open_connection(sock=theirs)
    pod_reader, pod = await asyncio.open_connection(sock=far)
    caller.write(b"ask" * 100_000)
    assert await pod_reader.readexactly(300_000) == b"ask" * 100_000
    pod.write(b"answer")
    assert await caller_reader.readexactly(11) == b"came answer"
    pod.close()
    async with asyncio.timeout(120):
        await joined
        assert await caller_reader.read() == b""
    caller.close()
