"""The socket at which commands ask: for our account only, bounded, and with sense."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from jupyterhub_butterfly.terminal import sessions
from jupyterhub_butterfly.transfer import files, offers


class Page:
    """A browser that looks at a session."""

    page = "p"

    def __init__(self):
        self.told = []

    def send_output(self, data):
        return None

    def send_control(self, message):
        self.told.append(message)

    def end(self, code, reason):
        pass


@pytest.fixture
async def service(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "a.txt").write_text("hello")
    found = sessions.Sessions(sessions.Policy())
    page = Page()
    found.get_or_create("1").attach(page)
    service = offers.OfferService(tmp_path / "socket", files.Files(str(home), 10**6, 10**6), found)
    service.page = page
    job = asyncio.create_task(service.serve())
    async with asyncio.timeout(120):
        while not service.path.exists():
            await asyncio.sleep(0)
    yield service
    job.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await job


async def ask(service, line):
    reader, writer = await asyncio.open_unix_connection(service.path)
    writer.write(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n")
    if line == b"":
        writer.write_eof()
    answer = json.loads(await reader.read())
    writer.close()
    return answer


def question(service, **changes):
    return {"ask": "download", "session": "1", "path": f"{service.home.root}/a.txt", **changes}


async def test_a_file_is_offered(service):
    assert (await ask(service, question(service)))["ok"] is True
    assert service.page.told[-1]["path"] == "a.txt"
    assert service.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"not json\n",
        b"[]\n",
        b"{}\n",
        b'{"ask": "run", "session": "1", "path": "/"}\n',
        b'{"ask": "download", "session": 1, "path": "/"}\n',
        b'{"ask": "download", "session": "1", "path": "a\\u0000b"}\n',
        b"x" * 100_000,
    ],
)
async def test_what_makes_no_sense_is_refused_and_the_desk_stays(service, line):
    with contextlib.suppress(ConnectionError):
        assert (await ask(service, line))["ok"] is False
    assert service.page.told == []
    assert (await ask(service, question(service)))["ok"] is True


async def test_a_command_that_says_nothing_is_let_go(service, monkeypatch):
    monkeypatch.setattr(offers, "SECONDS", 0.1)
    reader, writer = await asyncio.open_unix_connection(service.path)
    assert json.loads(await asyncio.wait_for(reader.read(), 120))["ok"] is False
    writer.close()


async def test_a_loop_does_not_fill_the_page(service):
    answers = [await ask(service, question(service)) for _ in range(offers.MOST + 1)]
    assert [a["ok"] for a in answers] == [True] * offers.MOST + [False]
    assert "Too many offers" in answers[-1]["sentence"]


async def test_a_name_that_is_no_text_is_told(service):
    name = os.fsdecode(b"\xff.txt")
    Path(service.home.root, name).touch()
    answer = await ask(service, question(service, path=f"{service.home.root}/{name}"))
    assert answer["ok"] is False
    assert "UTF-8" in answer["sentence"]


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to become another user")
async def test_another_account_is_refused_even_where_it_reaches_the_socket(service, monkeypatch):
    monkeypatch.setattr(offers.os, "getuid", lambda: 12345)
    script = (
        "import os, socket, sys\n"
        "one = socket.socket(socket.AF_UNIX); os.setuid(4711); one.connect(sys.argv[1])\n"
        "print(one.recv(9999).decode())"  # the server need not hear what it will not do
    )
    service.path.chmod(0o666)
    service.path.parent.chmod(0o777)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, service.path.name),
        cwd=service.path.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    out, _ = await process.communicate(json.dumps(question(service)).encode() + b"\n")
    assert json.loads(out) == {"ok": False, "sentence": "This is the terminal of another account."}
    assert service.page.told == []


def test_the_kernel_says_who_is_there():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert offers.find_uid(ours) == os.getuid()
