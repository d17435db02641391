"""`workshop-download` and `workshop-upload` as a person types them."""

import json
import subprocess
import sys

import pytest

from jupyterhub_butterfly.shell import runtime
from jupyterhub_butterfly.transfer import commands


def run(verb, *args, env=None, cwd=None):
    return subprocess.run(
        [sys.executable, "-I", "-S", str(runtime.PROGRAM), verb, *args],
        env=env or {},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_question_has_an_absolute_path():
    question = commands.make_question("download", "a.txt", {"TERMINAL_SESSION": "s"}, "/home/ada")
    assert question.endswith(b"\n")
    assert json.loads(question) == {"ask": "download", "session": "s", "path": "/home/ada/a.txt"}
    assert b"/etc/x" in commands.make_question("download", "/etc/x", {}, "/home/ada")


@pytest.mark.parametrize(
    ("verb", "args", "code", "words"),
    [
        ("download", [], 2, "usage: workshop-download FILE"),
        ("upload", ["a", "b"], 2, "usage: workshop-upload"),
        ("download", ["--help"], 0, "usage: workshop-download FILE"),
        ("download", ["a"], 1, "in a terminal in the browser only"),
        ("upload", [], 1, "in a terminal in the browser only"),
    ],
)
def test_a_wrong_call_is_told(verb, args, code, words):
    done = run(verb, *args)
    assert done.returncode == code
    assert words in done.stdout + done.stderr


def test_a_server_that_is_gone_is_told(tmp_path):
    done = run("download", "a", env={"TERMINAL_SOCKET": str(tmp_path / "gone")})
    assert done.returncode == 1
    assert "does not answer" in done.stderr


async def test_a_file_is_offered_to_who_looks_at_the_session(person, tmp_path):
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "notes é.txt").write_text("12345")
    async with person.terminal() as terminal, person.terminal("other") as other:
        said = await terminal.run("cd lab; workshop-download 'notes é.txt'; echo code-$?")
        assert said == "~/lab/notes é.txt is offered in the browser: click Download there.\ncode-0"
        assert await offer(terminal) == {
            "cmd": "offer",
            "kind": "download",
            "path": "lab/notes é.txt",
            "place": "~/lab/notes é.txt",
            "folder": False,
            "size": 5,
        }
        await terminal.run("workshop-download .. .; workshop-upload")
        found = [await offer(terminal) for _ in range(3)]
        assert [(o["kind"], o["path"], o["folder"]) for o in found] == [
            ("download", "", True),
            ("download", "lab", True),
            ("upload", "lab", True),
        ]
        await other.run("true")
        assert not [m async for m in waiting(other) if m["cmd"] == "offer"], "of its own session"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("workshop-download /etc/passwd", "Only what is in the home folder"),
        ("workshop-download out", "Only what is in the home folder"),
        ("workshop-download nothing", "No such file"),
        ("workshop-download pipe", "neither a file nor a folder"),
        ("workshop-upload /tmp", "Only what is in the home folder"),
        ("workshop-upload a.txt", "is no folder"),
        ("TERMINAL_SESSION=never workshop-download a.txt", "Nobody looks at this terminal"),
        ("workshop-download large", "at most 10 B may pass"),
    ],
)
async def test_what_cannot_be_offered_is_told(
    server_factory, person_factory, tmp_path, command, words
):
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "large").write_text("a" * 11)
    (tmp_path / "out").symlink_to("/etc/passwd")
    server = await server_factory("--ButterflyApp.download_bytes=10")
    person = person_factory(server.url)
    await person.open_terminal("/")
    async with person.terminal() as terminal:
        said = await terminal.run(f"mkfifo pipe; {command}; echo code-$?")
        assert words in said
        assert said.endswith("code-1")


async def offer(terminal):
    while True:
        message = await terminal.ctl.receive_json(timeout=120)
        if message["cmd"] == "offer":
            return message


async def waiting(terminal):
    """What has come by the control socket up to an answer that we provoke now."""
    await terminal.ctl.send_json({"cmd": "size", "cols": 71, "rows": 21})
    while (message := await terminal.ctl.receive_json(timeout=120))["cmd"] != "size" or message[
        "cols"
    ] != 71:
        yield message
