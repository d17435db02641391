"""Commands that start, commands that do not, and following what they write."""

import asyncio
import os

import pytest

from pocket_openshift.node import processes


async def test_the_environment_is_only_what_was_said(starter, tmp_path):
    launch = processes.Launch(["/usr/bin/env"], {"ONLY": "this"}, "/", tmp_path / "log")
    process = await starter.start(launch)
    assert (await process.wait()).code == 0
    assert [line.split(b" ", 3)[3] for line in (tmp_path / "log").read_bytes().splitlines()] == [
        b"ONLY=this"
    ]


@pytest.mark.parametrize(
    ("argv", "cwd", "text"),
    [
        (["no-such-command"], "/", "no-such-command: No such file or directory"),
        (["/etc/passwd"], "/", "Permission denied"),
        (["true"], "/no/such/folder", "No such file or directory"),
    ],
    ids=["no such command", "not executable", "no such folder"],
)
async def test_what_cannot_start_says_the_systems_reason(starter, tmp_path, argv, cwd, text):
    launch = processes.Launch(argv, {"PATH": "/usr/bin:/bin"}, cwd, tmp_path / "log")
    with pytest.raises(processes.StartError, match=text):
        await starter.start(launch)


async def test_following_tells_of_new_output(starter, launch, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    process = await starter.start(launch("read word < $OUT/fifo; echo $word; exec sleep 1000"))
    news = asyncio.Event()
    stop = process.follow(news.set)
    await asyncio.to_thread((tmp_path / "fifo").write_text, "hello\n")
    async with asyncio.timeout(120):
        await news.wait()
    assert b"hello" in (tmp_path / "log").read_bytes()
    stop()
    process.kill()
    assert (await process.wait()).code == -9


async def test_given_descriptors_are_the_commands_own(starter, launch):
    reading, writing = os.pipe()
    null = os.open(os.devnull, os.O_RDONLY)
    process = await starter.start(launch("echo through a pipe", log=None), [null, writing, writing])
    os.close(writing)
    os.close(null)
    assert (await process.wait()).code == 0
    assert os.read(reading, 100) == b"through a pipe\n"
    os.close(reading)


async def test_closing_ends_what_runs(launch):
    starter = processes.Processes()
    starter.open()
    process = await starter.start(launch("trap '' TERM; sleep 1000"))
    await starter.close()
    assert (await process.wait()).code == -9


async def test_many_start_side_by_side(starter, launch):
    started = await asyncio.gather(*(starter.start(launch(f"exit {n}")) for n in range(20)))
    ends = await asyncio.gather(*(process.wait() for process in started))
    assert [end.code for end in ends] == list(range(20))
