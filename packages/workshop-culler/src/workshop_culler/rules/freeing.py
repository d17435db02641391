"""What came of an attempt to free a project that finalizers keep terminating, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# A line for the log names so many things, and no more.
MOST_NAMED = 5
MOST_WORDS = 300
REMEDY = "templates/free-projects.yaml lets the culler free what attendees can create"
# What people hang finalizers on, first: a line does not name all kinds.
_LIKELY = ("configmaps", "secrets", "persistentvolumeclaims", "pods", "services", "deployments")
# Conditions of a Namespace in which the cluster says what is left in it.
_CONDITIONS = ("NamespaceContentRemaining", "NamespaceFinalizersRemaining")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One look through a stuck project.

    `freed` are objects, `forbidden` the kinds that may not be listed or patched, `broken` those
    whose API did not answer, and why. `holding` is what the cluster itself says is left.
    """

    freed: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    holding: str = ""


def find_holding(namespace: Mapping[str, Any] | None) -> str:
    """What the cluster says keeps a Namespace; empty where it does not say."""
    conditions = ((namespace or {}).get("status") or {}).get("conditions") or ()
    said = [
        str(each.get("message") or "")
        for each in conditions
        if each.get("type") in _CONDITIONS and each.get("status") == "True"
    ]
    return _shorten("; ".join(filter(None, said)))


def render_freed(attempt: Attempt) -> str:
    """What was freed; empty when nothing was."""
    if not attempt.freed:
        return ""
    text = f"freed {_name(attempt.freed)}"
    skipped = (*attempt.broken, *(f"{kind} (forbidden)" for kind in attempt.forbidden))
    return f"{text}; skipped {_name(skipped)}" if skipped else text


def render_held(project: str, reason: str, attempt: Attempt) -> str:
    """The one line on a project that could not be freed: what holds it, and what to do."""
    parts = [f"project {project} is held, {reason}"]
    if attempt.holding:
        parts.append(attempt.holding)
    if attempt.broken:
        parts.append(f"did not answer: {_name(attempt.broken)}")
    if attempt.forbidden:
        kinds = sorted(attempt.forbidden, key=_rank)
        parts.append(f"may not look at or free {_name(kinds)}. {REMEDY}")
    if not attempt.forbidden and not attempt.broken:
        parts.append("nothing in it waits for a finalizer; the cluster has not ended it yet")
    return "; ".join(parts)


def _rank(plural: str) -> tuple[int, str]:
    return _LIKELY.index(plural) if plural in _LIKELY else len(_LIKELY), plural


def _name(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    text = ", ".join(_shorten(name) for name in names[:MOST_NAMED])
    return f"{text} and {more} more" if more > 0 else text


def _shorten(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= MOST_WORDS else f"{flat[:MOST_WORDS]} ..."
