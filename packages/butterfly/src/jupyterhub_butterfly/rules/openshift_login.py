"""What the login at the cluster comes to: who may enter, and what the cluster's answers mean.

The same rules as those of the authenticator for hubs: a firm no ends a login, a cluster that cannot
say is put up with for a bounded time.
"""

from __future__ import annotations

import base64
import hashlib
import json
import urllib.parse
from collections.abc import Iterable, Mapping
from typing import Any

# How long a login is believed while the cluster cannot confirm it.
TOLERANCE_SECONDS = 3600.0
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
# Logins under way in one browser, a tab each.
MOST_PENDING = 5
PREFIX = "sha256~"


def make_review(namespace: str) -> dict[str, Any]:
    """Make the question whether somebody administers a project."""
    attributes = {
        "namespace": namespace,
        "verb": "create",
        "group": "rbac.authorization.k8s.io",
        "resource": "rolebindings",
    }
    return {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }


def read_review(document: Mapping[str, Any]) -> bool | None:
    """The answer to a review; None when it says neither yes nor no."""
    status = document.get("status")
    allowed = status.get("allowed") if isinstance(status, dict) else None
    return allowed if isinstance(allowed, bool) else None


def read_name(document: Mapping[str, Any]) -> str:
    """The name in a user document; empty when it has none."""
    metadata = document.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else ""


def make_challenge(verifier: str) -> str:
    """Return the PKCE challenge (S256) of a verifier."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def make_token_name(token: str) -> str:
    """The name of the object in the cluster that stands for a token; empty if it has none.

    Since OpenShift 4.6: `sha256~` and the unpadded base64url of the SHA-256 of what follows that.
    """
    found = token.removeprefix(PREFIX)
    return PREFIX + make_challenge(found) if found != token else ""


def make_cookie_name(base: str, state: str, now: float) -> str:
    """The cookie of one login: two tabs do not disturb each other. Names in order are logins so."""
    return f"{base}-{int(now * 1000):012x}-{_digest(state)}"


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()[:16]


def find_cookie(base: str, state: str, names: Iterable[str]) -> str:
    """Which of a browser's cookies is that of the login of `state`; empty if none is."""
    end = f"-{_digest(state)}"
    return next((name for name in names if name.startswith(base) and name.endswith(end)), "")


def find_surplus(base: str, names: Iterable[str]) -> list[str]:
    """Which of a browser's cookies are dropped for one more login: the oldest."""
    pending = sorted(name for name in names if name.startswith(f"{base}-"))
    return pending[: max(0, len(pending) - MOST_PENDING + 1)]


def read_kept(text: bytes | None) -> dict[str, str]:
    """What the cookie of a login holds: state, verifier, next. Empty when there is none."""
    kept = json.loads(text or b"{}")
    return {key: str(kept.get(key, "")) for key in ("state", "verifier", "next")} if kept else {}


def find_return_path(target: str, prefix: str) -> str:
    """Where to go on after a login: below `prefix` on this host, else `prefix` itself."""
    odd = any(character in target for character in "\\\t\r\n")
    if odd or not target.startswith(prefix) or target.startswith("//"):
        return prefix
    return target


def problem_with_discovery(document: Mapping[str, Any]) -> str | None:
    """What is wrong with the cluster's well-known document, as a sentence; None if nothing is."""
    hosts = []
    for key in ("issuer", "authorization_endpoint", "token_endpoint"):
        try:
            parts = urllib.parse.urlsplit(str(document.get(key)))
        except ValueError:
            parts = urllib.parse.urlsplit("")
        if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
            return f"The cluster names no {key}. Is this OpenShift, with its own login?"
        hosts.append(parts.netloc.lower())
    if len(set(hosts)) > 1:
        return "The cluster's login names several hosts: nobody is sent to another one."
    return None


def explain_error(error: str, description: str) -> str:
    """What the error that came back with the browser means.

    In words of our own: anybody can put others into an address.
    """
    if error == "access_denied" and description.startswith("scope denied"):
        return "The cluster does not give this terminal's account the scopes that it asks for."
    if error == "access_denied":
        return "You did not allow this terminal to know who you are. Log in again, and allow it."
    if error in {"server_error", "temporarily_unavailable"}:
        return "The cluster's login does not work at the moment. Try again in a minute."
    return "The cluster's login page sent you back with an error. Open the terminal again."


def is_still_trusted(checked_at: float, now: float) -> bool:
    """Is a login still believed that the cluster last confirmed at `checked_at`?"""
    return now - checked_at <= TOLERANCE_SECONDS


def make_pause(failures: int) -> float:
    """How long, in seconds, a cluster is not asked that failed so many times in a row."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - 1, 10))
