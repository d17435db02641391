"""Containers of a pod: names, images, ports, mounts, resources. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pocket_openshift.resources.rules.validation import (
    amounts,
    formats,
    handlers,
    security,
    variables,
    volumes,
)
from pocket_openshift.vocabulary.field_errors import (
    Causes,
    Object,
    duplicate,
    each_invalid,
    forbidden,
    invalid,
    items,
    not_found,
    not_supported,
    one_of,
    part,
    required,
)

_PULLS = ("Always", "IfNotPresent", "Never")
_MESSAGES = ("File", "FallbackToLogsOnError")
PROTOCOLS = ("SCTP", "TCP", "UDP")
_PROPAGATIONS = ("Bidirectional", "HostToContainer", "None")
_READ_ONLY = ("Disabled", "Enabled", "IfPossible")
_ONLY_SIDECARS = "may not be set for init containers without restartPolicy=Always"
_NOT_A_BLOCK = (
    "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"
)


@dataclass(frozen=True, slots=True)
class PodView:
    """What of a pod its containers are checked against: volumes by name, `grace` in seconds."""

    volumes: dict[str, Object]
    grace: int | None
    host_users: bool


def containers(spec: Object, place: str, pod: PodView) -> Causes:
    """The containers, the init containers before them, and the ports of the host."""
    found = spec.get("containers") or []
    if not found:
        yield required(f"{place}.containers")
    seen: set[str] = set()
    for where, container in items(spec, "containers", place):
        yield from _common(container, where, pod)
        yield from _unique(container, where, seen)
        yield from handlers.lifecycle(container, where, pod.grace)
        yield from handlers.probes(container, where, pod.grace)
    yield from _host_ports(found, f"{place}.containers")
    for where, container in items(spec, "initContainers", place):
        yield from _init(container, where, pod, seen)
        yield from _host_ports([container], f"{place}.initContainers")


def _unique(container: Object, place: str, seen: set[str]) -> Causes:
    name = container.get("name", "")
    if name in seen:
        yield duplicate(f"{place}.name", name)
    elif name:
        seen.add(name)


def _init(container: Object, place: str, pod: PodView, seen: set[str]) -> Causes:
    yield from _common(container, place, pod)
    yield from _unique(container, place, seen)
    if container.get("restartPolicy") == "Always":
        yield from handlers.lifecycle(container, place, pod.grace)
        yield from handlers.probes(container, place, pod.grace)
        return
    for name in ("lifecycle", *handlers.PROBES):
        if container.get(name) is not None:
            yield forbidden(f"{place}.{name}", _ONLY_SIDECARS)


def _common(container: Object, place: str, pod: PodView) -> Causes:
    name = container.get("name", "")
    if name:
        yield from each_invalid(f"{place}.name", name, formats.dns_label(name))
    else:
        yield required(f"{place}.name")
    if not container.get("image"):
        yield required(f"{place}.image")
    yield from one_of(container, "terminationMessagePolicy", place, _MESSAGES)
    yield from _ports(container, place)
    yield from variables.variables(container, place)
    yield from _mounts(container, place, pod)
    yield from _devices(container, place, pod)
    yield from one_of(container, "imagePullPolicy", place, _PULLS)
    yield from amounts.requirements(part(container, "resources"), f"{place}.resources")
    yield from _restart(container, place)
    yield from security.of_container(container, place, host_users=pod.host_users)


def _restart(container: Object, place: str) -> Causes:
    policy, known = container.get("restartPolicy"), ("Always", "Never", "OnFailure")
    if policy is not None and policy not in known:
        yield not_supported(f"{place}.restartPolicy", policy, known)


def _ports(container: Object, place: str) -> Causes:
    seen: set[str] = set()
    for where, port in items(container, "ports", place):
        yield from _port_name(port.get("name", ""), f"{where}.name", seen)
        number, outside = port.get("containerPort", 0), port.get("hostPort", 0)
        if number == 0:
            yield required(f"{where}.containerPort")
        else:
            yield from each_invalid(f"{where}.containerPort", number, formats.port_number(number))
        if outside:
            yield from each_invalid(f"{where}.hostPort", outside, formats.port_number(outside))
        yield from one_of(port, "protocol", where, PROTOCOLS)


def _port_name(name: str, place: str, seen: set[str]) -> Causes:
    if not name:
        return
    wrong = formats.port_name(name)
    yield from each_invalid(place, name, wrong)
    if not wrong and name in seen:
        yield duplicate(place, name)
    elif not wrong:
        seen.add(name)


def _host_ports(found: Sequence[Object], place: str) -> Causes:
    """Two containers cannot have one port of the host."""
    seen: set[str] = set()
    for number, container in enumerate(found):
        for where, port in items(container, "ports", f"{place}[{number}]"):
            if port.get("hostPort"):
                key = f"{port.get('protocol', 'TCP')}/{port.get('hostIP', '')}/{port['hostPort']}"
                if key in seen:
                    yield duplicate(f"{where}.hostPort", key)
                seen.add(key)


def _mounts(container: Object, place: str, pod: PodView) -> Causes:
    paths: set[str] = set()
    given = container.get("volumeDevices") or ()
    devices = {one.get("name"): one.get("devicePath") for one in given}
    for where, mount in items(container, "volumeMounts", place):
        name, path = mount.get("name", ""), mount.get("mountPath", "")
        if not name:
            yield required(f"{where}.name")
        if name not in pod.volumes:
            yield not_found(f"{where}.name", name)
        if not path:
            yield required(f"{where}.mountPath")
        if path in paths:
            yield invalid(f"{where}.mountPath", path, "must be unique")
        paths.add(path)
        if name in devices:
            yield invalid(f"{where}.name", name, "must not already exist in volumeDevices")
        if path in devices.values():
            why = "must not already exist as a path in volumeDevices"
            yield invalid(f"{where}.mountPath", path, why)
        yield from _mount_options(mount, where, f"{place}.volumeMounts", container)


def _mount_options(mount: Object, place: str, whole: str, container: Object) -> Causes:
    """What is mounted of the volume, and how. Errors name the list of mounts, not the mount."""
    inside, pattern = mount.get("subPath", ""), mount.get("subPathExpr", "")
    if inside:
        yield from volumes.path_inside(inside, f"{whole}.subPath")
    if pattern:
        if inside:
            why = "subPathExpr and subPath are mutually exclusive"
            yield invalid(f"{place}.subPathExpr", pattern, why)
        yield from volumes.path_inside(pattern, f"{whole}.subPathExpr")
    yield from one_of(mount, "mountPropagation", whole, _PROPAGATIONS)
    privileged = part(container, "securityContext").get("privileged")
    if mount.get("mountPropagation") == "Bidirectional" and not privileged:
        why = "Bidirectional mount propagation is available only to privileged containers"
        yield forbidden(f"{whole}.mountPropagation", why)
    policy = mount.get("recursiveReadOnly")
    if policy in ("Enabled", "IfPossible") and not mount.get("readOnly"):
        why = "may only be specified when readOnly is true"
        yield forbidden(f"{whole}.recursiveReadOnly", why)
    elif policy is not None:
        yield from one_of(mount, "recursiveReadOnly", whole, _READ_ONLY)


def _devices(container: Object, place: str, pod: PodView) -> Causes:
    names: set[str] = set()
    paths: set[str] = set()
    for where, device in items(container, "volumeDevices", place):
        name, path = device.get("name", ""), device.get("devicePath", "")
        if not name:
            yield required(f"{where}.name")
        if name in names:
            yield invalid(f"{where}.name", name, "must be unique")
        volume = pod.volumes.get(name)
        if volume is None:
            yield not_found(f"{where}.name", name)
        elif not {"persistentVolumeClaim", "ephemeral"} & volume.keys():
            yield invalid(f"{where}.name", name, _NOT_A_BLOCK)
        if not path:
            yield required(f"{where}.devicePath")
        if path in paths:
            yield invalid(f"{where}.devicePath", path, "must be unique")
        names.add(name)
        paths.add(path)


def only_in_pods(spec: Object, place: str) -> Causes:
    """What templates may say and pods may not."""
    for field in ("containers", "initContainers"):
        for where, container in items(spec, field, place):
            image = container.get("image", "")
            if image.strip() != image:
                why = "must not have leading or trailing whitespace"
                yield invalid(f"{where}.image", image, why)
