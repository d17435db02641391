"""Which limits apply to a server: policies, first match wins, over the general limits.

`app.py` makes policies once at start (`make_policies` refuses what it does not
understand); `server_verdicts.py` decides with the limits found here.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workshop_culler.rules.models import Server

SUBJECTS = ("group", "user", "profile", "server", "admin")
SPANS = ("idle", "age", "pending", "extend", "extend_limit", "warn")


@dataclass(frozen=True, slots=True)
class Limits:
    """Spans in seconds; 0 switches off that rule alone. `policy` tells where they are from."""

    idle: float = 600
    age: float = 0
    pending: float = 0
    extend: float = 900
    extend_limit: float = 3600
    warn: float = 300
    exempt: bool = False
    remove: bool = False
    policy: str = "general limits"


@dataclass(frozen=True, slots=True)
class Policy:
    """Limits for the servers that match. `match` maps a subject to patterns, any of which fits."""

    name: str
    match: tuple[tuple[str, tuple[str, ...]], ...]
    changes: tuple[tuple[str, Any], ...]


class BadPolicyError(ValueError):
    """A policy that cannot be understood; the message says which part and what was expected."""


def make_policies(entries: Sequence[Mapping[str, Any]]) -> tuple[Policy, ...]:
    """Policies from configuration; raises BadPolicyError naming the entry and the key."""
    if not isinstance(entries, list | tuple):
        raise BadPolicyError(
            "policies: must be a list of dicts like {'match': {...}, 'idle': 3600}"
        )
    return tuple(make_policy(entry, f"policies[{place}]") for place, entry in enumerate(entries))


def make_policy(entry: Mapping[str, Any], where: str) -> Policy:
    """One policy from one entry of the configuration."""
    if not isinstance(entry, Mapping):
        raise BadPolicyError(f"{where}: must be a dict like {{'match': {{...}}, 'idle': 3600}}")
    rest = dict(entry)
    name = str(rest.pop("name", where))
    match = rest.pop("match", {})
    changes = [(key, _check_change(key, value, where)) for key, value in rest.items()]
    return Policy(f"policy {name!r}", _make_match(match, where), tuple(changes))


def _check_change(key: str, value: object, where: str) -> float | bool:
    if key in SPANS:
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise BadPolicyError(f"{where}.{key}: must be seconds, 0 for off, not {value!r}")
        return float(value)
    if key in ("exempt", "remove"):
        if not isinstance(value, bool):
            raise BadPolicyError(f"{where}.{key}: must be True or False, not {value!r}")
        return value
    known = ", ".join(("name", "match", *SPANS, "exempt", "remove"))
    raise BadPolicyError(f"{where}.{key}: is not known; a policy has {known}")


def _make_match(match: object, where: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(match, Mapping):
        raise BadPolicyError(
            f"{where}.match: must be a dict like {{'group': 'class-a'}}, not {match!r}"
        )
    return tuple((key, _make_patterns(key, value, where)) for key, value in match.items())


def _make_patterns(key: str, value: object, where: str) -> tuple[str, ...]:
    if key not in SUBJECTS and not key.startswith("label:"):
        known = ", ".join((*SUBJECTS, "label:<name of the label>"))
        raise BadPolicyError(f"{where}.match.{key}: is not known; match by {known}")
    if key == "admin":
        if not isinstance(value, bool):
            raise BadPolicyError(f"{where}.match.admin: must be True or False, not {value!r}")
        return (str(value),)
    patterns = [value] if isinstance(value, str) else value
    if not isinstance(patterns, list | tuple) or not all(isinstance(p, str) for p in patterns):
        raise BadPolicyError(
            f"{where}.match.{key}: must be a name or a list of names, not {value!r}"
        )
    return tuple(patterns)


def find_limits(server: Server, policies: Iterable[Policy], general: Limits) -> Limits:
    """The general limits, changed by the first policy that matches the server."""
    for policy in policies:
        if matches(policy, server):
            return replace(general, policy=policy.name, **dict(policy.changes))
    return general


def change_limits(limits: Limits, changes: object, where: str) -> Limits:
    """Limits with some of them changed, as a hook returns them; raises BadPolicyError."""
    if not isinstance(changes, Mapping):
        raise BadPolicyError(f"{where}: must return a dict like {{'idle': 3600}}, or None")
    checked: dict[str, Any] = {
        key: _check_change(key, value, where) for key, value in changes.items()
    }
    return replace(limits, policy=where, **checked)


def matches(policy: Policy, server: Server) -> bool:
    """Whether every subject of the policy fits the server; an empty match fits all."""
    return all(
        any(fnmatch.fnmatchcase(fact, pattern) for fact in _facts(server, key) for pattern in ways)
        for key, ways in policy.match
    )


def _facts(server: Server, key: str) -> Iterable[str]:
    if key.startswith("label:"):
        label = server.labels.get(key.removeprefix("label:"))
        return () if label is None else (label,)
    return {
        "group": tuple(server.groups),
        "user": (server.user,),
        "profile": (server.profile,),
        "server": (server.name,),
        "admin": (str(server.admin),),
    }[key]


def needed_subjects(policies: Iterable[Policy]) -> frozenset[str]:
    """The subjects that some policy looks at: they decide which scopes are needed."""
    subjects = (key.split(":", 1)[0] for policy in policies for key, _ in policy.match)
    return frozenset(subjects)
