"""The documents that tell a client what this server has: versions, groups, resources, well-known.

Pure.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from typing import Any

from pocket_openshift import __version__
from pocket_openshift.access import scopes
from pocket_openshift.vocabulary import kinds

VERSION = {
    "major": "1",
    "minor": "36",
    "emulationMajor": "1",
    "emulationMinor": "36",
    "minCompatibilityMajor": "1",
    "minCompatibilityMinor": "35",
    "gitVersion": "v1.36.2",
    "gitCommit": f"pocket-openshift-{__version__}",
    "gitTreeState": "",
    "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": f"python{platform.python_version()}",
    "compiler": "cpython",
    "platform": "linux/amd64",
}
# Subresources that answer another kind than their resource's.
_OTHER_KINDS = {
    "pods/attach": ("", "v1", "PodAttachOptions"),
    "pods/binding": ("", "v1", "Binding"),
    "pods/eviction": ("policy", "v1", "Eviction"),
    "pods/exec": ("", "v1", "PodExecOptions"),
    "pods/portforward": ("", "v1", "PodPortForwardOptions"),
    "pods/proxy": ("", "v1", "PodProxyOptions"),
    "services/proxy": ("", "v1", "ServiceProxyOptions"),
    "nodes/proxy": ("", "v1", "NodeProxyOptions"),
    "serviceaccounts/token": ("authentication.k8s.io", "v1", "TokenRequest"),
}


def make_resource(kind: kinds.Kind) -> dict[str, Any]:
    """One row of an APIResourceList."""
    row: dict[str, Any] = {
        "name": kind.plural,
        "singularName": kind.singular if kind.plural != "processedtemplates" else "template",
        "namespaced": kind.namespaced,
        "kind": kind.kind,
        "verbs": list(kind.verbs),
    }
    if kind.short:
        row["shortNames"] = list(kind.short)
    if kind.categories:
        row["categories"] = list(kind.categories)
    if kind.stored:
        row["storageVersionHash"] = kind.storage_hash
    return row


def make_subresource(kind: kinds.Kind, name: str) -> dict[str, Any]:
    """The row of `pods/log` and its like."""
    full = f"{kind.plural}/{name}"
    row: dict[str, Any] = {
        "name": full,
        "singularName": "",
        "namespaced": kind.namespaced,
        "kind": kind.kind,
        "verbs": list(kind.subresources[name]),
    }
    other = ("autoscaling", "v1", "Scale") if name == "scale" else _OTHER_KINDS.get(full)
    if other is not None:
        group, version, row["kind"] = other
        if group:
            row.update(group=group, version=version)
    return row


def make_resource_list(group: str, version: str) -> dict[str, Any] | None:
    """What `/api/v1` or `/apis/GROUP/VERSION` answers; None when there is no such group."""
    found = kinds.of_group_version(group, version)
    if not found:
        return None
    rows = []
    for kind in sorted(found, key=lambda kind: kind.plural):
        rows.append(make_resource(kind))
        rows += [make_subresource(kind, name) for name in sorted(kind.subresources)]
    group_version = f"{group}/{version}" if group else version
    body: dict[str, Any] = {
        "kind": "APIResourceList",
        "groupVersion": group_version,
        "resources": rows,
    }
    return body if not group else {"apiVersion": "v1", **body}


def make_group(group: str) -> dict[str, Any] | None:
    """One group of the group list; None when there is no such group."""
    versions = [
        {"groupVersion": f"{group}/{version}", "version": version}
        for name, version in kinds.GROUP_VERSIONS
        if name == group
    ]
    if not versions or not group:
        return None
    return {"name": group, "versions": versions, "preferredVersion": versions[0]}


def make_group_list() -> dict[str, Any]:
    """What `/apis` answers."""
    names = dict.fromkeys(group for group, _ in kinds.GROUP_VERSIONS if group)
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [make_group(g) for g in names]}


def make_versions(address: str) -> dict[str, Any]:
    """What `/api` answers."""
    place = {"clientCIDR": "0.0.0.0/0", "serverAddress": address}
    return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [place]}


def make_well_known(oauth_url: str) -> dict[str, Any]:
    """Where the OAuth server is (RFC 8414), answered without credentials."""
    return {
        "issuer": oauth_url,
        "authorization_endpoint": f"{oauth_url}/oauth/authorize",
        "token_endpoint": f"{oauth_url}/oauth/token",
        "scopes_supported": sorted(scopes.KNOWN),
        "response_types_supported": ["code", "token"],
        "grant_types_supported": ["authorization_code", "implicit"],
        "code_challenge_methods_supported": ["plain", "S256"],
    }


def _group_document(name: str) -> dict[str, Any] | None:
    group = make_group(name)
    return {"kind": "APIGroup", "apiVersion": "v1", **group} if group else None


def document(path: str, url: str, oauth_url: str) -> Any | None:
    """The document at a path that is no resource, or None. Paths end without a slash."""
    fixed: dict[str, Callable[[], Any]] = {
        "/version": lambda: VERSION,
        "/api": lambda: make_versions(url.removeprefix("https://")),
        "/apis": make_group_list,
        "/.well-known/oauth-authorization-server": lambda: make_well_known(oauth_url),
        "/healthz": lambda: "ok",
        "/livez": lambda: "ok",
        "/readyz": lambda: "ok",
    }
    if path in fixed:
        return fixed[path]()
    parts = path.strip("/").split("/")
    if parts == ["api", "v1"]:
        return make_resource_list("", "v1")
    if parts[0] == "apis" and len(parts) == 2:
        return _group_document(parts[1])
    if parts[0] == "apis" and len(parts) == 3:
        return make_resource_list(parts[1], parts[2])
    return None
