"""A terminal's server with the dashboard on loopback, without a hub, for tests in a browser."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

START_SECONDS = 120


@contextlib.asynccontextmanager
async def run_dashboard(
    notes: Path, home: Path, *words: str, environment: Mapping[str, str] | None = None
) -> AsyncIterator[str]:
    """Run a server with the notes of a folder, and yield its address.

    `words` go behind its command.
    """
    (home / ".bash_profile").write_text("PS1='$ '\n")
    own = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "WORKSHOP_FOLDER": str(notes),
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
    }
    command = (sys.executable, "-m", "jupyterhub_butterfly", "--mode=none", "--port=0")
    process = await asyncio.create_subprocess_exec(
        *command,
        "--log-level=INFO",
        *words,
        env={**own, **(environment or {})},
        stdout=PIPE,
        stderr=STDOUT,
        cwd=home,
    )
    assert process.stdout is not None
    reader = None
    try:
        port = await asyncio.wait_for(_find_port(process.stdout), START_SECONDS)
        reader = asyncio.create_task(process.stdout.read())
        yield f"http://127.0.0.1:{port}/"
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
        if reader:
            await reader


async def _find_port(stream: asyncio.StreamReader) -> int:
    said = b""
    while line := await stream.readline():
        said += line
        if match := re.search(rb"127\.0\.0\.1:(\d+)", line):
            return int(match[1])
    raise AssertionError(f"the server did not start: {said.decode()}")
