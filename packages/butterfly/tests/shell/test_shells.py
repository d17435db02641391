"""What shells start with, as a person finds it: prompt, message of the day, folder, variables."""

import os

import pytest

from jupyterhub_butterfly.shell import shells


def write(path, text, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


@pytest.fixture
def roots(tmp_path):
    return tmp_path / "platform", tmp_path / "workshop"


@pytest.fixture
async def open_shell(server_factory, person_factory, roots):
    async def start(**env):
        names = [str(root) for root in roots]
        server = await server_factory(f"--ButterflyApp.roots={names}", env={"PS1": "", **env})
        person = person_factory(server.url)
        await person.open_terminal("/")
        return person

    return start


async def test_the_prompt_names_the_user_and_the_folder(open_shell, tmp_path):
    (tmp_path / "lab").mkdir()
    person = await open_shell(JUPYTERHUB_USER="ada", TERMINAL_HOME=str(tmp_path / "lab"))
    async with person.terminal() as terminal:
        await terminal.until(r"\[ada:~/lab\] \$ $")
        assert await terminal.run("pwd") == str(tmp_path / "lab")
    person = await open_shell()
    async with person.terminal() as terminal:
        await terminal.until(r"(?m)^(\x1b\[\?2004h)?\[~\] \$ $")


async def test_the_workshops_message_of_the_day_wins_and_cannot_type(open_shell, roots):
    write(roots[0] / "etc/motd", "Welcome to the platform\n")
    person = await open_shell()
    async with person.terminal() as terminal:
        await terminal.until(r"^Welcome to the platform\r\n.*\$ ")
    write(roots[1] / "etc/motd", "Welcome to the lab é\n\x1bP;PROMPT|touch x\r\x1b\\Line two")
    async with person.terminal("later") as terminal:
        await terminal.until(r"^Welcome to the lab é\r\nLine two\r\n.*\$ ")


async def test_functions_and_aliases_of_the_image_are_there(open_shell, roots):
    write(roots[0] / "etc/profile.d/lab.sh", "lab() { echo lab-$1; }\nexport LAB=1\n")
    person = await open_shell()
    async with person.terminal() as terminal:
        assert await terminal.run("lab $LAB") == "lab-1"


@pytest.mark.parametrize(
    ("script", "words"), [("exit 3", "has failed (3)"), ("exit 0", "The workshop is set up.")]
)
async def test_how_the_set_up_goes_is_told(open_shell, tmp_path, script, words):
    write(tmp_path / ".workshop/setup", f"#!/bin/sh\necho working; read x < go; {script}\n", 0o755)
    os.mkfifo(tmp_path / "go")
    person = await open_shell()
    async with person.terminal() as terminal:
        await terminal.until(r"being set up. To watch: tail -f (\S+)\r\n")
        await terminal.run("echo > go")
        while (message := await terminal.ctl.receive_json(timeout=120))["cmd"] != "notice":
            pass
        assert words in message["text"]
    async with person.terminal("later") as later:
        await later.until(r"\$ $")
        said = await later.run(f"cat {tmp_path}/.workshop/setup.log")
        assert said == "working"
    async with person.terminal("latest") as latest:
        greeting = (await latest.until(r"(?s)(.*)\$ $")).group(1)
        assert ("set-up has failed" in greeting) == (script == "exit 3")


def test_an_account_without_a_name_has_a_name_and_a_home(monkeypatch):
    monkeypatch.setattr(shells.os, "getuid", lambda: 1000650000)
    assert shells.find_user({"JUPYTERHUB_USER": "ada"}) == "ada"
    assert shells.find_user({}) == "default"
    assert shells.find_home({"HOME": "/opt/app-root/src"}) == "/opt/app-root/src"
    assert shells.find_home({}).startswith("/")
