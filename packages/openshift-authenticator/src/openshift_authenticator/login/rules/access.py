"""Rules of entry of the form "whoever may do that in the cluster".

Reads the settings allowed_access and admin_access, each a list of what the client asks with the
user's own token.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from openshift_authenticator import errors

# The fields of resourceAttributes in authorization.k8s.io/v1.
KEYS = ("namespace", "verb", "group", "version", "resource", "subresource", "name")
MOST_CHECKS = 10


@dataclass(frozen=True)
class Check:
    """One thing that somebody may or may not do; `attributes` are (key, value) pairs."""

    attributes: tuple[tuple[str, str], ...]


def make_checks(settings: Iterable[object], namespace: str) -> tuple[Check, ...]:
    """Read one of the settings; `{namespace}` in a namespace becomes `namespace`.

    Raises ValueError with a sentence that does not name the trait: the caller knows it.
    """
    checks = tuple(_make_check(item, namespace) for item in settings)
    if len(checks) > MOST_CHECKS:
        raise ValueError(f"lists {len(checks)} checks; {MOST_CHECKS} is the most")
    return checks


def _make_check(item: object, namespace: str) -> Check:
    if not isinstance(item, Mapping):
        raise ValueError(f"holds {item!r}, which is no dictionary of resource attributes")
    for key, value in item.items():
        if key not in KEYS:
            raise ValueError(f"holds the unknown key {key!r}; known are {', '.join(KEYS)}")
        if not isinstance(value, str):
            raise ValueError(f"has {value!r} for {key!r}, which is no text")
    for key in ("verb", "resource"):
        if not item.get(key):
            raise ValueError(f"holds {dict(item)!r}, which says no {key!r}")
    return Check(tuple(sorted(_fill_namespace(item, namespace).items())))


def _fill_namespace(item: Mapping[str, str], namespace: str) -> dict[str, str]:
    filled = dict(item)
    if filled.get("namespace") == "{namespace}":
        if not namespace:
            raise ValueError("says {namespace}, but the hub runs in no pod: write its name")
        filled["namespace"] = namespace
    return filled


def explain_refusal(
    error: errors.ClusterError, response: Mapping[str, Any], scope: str
) -> errors.LoginError:
    """A 403 for a token without `scope` means that its owner did not approve it."""
    granted = str(response.get("scope", scope)).split()
    if error.status != 403 or scope in granted or "user:full" in granted:
        return error
    return errors.ScopeMissingError(
        f"You did not allow this hub to use {scope}, which it needs to let you in. Log in again, "
        "and leave everything ticked on the page that asks."
    )
