"""The command as people run it: a program of its own, against a real hub."""

import asyncio
import csv
import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from waiting import until_so

pytestmark = [pytest.mark.hub, pytest.mark.asyncio(loop_scope="module")]
ACCESS = "access:services!service=culler"
PROGRAM = str(Path(sys.executable).with_name("workshop"))


class Prompt:
    """Runs the command as somebody with a token."""

    def __init__(self, service, token, folder):
        self.token = token
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "WORKSHOP_HUB": service.hub.url,
            "WORKSHOP_SERVICE": "culler",
            "WORKSHOP_TOKEN": token,
        }

    async def start(self, *words, **options):
        return await asyncio.create_subprocess_exec(
            PROGRAM,
            *words,
            env=self.env,
            stdin=options.get("stdin", subprocess.DEVNULL),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    async def run(self, *words, **options):
        """Exit code, what was printed, what was said of errors."""
        process = await self.start(*words, **options)
        out, err = await process.communicate()
        assert b"Traceback" not in err, err.decode()
        return process.returncode, out.decode(), err.decode()


async def start_all(service, *names):
    """Start these servers, and wait for the list, which may be two seconds old, to have them."""
    for name in names:
        await service.start_server(name)
    token = await service.token("grace", "read:servers")
    async with asyncio.timeout(120):
        while True:
            _, model = await service.ask("GET", "api/sessions", token=token)
            if {row["user"]: row["state"] for row in model["sessions"]} == dict.fromkeys(
                names, "running"
            ):
                return


@pytest.fixture
def make_prompt(culler_service, tmp_path):
    async def make(user="grace", *scopes):
        scopes = scopes or ("read:servers", "delete:servers", ACCESS)
        return Prompt(culler_service, await culler_service.token(user, *scopes), tmp_path)

    return make


async def test_an_instructor_lists_extends_announces_exports_and_stops(
    culler_service, make_prompt, tmp_path
):
    await start_all(culler_service, "ada", "bob")
    own = await culler_service.token("bob", "access:servers!server=bob/")
    await culler_service.ask("POST", "api/session/hand", {"text": "=1+1 lost"}, token=own)
    prompt = await make_prompt()

    code, out, _ = await prompt.run("sessions")
    lines = out.splitlines()
    assert code == 0
    assert lines[0].split() == ["WHO", "STATE", "LEFT", "ACTIVE", "PAGE", "TESTS", "HAND"]
    assert [line.split()[:2] for line in lines[1:]] == [["ada", "running"], ["bob", "running"]]
    assert lines[2].endswith("=1+1 lost")
    _, listed, *_ = await prompt.run("sessions", "class-a")
    assert listed.split().count("running") == 1
    _, out, _ = await prompt.run("sessions", "--hands", "-o", "json")
    assert [row["user"] for row in json.loads(out)] == ["bob"]

    code, out, err = await prompt.run("extend", "ada", "nobody")
    assert (code, out.startswith("ada: extended until 20")) == (1, True)
    assert err == "nobody: not extended: There is no such session.\n"

    assert (await prompt.run("hint", "Look at the events", "ada", "nobody"))[:2] == (
        1,
        "ada: told\n",
    )
    _, clock = await culler_service.ask("GET", "api/session?user=ada", token=prompt.token)
    assert (clock["hint"]["text"], clock["hint"]["author"]) == ("Look at the events", "grace")

    code, out, _ = await prompt.run("announce", "Lunch at noon", "--for", "10m")
    assert (code, out.startswith("Lunch at noon (until")) == (0, True)
    assert "by grace" in (await prompt.run("announce"))[1]
    assert (await prompt.run("announce", "--clear", "-o", "json"))[1] == "null\n"

    file = tmp_path / "who.csv"
    assert (await prompt.run("export", "--file", str(file)))[0] == 0
    with file.open(newline="") as text:
        found = list(csv.DictReader(text))
    assert [(row["user"], row["hand_text"]) for row in found] == [
        ("ada", ""),
        ("bob", "'=1+1 lost"),
    ]
    assert len(json.loads((await prompt.run("export", "--format", "json"))[1])) == 2
    assert (await prompt.run("export", "--file", "/no/where.csv"))[0] == 1

    assert (await prompt.run("stop", "ada"))[0] == 2, "nobody can be asked"
    assert await culler_service.running() == ["ada", "bob"]
    assert (await prompt.run("stop", "ada", "--yes"))[1] in ("ada: stopped\n", "ada: stopping\n")
    code, out, _ = await prompt.run("stop", "--all", "--yes", "-o", "json")
    assert (code, "bob" in out) == (0, True)


async def test_who_may_not_is_told_so_by_sentence_and_code(culler_service, make_prompt):
    await start_all(culler_service, "ada")
    helper = await make_prompt(
        "hal", "read:servers!group=class-a", "access:services!service=culler"
    )
    _, listed, *_ = await helper.run("sessions")
    assert listed.split().count("running") == 1
    for words in (("stop", "ada", "--yes"), ("extend", "ada"), ("announce", "x")):
        code, _, err = await helper.run(*words)
        assert code == 3, words
        assert "may" in err
    code, _, err = await (await make_prompt("ada", "access:servers!server=ada/")).run("sessions")
    assert (code, "read:servers" in err or "does not know" in err) == (3, True)
    helper.env["WORKSHOP_TOKEN"] = "wrong"
    code, _, err = await helper.run("sessions")
    assert (code, "does not know this token" in err) == (3, True)
    helper.env["WORKSHOP_SERVICE"] = "nothing"
    assert (await helper.run("sessions"))[0] == 5
    helper.env["WORKSHOP_HUB"] = ""
    assert (await helper.run("sessions"))[0] == 2


async def test_a_class_is_prepared_and_taken_back(culler_service, tmp_path):
    prompt = Prompt(culler_service, culler_service.codes["instructor"], tmp_path)
    assert (await prompt.run("prestart"))[:2] == (0, "No class is being prepared.\n")
    _, _, err = await prompt.run("prestart", "--at", "9:00")
    assert "Name users" in err
    await culler_service.hub.api("POST", "users/ada")
    code, out, _ = await prompt.run("prestart", "ada")
    assert (code, " of 1 ready, for " in out) == (0, True)
    async with asyncio.timeout(120):
        while not json.loads((await prompt.run("prestart", "-o", "json"))[1])["ready"]:
            pass
    assert (await prompt.run("prestart", "--cancel"))[1] == "No class is being prepared.\n"
    assert await culler_service.running() == ["ada"]
    helper = Prompt(culler_service, culler_service.codes["assistant"], tmp_path)
    code, _, err = await helper.run("prestart", "ada")
    assert (code, "custom:workshop:instruct" in err) == (3, True)


async def test_the_list_of_users_is_kept_in_dated_files(culler_service, tmp_path):
    prompt = Prompt(culler_service, culler_service.codes["instructor"], tmp_path)
    for number in range(5):
        (tmp_path / f"users-2026010{number + 1}T000000Z.csv").write_text("old")
    (tmp_path / "notes.csv").write_text("mine")
    words = ("export", "--users", "--folder", str(tmp_path), "--keep", "3")
    assert await prompt.run(*words) == (0, "", "")
    found = sorted(each.name for each in tmp_path.glob("users-*"))
    assert found[:2] == ["users-20260104T000000Z.csv", "users-20260105T000000Z.csv"]
    assert len(found) == 3
    with (tmp_path / found[-1]).open(newline="") as text:
        users = {row["name"]: row for row in csv.DictReader(text)}
    assert users["root"]["admin"] == "yes"
    assert users["ada"]["groups"] == "class-a"
    assert (tmp_path / "notes.csv").read_text() == "mine"
    assert (tmp_path / found[-1]).stat().st_mode & 0o777 == 0o600

    process = await prompt.start(*words, "--every", "1s")
    await until_so(lambda: not min(tmp_path.glob("users-*")).name.startswith("users-2026010"))
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    assert (process.returncode, b"Traceback" in err) == (1, False)
    helper = Prompt(culler_service, culler_service.codes["assistant"], tmp_path)
    assert (await helper.run("export", "--users"))[0] == 3
    assert (await helper.run("export", "--every", "1h"))[0] == 2


async def test_stop_asks_a_person(culler_service, make_prompt):
    await start_all(culler_service, "ada")
    prompt = await make_prompt()
    ours, theirs = pty.openpty()
    try:
        os.write(ours, b"n\n")
        code, _, err = await prompt.run("stop", "ada", stdin=theirs)
    finally:
        os.close(ours)
        os.close(theirs)
    assert (code, "Stop 1 sessions (ada)?" in err) == (1, True)
    assert await culler_service.running() == ["ada"]


async def test_watch_tells_what_happens_until_it_is_interrupted(culler_service, make_prompt):
    await start_all(culler_service, "ada")
    own = await culler_service.token("ada", "access:servers!server=ada/")
    process = await (await make_prompt()).start("watch")
    async with asyncio.timeout(120):
        assert (await process.stdout.readline()).endswith(b"  ada is here (running)\n")
        await culler_service.ask("POST", "api/session/hand", {"text": "Help"}, token=own)
        assert (await process.stdout.readline()).endswith(b"  ada raised a hand: Help\n")
        process.send_signal(signal.SIGINT)
        _, err = await process.communicate()
    assert (process.returncode, b"Traceback" in err) == (1, False)


async def test_bash_completes_words_and_sessions(culler_service, make_prompt):
    await start_all(culler_service, "ada")
    prompt = await make_prompt()
    script = """
        eval "$(_WORKSHOP_COMPLETE=bash_source workshop)"
        COMP_WORDS=(workshop $1) COMP_CWORD=$2
        _workshop_completion workshop
        echo "${COMPREPLY[@]}"
    """
    env = prompt.env | {"PATH": f"{Path(PROGRAM).parent}:{prompt.env['PATH']}"}

    async def complete(words, place):
        process = await asyncio.create_subprocess_exec(
            "bash", "-c", script, "bash", words, str(place), env=env, stdout=subprocess.PIPE
        )
        return (await process.communicate())[0].decode().split()

    assert sorted(await complete("ex", 1)) == ["export", "extend"]
    async with asyncio.timeout(120):  # on a busy machine the service may take too long for it
        while await complete("stop a", 2) != ["ada"]:
            pass
    assert await complete("--hub http://127.0.0.1:9 stop a", 4) == [], "and says nothing"


async def test_lists_come_in_pages(culler_service):
    await start_all(culler_service, "ada", "bob", "cy")
    token = await culler_service.token("grace", "read:servers")

    async def page(query):
        return await culler_service.ask("GET", f"api/sessions?{query}", token=token)

    status, first = await page("limit=2")
    assert status == 200
    assert [row["user"] for row in first["sessions"]] == ["ada", "bob"]
    _, second = await page(f"limit=2&after={first['next']}")
    assert [row["user"] for row in second["sessions"]] == ["cy"]
    assert second["next"] is None
    assert (await page("limit=-1"))[0] == 400


async def test_help_starts_without_what_only_the_service_needs():
    code = "import sys, workshop_culler.command.main; print(*sys.modules)"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=subprocess.PIPE
    )
    loaded = (await process.communicate())[0].decode().split()
    assert not {"urllib3", "tornado", "jupyterhub", "aiohttp", "traitlets"} & set(loaded)
