"""What a new project still lacks before objects and pods can be made in it.

A real cluster fills these in some moments after it has answered that the project is made: each by a
controller of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

# OpenShift writes it on each namespace; without it no pod is admitted there.
UID_RANGE = "openshift.io/sa.scc.uid-range"
# The account of pods that name none.
ACCOUNT = "default"


def allots_users(namespace: Mapping[str, Any] | None) -> bool:
    """Whether the cluster allots user ids to namespaces, as one that has its own shows."""
    return UID_RANGE in (((namespace or {}).get("metadata") or {}).get("annotations") or {})


def find_missing(
    namespace: Mapping[str, Any] | None,
    account: Mapping[str, Any] | None,
    quotas: Iterable[Mapping[str, Any]],
    *,
    allots: bool,
) -> list[str]:
    """What is missing, in words for the log; nothing when the project is ready.

    `allots`: whether the cluster allots user ids to namespaces.
    """
    missing = []
    if allots and not allots_users(namespace):
        missing.append(f"the annotation {UID_RANGE}")
    if account is None:
        missing.append(f"its account {ACCOUNT}")
    missing += [
        f"the use of its quota {quota['metadata']['name']}"
        for quota in quotas
        if not is_counted(quota)
    ]
    return missing


def is_counted(quota: Mapping[str, Any]) -> bool:
    """Whether a quota knows what is used; until then the cluster refuses what it is about."""
    hard = set((quota.get("spec") or {}).get("hard") or {})
    status = quota.get("status") or {}
    return hard <= set(status.get("hard") or {}) and hard <= set(status.get("used") or {})
