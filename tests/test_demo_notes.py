"""The notes of the demo hold what they say: every command in them, as an attendee's shell runs it.

With kubectl, and with pocket-openshift for those who have none; on a cluster of this machine, as a
session's account with the rights and the budget that the demo gives.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from workshop_dashboard.loader import Loader
from workshop_dashboard.rules import actions, render, variables

pytestmark = pytest.mark.programs

NOTES = Path(__file__).resolve().parents[1] / "demo" / "notes"
PROJECT = "workshop-ada"
# What a page says about the outcome: words of a command -> words of its output.
REFUSED = {
    "get namespaces": "forbidden",
    "get pods -n default": "forbidden",
    "apply -f giant.yaml": "64Gi",
    "delete resourcequota": "forbidden",
}
SEEN = {
    "get resourcequota": "compute-resources",
    "apply -f hello.yaml": "pod/hello created",
    "get pod hello -o yaml": "kind: Pod",
    "delete pod hello": "hello",
}
METADATA = {"namespace": PROJECT}


@pytest.fixture(params=["kubectl", "pocket-openshift"])
def client(request):
    if shutil.which(request.param) is None and request.param == "kubectl":
        pytest.skip("needs kubectl (apt-get install kubernetes-client)")
    return request.param


@pytest.fixture
def shell(cluster, tmp_path):
    """Run a command as the session's shell would; returns (exit code, what it says)."""
    cluster.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": PROJECT}},
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "session", "namespace": "default"},
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "session", **METADATA},
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": "admin",
            },
            "subjects": [{"kind": "ServiceAccount", "name": "session", "namespace": "default"}],
        },
        {
            "apiVersion": "v1",
            "kind": "LimitRange",
            "metadata": {"name": "resource-limits", **METADATA},
            "spec": {"limits": [{"type": "Container", "max": {"cpu": "1", "memory": "1Gi"}}]},
        },
        {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": "compute-resources", **METADATA},
            "spec": {"hard": {"limits.cpu": "1", "limits.memory": "1Gi"}},
        },
    )
    token = cluster.token("default", "session")
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "KUBECONFIG": str(cluster.kubeconfig_for(token, PROJECT)),
    }

    def run(command):
        done = subprocess.run(
            ["bash", "-c", command],
            env=environment,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        return done.returncode, done.stdout

    return run


def commands(client):
    """All commands of the notes in reading order, without those that wait to be interrupted."""
    values = {"project_namespace": PROJECT}
    notes = Loader(NOTES, builtin=values, fixed={"kubectl": client}).load()
    for name in notes.order:
        text = variables.fill(notes.pages[name].body, notes.values)
        for token in render.parse(text):
            action = token.type == "fence" and actions.find_action(token.info, token.content)
            if action and action.kind == "execute" and "while true" not in action.text:
                yield action.text


def words_for(command, table):
    return next((said for words, said in table.items() if words in command), None)


def test_every_command_does_what_its_page_says(client, shell):
    tried = set()
    for command in commands(client):
        code, said = shell(command)
        refused, seen = words_for(command, REFUSED), words_for(command, SEEN)
        if refused:
            assert code != 0, command
            assert refused in said.lower() or refused in said, f"{command}\n{said}"
        else:
            assert code == 0, f"{command}\n{said}"
            assert seen is None or seen in said, f"{command}\n{said}"
        tried |= {words for words in (*REFUSED, *SEEN) if words in command}
    assert tried == {*REFUSED, *SEEN}
