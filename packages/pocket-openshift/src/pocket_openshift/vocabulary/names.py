"""What a project may be called, and names made up. Pure but for chance."""

from __future__ import annotations

import re
import secrets

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"

_LABEL_TEXT = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    "and must start and end with an alphanumeric character "
    f"(e.g. 'my-name',  or '123-abc', regex used for validation is '{_LABEL}')"
)
_PROJECT_NAMES = ("openshift", "kubernetes", "kube")
_PROJECT_PREFIXES = ("openshift-", "kubernetes-", "kube-")


def random_suffix(length: int = 5) -> str:
    """Letters and digits as the API server draws them for generateName."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def generated(prefix: str) -> str:
    """A name for `generateName`: the prefix, cut so that the suffix fits into 63 characters."""
    return prefix[: 63 - 5] + random_suffix()


def problem_with_project(name: str) -> str | None:
    """What is wrong with the form of a name that a project is asked for under."""
    if len(name) < 2:
        return "must be at least 2 characters long"
    if len(name) > 63:
        return "must be no more than 63 characters"
    return None if re.fullmatch(_LABEL, name) else _LABEL_TEXT


def reservation_of_project(name: str) -> str | None:
    """Why nobody may ask for a project of this name, though a namespace may have it."""
    if name in _PROJECT_NAMES:
        return f'cannot request a project with the name "{name}"'
    for prefix in _PROJECT_PREFIXES:
        if name.startswith(prefix):
            return f'cannot request a project starting with "{prefix}"'
    return None
