"""Which workshops a hub offers, where it offers several: a trait, and how a folder is read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from traitlets import Dict, HasTraits, Unicode, Union

from workshop_spawner.model.workshop import Workshop
from workshop_spawner.rules.workshops import documents, parsing

MOST_FILES = 1000


class WorkshopSettings(HasTraits):
    """The workshops of a hub."""

    workshops = Union(
        [Dict(), Unicode()],
        default_value={},
        config=True,
        help="""
        The workshops that this hub offers, each with what its sessions have of their own.

        A mapping of names to mappings, or the path of a folder of YAML files, `<name>.yaml` each,
        such as a ConfigMap that is mounted; empty where the hub has one workshop, which is what all
        other settings say. Keys are `title`, `description`, `tags`, `duration`, `difficulty`,
        `picture`, `groups`, `access_code`, `visible_from`, `visible_until`, `capacity`,
        `parameters`, `details`, and settings of this class by name (`image`, `download_url`,
        `budget` and so on); what a workshop does not say is as for the whole hub. People choose at
        `/hub/workshops`. A folder is read again within seconds of a change, without a restart; what
        is wrong in it is told with file and line, and the workshops stay as they were.

        Set it to give several workshops from one hub.

        Example: `c.WorkshopSpawner.workshops = "/etc/workshop/workshops"`
        """,
    )


def read_workshops(source: Any) -> Mapping[str, Workshop]:
    """The workshops of a setting; WorkshopsError tells all that is wrong, with file and line."""
    if not isinstance(source, str):
        return parsing.parse_mapping(source)
    return parsing.parse_files(read_files(Path(source)))


def read_files(folder: Path) -> dict[str, str]:
    """The texts of a folder's YAML files by name; WorkshopsError where one cannot be read."""
    try:
        found = [path for path in sorted(folder.iterdir()) if _is_of_workshop(path)]
        if len(found) > MOST_FILES:
            raise parsing.WorkshopsError([f"{folder} has more than {MOST_FILES} files."])
        return {path.name: _read(path) for path in found}
    except (OSError, UnicodeDecodeError) as error:
        raise parsing.WorkshopsError(
            [f"WorkshopSpawner.workshops: {folder} cannot be read: {error}"]
        ) from None


def _is_of_workshop(path: Path) -> bool:
    # A mounted ConfigMap has its versions in hidden folders beside.
    return path.suffix in parsing.SUFFIXES and not path.name.startswith(".")


def _read(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        return file.read(documents.MOST_CHARACTERS + 1)
