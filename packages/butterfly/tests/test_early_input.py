"""What is typed before the shell is there: it waits, bounded, and is not lost."""

import asyncio

import pytest

from jupyterhub_butterfly.terminal import ptys, reaper, sessions

POLICY = sessions.Policy(argv=("/bin/cat",), env={}, cwd="/")


class Viewer:
    """A browser that waits for words."""

    page = "page"

    def __init__(self, words):
        self.seen = b""
        self.words = words
        self.found = asyncio.Event()

    def send_output(self, data):
        self.seen += data
        if self.words in self.seen:
            self.found.set()
        sent = asyncio.get_running_loop().create_future()
        sent.set_result(None)
        return sent

    def send_control(self, message):
        pass

    def end(self, code, reason):
        pass


async def test_it_reaches_the_shell_once_that_is_open():
    session = sessions.TerminalSession("1", POLICY, reaper.Reaper())
    viewer = Viewer(b"early bird\r\nearly bird")
    session.attach(viewer)
    session.write("page", b"early ")
    session.write("page", b"bird\n")
    session.open()
    try:
        await asyncio.wait_for(viewer.found.wait(), 120)
    finally:
        session.close(1001, "the test ends")


async def test_it_is_bounded():
    session = sessions.TerminalSession("1", POLICY, reaper.Reaper())
    session.write("page", b"x" * sessions.EARLY_INPUT)
    with pytest.raises(ptys.InputFullError):
        session.write("page", b"x")
