"""Ingresses: hosts, paths and where they lead. Pure."""

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
)

_PATH_TYPES = ("Exact", "ImplementationSpecific", "Prefix")
_INSIDE = ("//", "/./", "/../", "%2f", "%2F")
_ENDS = ("/..", "/.")
_CLASS = "kubernetes.io/ingress.class"


def of_new(ingress: Object) -> Causes:
    """An ingress."""
    yield from _whole(ingress)
    name = part(ingress, "spec").get("ingressClassName")
    note = part(ingress["metadata"], "annotations").get(_CLASS)
    if None not in (name, note) and name != note:
        why = "must match `ingressClassName` when both are specified"
        yield invalid(f"annotations.{_CLASS}", note, why)


def of_change(new: Object, old: Object) -> Causes:
    """A change of an ingress."""
    yield from object_meta.of_change(new, old)
    yield from _whole(new)


def _whole(ingress: Object) -> Causes:
    yield from object_meta.of_new(ingress, formats.dns_subdomain)
    spec = part(ingress, "spec")
    if not spec.get("rules") and spec.get("defaultBackend") is None:
        why = "either `defaultBackend` or `rules` must be specified"
        yield invalid("spec", spec.get("rules"), why)
    if spec.get("defaultBackend") is not None:
        yield from _backend(spec["defaultBackend"], "spec.defaultBackend")
    for where, rule in items(spec, "rules", "spec"):
        yield from _rule(rule, where)
    for where, tls in items(spec, "tls", "spec"):
        yield from _tls(tls, where)
    name = spec.get("ingressClassName")
    if name is not None:
        yield from each_invalid("spec.ingressClassName", name, formats.dns_subdomain(name))


def _host(host: str, place: str) -> Causes:
    form = formats.wildcard_subdomain if "*" in host else formats.dns_subdomain
    yield from each_invalid(place, host, form(host))


def _rule(rule: Object, place: str) -> Causes:
    host, http = rule.get("host", ""), rule.get("http")
    if host:
        if formats.is_address(host):
            yield invalid(f"{place}.host", host, "must be a DNS name, not an IP address")
        yield from _host(host, f"{place}.host")
    if http is None:
        return
    if not http.get("paths"):
        yield required(f"{place}.http.paths")
    for where, path in items(http, "paths", f"{place}.http"):
        yield from _path(path, where)


def _path(path: Object, place: str) -> Causes:
    kind, text = path.get("pathType"), path.get("path", "")
    if kind is None:
        yield required(f"{place}.pathType", "pathType must be specified")
        return
    if kind not in _PATH_TYPES:
        yield not_supported(f"{place}.pathType", kind, _PATH_TYPES)
    elif not text.startswith("/") and (text or kind != "ImplementationSpecific"):
        yield invalid(f"{place}.path", text, "must be an absolute path")
    if kind in ("Exact", "Prefix"):
        for part_ in _INSIDE:
            if part_ in text:
                yield invalid(f"{place}.path", text, f"must not contain '{part_}'")
        for end in _ENDS:
            if text.endswith(end):
                yield invalid(f"{place}.path", text, f"cannot end with '{end}'")
    yield from _backend(part(path, "backend"), f"{place}.backend")


def _backend(backend: Object, place: str) -> Causes:
    service, resource = backend.get("service"), backend.get("resource")
    if service is not None and resource is not None:
        yield invalid(place, "", "cannot set both resource and service backends")
    elif resource is not None:
        for name in ("kind", "name"):
            if not resource.get(name):
                yield required(f"{place}.resource.{name}")
    elif service is not None:
        yield from _service(service, place)
    else:
        yield invalid(place, "", "resource or service backend is required")


def _service(service: Object, place: str) -> Causes:
    name, port = service.get("name", ""), part(service, "port")
    if name:
        yield from each_invalid(f"{place}.service.name", name, formats.dns_label(name))
    else:
        yield required(f"{place}.service.name")
    word, number = port.get("name", ""), port.get("number", 0)
    if word and number:
        yield invalid(place, "", "cannot set both port name & port number")
    elif word:
        yield from each_invalid(f"{place}.service.port.name", word, formats.port_name(word))
    elif number:
        wrong = formats.port_number(number)
        yield from each_invalid(f"{place}.service.port.number", number, wrong)
    else:
        yield required(place, "port name or number is required")


def _tls(tls: Object, place: str) -> Causes:
    for where, host in items(tls, "hosts", place):
        yield from _host(host, where)
    name = tls.get("secretName")
    if name:
        yield from each_invalid(f"{place}.secretName", name, formats.dns_subdomain(name))
