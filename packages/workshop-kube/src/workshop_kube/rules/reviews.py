"""Reviews: what somebody may do, and who somebody is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workshop_kube.rules.manifests import Manifest, Object

USER_PATH = "/apis/user.openshift.io/v1/users/~"
SELF_REVIEW: Manifest = {
    "apiVersion": "authentication.k8s.io/v1",
    "kind": "SelfSubjectReview",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is to the cluster."""

    name: str
    uid: str = ""
    groups: tuple[str, ...] = ()


def make_access_review(attributes: Mapping[str, str]) -> Object:
    """The question whether somebody has a right (`resourceAttributes`)."""
    return {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": dict(attributes)},
    }


def parse_access_review(document: Mapping[str, Any]) -> bool:
    """The answer to an access review; ValueError when it says neither yes nor no."""
    status = document.get("status")
    allowed = status.get("allowed") if isinstance(status, dict) else None
    if not isinstance(allowed, bool):
        raise ValueError("the review says neither yes nor no")
    return allowed


def parse_self_review(document: Mapping[str, Any]) -> Identity:
    """Whom a SelfSubjectReview names; ValueError when it names nobody."""
    status = document.get("status")
    user = status.get("userInfo") if isinstance(status, dict) else None
    user = user if isinstance(user, dict) else {}
    return _make_identity(user.get("username"), user.get("uid"), user.get("groups"))


def parse_user(document: Mapping[str, Any]) -> Identity:
    """Whom an OpenShift User names; ValueError when it names nobody."""
    metadata = document.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    return _make_identity(metadata.get("name"), metadata.get("uid"), document.get("groups"))


def _make_identity(name: Any, uid: Any, groups: Any) -> Identity:
    if not isinstance(name, str) or not name:
        raise ValueError("the cluster does not say who this is")
    listed = groups if isinstance(groups, list) else []
    return Identity(name, str(uid or ""), tuple(filter(_is_text, listed)))


def _is_text(value: object) -> bool:
    return isinstance(value, str)
