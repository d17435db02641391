"""Pin what the images install from PyPI: `images/requirements/NAME.in` to NAME.txt, with hashes.

    python tools/pin_images.py [NAME...]        run by `python3 noxfile.py -s pins`

The dependencies of our own packages are read from their pyproject.toml, so that the pins follow
them. Needs `uv` on the PATH. tests/test_image_build_pins.py holds that the pins are complete.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "images" / "requirements"
# Image -> our packages in it, with the extras that it wants.
PACKAGES: dict[str, dict[str, str]] = {
    "build": {},
    "node": {},
    "hub": {
        "workshop-kube": "",
        "workshop-launch": "",
        "openshift-authenticator": "",
        "workshop-spawner": "",
        "workshop-culler": "kubernetes",
    },
    "terminal": {"workshop-kube": "", "workshop-launch": "", "butterfly": "openshift"},
    "dashboard": {"workshop-dashboard": "asciidoc"},
    "notebook": {"workshop-launch": ""},
}
# An image -> the one that it is built upon, whose pins it keeps and does not repeat.
UPON = {"dashboard": "terminal"}
OLDEST_PYTHON = "3.11"  # of the bases that the documentation names


def read_project(folder: str) -> dict[str, object]:
    """The `project` table of one of our packages."""
    return tomllib.loads((ROOT / "packages" / folder / "pyproject.toml").read_text())["project"]


def find_dependencies(image: str) -> list[str]:
    """What our packages in an image need from PyPI, as they declare it."""
    found: list[str] = []
    for folder, extra in PACKAGES[image].items():
        project = read_project(folder)
        found += project["dependencies"]
        found += project.get("optional-dependencies", {}).get(extra, [])
    ours = {str(read_project(path.name)["name"]) for path in (ROOT / "packages").iterdir()}
    return sorted({words for words in found if words.split("[")[0] not in ours})


def read_pins(image: str) -> dict[str, str]:
    """The pinned versions of an image by name, without those of the image that it is built upon."""
    lines = (FOLDER / f"{image}.txt").read_text().splitlines()
    pins = (line.split("\\")[0].split(";")[0].strip() for line in lines if "==" in line[:80])
    return dict(pin.split("==") for pin in pins if not pin.startswith("#"))


def pin(image: str) -> None:
    """Write the pins of one image."""
    lines = [*(FOLDER / f"{image}.in").read_text().splitlines(), *find_dependencies(image)]
    options = ["--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes", "--no-header"]
    if lower := UPON.get(image):
        options += ["--constraint", str(FOLDER / f"{lower}.txt")]
        options += [word for name in read_pins(lower) for word in ("--no-emit-package", name)]
    target = FOLDER / f"{image}.txt"
    command = ["uv", "pip", "compile", "--quiet", "--no-config", "--upgrade", "--no-annotate"]
    subprocess.run(
        [*command, *options, "-o", target, "-"], input="\n".join(lines), text=True, check=True
    )
    body = target.read_text()
    target.write_text(
        f"# Made by `python3 noxfile.py -s pins` from {image}.in; do not edit.\n{body}"
    )


def main(names: list[str]) -> None:
    """Pin the named images, or all, in the order in which they build on each other."""
    for image in names or PACKAGES:
        pin(image)
        print(f"images/requirements/{image}.txt: {len(read_pins(image))} pins")


if __name__ == "__main__":
    main(sys.argv[1:])
