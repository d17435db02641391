"""Ctrl-C ends the demo: its sessions, its parts and its folder, with a line for each."""

import asyncio
import os
import re
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

import realhub
import visitor

pytestmark = [pytest.mark.hub, pytest.mark.slow]

SERVE = Path(__file__).resolve().parents[1] / "demo" / "serve.py"
SESSIONS = 10
# About two seconds where nothing else runs; without Node's real program it was half a minute.
END_SECONDS = 25


@pytest.fixture
async def demo(tmp_path):
    """The demo as a terminal starts it, in a process group of its own, and killed at the end."""
    if reason := realhub.proxy_missing():
        pytest.skip(reason)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(SERVE), "--port", "0"),
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    yield process
    if process.returncode is None:
        process.kill()
        await process.wait()


async def read_until(process, text):
    """What the demo says, to the first line that has `text`."""
    lines = []
    async with asyncio.timeout(90):
        while text not in "".join(lines[-1:]):
            line = await process.stdout.readline()
            assert line, "".join(lines)
            lines.append(line.decode())
    return "".join(lines)


async def enter(url):
    """Log a new visitor in and see their session ready."""
    async with visitor.Visitor.arrive(url) as person:
        await person.log_in()
        async for _ in person.watch_start():
            pass
        await person.open()


@pytest.mark.parametrize(
    ("part", "program"),
    [("The hub", "jupyterhub"), ("The node", "node"), ("The cluster", "serve")],
)
async def test_a_part_that_dies_is_told_and_ends_the_demo(demo, tmp_path, part, program):
    await read_until(demo, "Ctrl-C ends everything.")
    (victim,) = (
        child
        for child in psutil.Process(demo.pid).children()
        if program in [Path(word).name for word in child.cmdline()]
    )
    victim.kill()
    said, told = await demo.communicate()
    assert demo.returncode == 1
    (line,) = told.decode().splitlines()[-1:]
    assert line.startswith(f"{part} ended with signal SIGKILL, which it should not. The demo ends")
    assert "Removing " in said.decode().splitlines()[-1]
    assert list(tmp_path.glob("workshop-demo-*")) == []


async def test_ctrl_c_ends_ten_sessions_and_leaves_nothing(demo, tmp_path):
    said = await read_until(demo, "Ctrl-C ends everything.")
    url = re.search(r"open: (\S+)", said)[1]
    await asyncio.gather(*(enter(url) for _ in range(SESSIONS)))
    (folder,) = tmp_path.glob("workshop-demo-*")
    started = psutil.Process(demo.pid).children(recursive=True)
    assert len(started) > SESSIONS

    start = time.monotonic()
    os.killpg(demo.pid, signal.SIGINT)
    said, _ = await demo.communicate()
    assert time.monotonic() - start < END_SECONDS

    assert demo.returncode == 0
    assert [line.split(" ...")[0] for line in said.decode().split("\n") if "..." in line] == [
        "Ending the sessions and the hub",
        "Ending the node and what still runs on it",
        "Ending the cluster",
        f"Removing {folder}",
    ]
    assert [process for process in started if process.is_running()] == []
    assert list(tmp_path.iterdir()) == []
