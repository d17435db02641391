"""Running demos, as people start them, but on free ports and in a folder of the test's."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest

import realhub
import serve


@contextlib.asynccontextmanager
async def serve_demos(
    folder: Path,
) -> AsyncIterator[Callable[..., Awaitable[Mapping[str, str]]]]:
    """`settings = await start("--session-limit", "1")`; what was started ends with this."""
    if reason := realhub.proxy_missing():
        pytest.skip(reason)
    numbers = itertools.count(1)
    async with contextlib.AsyncExitStack() as stack:

        async def start(*options: str) -> Mapping[str, str]:
            own = folder / f"demo-{next(numbers)}"
            own.mkdir()
            words = serve.parse_arguments(["--port", "0", *options])
            settings, _ = await stack.enter_async_context(serve.serve(words, own))
            return settings

        yield start
