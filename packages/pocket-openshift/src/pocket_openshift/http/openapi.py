"""OpenAPI, as little as kubectl needs to go on. Pure.

It says which paths may be patched, and that fields are checked here.

There are no schemas of fields: `kubectl explain` has nothing to show (see
docs/pocket-openshift-scope.md).
"""

from __future__ import annotations

from typing import Any

from pocket_openshift import __version__
from pocket_openshift.vocabulary import kinds

_PARAMETERS = [
    {"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": True}}
    for name in ("dryRun", "fieldManager", "fieldValidation", "force")
]


def _gvk(kind: kinds.Kind) -> dict[str, str]:
    return {"group": kind.group, "kind": kind.kind, "version": kind.version}


def _root(group: str, version: str) -> str:
    return f"apis/{group}/{version}" if group else f"api/{version}"


def _path(kind: kinds.Kind) -> str:
    place = "/namespaces/{namespace}" if kind.namespaced else ""
    return f"/{_root(kind.group, kind.version)}{place}/{kind.plural}/{{name}}"


def make_index() -> dict[str, Any]:
    """What `/openapi/v3` answers: where the documents of the groups are."""
    roots = [_root(group, version) for group, version in kinds.GROUP_VERSIONS]
    return {"paths": {root: {"serverRelativeURL": f"/openapi/v3/{root}"} for root in roots}}


def make_document(group: str, version: str) -> dict[str, Any] | None:
    """The document of one group and version; None when there is no such group."""
    found = [kind for kind in kinds.of_group_version(group, version) if "patch" in kind.verbs]
    if not kinds.of_group_version(group, version):
        return None
    operation = {
        "x-kubernetes-action": "patch",
        "parameters": _PARAMETERS,
        "responses": {"200": {"description": "OK"}},
    }
    return {
        "openapi": "3.0.0",
        "info": {"title": "pocket-openshift", "version": __version__},
        "paths": {
            _path(kind): {"patch": {**operation, "x-kubernetes-group-version-kind": _gvk(kind)}}
            for kind in found
        },
        "components": {
            "schemas": {
                f"pocket.{kind.version}.{kind.kind}": {
                    "type": "object",
                    "x-kubernetes-group-version-kind": [_gvk(kind)],
                }
                for kind in found
            }
        },
    }


def document(path: str) -> dict[str, Any] | None:
    """The document at a path, or None."""
    if path == "/openapi/v3":
        return make_index()
    if path.startswith("/openapi/v3/api/"):
        return make_document("", path.rpartition("/")[2])
    if path.startswith("/openapi/v3/apis/") and path.count("/") == 5:
        _, _, _, _, group, version = path.split("/")
        return make_document(group, version)
    return None
