"""OpenShift's Routes: hosts, paths, where they lead, TLS. Pure."""

from __future__ import annotations

from pocket_openshift.resources.rules.validation import formats, object_meta
from pocket_openshift.vocabulary.field_errors import (
    Causes,
    Object,
    each_invalid,
    invalid,
    items,
    not_supported,
    part,
    required,
    unchanged,
)

_TERMINATIONS = ("edge", "passthrough", "reencrypt")
_LOOSE = "route.openshift.io/allow-non-dns-compliant-host"
_WEIGHT = "weight must be an integer between 0 and 256"
_HIDDEN = {
    "certificate": "redacted certificate data",
    "key": "redacted key data",
    "caCertificate": "redacted ca certificate data",
    "destinationCACertificate": "redacted destination ca certificate data",
}


def of_new(route: Object) -> Causes:
    """A route."""
    yield from _whole(route, host=True)


def of_change(new: Object, old: Object) -> Causes:
    """A change of a route. A host that was wrong before stays as it is."""
    yield from object_meta.of_change(new, old, own=False)
    after, before = part(new, "spec"), part(old, "spec")
    yield from unchanged(
        "spec.wildcardPolicy", after.get("wildcardPolicy"), before.get("wildcardPolicy")
    )
    host = before.get("host", "")
    good = not any(formats.dns_label(label) for label in host.split(".")) if host else True
    yield from _whole(new, host=good and after.get("host") != host)


def _whole(route: Object, *, host: bool) -> Causes:
    yield from object_meta.of_new(route, formats.dns_subdomain, own=False)
    spec = part(route, "spec")
    loose = part(route["metadata"], "annotations").get(_LOOSE) == "true"
    yield from _host(spec.get("host", ""), labels=host and not loose)
    yield from _wildcard(spec)
    yield from _path(spec)
    yield from _target(part(spec, "to"), "spec.to")
    others = spec.get("alternateBackends") or []
    if len(others) > 3:
        why = "cannot specify more than 3 alternate backends"
        yield required("spec.alternateBackends", why)
    for where, other in items(spec, "alternateBackends", "spec"):
        yield from _target(other, where)
    if spec.get("port") is not None and not spec["port"].get("targetPort"):
        yield required("spec.port.targetPort")
    yield from _tls(part(spec, "tls"))


def _host(host: str, *, labels: bool) -> Causes:
    if not host:
        return
    if formats.dns_subdomain(host):
        yield invalid("spec.host", host, "host must conform to DNS 952 subdomain conventions")
    if labels:
        for label in host.split("."):
            yield from each_invalid("spec.host", host, formats.dns_label(label))


def _wildcard(spec: Object) -> Causes:
    policy = spec.get("wildcardPolicy") or "None"
    if policy not in ("None", "Subdomain"):
        yield not_supported("spec.wildcardPolicy", policy, ("None", "Subdomain"))
    elif policy == "Subdomain" and not spec.get("host"):
        why = "host name not specified for wildcard policy"
        yield invalid("spec.wildcardPolicy", policy, why)


def _path(spec: Object) -> Causes:
    path = spec.get("path", "")
    if path and not path.startswith("/"):
        yield invalid("spec.path", path, "path must begin with /")
    if path and part(spec, "tls").get("termination") == "passthrough":
        yield invalid("spec.path", path, "passthrough termination does not support paths")


def _target(target: Object, place: str) -> Causes:
    if not target.get("name"):
        yield required(f"{place}.name")
    kind, weight = target.get("kind", ""), target.get("weight")
    if kind != "Service":
        yield invalid(f"{place}.kind", kind, "must reference a Service")
    if weight is not None and not 0 <= weight <= 256:
        yield invalid(f"{place}.weight", weight, _WEIGHT)


def _tls(tls: Object) -> Causes:
    if not tls:
        return
    kind, where = tls.get("termination", ""), "spec.tls"
    if kind not in _TERMINATIONS:
        yield not_supported(f"{where}.termination", kind, _TERMINATIONS)
    for name, shown in _HIDDEN.items():
        if not tls.get(name):
            continue
        if kind == "passthrough":
            why = "passthrough termination does not support certificates"
            yield invalid(f"{where}.{name}", shown, why)
        elif kind == "edge" and name == "destinationCACertificate":
            why = "edge termination does not support destination certificates"
            yield invalid(f"{where}.{name}", shown, why)
    yield from _insecure(tls.get("insecureEdgeTerminationPolicy", ""), kind)


def _insecure(policy: str, kind: str) -> Causes:
    if not policy:
        return
    known = ("None", "Redirect") if kind == "passthrough" else ("Allow", "None", "Redirect")
    if policy not in known:
        words = ", ".join(sorted(known, key=("None", "Allow", "Redirect").index))
        option = "InsecureEdgeTerminationPolicy option"
        why = f"invalid value for {option}, acceptable values are {words}, or empty"
        yield invalid("spec.tls.insecureEdgeTerminationPolicy", policy, why)
