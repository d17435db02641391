"""Variables and the set-up that an image or a workshop brings."""

import asyncio
import os

import psutil
import pytest

from jupyterhub_butterfly.shell import startup


async def until_ended(pid):
    """Wait until a program that is not our child has ended; its new parent reaps it."""
    try:
        ended = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    told = asyncio.Event()
    asyncio.get_running_loop().add_reader(ended, told.set)
    try:
        await asyncio.wait_for(told.wait(), 120)
    finally:
        asyncio.get_running_loop().remove_reader(ended)
        os.close(ended)


def write(path, text, mode=0o755):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_fragments_come_in_order_and_later_ones_win(tmp_path):
    image, workshop = tmp_path / "image", tmp_path / "workshop"
    write(image / "etc/profile.d/b.sh", "export B=b; A=lost")
    write(image / "etc/profile.d/a.sh", "export A=a")
    write(workshop / "envvars/workshop.sh", "export A=\"$A and 'more'\"; echo noise")
    fragments = startup.find_fragments([image, workshop])
    assert [f.name for f in fragments] == ["a.sh", "b.sh", "workshop.sh"]
    found = startup.collect_variables(fragments, {"PATH": "/bin:/usr/bin", "KEPT": "1"})
    assert found["B"] == "b"
    assert found["A"] == "lost and 'more'"
    assert found["KEPT"] == "1"
    assert "noise" not in found


def test_without_fragments_nothing_changes(tmp_path):
    assert startup.find_fragments([tmp_path / "none"]) == []
    assert startup.collect_variables([], {"A": "1"}) == {"A": "1"}


@pytest.mark.parametrize("text", ["exit 3", "syntax error (", "sleep 60"])
def test_a_broken_fragment_is_said_and_changes_nothing(tmp_path, text, caplog, monkeypatch):
    monkeypatch.setattr(startup, "COLLECT_SECONDS", 0.3)
    fragment = write(tmp_path / "etc/profile.d/a.sh", f"export A=a\n{text}\n")
    env = {"PATH": "/bin:/usr/bin"}
    assert startup.collect_variables([fragment], env) == env
    assert "a.sh" in caplog.text


def test_values_with_line_ends_survive():
    assert startup.parse_variables(b"A=1\n2\0B==\0C\0") == {"A": "1\n2", "B": "="}


async def test_a_set_up_runs_once_with_its_output_in_a_log(tmp_path):
    script = write(tmp_path / "setup", "#!/bin/sh\necho $HELLO; pwd; exit 3\n")
    log = tmp_path / "setup.log"
    env = {"PATH": "/bin:/usr/bin", "HELLO": "hello"}
    assert await startup.run_setup(script, env, str(tmp_path), log) == 3
    assert log.read_text().split() == ["hello", str(tmp_path)]


async def test_without_a_set_up_there_is_no_log(tmp_path):
    log = tmp_path / "log"
    assert await startup.run_setup(tmp_path / "setup", {}, "/", log) is None
    write(tmp_path / "setup", "not executable", 0o644)
    assert await startup.run_setup(tmp_path / "setup", {}, "/", log) is None
    assert not log.exists()


def test_what_is_no_program_is_said(tmp_path, caplog):
    roots = [tmp_path / "image", tmp_path / "workshop", tmp_path / "none"]
    program = write(roots[0] / startup.INIT, "#!/bin/sh\n")
    write(roots[1] / startup.INIT, "#!/bin/sh\n", 0o644)
    assert startup.find_init(roots) == [program]
    assert f"{roots[1] / startup.INIT} is not run" in caplog.text


async def test_a_server_runs_what_the_image_wants_first(server_factory, person_factory, tmp_path):
    root = tmp_path / "app-root"
    write(root / "envvars/gateway.sh", "export LAB=seven")
    script = '#!/bin/sh\nsleep 1000 & echo "$!" >daemon; echo "begun for $LAB"; exit 3\n'
    write(root / startup.INIT, script)
    write(tmp_path / ".workshop/setup", "#!/bin/sh\ntouch ready\n")
    server = await server_factory(f"--ButterflyApp.roots=['{root}']")
    person = person_factory(server.url)
    await person.open_terminal("/")
    async with person.terminal() as terminal:
        await terminal.type("while ! ls ready; do :; done; cat .workshop/rc.local.log\r")
        await terminal.until("begun for seven")
        assert await terminal.run("kill $(cat daemon) && echo it went on") == "it went on"


async def test_a_server_does_both(server_factory, person_factory, tmp_path):
    root = tmp_path / "app-root"
    write(root / "etc/envvars/lab.sh", "export LAB=seven PATH=$PATH:/lab/bin JPY_API_TOKEN=x")
    write(tmp_path / ".workshop/setup", '#!/bin/sh\necho "set up for $LAB"; touch ready\n')
    server = await server_factory(f"--ButterflyApp.roots=['{root}']")
    person = person_factory(server.url)
    await person.open_terminal("/")
    async with person.terminal() as terminal:
        assert await terminal.run("echo $LAB-$JPY_API_TOKEN-") == "seven--"
        assert "/lab/bin" in await terminal.run("bash -c 'echo $PATH'")
        await terminal.type("while ! ls ready; do :; done; cat .workshop/setup.log\r")
        await terminal.until("set up for seven")


@pytest.mark.parametrize(
    ("motd", "state", "greeting"),
    [
        ("", "", b""),
        ("Hi\n", "", b"Hi\r\n"),
        ("", "running", b"The workshop is being set up. To watch: tail -f /log\r\n"),
        ("Hi", "failed", b"Hi\r\nThe workshop's set-up has failed. What it said: cat /log\r\n"),
    ],
)
def test_what_a_new_terminal_shows(motd, state, greeting):
    assert startup.make_greeting(motd, state, "/log") == greeting


def test_the_last_root_with_a_message_wins(tmp_path):
    roots = [tmp_path / "a", tmp_path / "b"]
    assert startup.find_motd(roots) == ""
    write(roots[0] / "etc/motd", "platform")
    assert startup.find_motd(roots) == "platform"
    write(roots[1] / "etc/motd", "workshop")
    assert startup.find_motd(roots) == "workshop"


async def test_a_set_up_that_takes_too_long_is_ended_with_all_it_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(startup, "SETUP_SECONDS", 0.3)
    script = write(tmp_path / "setup", "#!/bin/sh\nsleep 1000 & echo $! $$; wait\n")
    log = tmp_path / "log"
    env = {"PATH": "/bin:/usr/bin"}
    assert await startup.run_setup(script, env, str(tmp_path), log) == -1
    text = log.read_text()
    assert "took longer" in text
    child, itself = map(int, text.split()[:2])
    assert not psutil.pid_exists(itself)
    await until_ended(child)


async def test_a_set_up_that_cannot_start_is_a_failure(tmp_path):
    script = write(tmp_path / "setup", "#!/no/such/interpreter\n")
    told = []
    greeter = startup.Greeter([], tmp_path)
    await greeter.set_up(script, {}, tmp_path / "log", told.append)
    assert greeter.state == "failed"
    assert "failed" in told[0]
    assert b"failed" in greeter.greet()
