"""A program in a terminal of its own: real processes, real terminals."""

import asyncio
import hashlib
import os
import signal
import threading

import pytest

from jupyterhub_butterfly.rules import turns
from jupyterhub_butterfly.rules.sizes import Size
from jupyterhub_butterfly.terminal import ptys, reaper

ENV = {"PATH": os.environ["PATH"], "TERM": "dumb", "PS1": "$ "}


class Program:
    """Runs something, and collects its output."""

    def __init__(self, *argv, cwd="/", env=None):
        self.output = bytearray()
        self.largest = 0
        self.news = asyncio.Event()
        self.ended = asyncio.Event()
        self.pty = ptys.Pty(self.take, self.ended.set)
        self.pty.start(list(argv), {**ENV, **(env or {})}, cwd, Size(80, 24))

    def take(self, data):
        self.output += data
        self.largest = max(self.largest, len(data))
        self.news.set()

    async def until(self, text, seconds=120):
        async with asyncio.timeout(seconds):
            while text not in self.output:
                self.news.clear()
                await self.news.wait()

    async def end(self):
        async with asyncio.timeout(120):
            await self.ended.wait()
            while (status := reaper.Reaper().find_status(self.pty.pid)) is None:
                await asyncio.sleep(0.001)
        return status


async def test_it_has_a_controlling_terminal_of_its_own():
    one = Program(
        "/bin/sh", "-c", "tty; ps -o tty=,sid= -p $$; test -t 0 -a -t 1 -a -t 2; stty size"
    )
    assert await one.end() == 0
    assert b"/dev/pts/" in one.output
    assert b"24 80" in one.output


async def test_it_starts_where_it_is_told_and_with_that_environment_only(tmp_path):
    one = Program("/bin/sh", "-c", "pwd; env", cwd=str(tmp_path), env={"MINE": "1"})
    assert await one.end() == 0
    assert str(tmp_path).encode() in one.output
    assert b"MINE=1" in one.output
    assert b"HOME=" not in one.output


async def test_a_folder_that_is_gone_is_no_reason_not_to_start():
    one = Program("/bin/sh", "-c", "echo started", cwd="/no/such/folder")
    assert await one.end() == 0
    assert b"started" in one.output


async def test_a_program_that_is_not_there_fails_in_the_terminal():
    one = Program("/no/such/program")
    assert await one.end() in {126, 127}


async def test_no_python_runs_in_the_child_where_threads_run():
    hold = threading.Event()
    thread = threading.Thread(target=hold.wait)
    thread.start()
    try:
        assert await Program("/bin/true").end() == 0  # forkpty would warn here from 3.12 on
    finally:
        hold.set()
        thread.join()


async def test_file_descriptors_are_not_inherited():
    held = os.open("/etc/hostname", os.O_RDONLY)
    one = Program("/bin/sh", "-c", "ls -l /proc/self/fd")
    await one.end()
    os.close(held)
    assert b"/dev/pts/" in one.output
    assert b"hostname" not in one.output
    assert b"ptmx" not in one.output


async def test_a_paste_of_ten_megabytes_into_a_busy_program_arrives_whole():
    data = os.urandom(5 * 1024 * 1024).hex().encode()
    script = f"stty raw -echo; echo ready; sleep 0.2; head -c {len(data)} | md5sum"
    one = Program("/bin/sh", "-c", script)
    await one.until(b"ready")
    one.pty.write(data[:6_000_000])
    one.pty.write(data[6_000_000:])
    assert one.pty.queued > 0
    async with asyncio.timeout(120):
        assert await one.end() == 0
    assert hashlib.md5(data).hexdigest().encode() in one.output


async def test_too_much_waiting_input_is_refused_whole():
    one = Program("/bin/sh", "-c", "stty raw -echo; echo ready; sleep 60")
    await one.until(b"ready")
    one.pty.write(b"x" * (ptys.LARGEST_QUEUE - 100_000))
    with pytest.raises(ptys.InputFullError):
        one.pty.write(b"y" * 200_000)
    assert one.pty.queued <= ptys.LARGEST_QUEUE
    one.pty.hang_up()
    await one.end()


async def test_the_interrupt_key_overtakes_waiting_input():
    script = "trap 'echo interrupted; exit 7' INT; echo ready; while :; do sleep 0.05; done"
    one = Program("/bin/sh", "-c", script)
    await one.until(b"ready")
    one.pty.write(b"x" * 4_000_000)
    assert one.pty.queued
    one.pty.write(b"\x03")
    assert one.pty.queued == 0
    assert await one.end() == 7


async def test_paused_output_waits_and_loses_nothing():
    one = Program("/bin/sh", "-c", "seq 1 20000; echo end")
    one.pty.pause()
    await asyncio.sleep(0)
    assert not one.output
    one.pty.resume()
    assert await one.end() == 0
    assert one.output.split() == [*(b"%d" % n for n in range(1, 20001)), b"end"]


async def test_a_resize_reaches_the_program():
    script = "trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.02; done"
    one = Program("/bin/sh", "-c", script)
    await one.until(b"ready")
    one.pty.resize(Size(132, 50))
    await one.until(b"50 132")
    await one.end()


async def test_hanging_up_ends_the_shell_and_what_runs_in_it():
    one = Program("/bin/bash", "--norc", "-i")
    await one.until(b"$ ")
    one.pty.write(b"echo $$ started; sleep 1000\r")
    await one.until(b"started\r\n")
    one.pty.hang_up()
    await one.end()
    with pytest.raises(ProcessLookupError):
        os.kill(one.pty.pid, 0)


async def test_the_interrupt_key_works_in_a_server_that_ignores_it():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as below a script's `server &`
    try:
        one = Program("/bin/cat")
    finally:
        signal.signal(signal.SIGINT, before)
    one.pty.write(b"ready\n")
    await one.until(b"ready\r\nready")  # the terminal's echo, and cat's
    one.pty.write(b"\x03")
    assert await one.end() == -signal.SIGINT


@pytest.mark.parametrize("elsewhere", [True, False])
async def test_a_flood_comes_in_small_pieces_while_somebody_types_elsewhere(monkeypatch, elsewhere):
    monkeypatch.setattr(ptys.Pty, "turns", turns.Turns(lambda: 0.0))
    other = Program("/bin/cat")
    flood = Program("/bin/sh", "-c", "stty -onlcr; head -c 3000000 /dev/zero")
    (other if elsewhere else flood).pty.write(b"x")
    assert await flood.end() == 0
    assert flood.output.count(b"\0") == 3_000_000
    assert 0 < flood.largest <= (turns.SMALL if elsewhere else turns.LARGE)
    other.pty.hang_up()
    await other.end()
