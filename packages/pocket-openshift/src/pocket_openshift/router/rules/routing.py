"""From a request's host and path to the pods that answer it. Pure; `router.py` forwards.

Routes, Ingresses and Services (as `NAME.NAMESPACE.svc`) are read as they are in the cluster, and a
service leads to
the ready pods that it selects; nothing is kept between two requests.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Object = Mapping[str, Any]

SERVICE_SUFFIXES = (".svc", ".svc.cluster.local", ".svc.localhost")


@dataclasses.dataclass(frozen=True)
class Target:
    """Where a request goes: a service's port.

    `port` is a service's number or name, or None for its first; `pod_port` is a number or name on
    the endpoints, as a Route has it.
    """

    namespace: str
    service: str
    port: int | str | None = None
    pod_port: int | str | None = None
    weight: int = 1


@dataclasses.dataclass(frozen=True)
class Rule:
    """A host and path that is served; `insecure` is what plain HTTP meets, `refused` why not."""

    host: str
    path: str
    exact: bool
    targets: tuple[Target, ...]
    insecure: str = "Allow"
    secure: bool = True
    refused: str = ""


@dataclasses.dataclass(frozen=True)
class Backend:
    """A pod's address and port."""

    address: str
    port: int


@dataclasses.dataclass(frozen=True)
class Refusal:
    """An answer that the router gives itself."""

    status: int
    text: str
    location: str = ""


@dataclasses.dataclass(frozen=True)
class Request:
    """What decides: host and port of the Host header, the path, and whether it came over TLS."""

    host: str
    port: int | None
    path: str
    secure: bool = False


@dataclasses.dataclass(frozen=True)
class Tables:
    """The cluster, so arranged that a request is decided without looking at everything."""

    services: Mapping[tuple[str, str], Object]
    endpoints: Mapping[tuple[str, str], Object]
    pods: Mapping[str, Sequence[Object]]  # by namespace
    rules: Mapping[str, Sequence[Rule]]  # by host, `*.` and what follows for wildcards, "" for any


def make_tables(
    services: Iterable[Object],
    pods: Iterable[Object],
    endpoints: Iterable[Object],
    rules: Mapping[str, Sequence[Rule]],
) -> Tables:
    """Arrange the cluster's objects; `rules` are `make_rules`'."""
    by_namespace: dict[str, list[Object]] = {}
    for pod in pods:
        by_namespace.setdefault(pod["metadata"]["namespace"], []).append(pod)
    return Tables(_by_name(services), _by_name(endpoints), by_namespace, rules)


def _by_name(objects: Iterable[Object]) -> dict[tuple[str, str], Object]:
    return {(one["metadata"]["namespace"], one["metadata"]["name"]): one for one in objects}


def make_rules(routes: Sequence[Object], ingresses: Iterable[Object]) -> dict[str, list[Rule]]:
    """Every host and path that is served, by host, the longest path first."""
    rules: dict[str, list[Rule]] = {}
    winners = find_winners(routes)
    every = [make_route_rule(route) for route in routes if route["metadata"]["uid"] in winners]
    every += [rule for ingress in ingresses for rule in make_ingress_rules(ingress)]
    for rule in sorted(every, key=lambda rule: (-len(rule.path), not rule.exact)):
        rules.setdefault(rule.host, []).append(rule)
    return rules


def choose(tables: Tables, request: Request) -> tuple[Backend, ...] | Refusal:
    """The pods that may answer (weights apart, in no order), or what to say instead."""
    rule = find_rule(tables, request)
    if rule is None:
        return Refusal(
            503, f"No route, ingress or service answers to {request.host}{request.path}."
        )
    if rule.refused:
        return Refusal(503, rule.refused)
    if not request.secure and rule.insecure == "Redirect":
        return Refusal(302, "Use HTTPS.", f"https://{request.host}{request.path}")
    if not request.secure and rule.insecure == "None":
        return Refusal(503, f"{request.host} is served over HTTPS only.")
    if request.secure and not rule.secure:
        return Refusal(503, f"{request.host} is served without TLS only.")
    found = [backend for target in rule.targets for backend in find_backends(tables, target)]
    if found:
        return tuple(found)
    names = ", ".join(f"{target.namespace}/{target.service}" for target in rule.targets)
    return Refusal(503, f"No ready pod is behind service {names}.")


def find_rule(tables: Tables, request: Request) -> Rule | None:
    """The rule that fits best: a full name, a wildcard, any host; then the longest path."""
    wildcard = "*." + request.host.partition(".")[2]
    for host in (request.host, wildcard, ""):
        for rule in tables.rules.get(host, ()):
            if fits(rule, request.path):
                return rule
    return find_service_rule(request)


def fits(rule: Rule, target: str) -> bool:
    """Whether a rule is for this path. A prefix ends at a slash: /a does not fit /ab."""
    path = target.partition("?")[0]
    if rule.exact or path == rule.path:
        return path == rule.path
    bare = rule.path.rstrip("/")
    return path == bare or path.startswith(bare + "/")


def find_service_rule(request: Request) -> Rule | None:
    """A service asked for by its name, at the port of the Host header if it has that one."""
    for suffix in SERVICE_SUFFIXES:
        parts = request.host.removesuffix(suffix).split(".")
        if request.host.endswith(suffix) and len(parts) == 2:
            return Rule(request.host, "/", False, (Target(parts[1], parts[0], request.port),))
    return None


def find_winners(routes: Iterable[Object]) -> set[str]:
    """The UIDs of the routes that have their host: of several with one host and path the oldest."""
    first: dict[tuple[str, str], Object] = {}
    for route in sorted(routes, key=_age):
        if route["spec"].get("host"):
            first.setdefault((route["spec"]["host"], _path(route)), route)
    return {route["metadata"]["uid"] for route in first.values()}


def _path(route: Object) -> str:
    return route["spec"].get("path") or "/"


def _age(route: Object) -> tuple[str, str, str]:
    metadata = route["metadata"]
    return (metadata.get("creationTimestamp") or "", metadata["namespace"], metadata["name"])


def make_route_rule(route: Object) -> Rule:
    """An OpenShift Route."""
    spec, namespace = route["spec"], route["metadata"]["namespace"]
    tls = spec.get("tls") or {}
    pod_port = (spec.get("port") or {}).get("targetPort")
    every = [spec.get("to") or {}, *(spec.get("alternateBackends") or [])]
    targets = tuple(
        Target(namespace, to["name"], pod_port=pod_port, weight=_weight(to))
        for to in every
        if _weight(to) > 0
    )
    host = spec["host"]
    if spec.get("wildcardPolicy") == "Subdomain":
        host = "*." + host.partition(".")[2]
    termination = tls.get("termination")
    refused = (
        ""
        if termination in (None, "edge")
        else f"This router does not do {termination} termination."
    )
    insecure = (tls.get("insecureEdgeTerminationPolicy") or "None") if termination else "Allow"
    return Rule(host, _path(route), False, targets, insecure, bool(termination), refused)


def _weight(to: Object) -> int:
    weight = to.get("weight")
    return 100 if weight is None else int(weight)


def make_ingress_rules(ingress: Object) -> Iterator[Rule]:
    """A Kubernetes Ingress; a host named in its `tls` is served with and without TLS."""
    spec, namespace = ingress.get("spec") or {}, ingress["metadata"]["namespace"]
    for rule in spec.get("rules") or []:
        for path in (rule.get("http") or {}).get("paths") or []:
            target = _ingress_target(namespace, path["backend"])
            exact = path.get("pathType") == "Exact"
            yield Rule(rule.get("host") or "", path.get("path") or "/", exact, (target,))
    if spec.get("defaultBackend"):
        yield Rule("", "/", False, (_ingress_target(namespace, spec["defaultBackend"]),))


def _ingress_target(namespace: str, backend: Object) -> Target:
    service = backend.get("service") or {}
    port = service.get("port") or {}
    return Target(namespace, service.get("name", ""), port.get("number") or port.get("name"))


def find_backends(tables: Tables, target: Target) -> Iterator[Backend]:
    """The ready pods of a service, at the port that is meant."""
    service = tables.services.get((target.namespace, target.service))
    if service is None:
        return
    port = choose_port(service, target)
    if port is None:
        return
    if not service["spec"].get("selector"):
        yield from _endpoint_backends(tables, target, port)
        return
    for pod in tables.pods.get(target.namespace, ()):
        number = find_pod_port(pod, port)
        if number and selects(service, pod) and is_ready(pod, service):
            yield Backend(pod["status"]["podIP"], number)


def choose_port(service: Object, target: Target) -> Object | None:
    """The service's port that a target means; its first one if the target names none that it has.

    A Route's numeric targetPort is the pods' own: it matches the service's port that leads there.
    """
    ports: Sequence[Object] = service["spec"].get("ports") or []
    if target.pod_port is not None:
        wanted = target.pod_port
        return next(
            (port for port in ports if wanted in (port.get("name"), port.get("targetPort"))), None
        )
    if isinstance(target.port, str):
        return next((port for port in ports if port.get("name") == target.port), None)
    return next(
        (port for port in ports if port["port"] == target.port), ports[0] if ports else None
    )


def find_pod_port(pod: Object, port: Object) -> int | None:
    """The number on the pod: targetPort may be the name of a container's port."""
    wanted = port.get("targetPort") or port["port"]
    if isinstance(wanted, int):
        return wanted
    for container in pod["spec"]["containers"]:
        for own in container.get("ports") or []:
            if own.get("name") == wanted:
                return int(own["containerPort"])
    return int(wanted) if str(wanted).isdigit() else None


def selects(service: Object, pod: Object) -> bool:
    """Whether a service selects a pod of its namespace."""
    labels = pod["metadata"].get("labels") or {}
    return all(labels.get(key) == value for key, value in service["spec"]["selector"].items())


def is_ready(pod: Object, service: Object) -> bool:
    """Whether a pod may be given requests."""
    status = pod.get("status") or {}
    if not status.get("podIP") or status.get("phase") != "Running":
        return False
    if service["spec"].get("publishNotReadyAddresses"):
        return True
    if pod["metadata"].get("deletionTimestamp"):
        return False
    conditions = status.get("conditions") or []
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def _endpoint_backends(tables: Tables, target: Target, port: Object) -> Iterator[Backend]:
    """A service without a selector: what its Endpoints object names."""
    endpoints = tables.endpoints.get((target.namespace, target.service)) or {}
    for subset in endpoints.get("subsets") or []:
        for own in subset.get("ports") or []:
            if own.get("name", "") == port.get("name", ""):
                for address in subset.get("addresses") or []:
                    yield Backend(address["ip"], int(own["port"]))


def make_admission(
    route: Object, router: str, now: str, *, admitted: bool
) -> dict[str, Any] | None:
    """The route's status by this router, or None where it says so already."""
    status = "True" if admitted else "False"
    entries = (route.get("status") or {}).get("ingress") or []
    host = route["spec"].get("host", "")
    for entry in entries:
        known = [
            one["status"] for one in entry.get("conditions") or [] if one["type"] == "Admitted"
        ]
        if (entry.get("routerName"), entry.get("host"), known) == (router, host, [status]):
            return None
    condition = {"type": "Admitted", "status": status, "lastTransitionTime": now}
    if not admitted:
        condition |= {
            "reason": "HostAlreadyClaimed",
            "message": "an older route has this host and path",
        }
    policy = route["spec"].get("wildcardPolicy", "None")
    ours = {"host": host, "routerName": router, "conditions": [condition], "wildcardPolicy": policy}
    others = [entry for entry in entries if entry.get("routerName") != router]
    return {"ingress": [*others, ours]}
