"""Bytes between two connections, both ways, until one ends."""

from __future__ import annotations

import asyncio
import contextlib

import tornado.iostream

CHUNK = 65536


async def join(
    caller: tornado.iostream.IOStream,
    behind: tuple[bytes, asyncio.StreamReader, asyncio.StreamWriter],
) -> None:
    """Copy until either side ends; then both are closed. First goes what came already."""
    came, reader, writer = behind

    async def ask() -> None:
        with contextlib.suppress(tornado.iostream.StreamClosedError, OSError):
            while data := await caller.read_bytes(CHUNK, partial=True):
                writer.write(data)
                await writer.drain()

    async def answer() -> None:
        with contextlib.suppress(tornado.iostream.StreamClosedError, OSError):
            await caller.write(came)
            while data := await reader.read(CHUNK):
                await caller.write(data)

    tasks = [asyncio.ensure_future(ask()), asyncio.ensure_future(answer())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        writer.close()
        caller.close()
