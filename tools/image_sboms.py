"""What is in the images, as CycloneDX: `python tools/image_sboms.py FOLDER NAME...`.

Writes FOLDER/sboms/NAME.debian.json (by debsbom, from dpkg's own records) and NAME.python.json (by
cyclonedx-py, from the records of each package), with the licences that they declare. Needs both on
the PATH and the engine of tools/image_engine.py.
"""

from __future__ import annotations

import json
import subprocess
import sys
from email.parser import HeaderParser
from pathlib import Path

from build_images import tag
from image_engine import Engine


def list_python(root: Path) -> list[dict[str, str]]:
    """Name, version and licence of each package below /opt/workshop, as it declares them."""
    found = []
    for file in sorted(root.glob("opt/workshop/**/*.dist-info/METADATA")):
        words = HeaderParser().parsestr(file.read_text(encoding="utf-8", errors="replace"))
        licence = words.get("License-Expression") or find_classifier(
            words.get_all("Classifier") or []
        )
        found.append(
            {
                "name": words["Name"],
                "version": words["Version"],
                "licence": licence or (words.get("License") or "not declared").splitlines()[0][:80],
            }
        )
    return found


def find_classifier(classifiers: list[str]) -> str:
    """The licence among a package's classifiers, empty if there is none."""
    own = [words.split(" :: ")[-1] for words in classifiers if words.startswith("License :: ")]
    return " AND ".join(sorted(own))


def add_licences(document: dict, packages: list[dict[str, str]]) -> dict:
    """The bill with each component's licence as its package declares it."""
    licences = {one["name"].lower().replace("_", "-"): one["licence"] for one in packages}
    for component in document.get("components", []):
        name = component["name"].lower().replace("_", "-")
        if name in licences:
            component["licenses"] = [{"license": {"name": licences[name]}}]
    return document


def write_bills(engine: Engine, name: str) -> None:
    """Both bills of one image."""
    folder = engine.folder / "sboms"
    folder.mkdir(exist_ok=True)
    root = Path(engine.run("image", "mount", tag(name)))
    try:
        debian = ["debsbom", "generate", "-t", "cdx", "--root", str(root)]
        subprocess.run([*debian, "-o", str(folder / f"{name}.debian")], check=True)
        packages = list_python(root)
    finally:
        engine.run("image", "unmount", tag(name))
    pins = "".join(f"{one['name']}=={one['version']}\n" for one in packages)
    python = ["cyclonedx-py", "requirements", "-"]
    said = subprocess.run(python, input=pins, text=True, capture_output=True, check=True).stdout
    bill = add_licences(json.loads(said), packages)
    (folder / f"{name}.python.json").write_text(json.dumps(bill, indent=1))
    print(f"{folder}/{name}.*.json: {len(packages)} packages of Python, and Debian's")


def main(words: list[str]) -> None:
    """Write the bills of the named images."""
    engine = Engine(Path(words[0]).resolve())
    for name in words[1:]:
        write_bills(engine, name)


if __name__ == "__main__":
    main(sys.argv[1:])
