"""A quota that asks for limits of each container is met with defaults for those that have none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

_ASKS = "must specify "
# What a container has that says nothing of itself: enough for a terminal.
DEFAULTS = {
    "limits.cpu": "1",
    "limits.memory": "1Gi",
    "limits.ephemeral-storage": "2Gi",
    "requests.cpu": "50m",
    "requests.memory": "128Mi",
    "requests.ephemeral-storage": "128Mi",
}
_SHORT = {"cpu": "requests.cpu", "memory": "requests.memory"}


def parse_asked(message: str) -> tuple[str, ...]:
    """The resources that a refusal asks for, such as `limits.cpu`; empty where it asks for none."""
    _, asks, listed = message.partition(_ASKS)
    if not asks or "failed quota" not in message:
        return ()
    # `limits.cpu,limits.memory` or `limits.cpu for: notebook; limits.memory for: notebook`
    clauses = [clause.partition(" for: ")[0] for clause in listed.split(";")]
    names = [name for clause in clauses for name in re.split(r"[,\s]+", clause.strip()) if name]
    return tuple(_SHORT.get(name, name) for name in names)


def may_meet(asked: Sequence[str]) -> bool:
    """Whether there is a default for all that is asked for."""
    return bool(asked) and all(name in DEFAULTS for name in asked)


def fill(pod: Mapping[str, Any], asked: Sequence[str]) -> dict[str, Any]:
    """The pod with defaults in each container that lacks what is asked for.

    Where a limit was set, the request is as large, and the other way round.
    """
    filled = deepcopy(dict(pod))
    spec = filled["spec"]
    for container in [*spec["containers"], *(spec.get("initContainers") or [])]:
        resources = container.setdefault("resources", {}) or {}
        container["resources"], said = resources, deepcopy(resources)
        for name in asked:
            kind, _, resource = name.partition(".")
            other = "requests" if kind == "limits" else "limits"
            set_already = (said.get(other) or {}).get(resource)
            values = resources[kind] = resources.get(kind) or {}
            values.setdefault(resource, set_already or DEFAULTS[name])
    return filled
