"""The entrypoint of the images puts the launcher before all else where a pod waits."""

import subprocess
from pathlib import Path

import pytest

ENTRYPOINT = Path(__file__).resolve().parents[1] / "images" / "terminal" / "entrypoint"


@pytest.fixture
def run(tmp_path):
    """Run the entrypoint with programs that say how they were called."""
    for name in ("workshop-launch", "jupyterhub-butterfly"):
        program = tmp_path / name
        program.write_text('#!/bin/sh\nprintf "%s|" "${0##*/}" "$@"\n')
        program.chmod(0o755)

    def run(**environ):
        environ = {"PATH": f"{tmp_path}:/usr/bin:/bin", **environ}
        command = ["sh", str(ENTRYPOINT), "jupyterhub-butterfly", "--x=a b"]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
        return done.stdout.replace(f"{tmp_path}/", "")

    return run


def test_a_pod_that_waits_is_the_launchers(run):
    rehearsal = "--rehearse|jupyterhub-butterfly --version|"
    expected = f"workshop-launch|{rehearsal}--|{ENTRYPOINT}|jupyterhub-butterfly|--x=a b|"
    assert run(WORKSHOP_HANDOVER="/run/workshop-launch/key") == expected


def test_any_other_pod_runs_its_command_at_once(run):
    assert run() == "jupyterhub-butterfly|--x=a b|"
    assert run(WORKSHOP_HANDOVER="") == "jupyterhub-butterfly|--x=a b|"
