"""What profiles and groups override: each by the name of a setting, with a value that it takes."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Override:
    """One setting that a profile or a group overrides; `place` says where it is written."""

    place: str
    name: str
    value: Any


def list_overrides(profiles: Any, groups: Any) -> Iterator[Override]:
    """The overrides of `profile_list` and `group_overrides`, but for what a callable decides."""
    listed = profiles.values() if isinstance(profiles, Mapping) else profiles
    for profile in listed if not callable(listed) else ():
        place = f"profile_list, profile {profile.get('display_name', '')!r}"
        yield from _read(place, profile.get("kubespawner_override"))
        for name, option in (profile.get("profile_options") or {}).items():
            for choice, chosen in (option.get("choices") or {}).items():
                override = chosen.get("kubespawner_override")
                yield from _read(f"{place}, {name} {choice!r}", override)
    for group, rule in groups.items() if isinstance(groups, Mapping) else ():
        yield from _read(f"group_overrides[{group!r}]", rule.get("spawner_override"))


def _read(place: str, override: Any) -> Iterator[Override]:
    for name, value in (override or {}).items():
        yield Override(place, name, value)


def problem_with_name(override: Override, known: Collection[str]) -> str | None:
    """Why an override means nothing; None where `known` has its name."""
    if override.name in known:
        return None
    close = difflib.get_close_matches(override.name, sorted(known), n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    return f"{override.place}: {override.name} is no setting.{hint}"
