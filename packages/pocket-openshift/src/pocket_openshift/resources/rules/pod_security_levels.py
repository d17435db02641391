"""Levels of Pod Security: what the labels of a namespace ask for.

https://kubernetes.io/docs/concepts/security/pod-security-admission/ has the labels in words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pocket_openshift.vocabulary import errors

PREFIX = "pod-security.kubernetes.io/"
LEVELS = ("privileged", "baseline", "restricted")
LATEST = "latest"
NEWEST = 10_000
_VERSION = re.compile(r"v1\.([0-9]|[1-9][0-9]*)")


@dataclass(frozen=True, slots=True)
class LevelVersion:
    """One of a policy's three settings; as text it is what the messages quote."""

    level: str = "privileged"
    version: str = LATEST

    def __str__(self) -> str:
        return f"{self.level}:{self.version}"

    @property
    def minor(self) -> int:
        """The minor version to check against; `latest` is newer than all."""
        return NEWEST if self.version == LATEST else int(self.version.removeprefix("v1."))


@dataclass(frozen=True, slots=True)
class Policy:
    """What a namespace's labels ask for."""

    enforce: LevelVersion = LevelVersion()
    audit: LevelVersion = LevelVersion()
    warn: LevelVersion = LevelVersion()


def is_stricter(new: str, old: str) -> bool:
    """Whether a level forbids more than another."""
    return LEVELS.index(new) > LEVELS.index(old)


def policy_of(labels: Mapping[str, Any]) -> tuple[Policy, list[errors.Cause]]:
    """The policy of these labels, and what is wrong with them.

    A wrong `enforce` counts as restricted, a wrong `warn` or `audit` as privileged. Without a
    level of its own, `warn` is as strict as `enforce`.
    """
    causes: list[errors.Cause] = []
    found = {}
    for mode in ("enforce", "audit", "warn"):
        level = _label(labels, mode, LEVELS.__contains__, _LEVEL_TEXT, causes)
        version = _label(labels, f"{mode}-version", _is_version, _VERSION_TEXT, causes)
        fallback = "restricted" if mode == "enforce" and PREFIX + mode in labels else "privileged"
        found[mode] = LevelVersion(level or fallback, version or LATEST)
    enforce, warn = found["enforce"], found["warn"]
    explicit = labels.get(PREFIX + "enforce") in LEVELS and PREFIX + "warn" not in labels
    if explicit and is_stricter(enforce.level, warn.level):
        own = PREFIX + "warn-version" in labels
        found["warn"] = LevelVersion(enforce.level, warn.version if own else enforce.version)
    return Policy(**found), causes


_LEVEL_TEXT = f"must be one of {', '.join(LEVELS)}"
_VERSION_TEXT = 'must be "latest" or "v1.x"'


def _is_version(text: str) -> bool:
    return text == LATEST or _VERSION.fullmatch(text) is not None


def _label(
    labels: Mapping[str, Any],
    name: str,
    is_valid: Callable[[str], bool],
    text: str,
    causes: list[errors.Cause],
) -> str | None:
    key = PREFIX + name
    value = labels.get(key)
    if value is None or is_valid(value):
        return value
    field = f"metadata.labels[{key}]"
    causes.append(errors.Cause(field, "FieldValueInvalid", f'Invalid value: "{value}": {text}'))
    return None
