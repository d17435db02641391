"""Probes and lifecycle hooks of a container. Pure."""

from __future__ import annotations

from pocket_openshift.resources.rules.validation import formats
from pocket_openshift.vocabulary.field_errors import (
    Causes,
    Object,
    each_invalid,
    forbidden,
    invalid,
    not_negative,
    not_supported,
    required,
)

_TIMES = (
    "initialDelaySeconds",
    "timeoutSeconds",
    "periodSeconds",
    "successThreshold",
    "failureThreshold",
)
PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def handler(found: Object, place: str, grace: int | None) -> Causes:
    """What is done: exactly one of the ways."""
    checks = {
        "exec": _exec,
        "httpGet": _http,
        "tcpSocket": _tcp,
        "grpc": _tcp,
        "sleep": _sleep,
    }
    given = [name for name in checks if found.get(name) is not None]
    for number, name in enumerate(given):
        if number:
            yield forbidden(f"{place}.{name}", "may not specify more than 1 handler type")
        else:
            yield from checks[name](found[name], f"{place}.{name}", grace)
    if not given:
        yield required(place, "must specify a handler type")


def _exec(action: Object, place: str, grace: int | None) -> Causes:
    if not action.get("command"):
        yield required(f"{place}.command")


def _http(action: Object, place: str, grace: int | None) -> Causes:
    if not action.get("path"):
        yield required(f"{place}.path")
    yield from _tcp(action, place, grace)
    scheme = action.get("scheme", "")
    if scheme not in ("HTTP", "HTTPS"):
        yield not_supported(f"{place}.scheme", scheme, ("HTTP", "HTTPS"))
    for header in action.get("httpHeaders") or ():
        name = header.get("name", "")
        yield from each_invalid(f"{place}.httpHeaders", name, formats.header_name(name))


def _tcp(action: Object, place: str, grace: int | None) -> Causes:
    port = action.get("port", 0)
    yield from each_invalid(f"{place}.port", port, formats.port(port))


def _sleep(action: Object, place: str, grace: int | None) -> Causes:
    seconds = action.get("seconds", 0)
    if grace is not None and not 0 <= seconds <= grace:
        why = f"must be non-negative and less than terminationGracePeriodSeconds ({grace})"
        yield invalid(place, seconds, why)


def lifecycle(container: Object, place: str, grace: int | None) -> Causes:
    """What is done after the start and before the end."""
    found = container.get("lifecycle") or {}
    for name in ("postStart", "preStop"):
        if found.get(name) is not None:
            yield from handler(found[name], f"{place}.lifecycle.{name}", grace)


def probes(container: Object, place: str, grace: int | None) -> Causes:
    """The three probes, each with what only it may not say."""
    for name in PROBES:
        probe = container.get(name)
        if probe is None:
            continue
        where = f"{place}.{name}"
        yield from _probe(probe, where, grace)
        if name == "readinessProbe" and probe.get("terminationGracePeriodSeconds") is not None:
            seconds = probe["terminationGracePeriodSeconds"]
            why = "must not be set for readinessProbes"
            yield invalid(f"{where}.terminationGracePeriodSeconds", seconds, why)
        if name != "readinessProbe" and probe.get("successThreshold", 1) != 1:
            yield invalid(f"{where}.successThreshold", probe["successThreshold"], "must be 1")


def _probe(probe: Object, place: str, grace: int | None) -> Causes:
    yield from handler(probe, place, grace)
    for name in _TIMES:
        yield from not_negative(probe, name, place)
    seconds = probe.get("terminationGracePeriodSeconds")
    if seconds is not None and seconds <= 0:
        yield invalid(f"{place}.terminationGracePeriodSeconds", seconds, "must be greater than 0")
