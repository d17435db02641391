"""What the cluster's answers mean for a login, and where it goes on.

What a terminal and a hub have in common is in `workshop_kube.openshift_login`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


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
