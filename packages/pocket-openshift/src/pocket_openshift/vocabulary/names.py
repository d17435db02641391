"""What an object may be called, and names made up for it. Pure but for chance."""

from __future__ import annotations

import json
import re
import secrets

from pocket_openshift.vocabulary import errors, kinds

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_DNS_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
_FREE = ("rbac.authorization.k8s.io", "user.openshift.io", "oauth.openshift.io")

_LABEL_TEXT = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    "and must start and end with an alphanumeric character "
    f"(e.g. 'my-name',  or '123-abc', regex used for validation is '{_LABEL}')"
)
_SUBDOMAIN_TEXT = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', and must start and end with an alphanumeric character "
    f"(e.g. 'example.com', regex used for validation is '{_SUBDOMAIN}')"
)
_DNS_1035_TEXT = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
    "alphabetic character, and end with an alphanumeric character "
    f"(e.g. 'my-name',  or 'abc-123', regex used for validation is '{_DNS_1035}')"
)

_PROJECT_NAMES = ("openshift", "kubernetes", "kube")
_PROJECT_PREFIXES = ("openshift-", "kubernetes-", "kube-")


def random_suffix(length: int = 5) -> str:
    """Letters and digits as the API server draws them for generateName."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def generated(prefix: str) -> str:
    """A name for `generateName`: the prefix, cut so that the suffix fits into 63 characters."""
    return prefix[: 63 - 5] + random_suffix()


def find_name_cause(kind: kinds.Kind, name: str) -> errors.Cause | None:
    """What is wrong with a name for this kind, or None."""
    if not name:
        return errors.Cause(
            "metadata.name",
            "FieldValueRequired",
            "Required value: name or generateName is required",
        )
    text = _complaint(kind, name)
    if text is None:
        return None
    return errors.Cause("metadata.name", "FieldValueInvalid", f'Invalid value: "{name}": {text}')


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


def find_label_cause(field: str, name: str) -> errors.Cause | None:
    """What is wrong with a name inside an object (a container's, say) that must be a DNS label."""
    if len(name) <= 63 and re.fullmatch(_LABEL, name):
        return None
    return errors.Cause(
        field, "FieldValueInvalid", f"Invalid value: {json.dumps(name)}: {_LABEL_TEXT}"
    )


def _complaint(kind: kinds.Kind, name: str) -> str | None:
    if kind.group in _FREE:
        bad = name in (".", "..") or "/" in name or "%" in name
        return 'may not contain "/" or "%"' if bad else None
    if kind.resource == "services":
        limit, pattern, text = 63, _DNS_1035, _DNS_1035_TEXT
    elif kind.label_name:
        limit, pattern, text = 63, _LABEL, _LABEL_TEXT
    else:
        limit, pattern, text = 253, _SUBDOMAIN, _SUBDOMAIN_TEXT
    if not re.fullmatch(pattern, name):
        return text
    return f"must be no more than {limit} bytes" if len(name) > limit else None
