"""The hub of the image as the program of a pod of the node agent, for tests.

    python image_in_pod.py opt/app-root/data /opt/app-root/data ...

The agent runs commands, not images, so that a test gives the container this one (`make_command`).
It gets the paths of the pod's mounts twice: as they are, and as the agent translates them. What the
image has at these places, and what the kubelet mounts, is then shown there by `pod_root.py`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
IMAGE = ROOT / "images" / "hub"
POD_ROOT = Path(__file__).with_name("pod_root.py")
ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
TMP = "/tmp"
FOLDERS = ("configs", "data", "src")
PROGRAM = ("-m", "jupyterhub", "-f", "/opt/workshop/etc/jupyterhub_config.py")


def make_command(container: Mapping[str, Any]) -> list[str]:
    """The command of a container of the hub's image."""
    paths = [mount["mountPath"] for mount in container["volumeMounts"]]
    pairs = [word for path in (*paths, ACCOUNT) for word in (path.lstrip("/"), path)]
    return [sys.executable, str(Path(__file__)), *pairs]


def read_pairs(words: list[str]) -> dict[str, Path]:
    """The path in the pod -> the folder that stands for it."""
    return {f"/{path}": Path(folder) for path, folder in zip(words[::2], words[1::2], strict=True)}


def make_plan(mounts: Mapping[str, Path], own: Path) -> dict[str, Any]:
    """What `pod_root.py` shows where: the image's folders, and over them the mounts."""
    for name in FOLDERS:
        (own / name).mkdir(parents=True, exist_ok=True)
    shown = {f"/opt/app-root/{name}": own / name for name in FOLDERS}
    shown |= {"/opt/workshop/etc": IMAGE}
    shown |= {path: folder for path, folder in mounts.items() if path != TMP}
    writable = {"/opt/app-root/data"} & set(mounts)
    for path, folder in mounts.items():
        let_group_in(folder, writes=path in writable)
    return {
        "read_only": {path: str(place) for path, place in shown.items() if path not in writable},
        "writable": {path: str(shown[path]) for path in writable},
        "empty": [],
    }


def let_group_in(folder: Path, *, writes: bool) -> None:
    """As a kubelet does for the pod's fsGroup."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | (0o070 if path.is_dir() else 0o040) | 0o020 * writes)


def list_environment(mounts: Mapping[str, Path]) -> Iterator[tuple[str, str]]:
    """The pod's variables, with paths as they are in the pod."""
    for name, value in os.environ.items():
        for path, folder in mounts.items():
            if value == str(folder) or value.startswith(f"{folder}/"):
                value = path + value.removeprefix(str(folder))
        yield name, value
    yield "HOME", "/opt/app-root/src"
    yield "TMPDIR", TMP


def main(*words: str) -> None:
    """Become the hub."""
    mounts = read_pairs(list(words))
    own = Path.cwd() / "image"
    plan = own / "plan.json"
    made = make_plan(mounts, own)
    plan.write_text(json.dumps(made))
    root = own / "root"
    root.mkdir(exist_ok=True)
    program = (sys.executable, str(POD_ROOT), str(root), str(plan), sys.executable, *PROGRAM)
    command = ("unshare", "--mount", "--propagation", "private", *program)
    os.execvpe(command[0], command, dict(list_environment(mounts)))


if __name__ == "__main__":
    main(*sys.argv[1:])
