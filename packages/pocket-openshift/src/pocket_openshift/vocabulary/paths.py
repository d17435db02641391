"""What a URL asks for: verb, kind, namespace, name, subresource. Pure.

The server calls `parse` once a request; everything after it speaks of a `RequestTarget`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from pocket_openshift.vocabulary import kinds

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch"}
_RESOURCE = re.compile(
    r"^/(?:api/(?P<core>v1)|apis/(?P<group>[^/]+)/(?P<version>[^/]+))/(?P<rest>.+)$"
)
# Their objects are judged as being in the namespace that they are.
_NAMESPACES = (("namespaces", ""), ("projects", "project.openshift.io"))


@dataclass(frozen=True, slots=True)
class RequestTarget:
    """A request that concerns a resource. `name` is empty for a whole collection."""

    verb: str
    group: str
    version: str
    plural: str
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    tail: str = ""
    kind: kinds.Kind | None = None

    @property
    def resource(self) -> str:
        """`pods` or `pods/log`, as rules of access and faults name it."""
        return f"{self.plural}/{self.subresource}" if self.subresource else self.plural


def _truth(value: str | None) -> bool:
    return value in ("true", "1", "True", "")


def _verb(method: str, name: str, query: Mapping[str, str]) -> str:
    if method in ("GET", "HEAD"):
        watch = "watch" in query and _truth(query["watch"])
        if watch:
            return "watch"
        return "get" if name else "list"
    if method == "DELETE":
        return "delete" if name else "deletecollection"
    return _VERBS.get(method, method.lower())


def _split(rest: str) -> tuple[str, list[str], bool]:
    """The namespace, the parts after it, and whether the old /watch/ prefix was there."""
    parts = [unquote(part) for part in rest.rstrip("/").split("/")]
    watching = parts[0] == "watch" and len(parts) > 1
    if watching:
        parts = parts[1:]
    if parts[0] == "namespaces" and len(parts) > 2 and parts[2] not in ("status", "finalize"):
        return parts[1], parts[2:], watching
    return "", parts, watching


def parse(method: str, path: str, query: Mapping[str, str]) -> RequestTarget | None:
    """The target of a request, or None when the path is no resource (`/version`, `/healthz`)."""
    match = _RESOURCE.match(path)
    if match is None:
        return None
    group, version = match["group"] or "", match["version"] or match["core"]
    namespace, parts, watching = _split(match["rest"])
    name = parts[1] if len(parts) > 1 else ""
    plural, subresource = parts[0], parts[2] if len(parts) > 2 else ""
    if name and (plural, group) in _NAMESPACES:
        namespace = name
    return RequestTarget(
        verb="watch" if watching else _verb(method, name, query),
        group=group,
        version=version,
        plural=plural,
        namespace=namespace,
        name=name,
        subresource=subresource,
        tail="/".join(parts[3:]),
        kind=kinds.at_path(group, version, plural),
    )
