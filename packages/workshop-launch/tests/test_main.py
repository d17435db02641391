"""The real program: it waits, is attacked, is handed over once, and becomes its command."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from workshop_launch import main, sealing
from workshop_launch.rules import handover, requests

pytestmark = pytest.mark.programs
POD = "5b5fbbd2-8f3e-4dd0-9a1f-6f6c0a3e1c11"
# What the command sees, and that it can listen where the launcher did.
COMMAND = """
import json, os, socket, sys
open_files = sorted(os.listdir("/proc/self/fd"), key=int)
server = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
print(json.dumps({"env": dict(os.environ), "pid": os.getpid(), "files": open_files}), flush=True)
client, _ = server.accept()
client.recv(100000)
client.sendall(b"HTTP/1.1 404 Not Found\\r\\nContent-Length: 0\\r\\n\\r\\n")
"""


class Launched:
    """A launcher that waits, in a pod of its own."""

    def __init__(self, folder, port, *command, options=(), **environ):
        self.port, self.told = port, None
        self.key = sealing.make_key()
        (folder / "key").write_bytes(self.key)
        settings = {
            "WORKSHOP_HANDOVER": str(folder / "key"),
            "WORKSHOP_HANDOVER_POD": POD,
            "WORKSHOP_HANDOVER_PORT": str(port),
            "WORKSHOP_HANDOVER_ADDRESS": "127.0.0.1",
            "PORT": str(port),
        }
        command = command or (sys.executable, "-c", COMMAND)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workshop_launch", *options, "--", *command],
            env={**os.environ, **settings, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait(self):
        """Until it listens."""
        line = self.process.stderr.readline()
        assert "waiting on port" in line, line + self.process.stderr.read()
        return self

    def seal(self, environment=None, key=None, pod=POD, age=0.0):
        told = {"JUPYTERHUB_API_TOKEN": "s3cret"} if environment is None else environment
        text = handover.render_handover(told, time.time() - age)
        return sealing.seal(text, key or self.key, pod)

    def send(self, message):
        """The status that the message gets."""
        head = f"POST {requests.PATH} HTTP/1.1\r\nContent-Length: {len(message)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as client:
            client.sendall(head.encode() + message)
            return int(client.recv(4096).split()[1])

    def end(self):
        """All that it wrote, once it has ended."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(timeout=60)
        if self.told is None:
            # Not `communicate`, which passes over what `readline` has read ahead.
            with self.process.stdout as out, self.process.stderr as err:
                self.told = out.read(), err.read()
        return self.told


@pytest.fixture
def launch(tmp_path, held_port):
    made = []

    def launch(*command, **environ):
        made.append(Launched(tmp_path, held_port, *command, **environ))
        return made[-1]

    yield launch
    for launched in made:
        launched.end()


def test_a_pod_is_handed_over_whole_and_once(launch):
    launched = launch().wait()
    pid = launched.process.pid
    replayed = launched.seal()
    assert launched.send(replayed) == 204
    seen = json.loads(launched.process.stdout.readline())
    assert seen["pid"] == pid, "it became the command, nothing stays before it"
    assert seen["env"]["JUPYTERHUB_API_TOKEN"] == "s3cret"
    assert not [name for name in seen["env"] if name.startswith("WORKSHOP_HANDOVER")]
    assert len(seen["files"]) <= 4, "0, 1, 2 and the listing itself: none was left open"
    assert launched.send(replayed) == 404, "the command answers now, and knows of no hand-over"
    _, told = launched.end()
    assert "handed over with 1 variables" in told
    assert "s3cret" not in told
    assert launched.key.hex() not in told


def test_attacks_are_refused_one_by_one_and_told_without_secrets(launch):
    launched = launch().wait()
    seal = launched.seal
    attacks = {
        "foreign key": seal(key=sealing.make_key()),
        "another pod's": seal(pod="another"),
        "late": seal(age=600),
        "of a clock ahead": seal(age=-600),
        "unknown name": seal({"LD_PRELOAD": "s3cret"}),
        "the launcher's own": seal({"WORKSHOP_HANDOVER_POD": "s3cret"}),
        "no name": seal({"JUPYTERHUB_USER": "x", "A B": "s3cret"}),
        "no value": seal({"JUPYTERHUB_USER": "s3cret\0"}),
        "nothing": b"",
        "noise": os.urandom(1000),
        "cut off": seal()[:-1],
    }
    statuses = {name: launched.send(message) for name, message in attacks.items()}
    assert set(statuses.values()) == {403}, statuses
    assert launched.send(os.urandom(handover.LARGEST_MESSAGE + 1)) == 413
    assert launched.send(launched.seal()) == 204, "and it still waits for the right one"
    _, told = launched.end()
    assert "s3cret" not in told
    assert told.count("refused a request") == len(attacks) + 1


def test_a_log_is_not_filled_by_who_asks_again_and_again(capsys):
    log = main.make_log()
    for _ in range(3 * main.MOST_LINES):
        log("refused")
    assert len(capsys.readouterr().err.splitlines()) == main.MOST_LINES + 1


def test_it_ends_at_a_signal_and_when_nobody_comes(launch):
    launched = launch().wait()
    launched.process.send_signal(signal.SIGTERM)
    assert launched.process.wait(20) == 128 + signal.SIGTERM
    launched.end()


def test_it_does_not_wait_for_ever(launch):
    launched = launch(WORKSHOP_HANDOVER_SECONDS="1").wait()
    assert launched.process.wait(30) == main.NOBODY_CAME


WRONG = [
    ({"WORKSHOP_HANDOVER": "/nowhere"}, "/nowhere"),
    ({"WORKSHOP_HANDOVER": "/dev/null"}, "no key of 32 bytes"),
    ({"WORKSHOP_HANDOVER_POD": ""}, "WORKSHOP_HANDOVER_POD"),
    ({"WORKSHOP_HANDOVER_PORT": "x"}, "WORKSHOP_HANDOVER_PORT"),
]


@pytest.mark.parametrize(("environ", "named"), WRONG)
def test_what_cannot_work_is_told_in_a_sentence(launch, environ, named):
    launched = launch(**environ)
    assert launched.process.wait(20) == main.WRONG_SETTINGS
    _, told = launched.end()
    assert named in told
    assert "Traceback" not in told


def test_a_command_that_is_not_there_is_found_before_anybody_is_handed_over(launch):
    launched = launch("no-such-command")
    assert launched.process.wait(20) == main.NO_COMMAND
    assert "no-such-command" in launched.end()[1]


def run(*words):
    environ = {name: text for name, text in os.environ.items() if "HANDOVER" not in name}
    command = [sys.executable, "-m", "workshop_launch", *words]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60)


CHILDREN = """
import os
with open(f"/proc/self/task/{os.getpid()}/children") as file:
    print(f"[{file.read()}]", flush=True)
"""


@pytest.mark.parametrize("words", ["sh {}/rehearsal", "no-such-command"])
def test_a_rehearsal_runs_while_it_waits_and_leaves_nothing(launch, tmp_path, words):
    """Also one that hangs, or cannot be run."""
    told_here = tmp_path / "told"
    os.mkfifo(told_here)
    (tmp_path / "rehearsal").write_text(f"env >{told_here}; exec sleep 1000")
    options = ("--rehearse", words.format(tmp_path))
    launched = launch(sys.executable, "-c", CHILDREN, options=options).wait()
    if words.startswith("sh"):
        assert "WORKSHOP_HANDOVER" not in told_here.read_text()
    assert launched.send(launched.seal()) == 204
    assert launched.process.stdout.readline() == "[]\n", (
        "the command has no child that it knows not"
    )
    told = launched.end()[1]
    assert ("cannot be rehearsed" in told) is words.startswith("no-such")


def test_without_a_hand_over_to_wait_for_it_is_the_command_at_once():
    assert run("--", "echo", "hello").stdout == "hello\n"
    assert run("echo", "--help").stdout.startswith(("--help", "Usage"))
    assert run("--", "no-such-command").returncode == main.NO_COMMAND


def test_wrong_use_is_answered_with_the_right_one():
    for words in ((), ("--",), ("-x",), ("--rehearse",), ("--rehearse", "a", "--")):
        done = run(*words)
        assert done.returncode == main.WRONG_USE
        assert main.USAGE in done.stderr
    assert main.USAGE in run("--help").stdout
