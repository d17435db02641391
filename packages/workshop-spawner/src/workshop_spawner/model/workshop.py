"""One workshop of a hub that offers several: what people read of it, who may start it, and how.

rules/workshops/ makes the values; a session of a workshop has its settings in place of the hub's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

TEXT, NUMBER, SWITCH, CHOICE = "text", "number", "switch", "choice"


@dataclass(frozen=True)
class Parameter:
    """What a launch link may say, and what a value of it has to be like."""

    name: str
    kind: str = TEXT
    label: str = ""
    # None: it must be given.
    default: str | None = ""
    most: int = 64  # characters of a text
    pattern: str = ""  # empty: the characters that mean nothing to a shell, to YAML and to HTML
    minimum: int = -(10**9)
    maximum: int = 10**9
    choices: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What the page calls it."""
        return self.label or self.name.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Workshop:
    """One workshop. `settings` are values of WorkshopSpawner's traits by name.

    `place` and `lines` say where it is written: a file (empty: the configuration), and the line of
    each key in it.
    """

    name: str
    title: str
    description: str = ""
    tags: tuple[str, ...] = ()
    minutes: int = 0  # 0: not said
    difficulty: str = ""
    picture: str = ""
    groups: tuple[str, ...] = ()  # empty: everybody
    access_code: str = field(default="", repr=False)
    visible_from: datetime | None = None
    visible_until: datetime | None = None
    capacity: int = 0  # 0: as many as the hub takes
    parameters: tuple[Parameter, ...] = ()
    details: tuple[str, ...] = ()  # asked of people: `name`, `email`
    settings: Mapping[str, Any] = field(default_factory=dict)
    place: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def edition(self) -> str:
        """Tells one state of what sessions are made of from another; what people read is not in it.

        The title may be put right without a new edition; another image is one.
        """
        asked = [asdict(parameter) for parameter in self.parameters]
        made_of = {"settings": self.settings, "parameters": asked, "details": self.details}
        text = json.dumps(made_of, sort_keys=True, default=_render)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def locate(self, key: str) -> str:
        """Where a key of it is written, for a sentence: `git.yaml, line 3`, or its place in c."""
        if not self.place:
            return f"WorkshopSpawner.workshops[{self.name!r}], {key}"
        line = self.lines.get(key, 0)
        return f"{self.place}, line {line}" if line else self.place


def _render(value: object) -> str:
    """What of a setting that is no plain value stays the same when the hub starts again."""
    return getattr(value, "__qualname__", "") or type(value).__qualname__
