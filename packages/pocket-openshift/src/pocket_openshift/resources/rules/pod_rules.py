"""What the API server fills into a pod that says little. Pure: changes the given spec in place.

Used by `resources/pods` for pods; templates of Deployments are filled when their pods are made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workshop_kube.rules import quantities

TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105 - a path
_EVICTION: list[dict[str, Any]] = [
    {
        "effect": "NoExecute",
        "key": f"node.kubernetes.io/{name}",
        "operator": "Exists",
        "tolerationSeconds": 300,
    }
    for name in ("not-ready", "unreachable")
]
_PRESSURE: dict[str, Any] = {
    "effect": "NoSchedule",
    "key": "node.kubernetes.io/memory-pressure",
    "operator": "Exists",
}


# Classes that every cluster has.
SYSTEM_PRIORITIES = {
    "system-cluster-critical": 2_000_000_000,
    "system-node-critical": 2_000_001_000,
}


def containers(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Init containers and containers."""
    yield from spec.get("initContainers") or ()
    yield from spec.get("containers") or ()


def fill_spec(spec: dict[str, Any]) -> None:
    """A pod spec's defaults, but for what depends on its account."""
    for name, value in {
        "dnsPolicy": "ClusterFirst",
        "enableServiceLinks": True,
        "preemptionPolicy": "PreemptLowerPriority",
        "priority": 0,
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "terminationGracePeriodSeconds": 30,
    }.items():
        spec.setdefault(name, value)
    spec["securityContext"] = spec.get("securityContext") or {}
    for container in containers(spec):
        _fill_container(container)
    for volume in spec.get("volumes") or ():
        _fill_volume(volume)


def _fill_container(container: dict[str, Any]) -> None:
    image = str(container.get("image", ""))
    tag = image.rpartition("/")[2].partition(":")[2]
    latest = "@" not in image and tag in ("", "latest")
    container.setdefault("imagePullPolicy", "Always" if latest else "IfNotPresent")
    container.setdefault("terminationMessagePath", "/dev/termination-log")
    container.setdefault("terminationMessagePolicy", "File")
    resources = container["resources"] = container.get("resources") or {}
    if resources.get("limits"):
        resources["requests"] = {**resources["limits"], **(resources.get("requests") or {})}
    for port in container.get("ports") or ():
        port.setdefault("protocol", "TCP")
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        if container.get(name):
            _fill_probe(container[name])
    for variable in container.get("env") or ():
        source = variable.get("valueFrom") or {}
        if source.get("fieldRef"):
            source["fieldRef"].setdefault("apiVersion", "v1")


def _fill_probe(probe: dict[str, Any]) -> None:
    for name, value in (
        ("timeoutSeconds", 1),
        ("periodSeconds", 10),
        ("successThreshold", 1),
        ("failureThreshold", 3),
    ):
        probe.setdefault(name, value)
    if probe.get("httpGet"):
        probe["httpGet"].setdefault("scheme", "HTTP")
        probe["httpGet"].setdefault("path", "/")


def _fill_volume(volume: dict[str, Any]) -> None:
    for name in ("secret", "configMap", "projected", "downwardAPI"):
        if volume.get(name):
            volume[name].setdefault("defaultMode", 420)
    if volume.get("hostPath"):
        volume["hostPath"].setdefault("type", "")


def add_tolerations(spec: dict[str, Any]) -> None:
    """Those that every pod has, and the one of pods that are not best-effort."""
    present = spec.get("tolerations") or []
    keys = {item.get("key") for item in present}
    wanted = [*_EVICTION, *([_PRESSURE] if qos_class(spec) != "BestEffort" else [])]
    spec["tolerations"] = [*present, *(dict(item) for item in wanted if item["key"] not in keys)]


def token_volume(name: str) -> dict[str, Any]:
    """The projected volume with the account's token, the CA and the namespace."""
    namespace = {
        "path": "namespace",
        "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"},
    }
    sources = [
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {"downwardAPI": {"items": [namespace]}},
        {
            "configMap": {
                "name": "openshift-service-ca.crt",
                "items": [{"key": "service-ca.crt", "path": "service-ca.crt"}],
            }
        },
    ]
    return {"name": name, "projected": {"defaultMode": 420, "sources": sources}}


def mount_token(spec: dict[str, Any], name: str) -> None:
    """Mount the token volume into every container that has nothing at its path."""
    mounted = False
    for container in containers(spec):
        mounts = container.get("volumeMounts") or []
        if all(mount.get("mountPath") != TOKEN_PATH for mount in mounts):
            mount = {"name": name, "readOnly": True, "mountPath": TOKEN_PATH}
            container["volumeMounts"] = [*mounts, mount]
            mounted = True
    if mounted:
        spec["volumes"] = [*(spec.get("volumes") or ()), token_volume(name)]


def qos_class(spec: dict[str, Any]) -> str:
    """Guaranteed, Burstable or BestEffort, by requests and limits of cpu and memory."""
    parts = [container.get("resources") or {} for container in containers(spec)]
    asked = [(part.get("requests") or {}, part.get("limits") or {}) for part in parts]
    if not any(requests or limits for requests, limits in asked):
        return "BestEffort"
    for requests, limits in asked:
        for name in ("cpu", "memory"):
            limit, request = limits.get(name), requests.get(name, limits.get(name))
            if limit is None or quantities.parse(limit) != quantities.parse(request):
                return "Burstable"
    return "Guaranteed"
