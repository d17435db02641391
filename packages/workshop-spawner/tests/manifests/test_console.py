"""The console's container: its manifest, and the script that gives it its token, really run."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from copy import deepcopy
from pathlib import Path

import pytest

from workshop_spawner.manifests import console, pods
from workshop_spawner.model.session import Hub, Session

HUB = Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub")
SESSION = Session(HUB, "s" * 16, "alice")
OWNER = {"kind": "ServiceAccount", "name": "intro-alice", "uid": "u-1"}
RESTRICTED = {"runAsNonRoot": True, "allowPrivilegeEscalation": False}
POD = {
    "metadata": {"name": "p"},
    "spec": {"containers": [{"name": "notebook", "securityContext": RESTRICTED}]},
}


def make(**changes):
    before = deepcopy(POD)
    made = console.add(POD, console.Console("c:1", "128Mi", **changes), "/user/alice/")
    assert before == POD, "what was given stays as it is"
    return made["spec"]["containers"][1]


def test_the_console_listens_on_loopback_below_the_sessions_gate():
    container = make(branding="okd")
    env = {one["name"]: one["value"] for one in container["env"]}
    assert env["BRIDGE_LISTEN"] == "http://127.0.0.1:10083"
    assert env["BRIDGE_BASE_PATH"] == "/user/alice/proxy/absolute/10083/"
    assert env["BRIDGE_USER_AUTH"] == "disabled", "the session's own server asks who it is"
    assert env["BRIDGE_BRANDING"] == "okd"
    assert "ports" not in container
    assert container["securityContext"] == RESTRICTED
    assert container["resources"]["limits"] == container["resources"]["requests"]
    assert container["resources"]["limits"] == {"memory": "128Mi"}


@pytest.mark.parametrize("token", [pods.ACCOUNT_TOKEN, pods.USER_TOKEN])
def test_it_shares_the_sessions_token_by_file(token):
    bare = console.add(POD, console.Console("c:1"), "/user/alice/")
    pod = pods.finalize_manifest(bare, SESSION, OWNER, token)
    first, second = pod["spec"]["containers"]
    assert first["volumeMounts"] == second["volumeMounts"]
    assert second["volumeMounts"][0]["mountPath"] == str(Path(console.TOKEN_FILE).parent)
    assert "BEARER" not in f"{second['env']}"
    assert "resources" not in second


WRITE = 'echo "$BRIDGE_K8S_AUTH_BEARER_TOKEN" >> "$0"; exec sleep 60'


@pytest.fixture
def run(tmp_path):
    """Run the script with a console that tells its token: `process, told, token file`."""
    token, told = tmp_path / "token", tmp_path / "told"
    os.mkfifo(told)
    running = []

    def start(command=("/bin/sh", "-c", WRITE, str(told)), write="first"):
        if write:
            token.write_text(write)
        words = ["/bin/sh", "-c", console.SCRIPT, "console", str(token), "0.05", *command]
        running.append(subprocess.Popen(words, start_new_session=True))
        return running[-1], lines, token

    with os.fdopen(os.open(told, os.O_RDWR)) as lines:  # of both ends, so that it never ends
        yield start
    for process in running:
        with contextlib.suppress(ProcessLookupError):  # none of its group is left
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_renewed_token_starts_the_console_anew(run):
    process, told, token = run()
    assert told.readline() == "first\n"
    token.write_text("second")
    assert told.readline() == "second\n"
    assert process.poll() is None


def test_a_token_that_comes_late_is_waited_for(run):
    process, told, token = run(write="")
    assert process.poll() is None
    token.write_text("late")
    assert told.readline() == "late\n"


def test_a_console_that_ends_ends_its_container(run):
    process, _, _ = run(command=("/bin/sh", "-c", "exit 7"))
    assert process.wait(20) == 7


def test_the_console_goes_with_its_container(run):
    process, told, _ = run()
    assert told.readline()
    process.terminate()
    assert process.wait(20) == 143
