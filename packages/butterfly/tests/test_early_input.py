"""What is typed before the shell is there: it waits, bounded, and is not lost."""

import asyncio

import pytest

from jupyterhub_butterfly import ptys, sessions

POLICY = sessions.Policy(argv=("/bin/cat",), env={}, cwd="/")


async def output_of(session, words):
    async with asyncio.timeout(10):
        while words not in session.history.replay():
            await asyncio.sleep(0.01)


async def test_it_reaches_the_shell_once_that_is_open():
    session = sessions.Session("1", POLICY)
    session.write("page", b"early ")
    session.write("page", b"bird\n")
    session.open()
    try:
        await output_of(session, b"early bird\r\nearly bird")
    finally:
        session.close(1001, "the test ends")


async def test_it_is_bounded():
    session = sessions.Session("1", POLICY)
    session.write("page", b"x" * sessions.EARLY_INPUT)
    with pytest.raises(ptys.InputFull):
        session.write("page", b"x")
