"""What the API server warns of in pods and their templates: allowed, and likely a mistake. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pocket_openshift.resources.rules.validation import formats
from pocket_openshift.vocabulary.field_errors import Object, items, part
from workshop_kube.rules import quantities

_IN_POD = "the Pod's hostname"
_IN_PODS = "Pod names and hostnames"
_NAMED = {
    "pods": _IN_POD,
    **dict.fromkeys(
        (
            "replicationcontrollers",
            "deployments.apps",
            "replicasets.apps",
            "statefulsets.apps",
            "jobs.batch",
            "cronjobs.batch",
        ),
        _IN_PODS,
    ),
}
_TEMPLATES = {
    **dict.fromkeys(
        (
            "replicationcontrollers",
            "deployments.apps",
            "replicasets.apps",
            "statefulsets.apps",
            "daemonsets.apps",
            "jobs.batch",
        ),
        ("spec", "template"),
    ),
    "cronjobs.batch": ("spec", "jobTemplate", "spec", "template"),
    "podtemplates": ("template",),
}
_BYTES = ("memory", "ephemeral-storage")
_OLD_LABELS = {
    "beta.kubernetes.io/arch": ("v1.14", "kubernetes.io/arch"),
    "beta.kubernetes.io/os": ("v1.14", "kubernetes.io/os"),
    "failure-domain.beta.kubernetes.io/region": ("v1.17", "topology.kubernetes.io/region"),
    "failure-domain.beta.kubernetes.io/zone": ("v1.17", "topology.kubernetes.io/zone"),
    "beta.kubernetes.io/instance-type": ("v1.17", "node.kubernetes.io/instance-type"),
}


def find(resource: str, obj: Object, old: Object | None) -> Iterator[str]:
    """Warnings of an object; of a change only where pods of it will be others."""
    if old is None and resource in _NAMED:
        yield from _of_name(obj["metadata"].get("name", ""), _NAMED[resource])
    if resource == "ingresses.networking.k8s.io" and old is None:
        yield from _of_ingress(obj)
    if resource == "pods":
        if old is None:
            yield from of_pod(part(obj, "spec"), "spec")
    elif resource in _TEMPLATES and (old is None or old.get("spec") != obj.get("spec")):
        template = obj
        for name in _TEMPLATES[resource]:
            template = part(template, name)
        place = ".".join(_TEMPLATES[resource])
        yield from of_pod(part(template, "spec"), f"{place}.spec")


def _of_name(name: str, use: str) -> Iterator[str]:
    if wrong := formats.dns_label(name):
        yield (
            f"metadata.name: this is used in {use}, which can result in surprising behavior; a DNS "
            f"label is recommended: [{' '.join(wrong)}]"
        )


def _of_ingress(obj: Object) -> Iterator[str]:
    name = "kubernetes.io/ingress.class"
    if name in part(obj["metadata"], "annotations") and "ingressClassName" not in part(obj, "spec"):
        yield f"annotation \"{name}\" is deprecated, please use 'spec.ingressClassName' instead"


def of_pod(spec: Object, place: str) -> Iterator[str]:
    """Warnings of a pod's spec."""
    for key in spec.get("nodeSelector") or ():
        if key in _OLD_LABELS:
            since, better = _OLD_LABELS[key]
            told = f'deprecated since {since}; use "{better}" instead'
            yield f"{place}.nodeSelector[{key}]: {told}"
    for where, one in items(spec, "topologySpreadConstraints", place):
        if one.get("labelSelector") is None:
            yield f"{where}.labelSelector: a null labelSelector results in matching no pod"
    for where, volume in items(spec, "volumes", place):
        if "gitRepo" in volume:
            yield f"{where}.gitRepo: deprecated in v1.11"
    yield from _twice(spec, place, "hostAliases", "ip")
    yield from _twice(spec, place, "imagePullSecrets", "name")
    for where, secret in items(spec, "imagePullSecrets", place):
        if not secret.get("name"):
            yield f'{where}.name: invalid empty name ""'
    every = [one for kind in ("initContainers", "containers") for one in items(spec, kind, place)]
    for where, container in every:
        yield from _fractions(container, where)
        yield from _hidden_variables(container, where)
    yield from _ports(every)


def _twice(spec: Object, place: str, field: str, key: str) -> Iterator[str]:
    seen: set[str] = set()
    for where, one in items(spec, field, place):
        value = one.get(key, "")
        if value in seen:
            yield f'{where}.{key}: duplicate {key} "{value}"'
        seen.add(value)


def _fractions(container: Object, place: str) -> Iterator[str]:
    resources = part(container, "resources")
    for name in _BYTES:
        for kind in ("limits", "requests"):
            value = part(resources, kind).get(name)
            if value is not None and quantities.parse(value) % 1:
                where = f"{place}.resources.{kind}[{name}]"
                yield f'{where}: fractional byte value "{value}" is invalid, must be an integer'


def _hidden_variables(container: Object, place: str) -> Iterator[str]:
    seen: set[str] = set()
    for where, variable in items(container, "env", place):
        name, value = variable.get("name", ""), variable.get("value", "")
        reference = f"$({name})"
        hides = "valueFrom" in variable or value == reference or reference not in value
        if name in seen and hides:
            told = f'hides previous definition of "{name}"'
            yield f"{where}: {told}, which may be dropped when using apply"
        seen.add(name)


def _ports(containers: Iterable[tuple[str, Object]]) -> Iterator[str]:
    """Ports that are said more than once in the pod."""
    known: dict[tuple[object, object], list[tuple[str, Object]]] = {}
    for place, container in containers:
        for where, port in items(container, "ports", place):
            others = known.setdefault((port.get("containerPort"), port.get("protocol")), [])
            for other_place, other in others:
                yield from _overlap(where, port, other_place, other)
            others.append((where, port))


def _overlap(where: str, port: Object, other_place: str, other: Object) -> Iterator[str]:
    here, there = ((one.get("hostIP", ""), one.get("hostPort", 0)) for one in (port, other))
    if here == there:
        yield f"{where}: duplicate port definition with {other_place}"
    elif not (here[1] and there[1]):
        yield f"{where}: overlapping port definition with {other_place}"
