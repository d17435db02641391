"""templates/kubernetes, copied and edited as its comments say, and built by kubectl's kustomize."""

from __future__ import annotations

import shutil
from pathlib import Path

import helm

FOLDER = helm.ROOT / "templates" / "kubernetes"
OVERLAYS = FOLDER / "overlays"
# The folder of components/rights/ of each mode.
RIGHTS = {
    "learning-portal": "learning-portal",
    "user-workspace": "user-workspace",
    "hosted-workshop": "hosted-workshop",
    "terminal-server": "hosted-workshop",
    "jumpbox-server": "jumpbox-server",
}


def build(folder: Path) -> list[helm.Manifest]:
    """What kustomize makes of a folder."""
    return helm.read(helm.run("kubectl", "kustomize", folder))


def edit(path: Path, *changes: tuple[str, str]) -> None:
    """Replace texts of a file; AssertionError for one that it does not have."""
    text = path.read_text()
    for old, new in changes:
        assert old in text, f"{old} in {path}"
        text = text.replace(old, new)
    path.write_text(text)


def copy_overlay(
    folder: Path,
    overlay: str,
    *,
    host: str,
    mode: str = "learning-portal",
    name: str = "intro",
    namespace: str = "teach",
) -> Path:
    """A copy in `folder` of all, with this overlay edited; the overlay's own folder."""
    shutil.copytree(FOLDER, folder)
    made = folder / "overlays" / overlay
    file = made / "kustomization.yaml"
    edit(
        file,
        ("namespace: workshop\n", f"namespace: {namespace}\n"),
        ("namePrefix: workshop-", f"namePrefix: {name}-"),
        ("{app: workshop}", f"{{app: {name}}}"),
        ("/rights/learning-portal", f"/rights/{RIGHTS[mode]}"),
    )
    if mode != "learning-portal":
        edit(file, ("# - ../../components/login", "- ../../components/login"))
    settings = made / "settings.env"
    edit(settings, ("learning-portal", mode), ("workshop.example.com", host))
    return made
