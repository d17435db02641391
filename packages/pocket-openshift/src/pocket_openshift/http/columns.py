"""What `kubectl get` prints of each kind: the titles of the columns, and how a cell is read. Pure.

`tables` asks. A column is a title and a function from the object to the cell.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

Cell = Callable[[dict[str, Any]], Any]


def age(obj: dict[str, Any], field: str = "creationTimestamp") -> str:
    """How long ago, as kubectl writes it: 12s, 5m3s, 3h, 2d."""
    return since(obj.get("metadata", {}).get(field))


def since(text: str | None, now: datetime | None = None) -> str:
    """The time since an RFC 3339 moment, in kubectl's short form.

    `<unknown>` where there is none.
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


def _pairs(*path: str) -> Cell:
    def cell(obj: dict[str, Any]) -> str:
        found = _at(*path, missing={})(obj)
        return ",".join(f"{name}={value}" for name, value in sorted(found.items())) or "<none>"

    return cell


def _of_template(field: str) -> Cell:
    def cell(obj: dict[str, Any]) -> str:
        containers = _at("spec", "template", "spec", "containers", missing=())(obj)
        return ",".join(str(one.get(field, "")) for one in containers)

    return cell


def _job_status(obj: dict[str, Any]) -> str:
    for condition in obj.get("status", {}).get("conditions") or ():
        if condition.get("status") == "True" and condition["type"] in ("Complete", "Failed"):
            return str(condition["type"])
    return "Running"


def _completions(obj: dict[str, Any]) -> str:
    return (
        f"{_at('status', 'succeeded', missing=0)(obj)}/{_at('spec', 'completions', missing=1)(obj)}"
    )


def _addresses(obj: dict[str, Any]) -> str:
    found = [
        f"{address['ip']}:{port['port']}"
        for subset in obj.get("subsets") or ()
        for address in subset.get("addresses") or ()
        for port in subset.get("ports") or ()
    ]
    more = f" + {len(found) - 3} more..." if len(found) > 3 else ""
    return ",".join(found[:3]) + more or "<none>"


def _slice_ports(obj: dict[str, Any]) -> str:
    return ",".join(str(port["port"]) for port in obj.get("ports") or ()) or "<unset>"


def _slice_addresses(obj: dict[str, Any]) -> str:
    found = [a for endpoint in obj.get("endpoints") or () for a in endpoint["addresses"]]
    more = f" + {len(found) - 3} more..." if len(found) > 3 else ""
    return ",".join(found[:3]) + more or "<unset>"


def _node_roles(obj: dict[str, Any]) -> str:
    prefix = "node-role.kubernetes.io/"
    labels = obj["metadata"].get("labels") or {}
    return (
        ",".join(n.removeprefix(prefix) for n in sorted(labels) if n.startswith(prefix)) or "<none>"
    )


def _node_address(obj: dict[str, Any]) -> str:
    addresses = obj.get("status", {}).get("addresses") or []
    return next((a["address"] for a in addresses if a["type"] == "InternalIP"), "<none>")


def _role(obj: dict[str, Any]) -> str:
    ref = obj.get("roleRef", {})
    return f"{ref.get('kind', '')}/{ref.get('name', '')}"


def _quota(*, limits: bool) -> Cell:
    def cell(obj: dict[str, Any]) -> str:
        hard = obj.get("status", {}).get("hard") or {}
        used = obj.get("status", {}).get("used") or {}
        names = [name for name in sorted(hard) if name.startswith("limits.") is limits]
        return ", ".join(f"{name}: {used.get(name, '0')}/{hard[name]}" for name in names)

    return cell


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
    "resourcequotas": (("Request", _quota(limits=False)), ("Limit", _quota(limits=True))),
    "endpoints": (("Endpoints", _addresses),),
    "endpointslices.discovery.k8s.io": (
        ("AddressType", _at("addressType")),
        ("Ports", _slice_ports),
        ("Endpoints", _slice_addresses),
    ),
    "replicasets.apps": (
        ("Desired", _at("spec", "replicas", missing=0)),
        ("Current", _at("status", "replicas", missing=0)),
        ("Ready", _at("status", "readyReplicas", missing=0)),
    ),
    "replicationcontrollers": (
        ("Desired", _at("spec", "replicas", missing=0)),
        ("Current", _at("status", "replicas", missing=0)),
        ("Ready", _at("status", "readyReplicas", missing=0)),
    ),
    "statefulsets.apps": (("Ready", _replicas),),
    "jobs.batch": (("Status", _job_status), ("Completions", _completions)),
    "cronjobs.batch": (
        ("Schedule", _at("spec", "schedule")),
        ("Suspend", _at("spec", "suspend", missing=False)),
    ),
    "persistentvolumes": (
        ("Capacity", _at("spec", "capacity", "storage", missing="")),
        ("Access Modes", _access),
        ("Reclaim Policy", _at("spec", "persistentVolumeReclaimPolicy", missing="")),
        ("Status", _at("status", "phase", missing="")),
        ("Claim", _at("spec", "claimRef", "name", missing="")),
        ("StorageClass", _at("spec", "storageClassName", missing="")),
    ),
    "networkpolicies.networking.k8s.io": (
        ("Pod-Selector", _pairs("spec", "podSelector", "matchLabels")),
    ),
    "persistentvolumeclaims": (
        ("Status", _at("status", "phase")),
        ("Volume", _at("spec", "volumeName", missing="")),
        ("Capacity", _at("status", "capacity", "storage", missing="")),
        ("Access Modes", _access),
        ("StorageClass", _at("spec", "storageClassName", missing="")),
    ),
    "nodes": (
        ("Status", _node_ready),
        ("Roles", _node_roles),
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
    "builds.build.openshift.io": (("Status", _at("status", "phase")),),
    "templates.template.openshift.io": (
        ("Description", _at("metadata", "annotations", "description", missing="")),
        ("Parameters", _count("parameters")),
        ("Objects", _count("objects")),
    ),
}

_TEMPLATE: tuple[tuple[str, Cell], ...] = (
    ("Containers", _of_template("name")),
    ("Images", _of_template("image")),
)
_SELECTED = (*_TEMPLATE, ("Selector", _pairs("spec", "selector", "matchLabels")))
# Columns after AGE that `-o wide` shows.
_WIDE: dict[str, tuple[tuple[str, Cell], ...]] = {
    "pods": (
        ("IP", _at("status", "podIP")),
        ("Node", _at("spec", "nodeName")),
        ("Nominated Node", _at("status", "nominatedNodeName")),
        ("Readiness Gates", lambda obj: "<none>"),
    ),
    "services": (("Selector", _pairs("spec", "selector")),),
    "deployments.apps": _SELECTED,
    "replicasets.apps": _SELECTED,
    "statefulsets.apps": _TEMPLATE,
    "jobs.batch": _SELECTED,
    "nodes": (("Internal-IP", _node_address),),
}


def of(resource: str) -> tuple[list[tuple[str, Cell]], tuple[tuple[str, Cell], ...]]:
    """The columns of a kind: those that are always shown, and those of `-o wide`."""
    return _narrow(resource), _WIDE.get(resource, ())


def _narrow(resource: str) -> list[tuple[str, Cell]]:
    name: Cell = _at("metadata", "name")
    if resource == "events":
        return [("Last Seen", _event_age), *_COLUMNS[resource]]
    return [("Name", name), *_COLUMNS.get(resource, ()), ("Age", age)]
