"""A session is handed over to the real launcher, or it is told why not."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest

from workshop_launch import sealing
from workshop_spawner.start import hand_over
from workshop_spawner.start.hand_over import HandOverError, send

pytestmark = pytest.mark.programs
POD = "5b5fbbd2-8f3e-4dd0-9a1f-6f6c0a3e1c11"
KEY = sealing.make_key()
TOLD = {"JUPYTERHUB_USER": "ada", "JUPYTERHUB_API_TOKEN": "s3cret"}


@pytest.fixture
async def launched(tmp_path, held_port):
    """A launcher that waits; it becomes a program that says who it is for."""
    (tmp_path / "key").write_bytes(KEY)
    environ = {
        **os.environ,
        "WORKSHOP_HANDOVER": f"{tmp_path}/key",
        "WORKSHOP_HANDOVER_POD": POD,
        "WORKSHOP_HANDOVER_PORT": f"{held_port}",
        "WORKSHOP_HANDOVER_ADDRESS": "127.0.0.1",
    }
    command = (sys.executable, "-m", "workshop_launch", "--", "sh", "-c", "echo $JUPYTERHUB_USER")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, env=environ, stdout=pipe, stderr=pipe)
    assert b"waiting" in await process.stderr.readline()
    process.url = f"http://127.0.0.1:{held_port}/"
    yield process
    if process.returncode is None:
        process.terminate()
    await process.communicate()


async def test_the_command_is_told_whose_session_it_is(launched):
    await send(launched.url, TOLD, KEY, POD)
    assert await launched.stdout.read() == b"ada\n"


async def test_a_refusal_is_told_without_what_is_secret(launched):
    for key, pod, told in (
        (sealing.make_key(), POD, TOLD),
        (KEY, "another", TOLD),
        (KEY, POD, {"LD_PRELOAD": "s3cret"}),
    ):
        with pytest.raises(HandOverError, match="answered 403") as caught:
            await send(launched.url, told, key, pod)
        assert "s3cret" not in str(caught.value)
        assert caught.value.is_answer


async def test_nobody_who_answers(held_port):
    with pytest.raises(HandOverError, match="does not answer") as caught:
        await send(f"http://127.0.0.1:{held_port}", TOLD, KEY, POD)
    assert not caught.value.is_answer


async def test_a_launcher_that_is_silent_is_not_waited_for_long(monkeypatch):
    monkeypatch.setattr(hand_over, "PATIENCE", 0.2)
    heard = asyncio.Event()

    async def say_nothing(_reader, writer):
        await heard.wait()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(HandOverError):
            await send(f"http://127.0.0.1:{port}", TOLD, KEY, POD)
        heard.set()


async def test_a_secret_without_a_key_is_no_key():
    with pytest.raises(HandOverError, match="no key"):
        await send("http://127.0.0.1:1", TOLD, b"", POD)
