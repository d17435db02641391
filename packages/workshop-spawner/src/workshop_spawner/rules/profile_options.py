"""What a user has chosen from the profiles before, of which some may be gone by now."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PROFILE = "profile"
_UNLISTED = "--unlisted-choice"


@dataclass(frozen=True)
class Choices:
    """The options that still mean something, and in words those that were dropped."""

    kept: Mapping[str, Any]
    dropped: tuple[str, ...] = ()


def decide_choices(options: Mapping[str, Any], profiles: Sequence[Mapping[str, Any]]) -> Choices:
    """Which options to go on with; KubeSpawner refuses a start for those that it does not know.

    `profiles` are complete: each has its slug, one is the default.
    """
    kept, dropped = dict(options), []
    slug = kept.get(PROFILE)
    found = [profile for profile in profiles if profile.get("slug") == slug]
    if slug and not found:
        dropped.append(f"{PROFILE} {kept.pop(PROFILE)!r}")
    chosen = found or [profile for profile in profiles if profile.get("default")]
    for name, option in (chosen[0].get("profile_options") or {}).items() if chosen else ():
        for key, known in ((name, _is_listed), (f"{name}{_UNLISTED}", _may_be_unlisted)):
            if kept.get(key) and not known(option, kept[key]):
                dropped.append(f"{key} {kept.pop(key)!r}")
    return Choices(kept, tuple(dropped))


def find_slug(options: Mapping[str, Any], profiles: Sequence[Mapping[str, Any]]) -> str:
    """The slug of the chosen profile, or of the default one; empty where there are none."""
    default = (profile.get("slug") for profile in profiles if profile.get("default"))
    return str(options.get(PROFILE) or next(default, None) or "")


def _is_listed(option: Mapping[str, Any], choice: Any) -> bool:
    return isinstance(choice, str) and choice in (option.get("choices") or {})


def _may_be_unlisted(option: Mapping[str, Any], choice: Any) -> bool:
    rule = option.get("unlisted_choice") or {}
    pattern = rule.get("validation_regex")
    if not rule.get("enabled") or not isinstance(choice, str):
        return False
    return not pattern or re.match(pattern, choice) is not None
