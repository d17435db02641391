"""What becomes of processes when somebody is killed. Linux only: it has reapers of orphans."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pocket_openshift.node import processes, shim

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: reapers of orphans")

# Writes the ids of three processes: itself, a child, and a grandchild in a session of its own.
FAMILY = """
sleep 1000 & child=$!
setsid sh -c 'echo $$ > $OUT/grandchild; exec sleep 1000' &
until [ -s $OUT/grandchild ]; do sleep 0.01; done
echo $$ $child $(cat $OUT/grandchild) > $OUT/family
"""

AGENT = """
import asyncio, json, sys
from pathlib import Path
from pocket_openshift.node import processes
async def main():
    starter = processes.Processes()
    starter.open()
    env = {"PATH": "/usr/bin:/bin", "OUT": sys.argv[1]}
    log = Path(sys.argv[1]) / "log"
    launch = processes.Launch(["sh", "-c", sys.argv[2]], env, "/", log)
    await starter.start(launch)
    await asyncio.sleep(1000)
asyncio.run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
async def test_nothing_outlives_an_agent_that_is_killed(number, tmp_path, tools):
    command = [sys.executable, "-c", AGENT, str(tmp_path), FAMILY + "wait"]
    agent = await asyncio.create_subprocess_exec(*command)
    family = [int(word) for word in (await tools.until_file(tmp_path / "family")).split()]
    assert all(tools.is_alive(pid) for pid in family)
    agent.send_signal(number)
    await agent.wait()
    await tools.until_dead(*family)


def parent_of(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


async def test_what_a_command_leaves_behind_ends_with_it(starter, launch, tmp_path, tools):
    process = await starter.start(launch(FAMILY + "exit 3"))
    assert await process.wait() == processes.Exit(3)
    family = [int(word) for word in (await tools.until_file(tmp_path / "family")).split()]
    assert not any(tools.is_alive(pid) for pid in family)  # told only when nothing is left


async def test_a_killed_shim_takes_its_processes_along(starter, launch, tmp_path, tools):
    process = await starter.start(launch(FAMILY + "wait"))
    family = [int(word) for word in (await tools.until_file(tmp_path / "family")).split()]
    os.kill(parent_of(family[0]), signal.SIGKILL)
    assert (await process.wait()).lost
    await tools.until_dead(*family)


async def test_a_killed_nursery_is_replaced_and_its_shims_live_on(starter, launch, tmp_path):
    first = await starter.start(launch("echo ready > $OUT/a; exec sleep 1000"))
    starter._nursery.kill()
    starter._nursery.wait()
    second = await starter.start(launch("exit 4"))
    assert await second.wait() == processes.Exit(4)
    assert not first.ended
    first.signal(signal.SIGTERM)
    assert await first.wait() == processes.Exit(-15)


async def test_memory_beyond_the_limit_ends_the_container(starter, launch):
    hog = f"{sys.executable} -c 'import time; x = bytearray(80_000_000); time.sleep(60)'"
    process = await starter.start(launch(hog, memory=40_000_000))
    end = await process.wait()
    assert end.out_of_memory
    assert end.code == -9


async def test_the_log_has_times_streams_and_a_bounded_size(starter, launch, tmp_path):
    script = "echo out; echo err >&2; printf tail"
    process = await starter.start(launch(script))
    await process.wait()
    lines = (tmp_path / "log").read_bytes().splitlines()
    assert sorted(line.split(b" ", 1)[1] for line in lines) == [
        b"stderr F err",
        b"stdout F out",
        b"stdout F tail",
    ]
    loud = "i=0; while [ $i -lt 6000 ]; do echo a line of some length; i=$((i+1)); done"
    process = await starter.start(launch(loud, log_bytes=100_000))
    await process.wait()
    sizes = [path.stat().st_size for path in tmp_path.glob("log*")]
    assert len(sizes) == 2
    assert max(sizes) <= 100_000


async def test_a_signal_reaches_the_command_and_its_children(starter, launch, tmp_path, tools):
    script = "trap 'exit 7' TERM; sleep 1000 & echo $! > $OUT/child; wait"
    process = await starter.start(launch(script))
    child = int(await tools.until_file(tmp_path / "child"))
    process.signal(signal.SIGTERM)
    assert await process.wait() == processes.Exit(7)
    assert not tools.is_alive(child)


def test_descendants_are_found_in_proc():
    with subprocess.Popen(["sh", "-c", "sleep 30 & echo; wait"], stdout=subprocess.PIPE) as parent:
        parent.stdout.readline()
        assert len(shim.descendants_of(parent.pid)) == 1
        for pid in [*shim.descendants_of(parent.pid), parent.pid]:
            shim.send_signal(pid, signal.SIGKILL)


def test_a_long_line_is_cut_in_parts(tmp_path):
    log = shim.LogFile(str(tmp_path / "log"), 10_000_000)
    log.write(b"stdout", b"x" * shim.PART)
    log.write(b"stdout", b"y\n")
    log.close()
    parts = [line.split(b" ", 3)[2:] for line in (tmp_path / "log").read_bytes().splitlines()]
    assert parts == [[b"P", b"x" * shim.PART], [b"F", b"y"]]


def test_the_launch_is_what_the_shim_reads(tmp_path):
    launch = processes.Launch(["a"], {"K": "v"}, "/", tmp_path / "log")
    assert set(json.loads(launch.as_line())) >= {
        *("argv", "env", "cwd", "log", "log_bytes", "memory", "terminal")
    }
