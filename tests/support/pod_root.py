"""Run a program as in a pod: a file system of its own, read-only, and a random user without rights.

    unshare --mount --propagation private python pod_root.py ROOT PLAN.json PROGRAM [WORD...]

PLAN.json has `read_only` and `writable` (path in the pod -> path here) and `empty` (paths). The
machine's programs, this Python and this repository are there besides, read-only. There is no line
for the user in /etc/passwd, no capability and no way to get one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

USER = 1234567
SYSTEM = ("usr", "bin", "sbin", "lib", "lib64", "lib32", "etc")
REPOSITORY = Path(__file__).resolve().parents[2]


def mount(*words: object) -> None:
    """Call mount(8)."""
    subprocess.run(["mount", *map(str, words)], check=True)


def bind(source: Path, target: Path, *, read_only: bool = True) -> None:
    """Show a folder or file at another place."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.mkdir(exist_ok=True) if source.is_dir() else target.touch()
    mount("--rbind", source, target)
    if read_only:
        mount("-o", "remount,bind,ro", target)


def build(root: Path, plan: dict[str, dict[str, str] | list[str]]) -> None:
    """Mount all that the pod sees below `root`."""
    mount("-t", "tmpfs", "-o", "mode=0755", "none", root)
    for name in SYSTEM:
        here, there = Path("/", name), root / name
        if here.is_symlink():
            there.symlink_to(here.readlink())
        elif here.is_dir():
            bind(here, there)
    pythons = {Path(sys.base_prefix).resolve(), Path(sys.prefix).resolve(), REPOSITORY}
    for folder in sorted(pythons):
        if not any(folder != other and folder.is_relative_to(other) for other in pythons):
            bind(folder, root / folder.relative_to("/"))
    bind(Path("/proc"), root / "proc", read_only=False)
    bind(Path("/dev"), root / "dev", read_only=False)
    for path in ("tmp", *plan["empty"]):
        (root / path.lstrip("/")).mkdir(parents=True, exist_ok=True)
        mount("-t", "tmpfs", "-o", "mode=1777", "none", root / path.lstrip("/"))
    (root / "var").mkdir(exist_ok=True)
    (root / "run").mkdir(exist_ok=True)
    (root / "var" / "run").symlink_to("../run")
    for kind in ("read_only", "writable"):
        for path, source in dict(plan[kind]).items():
            bind(Path(source), root / path.lstrip("/"), read_only=kind == "read_only")
    mount("-o", "remount,ro,mode=0755", root)


def main(root: Path, plan: Path, *command: str) -> None:
    """Build it and become the program."""
    build(root, json.loads(plan.read_text()))
    os.chroot(root)
    os.chdir("/opt/app-root/data")  # the image's WORKDIR
    user = [f"--reuid={USER}", "--regid=0", "--clear-groups"]
    rights = ["--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
    os.execvp("setpriv", ["setpriv", *user, *rights, *command])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
