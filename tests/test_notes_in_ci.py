"""What authors copy for their CI does what it says: GitHub's action, and the snippets of the docs.

Each step runs in a shell as a runner runs it, without the line that installs.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from workshop_dashboard import scaffold

pytestmark = pytest.mark.programs

ROOT = Path(__file__).resolve().parents[1]
ACTION = ROOT / ".github" / "actions" / "test-notes" / "action.yml"
PAGE = ROOT / "docs" / "how-to" / "test-notes.md"
SNIPPETS = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
BROKEN = "# Broken\n\n```execute\ncat boat-that-sank.yaml\n```\n"


def read_action():
    """The action's inputs with their usual values, and its steps as (environment, script)."""
    action = yaml.safe_load(ACTION.read_text())
    inputs = {name: given["default"] for name, given in action["inputs"].items()}
    steps = action["runs"]["steps"]
    return inputs, [(step.get("env", {}), step["run"]) for step in steps]


def fill(env, inputs):
    """A step's environment: `${{ inputs.NAME }}` is what the workflow gives."""
    filled = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: inputs[found[1]], value)
        for name, value in env.items()
    }
    assert "${{" not in "".join(filled.values())
    return filled


def run(script, folder, **env):
    """Run a step as GitHub runs `shell: bash`."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path, **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def workshop(tmp_path):
    scaffold.make_workshop(tmp_path / "workshop", "Boats")
    # Its endless loop would be watched for seconds.
    page = tmp_path / "workshop" / "workshop" / "content" / "first-steps.md"
    page.write_text(page.read_text().replace("sleep 1", "sleep 60"))
    return tmp_path / "workshop"


def test_the_action_passes_a_workshop_and_fails_a_broken_one(workshop):
    inputs, [(_, install), *steps] = read_action()
    assert "pip install 'jupyterhub-workshop-dashboard[asciidoc]' pocket-openshift" in install
    inputs |= {"folder": workshop.name, "arguments": "--timeout 30 --cluster none"}
    given = {"GITHUB_ACTIONS": "true"}
    for env, script in steps:
        done = run(script, workshop.parent, **given, **fill(env, inputs))
        assert done.returncode == 0, done.stdout + done.stderr
    assert "<testsuite " in (workshop.parent / inputs["junit"]).read_text()

    (workshop / "workshop" / "content" / "index.md").write_text(BROKEN)
    env, script = steps[-1]
    done = run(script, workshop.parent, **given, **fill(env, inputs))
    assert done.returncode == 1
    assert "::error file=workshop/workshop/content/index.md,line=3::" in done.stdout


@pytest.mark.parametrize("which", ["jobs", "notes"])
def test_the_snippets_of_the_docs_do_what_the_action_does(workshop, which):
    (snippet,) = [each for each in map(yaml.safe_load, SNIPPETS) if which in each]
    job = snippet[which]["notes"] if which == "jobs" else snippet[which]
    steps = [step["run"] for step in job["steps"] if "run" in step] if which == "jobs" else None
    install, *scripts = steps or job["script"]
    assert install == read_action()[1][0][1].replace("python3 -m ", "")
    assert len(scripts) == 2
    for script in scripts:
        done = run(script, workshop)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "<testsuite " in (workshop / "results.xml").read_text()
    assert (workshop / "said" / "index.txt").read_text()
    if which == "notes":
        assert job["artifacts"]["reports"]["junit"] == "results.xml"
        assert job["artifacts"]["paths"] == ["said"]
