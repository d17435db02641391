"""Which pods are this node's."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class ClaimVerdict(enum.Enum):
    """What the agent does with a pod."""

    IGNORE = "not ours"
    CLAIM = "nobody's yet, and in one of our namespaces: bind it"
    RUN = "bound to us"
    REMOVE = "bound to us, ended, and being deleted"


@dataclass(frozen=True)
class Scope:
    """The node's name, and the prefixes of the namespaces whose pods it takes (none: all)."""

    node: str
    prefixes: Sequence[str] = ()

    def covers(self, namespace: str) -> bool:
        """Whether unbound pods of this namespace are ours to take."""
        return not self.prefixes or any(namespace.startswith(prefix) for prefix in self.prefixes)


def decide_claim(pod: Mapping[str, Any], scope: Scope) -> ClaimVerdict:
    """What to do with `pod`: with scheduling gates, or deleted while unbound, it is nobody's."""
    metadata, spec = pod["metadata"], pod["spec"]
    ended = (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")
    deleted = metadata.get("deletionTimestamp") is not None
    node = spec.get("nodeName") or ""
    if node == scope.node:
        if ended:
            return ClaimVerdict.REMOVE if deleted else ClaimVerdict.IGNORE
        return ClaimVerdict.RUN
    if node or ended or deleted or spec.get("schedulingGates"):
        return ClaimVerdict.IGNORE
    return ClaimVerdict.CLAIM if scope.covers(metadata["namespace"]) else ClaimVerdict.IGNORE
