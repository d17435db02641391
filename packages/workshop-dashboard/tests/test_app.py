"""The command `workshop-notes`, run as a person runs it."""

import asyncio
import json
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


def test_check_as_json(tmp_path, capsys):
    assert app.main(["check", "--json", notes(tmp_path, "# T\n\n[x](gone.md)")]) == 1
    assert json.loads(capsys.readouterr().out) == [
        {
            "file": f"{tmp_path}/index.md",
            "line": 3,
            "level": "error",
            "message": "the link to gone.md leads nowhere",
        }
    ]


def test_warnings_may_be_errors(tmp_path, capsys):
    folder = notes(tmp_path, "# T\n\n<iframe src='https://x'></iframe>")
    assert app.main(["check", folder]) == 0
    assert app.main(["check", folder, "--strict"]) == 1
    assert app.main(["check", folder, "--strict", "--json"]) == 1


def test_links_into_the_console_and_the_slides_are_no_errors(tmp_path, capsys):
    text = "[e](%console_url%/k8s/ns/%project_namespace%/events) [s](%slides_url%#/3) %restart_url%"
    assert app.main(["check", notes(tmp_path, text)]) == 0
    assert app.main(["build", notes(tmp_path, text), str(tmp_path / "site")]) == 0
    page = (tmp_path / "site" / "index.html").read_text()
    assert 'href="https://console.example.com/k8s/ns/user1-project/events"' in page


def test_serve_is_the_terminals_own_server(tmp_path):
    options = app.make_parser().parse_args(["serve", str(tmp_path), "--variable", "a=b"])
    command = app.make_server_command(options)
    assert command[1:4] == ["-m", "jupyterhub_butterfly", "--mode=none"]
    assert "--Dashboard.live_reload=True" in command
    assert "--Dashboard.variables=a=b" in command


def test_serve_beside_a_terminal(tmp_path):
    command = [sys.executable, "-m", "workshop_dashboard", "serve", notes(tmp_path, "# Hi")]
    with subprocess.Popen(
        [*command, "--port", "0", "--variable", "x=y"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            lines = iter(process.stdout.readline, "")
            place = next(m[0] for line in lines if (m := re.search(r"127\.0\.0\.1:\d+", line)))
            with urllib.request.urlopen(f"http://{place}/dashboard/", timeout=120) as answer:
                assert "data-changes=" in answer.read().decode()
            process.terminate()
            process.stdout.read()
            process.wait(10)
        finally:
            process.kill()


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
            with urllib.request.urlopen(url, timeout=120) as answer:
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
