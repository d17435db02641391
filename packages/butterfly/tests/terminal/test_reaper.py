"""Statuses of ended programs are collected, and what does not end is killed."""

import asyncio
import os
import subprocess

import pytest

from jupyterhub_butterfly.terminal import reaper


@pytest.fixture
def start():
    """Start a program as a terminal does: in a session of its own, collected by nobody else."""
    started = []

    def start_program(*command):
        started.append(subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE))
        return started[-1]

    yield start_program
    for child in started:
        child.kill()
        child.stdout.close()
        child.returncode = 0  # collected here, or by the reaper


async def ended(reap):
    async with asyncio.timeout(120):
        while reap.watched:
            await asyncio.sleep(0.01)


async def test_what_has_ended_is_collected_at_once(start):
    child = start("true")
    child.stdout.read()  # its end
    reap = reaper.Reaper()
    async with asyncio.timeout(120):
        while (status := reap.find_status(child.pid)) is None:
            await asyncio.sleep(0.01)
    assert status == 0
    reap.watch(child.pid)
    assert not reap.watched


async def test_what_needs_a_moment_is_looked_at_again(start):
    child = start("sleep", "0.05")
    reap = reaper.Reaper()
    reap.watch(child.pid)
    assert reap.watched == {child.pid}
    await ended(reap)
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)


async def test_what_does_not_end_is_killed(start):
    child = start("sh", "-c", "trap '' HUP TERM; echo ready; sleep 100")
    assert child.stdout.readline() == b"ready\n"
    reap = reaper.Reaper()
    reap.watch(child.pid, reaper.KILL_PAUSE + 0.001)
    assert reap.watched == {child.pid}
    async with asyncio.timeout(120):
        while (status := reap.find_status(child.pid)) is None:
            await asyncio.sleep(0.01)
    assert status == -9


async def test_a_child_that_is_not_ours_counts_as_ended():
    assert reaper.Reaper().find_status(1) == 0


async def test_who_is_waited_for_and_does_not_end_is_killed(start):
    child = start("sleep", "100")
    reap = reaper.Reaper()
    await reap.wait([child.pid], 0.05)
    async with asyncio.timeout(120):
        while (status := reap.find_status(child.pid)) is None:
            await asyncio.sleep(0.01)
    assert status == -9


async def test_who_ends_in_time_is_not_killed(start):
    child = start("sh", "-c", "sleep 0.05; exit 3")
    statuses = []

    class Noting(reaper.Reaper):
        def find_status(self, pid):
            statuses.append(super().find_status(pid))
            return statuses[-1]

    await Noting().wait([child.pid], 20)
    assert statuses[-1] == 3


def test_what_nobody_collects_is_collected_at_the_second_look():
    pid = os.posix_spawn("/bin/true", ["true"], {})
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # its end, without collecting it
    orphans = reaper.Orphans()
    orphans.sweep()
    assert pid in reaper.find_zombies(), "who started it may still ask"
    orphans.sweep()
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def test_what_runs_is_no_zombie(start):
    child = start("sleep", "60")
    orphans = reaper.Orphans()
    orphans.sweep()
    orphans.sweep()
    assert child.pid not in reaper.find_zombies()
    assert child.poll() is None
