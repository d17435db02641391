"""The command of a pod of the node agent that runs the hub's image as in the image.

    python pod_command.py --at=/./opt/app-root/data --mount=/opt/app-root/data ... -- PROGRAM

The agent runs commands, not images, so that a test gives the container this one (`make_words`). It
puts the folder that stands for a mount in the place of its path, behind `--mount=` too. As both are
needed here, paths are told twice: what `--at=` names is left as it is, and what is no mount of the
pod is the same in both. The rest is pod_root.py's. Standard library only.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pod_root

IMAGE = Path(__file__).resolve().parents[2] / "images" / "hub"
CONFIG = "/opt/workshop/etc/jupyterhub_config.py"
DATA, HOME, TMP = "/opt/app-root/data", "/opt/app-root/src", "/tmp"
# All at which templates/ mount something for a hub; a deployment has some of them.
PATHS = (
    DATA,
    "/opt/app-root/configs",
    "/opt/app-root/oauth",
    "/opt/app-root/resources",
    "/var/run/secrets/kubernetes.io/serviceaccount",
)
# Other names of commands, as the Dockerfile has them.
LINKS = {"cull-idle-servers": "workshop-culler"}
AS_IS = "/."  # before a path, so that it is none of a mount


def make_words() -> list[str]:
    """The `command` of a container of the hub's image, whatever of `PATHS` is mounted there."""
    pairs = [word for path in PATHS for word in (f"--at={AS_IS}{path}", f"--mount={path}")]
    program = [sys.executable, "-m", "jupyterhub", "-f", CONFIG]
    words = [sys.executable, __file__, *pairs, "--", *program]
    return [f"{AS_IS}{word}" if word.startswith("/") else word for word in words]


def parse_words(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """Where each mount is here, and the program. What is not mounted is left out."""
    end = words.index("--")
    told = [word.partition("=")[2] for word in words[:end]]
    places = {at.removeprefix(AS_IS): here for at, here in zip(told[::2], told[1::2], strict=True)}
    program = [word.removeprefix(AS_IS) for word in words[end + 1 :]]
    return {at: here for at, here in places.items() if at != here}, program


def let_group_in(folder: Path, *, writes: bool) -> None:
    """What fsGroup does: the pod's group may read, a mounted token too."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | (0o050 if path.is_dir() else 0o040) | 0o020 * writes)


def make_links(folder: Path) -> Path:
    """The image's folder of commands."""
    folder.mkdir(exist_ok=True)
    for name, target in LINKS.items():
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(Path(sys.executable).with_name(target))
    return folder


def make_plan(mounts: Mapping[str, str], own: Path) -> dict[str, object]:
    """The pod's file system; writable is its volume alone, by the group of the pod."""
    home = own / "home"
    home.mkdir(exist_ok=True)
    for path, here in mounts.items():
        let_group_in(Path(here), writes=path == DATA)
    image = {"/opt/workshop/etc": str(IMAGE), "/opt/workshop/bin": str(make_links(own / "bin"))}
    read_only = {**image, HOME: str(home), **mounts}
    writable = {DATA: read_only.pop(DATA)} if DATA in mounts else {}
    empty = [] if writable else [DATA]
    return {"read_only": read_only, "writable": writable, "empty": empty}


def list_environment(mounts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The pod's variables, with paths as they are in the pod."""
    for name, value in os.environ.items():
        for path, folder in mounts.items():
            if value == folder or value.startswith(f"{folder}/"):
                value = path + value.removeprefix(folder)
        yield name, value
    yield "HOME", HOME
    yield "TMPDIR", TMP
    yield "PATH", f"/opt/workshop/bin:{os.environ['PATH']}"


def main(*words: str) -> None:
    """Become the program, in mounts of its own."""
    mounts, program = parse_words(list(words))
    own = Path.cwd() / "image"
    (own / "root").mkdir(parents=True, exist_ok=True)
    plan = own / "plan.json"
    plan.write_text(json.dumps(make_plan(mounts, own)))
    private = ("unshare", "--mount", "--propagation", "private")
    build = (sys.executable, pod_root.__file__, str(own / "root"), str(plan))
    os.execvpe(private[0], [*private, *build, *program], dict(list_environment(mounts)))


if __name__ == "__main__":
    main(*sys.argv[1:])
