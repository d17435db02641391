"""Build the images and say how large they are: the first half of `python3 noxfile.py -s images`.

    python tools/build_images.py FOLDER [--base IMAGE] [NAME...]

FOLDER is the engine's (tools/image_engine.py). The base is made from Debian's archive by
mmdebstrap, as no registry is needed then; --base takes one that the engine has. Exit codes: 0; 1
when a build fails; 3 when this machine cannot run containers, whatever is installed.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from pathlib import Path

from image_engine import Engine, EngineError, MissingProgramsError, problem_with_machine

ROOT = Path(__file__).resolve().parents[1]
SUITE = "trixie"
OWN_BASE = f"localhost/workshop-base:{SUITE}"
# In the order in which they build on each other; the last is for the tests alone.
DOCKERFILES = {
    "hub": "images/hub/Dockerfile",
    "terminal": "images/terminal/Dockerfile",
    "dashboard": "images/dashboard/Dockerfile",
    "notebook": "images/notebook/Dockerfile",
    "node": "tests/support/node.Dockerfile",
}
LARGEST = {"hub": 350}  # MB, uncompressed
IMPOSSIBLE = 3
# As Debian's own slim image is made.
SLIM = (
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/locale/*",
)


def tag(name: str) -> str:
    """What an image is called in the engine."""
    return f"localhost/workshop-{name}"


def find_mirror(sources: str) -> str:
    """Debian's archive, as the machine's own apt has it (the text of its sources)."""
    found = re.search(r"^(?:URIs:|deb(?: \[.*?\])?) (https?://\S*/debian)/?(?:\s|$)", sources, re.M)
    return found[1] if found else ""


def read_sources(folder: Path = Path("/etc/apt")) -> str:
    """The machine's apt sources."""
    files = [folder / "sources.list", *sorted(folder.glob("sources.list.d/*"))]
    return "\n".join(path.read_text() for path in files if path.is_file())


def make_base(engine: Engine) -> None:
    """Make a base image like Debian's slim one, from its archive; kept for later builds."""
    if engine.run("image", "ls", "--quiet", OWN_BASE):
        return  # the same image, so that the layers upon it are still good
    archive = engine.folder / f"{SUITE}.tar"
    if not archive.exists():
        part = archive.with_suffix(".part.tar")
        options = [f"--dpkgopt={line}" for line in SLIM]
        mirror = [found] if (found := find_mirror(read_sources())) else []
        command = ["mmdebstrap", "--quiet", "--variant=minbase", "--mode=root", *options]
        subprocess.run([*command, SUITE, str(part), *mirror], check=True)
        part.rename(archive)
    engine.run("import", "--change", 'CMD ["bash"]', str(archive), OWN_BASE)


def build(engine: Engine, name: str, base: str) -> None:
    """Build one image from the checkout."""
    arguments = {"BASE": base, "TERMINAL": tag("terminal"), "DASHBOARD": tag("dashboard")}
    text = (ROOT / DOCKERFILES[name]).read_text()
    words = [
        word
        for key, value in arguments.items()
        if f"ARG {key}" in text
        for word in ("--build-arg", f"{key}={value}")
    ]
    options = ["--pull=never", "--layers", "--quiet", *engine.mounts_for_builds()]
    engine.show("build", *options, *words, "-f", DOCKERFILES[name], "-t", tag(name), str(ROOT))


def measure(engine: Engine, name: str) -> tuple[float, list[tuple[float, str]]]:
    """An image's size, and that of each of its layers that has one with what made it; in MB."""
    size = json.loads(engine.run("image", "inspect", tag(name)))[0]["Size"] / 1e6
    history = json.loads(engine.run("history", "--format", "json", tag(name)))
    layers = [(step["size"] / 1e6, step.get("CreatedBy") or "") for step in history]
    return size, [(mb, shorten(by)) for mb, by in layers if mb >= 0.1]


def shorten(step: str) -> str:
    """What made a layer, in a few words."""
    words = re.sub(r"\s+", " ", step.replace("/bin/sh -c ", "").replace("#(nop) ", ""))
    return words[:90]


def report(engine: Engine, names: list[str]) -> list[str]:
    """Print the sizes; the sentences about images that are too large."""
    problems = []
    for name in names:
        size, layers = measure(engine, name)
        print(f"\n{tag(name)}: {size:.0f} MB, {len(layers)} layers", flush=True)
        for mb, by in layers:
            print(f"  {mb:7.1f} MB  {by}")
        if size > LARGEST.get(name, size):
            problems.append(f"{tag(name)} has {size:.0f} MB; {LARGEST[name]} are its limit.")
    return problems


def build_all(engine: Engine, names: list[str], base: str) -> list[str]:
    """Build and measure; what is wrong with the result."""
    engine.prepare()
    if base == OWN_BASE:
        step("base", lambda: make_base(engine))
    for name in names:
        step(name, lambda name=name: build(engine, name, base))
    # Steps of builds of other days; those of today are what makes the next one fast.
    engine.run("image", "prune", "--force", "--filter", "until=48h")
    return report(engine, [name for name in names if name != "node"])


def step(name: str, do: object) -> None:
    """Do one step, and say how long it took."""
    start = time.monotonic()
    print(f"== {name}", flush=True)
    do()  # type: ignore[operator]
    print(f"== {name}: {time.monotonic() - start:.0f} s", flush=True)


def main(words: list[str]) -> int:
    """Build what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--base", default=OWN_BASE)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(DOCKERFILES))
    given = parser.parse_args(words)
    if unknown := set(given.names) - set(DOCKERFILES):
        parser.error(f"no image is called {', '.join(unknown)}; there are {', '.join(DOCKERFILES)}")
    if problem := problem_with_machine():
        print(f"The images are not built: {problem}.", file=sys.stderr)
        return IMPOSSIBLE
    try:
        problems = build_all(
            Engine(given.folder.resolve()), given.names or [*DOCKERFILES], given.base
        )
    except (EngineError, MissingProgramsError, subprocess.CalledProcessError) as error:
        problems = [str(error)]
    print("\n".join(problems), file=sys.stderr)
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
