"""The command `workshop-notes`, run as a person runs it."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from workshop_dashboard import app

DEMO = Path(__file__).resolve().parents[3] / "demo" / "notes"


def notes(folder, text):
    (folder / "index.md").write_text(text)
    return str(folder)


def test_check_finds_nothing_in_good_notes(tmp_path, capsys):
    assert app.main(["check", notes(tmp_path, "# Good")]) == 0
    assert capsys.readouterr().out == "1 page, 0 errors, 0 warnings\n"


def test_check_names_file_and_line(tmp_path, capsys):
    assert app.main(["check", notes(tmp_path, "# T\n\n[x](gone.md) %nobody%")]) == 1
    out = capsys.readouterr().out
    assert f"{tmp_path}/index.md:3: error: the link to gone.md leads nowhere" in out
    assert "1 page, 2 errors, 0 warnings" in out


def test_check_names_files_as_a_person_would_open_them(tmp_path, capsys, monkeypatch):
    content = tmp_path / "mine" / "content"
    content.mkdir(parents=True)
    notes(content, "# T\n\n[x](gone.md)")
    (tmp_path / "mine" / "workshop.yaml").write_text("modules: {activate: [index, lost]}")
    monkeypatch.chdir(tmp_path)
    assert app.main(["check", "mine"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("mine/content/index.md:3: error: ")
    assert lines[1].startswith("mine/workshop.yaml:1: error: ")


def test_a_variable_may_be_given(tmp_path):
    assert app.main(["check", notes(tmp_path, "%who%"), "--variable", "who=ada"]) == 0


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["check", "{}/gone"], "There is no folder"),
        (["build", "{}", "{}"], "holds other files"),
        (["check", "{}", "--workshop-file", "gone.yaml"], "There is no gone.yaml"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(tmp_path, capsys, argv, words):
    notes(tmp_path, "# T")
    assert app.main([word.format(tmp_path) for word in argv]) == 1
    assert words in capsys.readouterr().err


def test_the_notes_of_the_demo_are_good(capsys):
    assert app.main(["check", str(DEMO)]) == 0
    assert "0 errors, 0 warnings" in capsys.readouterr().out


def test_preview_serves_on_loopback_until_interrupted(tmp_path):
    command = [sys.executable, "-m", "workshop_dashboard", "preview", notes(tmp_path, "# Hi")]
    with subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().strip()
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", url)
            with urllib.request.urlopen(url, timeout=10) as answer:
                assert "<h1" in answer.read().decode()
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 0
        finally:
            process.kill()


async def test_a_port_that_is_taken(tmp_path, capsys):
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    async with server:
        port = str(server.sockets[0].getsockname()[1])
        argv = ["preview", notes(tmp_path, "# Hi"), "--port", port]
        assert await asyncio.to_thread(app.main, argv) == 1
    assert "choose another with --port" in capsys.readouterr().err


def test_the_environment_does_not_leak_secrets(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(os.environ, "API_TOKEN", "hush")
    (tmp_path / "workshop.yaml").write_text("vars: [{name: API_TOKEN}]")
    assert app.main(["build", notes(tmp_path, "%API_TOKEN%"), str(tmp_path / "site")]) == 0
    assert "hush" not in (tmp_path / "site/index.html").read_text()
