"""Pods and templates of pods: what makes them invalid, and what of a pod may change. Pure."""

from __future__ import annotations

from typing import Any

from pocket_openshift.resources.rules.validation import (
    containers,
    formats,
    object_meta,
    scheduling,
    security,
    volumes,
)
from pocket_openshift.vocabulary.field_errors import (
    NIL,
    Causes,
    Object,
    duplicate,
    each_invalid,
    forbidden,
    invalid,
    items,
    not_supported,
    one_of,
    part,
    required,
)

RESTARTS = ("Always", "OnFailure", "Never")
_DNS = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_MOST = 2**31 - 1
_ONLY = (
    "pod updates may not change fields other than `spec.containers[*].image`,"
    "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
    "`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)
_CHANGEABLE = (
    "activeDeadlineSeconds",
    "tolerations",
    "schedulingGates",
)


def spec(found: Object, place: str, pod: str = "", *, alone: bool = False) -> Causes:
    """The spec of a pod or template.

    `pod` is the pod's name, where it has one; `alone` is set for a pod that is no template.
    """
    good, wrong = volumes.volumes(found, place, pod)
    yield from wrong
    restart = found.get("restartPolicy", "")
    view = containers.PodView(
        good,
        found.get("terminationGracePeriodSeconds"),
        found.get("hostUsers") is not False,
    )
    yield from containers.containers(found, place, view)
    yield from _host_network(found, place, alone=alone)
    if restart and restart not in RESTARTS:
        yield not_supported(f"{place}.restartPolicy", restart, RESTARTS)
    yield from one_of(found, "dnsPolicy", place, _DNS)
    yield from object_meta.of_labels(part(found, "nodeSelector"), f"{place}.nodeSelector")
    yield from security.of_pod(found, place)
    yield from scheduling.affinity(found, place)
    yield from _dns(found, place)
    yield from _gates(found, place)
    yield from scheduling.spreading(found, place)
    yield from _names(found, place)


def _host_network(found: Object, place: str, *, alone: bool) -> Causes:
    if not found.get("hostNetwork"):
        return
    for where, container in items(found, "containers", place):
        for one, port in items(container, "ports", where):
            outside = port.get("hostPort", 0)
            if (alone or outside) and outside != port.get("containerPort"):
                why = "must match `containerPort` when `hostNetwork` is true"
                yield invalid(f"{one}.hostPort", outside, why)


def _dns(found: Object, place: str) -> Causes:
    config, where = found.get("dnsConfig"), f"{place}.dnsConfig"
    if found.get("dnsPolicy") == "None":
        if config is None:
            yield required(where, "must provide `dnsConfig` when `dnsPolicy` is None")
            return
        if not config.get("nameservers"):
            why = "must provide at least one DNS nameserver when `dnsPolicy` is None"
            yield required(f"{where}.nameservers", why)
            return
    config = config or {}
    servers = config.get("nameservers") or []
    if len(servers) > 3:
        yield invalid(f"{where}.nameservers", servers, "must not have more than 3 nameservers")
    for one, server in items(config, "nameservers", where):
        yield from each_invalid(one, server, formats.address(server))
    for one, search in items(config, "searches", where):
        if name := search.removesuffix("."):
            yield from each_invalid(one, search, formats.dns_search(name))
    for one, option in items(config, "options", where):
        if not option.get("name"):
            yield required(one, "must not be empty")


def _gates(found: Object, place: str) -> Causes:
    for where, gate in items(found, "readinessGates", place):
        kind = gate.get("conditionType", "")
        yield from each_invalid(f"{where}.conditionType", kind, formats.label_key(kind))
    seen: set[str] = set()
    for where, gate in items(found, "schedulingGates", place):
        name = gate.get("name", "")
        yield from each_invalid(where, name, formats.label_key(name))
        if name in seen:
            yield duplicate(where, name)
        seen.add(name)


def _names(found: Object, place: str) -> Causes:
    """Names of what is elsewhere, and the pod's own."""
    for name, form in (
        ("serviceAccountName", formats.dns_subdomain),
        ("nodeName", formats.dns_subdomain),
    ):
        if found.get(name):
            yield from each_invalid(f"{place}.{name}", found[name], form(found[name]))
    seconds = found.get("activeDeadlineSeconds")
    if seconds is not None and not 1 <= seconds <= _MOST:
        why = f"must be between 1 and {_MOST}, inclusive"
        yield invalid(f"{place}.activeDeadlineSeconds", seconds, why)
    for name in ("hostname", "subdomain"):
        if found.get(name):
            yield from each_invalid(f"{place}.{name}", found[name], formats.dns_label(found[name]))
    yield from scheduling.tolerations(found, place)
    for where, alias in items(found, "hostAliases", place):
        address = alias.get("ip", "")
        yield from each_invalid(f"{where}.ip", address, formats.address(address))
        for one, name in items(alias, "hostnames", where):
            yield from each_invalid(one, name, formats.dns_subdomain(name))
    for name in ("priorityClassName", "runtimeClassName"):
        if found.get(name):
            wrong = formats.dns_subdomain(found[name])
            yield from each_invalid(f"{place}.{name}", found[name], wrong)
    yield from _system(found.get("os"), f"{place}.os")
    yield from one_of(found, "preemptionPolicy", place, ("PreemptLowerPriority", "Never"))


def _system(found: Object | None, place: str) -> Causes:
    if found is None:
        return
    if not found.get("name"):
        yield required(f"{place}.name", "cannot be empty")
    elif found["name"] not in ("linux", "windows"):
        yield not_supported(place, found["name"], ("linux", "windows"))


def _whole(pod: Object) -> Causes:
    found = part(pod, "spec")
    yield from object_meta.of_new(pod, formats.dns_subdomain)
    yield from spec(found, "spec", pod["metadata"].get("name", ""), alone=True)
    yield from containers.only_in_pods(found, "spec")


def of_new(pod: Object) -> Causes:
    """A pod."""
    yield from _whole(pod)
    found = part(pod, "spec")
    if found.get("ephemeralContainers"):
        yield forbidden("spec.ephemeralContainers", "cannot be set on create")
    if found.get("nodeName") and found.get("schedulingGates"):
        why = "cannot be set until all schedulingGates have been cleared"
        yield forbidden("spec.nodeName", why)


def template(found: Object, place: str) -> Causes:
    """A template of pods. Errors in its metadata name the template, not the metadata."""
    meta = part(found, "metadata")
    yield from object_meta.of_labels(part(meta, "labels"), f"{place}.labels")
    yield from object_meta.of_annotations(part(meta, "annotations"), f"{place}.annotations")
    yield from spec(part(found, "spec"), f"{place}.spec")
    if part(found, "spec").get("ephemeralContainers"):
        why = "ephemeral containers not allowed in pod template"
        yield forbidden(f"{place}.spec.ephemeralContainers", why)


def of_change(new: Object, old: Object) -> Causes:
    """A change of a pod: images, tolerations, its deadline, and nothing else."""
    yield from object_meta.of_change(new, old)
    yield from _whole(new)
    after, before = part(new, "spec"), part(old, "spec")
    for field in ("containers", "initContainers"):
        if len(after.get(field) or ()) != len(before.get(field) or ()):
            yield forbidden(f"spec.{field}", "pod updates may not add or remove containers")
            return
        for where, container in items(after, field, "spec"):
            if not container.get("image"):
                yield required(f"{where}.image")
    deadline = _wrong_deadline(after.get("activeDeadlineSeconds"), before)
    yield from deadline
    if deadline and after.get("activeDeadlineSeconds") is not None:
        return
    yield from _tolerations(after, before)
    if _comparable(after) != _comparable(before):
        yield forbidden("spec", _ONLY)


def _wrong_deadline(new: int | None, before: Object) -> list:
    place, old = "spec.activeDeadlineSeconds", before.get("activeDeadlineSeconds")
    if new is None:
        why = "must not update from a positive integer to nil value"
        return [invalid(place, NIL, why)] if old is not None else []
    if not 0 <= new <= _MOST:
        return [invalid(place, new, f"must be between 0 and {_MOST}, inclusive")]
    if old is not None and old < new:
        return [invalid(place, new, "must be less than or equal to previous value")]
    return []


def _tolerations(after: Object, before: Object) -> Causes:
    found = [_timeless(one) for one in after.get("tolerations") or ()]
    if any(_timeless(one) not in found for one in before.get("tolerations") or ()):
        why = "existing toleration can not be modified except its tolerationSeconds"
        yield forbidden("spec.tolerations", why)
        return
    yield from scheduling.tolerations(after, "spec")


def _timeless(toleration: Object) -> dict[str, Any]:
    return {name: value for name, value in toleration.items() if name != "tolerationSeconds"}


def _comparable(found: Object) -> dict[str, Any]:
    """A spec without what may change."""
    kept = {name: value for name, value in found.items() if name not in _CHANGEABLE and value}
    for field in ("containers", "initContainers"):
        kept[field] = [{**item, "image": ""} for item in found.get(field) or ()]
    return kept
