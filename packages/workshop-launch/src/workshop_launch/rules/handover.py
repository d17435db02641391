"""What a hand-over says: the environment of one session, and when it was sealed.

The text inside the seal is JSON. Everything about it that can be wrong is told in a sentence that
has names and times in it, never a value.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Names begin so that a pod's own settings (see settings.py) cannot be handed over.
RESERVED = "WORKSHOP_HANDOVER"
# Linux takes no longer `NAME=value`, its end included (MAX_ARG_STRLEN in execve(2)).
LONGEST_VARIABLE = 131072 - 1
# Bytes of a whole message: about ten times what JupyterHub tells a server.
LARGEST_MESSAGE = 256 * 1024
# Seconds between the sealing and its arrival: a request takes less than one, clocks may differ.
FRESH_SECONDS = 60.0
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class HandOver:
    """The variables of the session, and when they were sealed (seconds since 1970)."""

    environment: Mapping[str, str]
    sealed_at: float


def render_handover(environment: Mapping[str, str], sealed_at: float) -> bytes:
    """The text of a hand-over."""
    told = {"version": 1, "sealed_at": sealed_at, "environment": dict(environment)}
    return json.dumps(told, separators=(",", ":"), sort_keys=True).encode()


def parse_handover(text: bytes) -> HandOver:
    """What a text says; ValueError, without the text, where it is no hand-over."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    if not isinstance(told, dict) or told.get("version") != 1:
        raise ValueError("it is of another version")
    environment, sealed_at = told.get("environment"), told.get("sealed_at")
    if not isinstance(environment, dict) or not all(
        isinstance(value, str) for value in environment.values()
    ):
        raise ValueError("its environment is no object of strings")
    if isinstance(sealed_at, bool) or not isinstance(sealed_at, int | float):
        raise ValueError("it does not say when it was sealed")
    if not math.isfinite(sealed_at):
        raise ValueError("it does not say when it was sealed")
    return HandOver(environment, float(sealed_at))


def problem_with_time(sealed_at: float, now: float) -> str | None:
    """Why a hand-over comes too late (or from a clock that is ahead); None when it is fresh."""
    age = now - sealed_at
    if abs(age) <= FRESH_SECONDS:
        return None
    if age > 0:
        return f"it was sealed {age:.0f} s ago; after {FRESH_SECONDS:.0f} s it is too late"
    return f"it was sealed in {-age:.0f} s from now: the clocks of hub and node differ"


def problem_with_environment(environment: Mapping[str, str], allowed: Sequence[str]) -> str | None:
    """Why these variables are not taken; None where they are.

    `allowed` are names, and beginnings of names with a `*` at their end.
    """
    for name, value in environment.items():
        if not _NAME.fullmatch(name) or len(name) > 255:
            return f"{name[:40]!r} is not the name of a variable"
        if name.startswith(RESERVED) or not is_allowed(name, allowed):
            return f"the variable {name} is not among those that this pod takes"
        if "\0" in value or not _is_encodable(value):
            return f"the value of {name} cannot be that of a variable"
        if len(name) + 1 + len(value.encode()) > LONGEST_VARIABLE:
            return f"the value of {name} is too long"
    return None


def is_allowed(name: str, allowed: Sequence[str]) -> bool:
    """Whether a variable is among the allowed names."""
    return any(
        name.startswith(one[:-1]) if one.endswith("*") else name == one for one in allowed if one
    )


def _is_encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
