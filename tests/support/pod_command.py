"""The command of a pod of the node agent that runs an image's program as in the image.

    python pod_command.py FOLDER --mount=/opt/app-root/data --mount=... -- PROGRAM [WORD...]

The agent puts the folder that stands for a mount in the place of its path, behind `--mount=` too.
As both are needed here, paths are told twice: `--at=/./opt/app-root/data` is left as it is.
FOLDER/image.json has what the image holds (path in the pod -> here). The rest is pod_root.py's.
Standard library only, as the agent gives no paths of tests along.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pod_root

DATA, HOME = "/opt/app-root/data", "/opt/app-root/src"
AS_IS = "/."  # before a path, so that it is none of a mount


def make_words(
    folder: Path, image: Mapping[str, str], paths: list[str], program: list[str]
) -> list[str]:
    """The `command` of a container with mounts at these paths."""
    folder.mkdir(exist_ok=True)
    (folder / "image.json").write_text(json.dumps(dict(image)))
    pairs = [word for path in paths for word in (f"--at={AS_IS}{path}", f"--mount={path}")]
    words = [sys.executable, __file__, str(folder), *pairs, "--", *program]
    return [f"{AS_IS}{word}" if word.startswith("/") else word for word in words]


def parse_words(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """Where each mount is here, and the program. What is not mounted is left out."""
    end = words.index("--")
    told = [word.partition("=")[2] for word in words[:end]]
    places = {at.removeprefix(AS_IS): here for at, here in zip(told[::2], told[1::2], strict=True)}
    program = [word.removeprefix(AS_IS) for word in words[end + 1 :]]
    return {at: here for at, here in places.items() if at != here}, program


def give_to_group(folder: Path) -> None:
    """What fsGroup does: the pod's group may read, a mounted token too."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | (0o050 if path.is_dir() else 0o040))


def make_plan(image: dict[str, str], mounts: dict[str, str], own: Path) -> dict[str, object]:
    """The pod's file system; writable is its volume alone, by the group of the pod."""
    home = own / "home"
    home.mkdir()
    writable = {path: here for path, here in mounts.items() if path == DATA}
    for here in writable.values():
        shutil.chown(here, pod_root.USER, 0)
    for here in mounts.values():
        give_to_group(Path(here))
    read_only = {**image, HOME: str(home), **mounts}
    return {
        "read_only": {path: here for path, here in read_only.items() if path not in writable},
        "writable": writable,
        "empty": [] if writable else [DATA],
    }


def main(folder: Path, *words: str) -> None:
    """Become the program, in mounts of its own."""
    mounts, program = parse_words(list(words))
    own = folder / f"pod-{os.getpid()}"
    (own / "root").mkdir(parents=True)
    plan = own / "plan.json"
    image = json.loads((folder / "image.json").read_text())
    plan.write_text(json.dumps(make_plan(image, mounts, own)))
    os.environ.update(HOME=HOME, TMPDIR="/tmp")
    os.environ["PATH"] = f"/opt/workshop/bin:{os.environ['PATH']}"
    private = ["unshare", "--mount", "--propagation", "private"]
    build = [sys.executable, pod_root.__file__, str(own / "root"), str(plan)]
    os.execvp(private[0], [*private, *build, *program])


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
