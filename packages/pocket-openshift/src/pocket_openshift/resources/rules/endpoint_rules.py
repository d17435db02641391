"""Which pods stand behind a Service, as Endpoints and as an EndpointSlice. Pure.

`resources/endpoints` keeps the objects; the router (`router/rules/routing`) looks at pods itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pocket_openshift.resources.rules import replica_rules

Object = dict[str, Any]
SERVICE_LABEL = "kubernetes.io/service-name"
MANAGED_LABEL = "endpointslice.kubernetes.io/managed-by"
_CONTROLLER = "endpointslice-controller.k8s.io"


def selects(service: Mapping[str, Any], pod: Mapping[str, Any]) -> bool:
    """Whether a Service's selector names a pod. One without a selector names none."""
    wanted = service.get("spec", {}).get("selector") or {}
    labels = pod["metadata"].get("labels") or {}
    return bool(wanted) and all(labels.get(name) == value for name, value in wanted.items())


def _stands(pod: Mapping[str, Any]) -> bool:
    """Whether a pod has an address that it answers at, or will."""
    return bool(pod.get("status", {}).get("podIP")) and replica_rules.is_alive(pod)


def _target(pod: Mapping[str, Any], port: Mapping[str, Any]) -> int | None:
    """The number of a Service's port at a pod; None where the pod has no port of that name."""
    wanted = port.get("targetPort") or port["port"]
    if isinstance(wanted, int):
        return wanted
    named = (
        found["containerPort"]
        for container in pod["spec"].get("containers") or ()
        for found in container.get("ports") or ()
        if found.get("name") == wanted
    )
    return next(named, None)


def _ports(service: Mapping[str, Any], pod: Mapping[str, Any]) -> tuple[tuple[str, int, str], ...]:
    found = []
    for port in service["spec"].get("ports") or ():
        number = _target(pod, port)
        if number is not None:
            found.append((port.get("name", ""), number, port.get("protocol", "TCP")))
    return tuple(found)


def _port_objects(ports: tuple[tuple[str, int, str], ...], *, named: bool) -> list[Object]:
    return [
        {**({"name": name} if name or named else {}), "port": number, "protocol": protocol}
        for name, number, protocol in ports
    ]


def _reference(pod: Mapping[str, Any]) -> Object:
    metadata = pod["metadata"]
    return {"kind": "Pod", **{field: metadata[field] for field in ("namespace", "name", "uid")}}


def _address(pod: Mapping[str, Any]) -> Object:
    node = pod["spec"].get("nodeName")
    found = {"ip": pod["status"]["podIP"], "targetRef": _reference(pod)}
    return {**found, "nodeName": node} if node else found


def _is_ready(service: Mapping[str, Any], pod: Mapping[str, Any]) -> bool:
    return replica_rules.is_ready(pod) or bool(service["spec"].get("publishNotReadyAddresses"))


def _by_ports(
    service: Mapping[str, Any], pods: Iterable[Object]
) -> dict[tuple[tuple[str, int, str], ...], list[Object]]:
    groups: dict[tuple[tuple[str, int, str], ...], list[Object]] = {}
    for pod in sorted(filter(_stands, pods), key=lambda pod: str(pod["metadata"]["name"])):
        groups.setdefault(_ports(service, pod), []).append(pod)
    return groups


def make_subsets(service: Mapping[str, Any], pods: Iterable[Object]) -> list[Object]:
    """The subsets of the Service's Endpoints; `pods` are those that it selects."""
    subsets = []
    for ports, members in _by_ports(service, pods).items():
        ready = [_address(pod) for pod in members if _is_ready(service, pod)]
        waiting = [_address(pod) for pod in members if not _is_ready(service, pod)]
        parts = {"addresses": ready, "notReadyAddresses": waiting}
        parts["ports"] = _port_objects(ports, named=False)
        subsets.append({name: part for name, part in parts.items() if part})
    return subsets


def make_slices(service: Mapping[str, Any], pods: Iterable[Object]) -> list[Object]:
    """The Service's EndpointSlices, one for each set of ports that its pods have."""
    metadata, slices = service["metadata"], []
    owner = {**replica_rules.owner_reference({**service, "apiVersion": "v1", "kind": "Service"})}
    for number, (ports, members) in enumerate(_by_ports(service, pods).items()):
        slices.append(
            {
                "metadata": {
                    "name": f"{metadata['name']}-{number}",
                    "namespace": metadata["namespace"],
                    "labels": {SERVICE_LABEL: metadata["name"], MANAGED_LABEL: _CONTROLLER},
                    "ownerReferences": [owner],
                },
                "addressType": "IPv4",
                "endpoints": [_endpoint(service, pod) for pod in members],
                "ports": _port_objects(ports, named=True),
            }
        )
    return slices


def _endpoint(service: Mapping[str, Any], pod: Mapping[str, Any]) -> Object:
    address, ready = _address(pod), _is_ready(service, pod)
    conditions = {"ready": ready, "serving": ready, "terminating": False}
    made = {"addresses": [address.pop("ip")], "conditions": conditions}
    return {**made, **address}
