"""Tables, as kubectl asks for them (`Accept: application/json;as=Table`): columns and cells of
every kind. Pure.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

from . import kinds, paths

Cell = Callable[[dict[str, Any]], Any]


def wanted(accept: str) -> bool:
    """Whether the caller's first choice is a table."""
    first = accept.split(",")[0].replace(" ", "")
    return "as=Table" in first and "g=meta.k8s.io" in first


def age(obj: dict[str, Any], field: str = "creationTimestamp") -> str:
    """How long ago, as kubectl writes it: 12s, 5m3s, 3h, 2d."""
    return since(obj.get("metadata", {}).get(field))


def since(text: str | None, now: datetime | None = None) -> str:
    """The time since an RFC 3339 moment, in kubectl's short form; `<unknown>` where there is
    none.
    """
    if not text:
        return "<unknown>"
    then = datetime.fromisoformat(text.replace("Z", "+00:00"))
    seconds = max(0, int(((now or datetime.now(UTC)) - then).total_seconds()))
    if seconds < 120:
        return f"{seconds}s"
    minutes, hours = seconds // 60, seconds // 3600
    if minutes < 10:
        rest = seconds % 60
        return f"{minutes}m{rest}s" if rest else f"{minutes}m"
    if hours < 3:
        return f"{minutes}m"
    if hours < 48:
        return f"{hours}h"
    return f"{hours // 24}d"


def _at(*path: str, missing: Any = "<none>") -> Cell:
    def cell(obj: dict[str, Any]) -> Any:
        value: Any = obj
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        return missing if value in (None, "") else value

    return cell


def _count(*path: str) -> Cell:
    return lambda obj: len(_at(*path, missing=())(obj))


def _pod_ready(obj: dict[str, Any]) -> str:
    statuses = obj.get("status", {}).get("containerStatuses") or []
    ready = sum(1 for status in statuses if status.get("ready"))
    return f"{ready}/{len(obj.get('spec', {}).get('containers', []))}"


def _pod_status(obj: dict[str, Any]) -> str:
    status = obj.get("status", {})
    if "deletionTimestamp" in obj["metadata"]:
        return "Terminating"
    text = status.get("reason") or status.get("phase", "Unknown")
    for container in status.get("containerStatuses") or ():
        state = container.get("state", {})
        reason = (state.get("waiting") or state.get("terminated") or {}).get("reason")
        text = reason or text
    return str(text)


def _pod_restarts(obj: dict[str, Any]) -> str:
    statuses = obj.get("status", {}).get("containerStatuses") or []
    return str(sum(status.get("restartCount", 0) for status in statuses))


def _ports(obj: dict[str, Any]) -> str:
    ports = obj.get("spec", {}).get("ports") or []
    return ",".join(f"{port['port']}/{port.get('protocol', 'TCP')}" for port in ports) or "<none>"


def _role(obj: dict[str, Any]) -> str:
    ref = obj.get("roleRef", {})
    return f"{ref.get('kind', '')}/{ref.get('name', '')}"


def _quota(obj: dict[str, Any]) -> str:
    hard = obj.get("status", {}).get("hard") or {}
    used = obj.get("status", {}).get("used") or {}
    return ", ".join(f"{name}: {used.get(name, '0')}/{hard[name]}" for name in sorted(hard))


def _replicas(obj: dict[str, Any]) -> str:
    return (
        f"{obj.get('status', {}).get('readyReplicas', 0)}/{obj.get('spec', {}).get('replicas', 1)}"
    )


def _event_object(obj: dict[str, Any]) -> str:
    about = obj.get("involvedObject", {})
    return f"{about.get('kind', '').lower()}/{about.get('name', '')}"


def _event_age(obj: dict[str, Any]) -> str:
    return since(
        obj.get("lastTimestamp") or obj.get("eventTime") or obj["metadata"].get("creationTimestamp")
    )


def _node_ready(obj: dict[str, Any]) -> str:
    conditions = obj.get("status", {}).get("conditions") or []
    ready = any(c.get("type") == "Ready" and c.get("status") == "True" for c in conditions)
    return "Ready" if ready else "NotReady"


def _hosts(obj: dict[str, Any]) -> str:
    return ",".join(rule.get("host", "*") for rule in obj.get("spec", {}).get("rules") or ()) or "*"


def _access(obj: dict[str, Any]) -> str:
    short = {
        "ReadWriteOnce": "RWO",
        "ReadOnlyMany": "ROX",
        "ReadWriteMany": "RWX",
        "ReadWriteOncePod": "RWOP",
    }
    return ",".join(short.get(mode, mode) for mode in obj.get("spec", {}).get("accessModes") or ())


def _joined(field: str) -> Cell:
    return lambda obj: ", ".join(obj.get(field) or ())


_TOKEN: tuple[tuple[str, Cell], ...] = (
    ("User Name", _at("userName")),
    ("Client Name", _at("clientName")),
    ("Redirect URI", _at("redirectURI", missing="")),
    ("Scopes", _joined("scopes")),
)

# Columns between NAME and AGE.
_COLUMNS: dict[str, tuple[tuple[str, Cell], ...]] = {
    "pods": (
        ("Ready", _pod_ready),
        ("Status", _pod_status),
        ("Restarts", _pod_restarts),
    ),
    "namespaces": (("Status", _at("status", "phase")),),
    "projects.project.openshift.io": (
        ("Display Name", _at("metadata", "annotations", "openshift.io/display-name", missing="")),
        ("Status", _at("status", "phase")),
    ),
    "services": (
        ("Type", _at("spec", "type")),
        ("Cluster-IP", _at("spec", "clusterIP")),
        ("External-IP", _at("spec", "externalName")),
        ("Port(s)", _ports),
    ),
    "configmaps": (("Data", _count("data")),),
    "secrets": (("Type", _at("type")), ("Data", _count("data"))),
    "serviceaccounts": (("Secrets", _count("secrets")),),
    "resourcequotas": (("Request", _quota),),
    "persistentvolumeclaims": (
        ("Status", _at("status", "phase")),
        ("Volume", _at("spec", "volumeName", missing="")),
        ("Capacity", _at("status", "capacity", "storage", missing="")),
        ("Access Modes", _access),
        ("StorageClass", _at("spec", "storageClassName", missing="")),
    ),
    "nodes": (
        ("Status", _node_ready),
        ("Version", _at("status", "nodeInfo", "kubeletVersion")),
    ),
    "events": (
        ("Type", _at("type")),
        ("Reason", _at("reason")),
        ("Object", _event_object),
        ("Message", _at("message")),
    ),
    "deployments.apps": (
        ("Ready", _replicas),
        ("Up-to-date", _at("status", "updatedReplicas", missing=0)),
        ("Available", _at("status", "availableReplicas", missing=0)),
    ),
    "rolebindings.rbac.authorization.k8s.io": (("Role", _role),),
    "clusterrolebindings.rbac.authorization.k8s.io": (("Role", _role),),
    "routes.route.openshift.io": (
        ("Host/Port", _at("spec", "host", missing="")),
        ("Path", _at("spec", "path", missing="")),
        ("Services", _at("spec", "to", "name", missing="")),
        ("Port", _at("spec", "port", "targetPort", missing="<all>")),
    ),
    "ingresses.networking.k8s.io": (
        ("Class", _at("spec", "ingressClassName")),
        ("Hosts", _hosts),
    ),
    "users.user.openshift.io": (
        ("UID", _at("metadata", "uid")),
        ("Full Name", _at("fullName", missing="")),
        ("Identities", _joined("identities")),
    ),
    "groups.user.openshift.io": (("Users", _joined("users")),),
    "identities.user.openshift.io": (
        ("IDP Name", _at("providerName")),
        ("IDP User Name", _at("providerUserName")),
        ("User Name", _at("user", "name", missing="")),
    ),
    "oauthclients.oauth.openshift.io": (
        ("WWW-Challenge", _at("respondWithChallenges", missing=False)),
        ("Redirect URIs", _joined("redirectURIs")),
    ),
    "oauthaccesstokens.oauth.openshift.io": _TOKEN,
    "useroauthaccesstokens.oauth.openshift.io": _TOKEN,
    "oauthclientauthorizations.oauth.openshift.io": (
        ("User Name", _at("userName")),
        ("Client Name", _at("clientName")),
        ("Scopes", _joined("scopes")),
    ),
    "templates.template.openshift.io": (
        ("Description", _at("metadata", "annotations", "description", missing="")),
        ("Parameters", _count("parameters")),
        ("Objects", _count("objects")),
    ),
}  # fmt: skip


def _columns(resource: str) -> list[tuple[str, Cell]]:
    name: Cell = _at("metadata", "name")
    if resource == "events":
        return [("Last Seen", _event_age), *_COLUMNS[resource]]
    return [("Name", name), *_COLUMNS.get(resource, ()), ("Age", age)]


def make_table(
    kind: kinds.Kind, objects: list[dict[str, Any]], metadata: dict[str, Any]
) -> dict[str, Any]:
    """A table of objects; each row carries the object's metadata, as kubectl needs for `-A` and
    labels.
    """
    columns = _columns(kind.resource)
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata,
        "columnDefinitions": [
            {
                "name": title,
                "type": "string",
                "format": "name" if title == "Name" else "",
                "description": title,
                "priority": 0,
            }
            for title, _ in columns
        ],
        "rows": [
            {
                "cells": [cell(obj) for _, cell in columns],
                "object": {
                    "kind": "PartialObjectMetadata",
                    "apiVersion": "meta.k8s.io/v1",
                    "metadata": obj["metadata"],
                },
            }
            for obj in objects
        ],
    }


def from_answer(body: Any, target: paths.Target) -> dict[str, Any] | None:
    """The table for an object or list that is about to be answered; None for what is no such
    thing.
    """
    if target.kind is None or target.subresource:
        return None
    parsed = json.loads(body) if isinstance(body, bytes) else body
    if not isinstance(parsed, dict) or parsed.get("kind") == "Status":
        return None
    if "items" in parsed:
        return make_table(target.kind, parsed["items"], parsed["metadata"])
    version = parsed.get("metadata", {}).get("resourceVersion", "")
    return make_table(target.kind, [parsed], {"resourceVersion": version})


async def stream(lines: AsyncIterator[bytes], target: paths.Target) -> AsyncIterator[bytes]:
    """A watch whose events carry tables of one row."""
    async for block in lines:
        for line in block.splitlines():
            event = json.loads(line)
            if target.kind is not None and event["type"] in ("ADDED", "MODIFIED", "DELETED"):
                version = event["object"]["metadata"]["resourceVersion"]
                event["object"] = make_table(
                    target.kind, [event["object"]], {"resourceVersion": version}
                )
            yield json.dumps(event).encode() + b"\n"
