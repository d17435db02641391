"""Security contexts of pods and containers. Pure.

What a *project* allows is Pod Security's (`pod_security_checks`); this is what has any sense.
"""

from __future__ import annotations

import re

from pocket_openshift.resources.rules.validation import formats, volumes
from pocket_openshift.vocabulary.field_errors import (
    Causes,
    Object,
    duplicate,
    each_invalid,
    invalid,
    items,
    not_supported,
    one_of,
    required,
)

_TYPES = ("Localhost", "RuntimeDefault", "Unconfined")
_SYSCTL = r"([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?"


def of_container(container: Object, place: str, *, host_users: bool) -> Causes:
    """The security context of a container."""
    context = container.get("securityContext")
    if context is None:
        return
    where = f"{place}.securityContext"
    yield from _numbers(context, ("runAsUser", "runAsGroup"), where)
    mount = context.get("procMount")
    if mount is not None and mount not in ("Default", "Unmasked"):
        yield not_supported(f"{where}.procMount", mount, ("Default", "Unmasked"))
    if host_users and mount == "Unmasked":
        yield invalid(f"{where}.procMount", mount, "`hostUsers` must be false to use `Unmasked`")
    yield from _profile(context, "seccompProfile", where, "seccomp", "seccompProfile")
    yield from _escalation(context, where)
    yield from _profile(context, "appArmorProfile", where, "AppArmor", "appArmorProfile")


def _numbers(context: Object, names: tuple[str, ...], place: str) -> Causes:
    for name in names:
        value = context.get(name)
        if value is not None:
            yield from each_invalid(f"{place}.{name}", value, formats.user_number(value))


def _escalation(context: Object, place: str) -> Causes:
    if context.get("allowPrivilegeEscalation") is not False:
        return
    if context.get("privileged"):
        why = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
        yield invalid(place, internal(context), why)
    if "CAP_SYS_ADMIN" in ((context.get("capabilities") or {}).get("add") or ()):
        why = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"
        yield invalid(place, internal(context), why)


_CONTEXT = (
    "capabilities",
    "privileged",
    "seLinuxOptions",
    "windowsOptions",
    "runAsUser",
    "runAsGroup",
    "runAsNonRoot",
    "readOnlyRootFilesystem",
    "allowPrivilegeEscalation",
    "procMount",
    "seccompProfile",
    "appArmorProfile",
)
_INITIALS = {"seLinuxOptions": "SELinuxOptions"}


def internal(context: Object) -> Object:
    """A container's context as the server's own type is written: all fields, capitalised."""
    shown = {name: context.get(name) for name in _CONTEXT}
    if shown["capabilities"] is not None:
        found = shown["capabilities"]
        shown["capabilities"] = {"Add": found.get("add"), "Drop": found.get("drop")}
    return {_INITIALS.get(k, k[0].upper() + k[1:]): value for k, value in shown.items()}


def _profile(context: Object, name: str, place: str, word: str, field: str) -> Causes:
    profile = context.get(name)
    if profile is None:
        return
    where, kind = f"{place}.{name}", profile.get("type", "")
    if not kind:
        yield required(f"{where}.type", f"type is required when {field} is set")
    elif kind not in _TYPES:
        yield not_supported(f"{where}.type", kind, _TYPES)
    path = profile.get("localhostProfile")
    if kind == "Localhost" and not path:
        yield required(f"{where}.localhostProfile", f"must be set when {word} type is Localhost")
    elif kind == "Localhost" and word == "seccomp":
        yield from volumes.path_inside(path, f"{where}.localhostProfile")
    elif kind != "Localhost" and path is not None:
        shown = {"Type": kind, "LocalhostProfile": path} if word == "seccomp" else path
        why = f"can only be set when {word} type is Localhost"
        yield invalid(f"{where}.localhostProfile", shown, why)


def of_pod(spec: Object, place: str) -> Causes:
    """The security context of a pod."""
    context = spec.get("securityContext")
    if context is None:
        return
    where = f"{place}.securityContext"
    yield from _numbers(context, ("fsGroup", "runAsUser", "runAsGroup"), where)
    for one, number in items(context, "supplementalGroups", where):
        yield from each_invalid(one, number, formats.user_number(number))
    if spec.get("shareProcessNamespace") and spec.get("hostPID"):
        why = "ShareProcessNamespace and HostPID cannot both be enabled"
        yield invalid(f"{where}.shareProcessNamespace", True, why)
    yield from _sysctls(context, where)
    yield from one_of(context, "fsGroupChangePolicy", where, ("Always", "OnRootMismatch"))
    yield from _profile(context, "seccompProfile", where, "seccomp", "seccompProfile")
    yield from _profile(context, "appArmorProfile", where, "AppArmor", "appArmorProfile")
    yield from one_of(context, "supplementalGroupsPolicy", where, ("Merge", "Strict"))


def _sysctls(context: Object, place: str) -> Causes:
    names: set[str] = set()
    for where, one in items(context, "sysctls", place):
        name = one.get("name", "")
        if not name:
            yield required(f"{where}.name")
        elif len(name) > 253 or not re.fullmatch(_SYSCTL, name):
            why = f"must have at most 253 characters and match regex ^{_SYSCTL}$"
            yield invalid(f"{where}.name", name, why)
        elif name in names:
            yield duplicate(f"{where}.name", name)
        names.add(name)
