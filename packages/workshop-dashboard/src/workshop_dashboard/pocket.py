"""A cluster of this machine for `workshop-notes test`: pocket-openshift's programs, as a context.

It is asked for by name and run as programs: nothing of it is imported.
"""

from __future__ import annotations

import contextlib
import importlib.util
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

PROGRAM = (sys.executable, "-m", "pocket_openshift")
START_SECONDS = 60.0
ENDING_SECONDS = 10.0
ACCOUNT = "session"


class ClusterError(OSError):
    """There is no cluster; the message is a sentence that says what to do."""


def is_installed() -> bool:
    """Tell whether pocket-openshift is in this environment."""
    return importlib.util.find_spec("pocket_openshift") is not None


@contextlib.contextmanager
def serve_cluster(folder: Path, namespace: str, manifests: Sequence[Path] = ()) -> Iterator[Path]:
    """Run a cluster with one project, and give the kubeconfig of an attendee who may edit it.

    `manifests` are applied by its admin first. All files are below `folder`.
    Raises `ClusterError`.
    """
    if not is_installed():
        raise ClusterError("There is no pocket cluster: pip install pocket-openshift.")
    admin = folder / "admin.yaml"
    with (folder / "cluster.log").open("wb") as log, contextlib.ExitStack() as stack:
        ports = ("--port", "0", "--oauth-port", "0")
        server = _start(["serve", *ports, "--kubeconfig", str(admin)], log)
        stack.callback(_end, server)
        _wait_until_ready(server, folder / "cluster.log")
        node = _start(["node", "--kubeconfig", str(admin), "--data", str(folder / "pods")], log)
        stack.callback(_end, node)
        own = folder / "project.yaml"
        own.write_text(_dump_all(make_project(namespace)))
        for manifest in (own, *manifests):
            _apply(manifest, admin)
        attendee = folder / "kubeconfig"
        attendee.write_text(_dump_all([make_kubeconfig(_load(admin), namespace)]))
        yield attendee


def make_project(namespace: str) -> list[dict[str, Any]]:
    """Return the objects that an attendee has from the start."""
    subject = {"kind": "ServiceAccount", "name": ACCOUNT, "namespace": namespace}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "admin"}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": ACCOUNT, "namespace": namespace},
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {"name": ACCOUNT, "namespace": namespace},
            "roleRef": role,
            "subjects": [subject],
        },
    ]


def make_kubeconfig(admin: dict[str, Any], namespace: str) -> dict[str, Any]:
    """Return the admin's kubeconfig as one that acts for the attendee, in the project."""
    user = {**admin["users"][0]["user"], "as": f"system:serviceaccount:{namespace}:{ACCOUNT}"}
    cluster = admin["clusters"][0]["name"]
    context = {"cluster": cluster, "user": ACCOUNT, "namespace": namespace}
    return {
        **admin,
        "users": [{"name": ACCOUNT, "user": user}],
        "contexts": [{"name": "workshop", "context": context}],
        "current-context": "workshop",
    }


def _start(words: list[str], log: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own words
        [*PROGRAM, *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log
    )


def _wait_until_ready(server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for the line that the server prints once it answers."""
    ready = threading.Event()
    for _ in range(int(START_SECONDS * 20)):
        if any(
            line.startswith("ready ") for line in log.read_text("utf-8", "replace").splitlines()
        ):
            return
        if server.poll() is not None:
            break
        ready.wait(0.05)
    raise ClusterError(f"The pocket cluster did not start: {log.read_text()[-500:]}")


def _apply(manifest: Path, admin: Path) -> None:
    words = [*PROGRAM, "apply", "--kubeconfig", str(admin), "-f", str(manifest)]
    done = subprocess.run(  # noqa: S603 - our own words
        words, capture_output=True, text=True, timeout=START_SECONDS, check=False
    )
    if done.returncode:
        raise ClusterError(f"{manifest} cannot be applied: {done.stderr.strip()[-500:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _dump_all(documents: list[dict[str, Any]]) -> str:
    import yaml

    return str(yaml.safe_dump_all(documents))


def _load(path: Path) -> dict[str, Any]:
    import yaml

    return cast("dict[str, Any]", yaml.safe_load(path.read_text()))
