"""Our process among others."""

import asyncio
import json
import os
import subprocess
import sys

import pytest

from jupyterhub_butterfly import process

NOBODY = 65534
# An ordinary user's process: dumpable, as after exec; then hidden.
HIDE = f"""
import ctypes, logging, os, sys
from jupyterhub_butterfly import process
os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
print("open", flush=True); sys.stdin.readline()
process.hide_memory(logging.getLogger())
print("hidden", flush=True); sys.stdin.readline()
"""


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to become an ordinary user")
def test_another_process_of_the_same_user_cannot_read_our_environment():
    env = {**os.environ, "JUPYTERHUB_API_TOKEN": "s3cret"}

    def look():
        found = subprocess.run(
            ["cat", f"/proc/{one.pid}/environ"],
            capture_output=True,
            check=False,
            cwd="/",
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
        )
        return b"s3cret" in found.stdout

    with subprocess.Popen([sys.executable, "-c", HIDE], env=env, stdin=-1, stdout=-1) as one:
        assert one.stdout.readline() == b"open\n"
        assert look()
        one.stdin.write(b"\n")
        one.stdin.flush()
        assert one.stdout.readline() == b"hidden\n"
        assert not look()


async def test_a_job_is_repeated_whatever_becomes_of_it(caplog):
    turns = asyncio.Event()
    count = 0

    async def job():
        nonlocal count
        count += 1
        if count == 3:
            turns.set()
        raise RuntimeError("once more")

    task = asyncio.create_task(process.repeat(0.001, job))
    async with asyncio.timeout(120):
        await turns.wait()
    task.cancel()
    assert "A job that repeats has failed once" in caplog.text


def test_trimming_gives_memory_back_and_keeps_what_lives_out_of_collections():
    code = """
import gc, json
from jupyterhub_butterfly import app, process
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1])
junk = [bytes(1000) for _ in range(20_000)]
kept = bytes(1000)
del junk
before = resident()
process.trim_memory()
print(json.dumps([before, resident(), gc.get_freeze_count()]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    before, after, frozen = json.loads(done.stdout)
    assert after < before
    assert frozen > 10_000
