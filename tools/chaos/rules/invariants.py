"""What must be so all along and at the end, whatever fails.

Pure: functions over what was seen, each a sentence or None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seen:
    """An object of the cluster: what it is, which one, and in which version."""

    name: str  # "kind/namespace/name"
    uid: str
    version: str
    is_ending: bool = False


@dataclass(frozen=True, slots=True)
class Stay:
    """A visitor in a session: the pod they were given, and why it may have ended."""

    name: str
    pod: str  # its UID; empty until it is known
    excuse: str = ""  # the fault that ended it, or that they have left


def problem_with_pods(stays: Iterable[Stay], pods: Mapping[str, Seen]) -> str | None:
    """Who lost their pod without a fault that ends it, or None; `pods` by their UID."""
    for stay in stays:
        if not stay.pod or stay.excuse:
            continue
        pod = pods.get(stay.pod)
        if pod is None:
            return f"the session of {stay.name} is lost: its pod is gone, and nothing ended it"
        if pod.is_ending:
            return f"the session of {stay.name} is being ended, and nothing asked for that"
    return None


def problem_with_names(names: Iterable[str]) -> str | None:
    """Which name was given to two visitors, or None."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    return f"two visitors were given the name {twice[0]}" if twice else None


def problem_with_owners(owners: Mapping[str, Collection[str]]) -> str | None:
    """Which project (by its UID) has been two visitors', or None."""
    for project, users in owners.items():
        if len(users) > 1:
            return f"project {project} was handed out twice: to {' and '.join(sorted(users))}"
    return None


def problem_with_foreign(before: Collection[Seen], after: Collection[Seen]) -> str | None:
    """What was touched of what is not ours, or None."""
    now = {seen.name: seen for seen in after}
    for was in before:
        found = now.get(was.name)
        if found is None or found.uid != was.uid:
            return f"{was.name} is not ours, and was deleted"
        if found != was:
            return f"{was.name} is not ours, and was changed"
    return None


def problem_with_leftovers(left: Collection[str]) -> str | None:
    """What is left after everybody has gone and the clean-up had its time, or None."""
    if not left:
        return None
    shown = ", ".join(sorted(left)[:8])
    return f"{len(left)} left after everybody had gone: {shown}"


def problem_with_shell(name: str, mark: str, answer: str, excuse: str) -> str | None:
    """Why an open terminal is not the one that the visitor left, or None."""
    if mark in answer or excuse:
        return None
    return f"{name} came back to another shell: it answers {answer[:100]!r}, not {mark}"
