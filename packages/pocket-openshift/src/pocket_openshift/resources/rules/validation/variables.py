"""Environment variables of a container, and the fields and resources that they may show. Pure."""

from __future__ import annotations

import re

from pocket_openshift.resources.rules.validation import formats
from pocket_openshift.vocabulary.field_errors import (
    Causes,
    Object,
    each_invalid,
    invalid,
    items,
    not_supported,
    required,
)
from workshop_kube.rules import quantities

_FIELDS = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
)
VOLUME_FIELDS = (
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
)
# All fields that the downward API can name at all, here or in a volume.
_LABELS = frozenset(
    {
        *_FIELDS,
        *VOLUME_FIELDS,
        "spec.restartPolicy",
        "spec.schedulerName",
        "status.phase",
        "spec.hostNetwork",
        "status.nominatedNodeName",
    }
)
_RESOURCES = (
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
)
_DIVISORS = ("1", *(f"1{s}" for s in "kMGTPE"), *(f"1{s}i" for s in "KMGTPE"))
_SUBSCRIPT = re.compile(r"(?P<path>[^\[\]]+)\['(?P<key>.*)'\]")
_SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")


def variables(container: Object, place: str) -> Causes:
    """`env` and `envFrom` of a container."""
    for where, variable in items(container, "env", place):
        name = variable.get("name", "")
        if name:
            yield from each_invalid(f"{where}.name", name, formats.variable_name(name))
        else:
            yield required(f"{where}.name")
        yield from _source(variable, f"{where}.valueFrom")
    for where, source in items(container, "envFrom", place):
        yield from _bulk_source(source, where, f"{place}.envFrom")


def _source(variable: Object, place: str) -> Causes:
    source = variable.get("valueFrom")
    if source is None:
        return
    given = [name for name in _SOURCES if source.get(name) is not None]
    if "fieldRef" in given:
        yield from field_ref(source["fieldRef"], f"{place}.fieldRef", _FIELDS)
    if "resourceFieldRef" in given:
        yield from resource_ref(source["resourceFieldRef"], f"{place}.resourceFieldRef")
    for name in ("configMapKeyRef", "secretKeyRef"):
        if name in given:
            yield from key_ref(source[name], f"{place}.{name}")
    if not given:
        text = (
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, "
            "`secretKeyRef` or `fileKeyRef`"
        )
        yield invalid(place, "", text)
    elif variable.get("value"):
        yield invalid(place, "", "may not be specified when `value` is not empty")
    elif len(given) > 1:
        yield invalid(place, "", "may not have more than one field specified at a time")


def field_ref(ref: Object, place: str, known: tuple[str, ...]) -> Causes:
    """A field of the pod that is shown to its container."""
    path = ref.get("fieldPath", "")
    if not path:
        yield required(f"{place}.fieldPath")
        return
    found = _SUBSCRIPT.fullmatch(path)
    if found is None and path not in _LABELS:
        why = f"error converting fieldPath: field label not supported: {path}"
        yield invalid(f"{place}.fieldPath", path, why)
    elif found is None and path not in known:
        yield not_supported(f"{place}.fieldPath", path, known)
    elif found is not None and found["path"] not in ("metadata.annotations", "metadata.labels"):
        if found["path"] in _LABELS:
            yield invalid(place, found["path"], "does not support subscript")
        else:
            why = f"error converting fieldPath: field label does not support subscript: {path}"
            yield invalid(f"{place}.fieldPath", path, why)
    elif found is not None:
        key = found["key"].lower() if found["path"].endswith("annotations") else found["key"]
        yield from each_invalid(place, key, formats.label_key(key))


def resource_ref(ref: Object, place: str, *, in_volume: bool = False) -> Causes:
    """A limit or request of a container that is shown to it."""
    resource = ref.get("resource", "")
    huge = resource.startswith(("requests.hugepages-", "limits.hugepages-"))
    if in_volume and not ref.get("containerName"):
        yield required(f"{place}.containerName")
    elif not resource:
        yield required(f"{place}.resource")
    elif resource not in _RESOURCES and not huge:
        yield not_supported(f"{place}.resource", resource, _RESOURCES)
    yield from _divisor(resource, ref.get("divisor"), f"{place}.divisor")


def _divisor(resource: str, divisor: str | None, place: str) -> Causes:
    if divisor is None or quantities.parse(divisor) == 0:
        return
    what = resource.partition(".")[2]
    if what == "cpu" and divisor not in ("1m", "1"):
        why = "only divisor's values 1m and 1 are supported with the cpu resource"
        yield invalid(place, resource, why)
    elif what in ("memory", "ephemeral-storage") and divisor not in _DIVISORS:
        name = "local ephemeral storage" if what == "ephemeral-storage" else what
        why = f"only divisor's values {', '.join(_DIVISORS)} are supported with the {name} resource"
        yield invalid(place, resource, why)


def key_ref(ref: Object, place: str) -> Causes:
    """A key of a ConfigMap or Secret."""
    name, key = ref.get("name", ""), ref.get("key", "")
    yield from each_invalid(f"{place}.name", name, formats.dns_subdomain(name))
    if key:
        yield from each_invalid(f"{place}.key", key, formats.config_key(key))
    else:
        yield required(f"{place}.key")


def _bulk_source(source: Object, place: str, whole: str) -> Causes:
    beginning = source.get("prefix", "")
    if beginning:
        yield from each_invalid(f"{place}.prefix", beginning, formats.variable_name(beginning))
    given = [name for name in ("configMapRef", "secretRef") if source.get(name) is not None]
    for name in given:
        yield from _named(source[name], f"{place}.{name}")
    if not given:
        yield invalid(whole, "", "must specify one of: `configMapRef` or `secretRef`")
    elif len(given) > 1:
        yield invalid(whole, "", "may not have more than one field specified at a time")


def _named(ref: Object, place: str) -> Causes:
    name = ref.get("name", "")
    if name:
        wrong = formats.prefix(formats.dns_subdomain)(name)
        yield from each_invalid(f"{place}.name", name, wrong)
    else:
        yield required(f"{place}.name")
