"""The Pod Security Standards, with the texts of the real admission plugin. Pure.

The checks and their versions are those of Kubernetes 1.36; https://kubernetes.io/docs/concepts/
security/pod-security-standards/ has the rules in words. `Policy` is what a namespace's labels ask
for; `violations` is what is wrong with a pod at one level.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import statuses

PREFIX = "pod-security.kubernetes.io/"
LEVELS = ("privileged", "baseline", "restricted")
_LATEST = "latest"
_NEWEST = 10_000
_VERSION = re.compile(r"v1\.([0-9]|[1-9][0-9]*)")
_SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod"
_SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/"
_APPARMOR_CONTAINER = "container.apparmor.security.beta.kubernetes.io/"

_CAPABILITIES = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)
_FREE_VOLUMES = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
)
_OTHER_VOLUMES = [
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "gitRepo",
    "nfs",
    "iscsi",
    "glusterfs",
    "rbd",
    "flexVolume",
    "cinder",
    "cephfs",
    "flocker",
    "fc",
    "azureFile",
    "vsphereVolume",
    "quobyte",
    "azureDisk",
    "photonPersistentDisk",
    "portworxVolume",
    "scaleIO",
    "storageos",
]
# The minor version in which each became allowed.
_SYSCTLS = {
    "kernel.shm_rmid_forced": 0,
    "net.ipv4.ip_local_port_range": 0,
    "net.ipv4.ip_unprivileged_port_start": 0,
    "net.ipv4.ping_group_range": 0,
    "net.ipv4.tcp_syncookies": 0,
    "net.ipv4.ip_local_reserved_ports": 27,
    "net.ipv4.tcp_fin_timeout": 29,
    "net.ipv4.tcp_keepalive_intvl": 29,
    "net.ipv4.tcp_keepalive_probes": 29,
    "net.ipv4.tcp_keepalive_time": 29,
    "net.ipv4.tcp_rmem": 32,
    "net.ipv4.tcp_wmem": 32,
}
_SELINUX_TYPES = {
    "": 0,
    "container_t": 0,
    "container_init_t": 0,
    "container_kvm_t": 0,
    "container_engine_t": 31,
}
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_HOOKS = ("postStart", "preStop")


@dataclass(frozen=True, slots=True)
class LevelVersion:
    """One of a policy's three settings; as text it is what the messages quote."""

    level: str = "privileged"
    version: str = _LATEST

    def __str__(self) -> str:
        return f"{self.level}:{self.version}"

    @property
    def minor(self) -> int:
        """The minor version to check against; `latest` is newer than all."""
        return _NEWEST if self.version == _LATEST else int(self.version.removeprefix("v1."))


@dataclass(frozen=True, slots=True)
class Policy:
    """What a namespace's labels ask for."""

    enforce: LevelVersion = LevelVersion()
    audit: LevelVersion = LevelVersion()
    warn: LevelVersion = LevelVersion()


@dataclass(frozen=True, slots=True)
class Violation:
    """One check that a pod does not pass."""

    reason: str
    detail: str

    def __str__(self) -> str:
        return f"{self.reason} ({self.detail})"


def is_stricter(new: str, old: str) -> bool:
    """Whether a level forbids more than another."""
    return LEVELS.index(new) > LEVELS.index(old)


def policy_of(labels: Mapping[str, Any]) -> tuple[Policy, list[statuses.Cause]]:
    """The policy of these labels, and what is wrong with them.

    A wrong `enforce` counts as restricted, a wrong `warn` or `audit` as privileged. Without a
    level of its own, `warn` is as strict as `enforce`.
    """
    causes: list[statuses.Cause] = []
    found = {}
    for mode in ("enforce", "audit", "warn"):
        level = _label(labels, mode, LEVELS.__contains__, _LEVEL_TEXT, causes)
        version = _label(labels, f"{mode}-version", _is_version, _VERSION_TEXT, causes)
        fallback = "restricted" if mode == "enforce" and PREFIX + mode in labels else "privileged"
        found[mode] = LevelVersion(level or fallback, version or _LATEST)
    enforce, warn = found["enforce"], found["warn"]
    explicit = labels.get(PREFIX + "enforce") in LEVELS and PREFIX + "warn" not in labels
    if explicit and is_stricter(enforce.level, warn.level):
        own = PREFIX + "warn-version" in labels
        found["warn"] = LevelVersion(enforce.level, warn.version if own else enforce.version)
    return Policy(**found), causes


_LEVEL_TEXT = f"must be one of {', '.join(LEVELS)}"
_VERSION_TEXT = 'must be "latest" or "v1.x"'


def _is_version(text: str) -> bool:
    return text == _LATEST or _VERSION.fullmatch(text) is not None


def _label(
    labels: Mapping[str, Any],
    name: str,
    is_valid: Callable[[str], bool],
    text: str,
    causes: list[statuses.Cause],
) -> str | None:
    key = PREFIX + name
    value = labels.get(key)
    if value is None or is_valid(value):
        return value
    field = f"metadata.labels[{key}]"
    causes.append(statuses.Cause(field, "FieldValueInvalid", f'Invalid value: "{value}": {text}'))
    return None


def containers_of(spec: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All containers of a pod, in the order in which messages name them."""
    for field in ("initContainers", "containers", "ephemeralContainers"):
        yield from spec.get(field) or ()


def _own(place: Mapping[str, Any], *path: str) -> Any:
    """A value below a pod's spec or a container, None where a part of the way is missing."""
    found: Any = place
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _context(place: Mapping[str, Any], *path: str) -> Any:
    return _own(place, "securityContext", *path)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _sorted(names: Iterable[str]) -> list[str]:
    return sorted(set(names))


def _counted(word: str, many: Sequence[Any]) -> str:
    return word if len(many) == 1 else f"{word}s"


def _named(names: Sequence[str], word: str = "container") -> str:
    return f"{_counted(word, names)} {_quoted(names)}"


def _name(container: Mapping[str, Any]) -> str:
    return str(container.get("name", ""))


def _names_where(spec: Mapping[str, Any], is_bad: Callable[[dict[str, Any]], Any]) -> list[str]:
    return [_name(container) for container in containers_of(spec) if is_bad(container)]


def _setters(spec: Mapping[str, Any], is_bad: Callable[[Mapping[str, Any]], Any]) -> list[str]:
    """Who set something bad: the pod, and its containers."""
    names = _names_where(spec, is_bad)
    return (["pod"] if is_bad(spec) else []) + ([_named(names)] if names else [])


def _places(spec: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield spec
    yield from containers_of(spec)


def _is_for_windows(spec: Mapping[str, Any], minor: int) -> bool:
    return minor >= 25 and _own(spec, "os", "name") == "windows"


def _has_own_users(spec: Mapping[str, Any], minor: int) -> bool:
    """Whether the pod's root is nobody on the node."""
    return minor >= 35 and spec.get("hostUsers") is False


Metadata = Mapping[str, Any]
Spec = Mapping[str, Any]
Found = Violation | None


def _app_armor(metadata: Metadata, spec: Spec, minor: int) -> Found:
    def kind(place: Mapping[str, Any]) -> str | None:
        profile = _context(place, "appArmorProfile")
        return None if profile is None else str(profile.get("type", ""))

    def is_bad(place: Mapping[str, Any]) -> bool:
        return kind(place) not in (None, "RuntimeDefault", "Localhost")

    setters = _setters(spec, is_bad)
    values = _sorted(str(kind(place)) for place in _places(spec) if is_bad(place))
    noted = _app_armor_notes(metadata)
    if noted:
        setters.append(_counted("annotation", noted))
    values += noted
    if not setters:
        return None
    who = " and ".join(setters)
    reason = _counted("forbidden AppArmor profile", values)
    return Violation(reason, f"{who} must not set AppArmor profile type to {_quoted(values)}")


def _app_armor_notes(metadata: Metadata) -> list[str]:
    return sorted(
        f'{key}="{value}"'
        for key, value in (metadata.get("annotations") or {}).items()
        if key.startswith(_APPARMOR_CONTAINER)
        and value not in ("", "runtime/default")
        and not value.startswith("localhost/")
    )


def _added(container: Mapping[str, Any], allowed: Iterable[str]) -> list[str]:
    added = _context(container, "capabilities", "add") or ()
    return [name for name in added if name not in allowed]


def _extra_capabilities(spec: Spec, allowed: Iterable[str]) -> str:
    names = _names_where(spec, lambda container: _added(container, allowed))
    if not names:
        return ""
    extra = _sorted(cap for container in containers_of(spec) for cap in _added(container, allowed))
    return f"{_named(names)} must not include {_quoted(extra)} in securityContext.capabilities.add"


def _default_capabilities(metadata: Metadata, spec: Spec, minor: int) -> Found:
    detail = _extra_capabilities(spec, _CAPABILITIES)
    return Violation("non-default capabilities", detail) if detail else None


def _dropped_capabilities(metadata: Metadata, spec: Spec, minor: int) -> Found:
    if _is_for_windows(spec, minor):
        return None
    keeping = _names_where(
        spec, lambda container: "ALL" not in (_context(container, "capabilities", "drop") or ())
    )
    dropped = f'{_named(keeping)} must set securityContext.capabilities.drop=["ALL"]'
    details = [dropped] if keeping else []
    if extra := _extra_capabilities(spec, ("NET_BIND_SERVICE",)):
        details.append(extra)
    return Violation("unrestricted capabilities", "; ".join(details)) if details else None


def _host_namespaces(metadata: Metadata, spec: Spec, minor: int) -> Found:
    found = [f"{name}=true" for name in ("hostNetwork", "hostPID", "hostIPC") if spec.get(name)]
    return Violation("host namespaces", ", ".join(found)) if found else None


def _host_paths(metadata: Metadata, spec: Spec, minor: int) -> Found:
    volumes = spec.get("volumes") or ()
    names = [_name(volume) for volume in volumes if volume.get("hostPath") is not None]
    return Violation("hostPath volumes", _named(names, "volume")) if names else None


def _ports(container: Mapping[str, Any]) -> list[str]:
    return [str(port["hostPort"]) for port in container.get("ports") or () if port.get("hostPort")]


def _use(names: Sequence[str]) -> str:
    return "uses" if len(names) == 1 else "use"


def _host_ports(metadata: Metadata, spec: Spec, minor: int) -> Found:
    names = _names_where(spec, _ports)
    if not names:
        return None
    ports = _sorted(port for container in containers_of(spec) for port in _ports(container))
    detail = f"{_named(names)} {_use(names)} {_counted('hostPort', ports)} {', '.join(ports)}"
    return Violation("hostPort", detail)


def _hosts(container: Mapping[str, Any]) -> list[str]:
    handlers = [container.get(name) for name in _PROBES]
    handlers += [_own(container, "lifecycle", name) for name in _HOOKS]
    found = [_own(each or {}, way, "host") for each in handlers for way in ("httpGet", "tcpSocket")]
    return [host for host in found if host]


def _probed_hosts(metadata: Metadata, spec: Spec, minor: int) -> Found:
    names = _sorted(_names_where(spec, _hosts))
    if minor < 34 or not names:
        return None
    hosts = _sorted(host for container in containers_of(spec) for host in _hosts(container))
    what = f"{_counted('probe or lifecycle host', hosts)} {_quoted(hosts)}"
    return Violation("probe or lifecycle host", f"{_named(names)} {_use(names)} {what}")


def _privileged(metadata: Metadata, spec: Spec, minor: int) -> Found:
    names = _names_where(spec, lambda container: _context(container, "privileged"))
    detail = f"{_named(names)} must not set securityContext.privileged=true"
    return Violation("privileged", detail) if names else None


def _masked_proc(metadata: Metadata, spec: Spec, minor: int) -> Found:
    def is_bad(container: Mapping[str, Any]) -> bool:
        return _context(container, "procMount") not in (None, "Default")

    bad = [container for container in containers_of(spec) if is_bad(container)]
    if not bad:
        return None
    types = _sorted(_context(container, "procMount") for container in bad)
    who = _named([_name(container) for container in bad])
    return Violation(
        "procMount", f"{who} must not set securityContext.procMount to {_quoted(types)}"
    )


def _masked_proc_of_shared_users(metadata: Metadata, spec: Spec, minor: int) -> Found:
    return None if _has_own_users(spec, minor) else _masked_proc(metadata, spec, minor)


def _masked_proc_always(metadata: Metadata, spec: Spec, minor: int) -> Found:
    return _masked_proc(metadata, spec, minor) if minor >= 35 else None


def _se_linux(metadata: Metadata, spec: Spec, minor: int) -> Found:
    def option(place: Mapping[str, Any], name: str) -> str:
        return _context(place, "seLinuxOptions", name) or ""

    def has_bad_type(place: Mapping[str, Any]) -> bool:
        return _SELINUX_TYPES.get(option(place, "type"), _NEWEST + 1) > minor

    def is_bad(place: Mapping[str, Any]) -> bool:
        return has_bad_type(place) or bool(option(place, "user") or option(place, "role"))

    setters = _setters(spec, is_bad)
    types = _sorted(option(place, "type") for place in _places(spec) if has_bad_type(place))
    details = [f"{_named(types, 'type')}"] if types else []
    for name in ("user", "role"):
        if any(option(place, name) for place in _places(spec)):
            details.append(f"{name} may not be set")
    if not setters:
        return None
    text = f"set forbidden securityContext.seLinuxOptions: {'; '.join(details)}"
    return Violation("seLinuxOptions", f"{' and '.join(setters)} {text}")


def _seccomp_type(place: Mapping[str, Any]) -> str | None:
    profile = _context(place, "seccompProfile")
    return None if profile is None else str(profile.get("type", ""))


def _bad_seccomp(spec: Spec) -> Found:
    def is_bad(place: Mapping[str, Any]) -> bool:
        return _seccomp_type(place) not in (None, "RuntimeDefault", "Localhost")

    setters = _setters(spec, is_bad)
    values = _sorted(str(_seccomp_type(place)) for place in _places(spec) if is_bad(place))
    text = f"must not set securityContext.seccompProfile.type to {_quoted(values)}"
    return Violation("seccompProfile", f"{' and '.join(setters)} {text}") if setters else None


def _no_bad_seccomp(metadata: Metadata, spec: Spec, minor: int) -> Found:
    return _bad_seccomp(spec) if minor >= 19 else _bad_seccomp_notes(metadata, spec)


def _bad_seccomp_notes(metadata: Metadata, spec: Spec) -> Found:
    """Before 1.19 profiles were annotations."""
    notes = metadata.get("annotations") or {}
    keys = {_SECCOMP_POD, *(_SECCOMP_CONTAINER + _name(each) for each in containers_of(spec))}
    bad = sorted(
        f'{key}="{notes[key]}"'
        for key in keys & notes.keys()
        if notes[key] not in ("runtime/default", "docker/default")
        and not notes[key].startswith("localhost/")
    )
    detail = f"forbidden {_counted('annotation', bad)} {', '.join(bad)}"
    return Violation("seccompProfile", detail) if bad else None


def _some_seccomp(metadata: Metadata, spec: Spec, minor: int) -> Found:
    if minor < 19 or _is_for_windows(spec, minor):
        return None
    if (bad := _bad_seccomp(spec)) or _seccomp_type(spec) is not None:
        return bad
    names = _names_where(spec, lambda container: _seccomp_type(container) is None)
    text = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
    return Violation("seccompProfile", f"pod or {_named(names)} {text}") if names else None


def _sysctls(metadata: Metadata, spec: Spec, minor: int) -> Found:
    names = [_name(sysctl) for sysctl in _context(spec, "sysctls") or ()]
    bad = [name for name in names if _SYSCTLS.get(name, _NEWEST + 1) > minor]
    return Violation("forbidden sysctls", ", ".join(bad)) if bad else None


def _host_process(metadata: Metadata, spec: Spec, minor: int) -> Found:
    setters = _setters(spec, lambda place: _context(place, "windowsOptions", "hostProcess"))
    text = "must not set securityContext.windowsOptions.hostProcess=true"
    return Violation("hostProcess", f"{' and '.join(setters)} {text}") if setters else None


def _no_escalation(metadata: Metadata, spec: Spec, minor: int) -> Found:
    names = _names_where(
        spec, lambda container: _context(container, "allowPrivilegeEscalation") is not False
    )
    if minor < 8 or _is_for_windows(spec, minor) or not names:
        return None
    detail = f"{_named(names)} must set securityContext.allowPrivilegeEscalation=false"
    return Violation("allowPrivilegeEscalation != false", detail)


def _volume_types(metadata: Metadata, spec: Spec, minor: int) -> Found:
    bad: dict[str, str] = {}
    for volume in spec.get("volumes") or ():
        sources = {name for name, value in volume.items() if value is not None}
        if not sources & _FREE_VOLUMES:
            known = [name for name in _OTHER_VOLUMES if name in sources]
            bad[_name(volume)] = known[0] if known else "unknown"
    names, types = list(bad), _sorted(bad.values())
    detail = f"{_named(names, 'volume')} {_use(names)} {_named(types, 'restricted volume type')}"
    return Violation("restricted volume types", detail) if bad else None


def _no_root(metadata: Metadata, spec: Spec, minor: int) -> Found:
    def asked(place: Mapping[str, Any]) -> bool | None:
        return _context(place, "runAsNonRoot")

    if _has_own_users(spec, minor):
        return None
    reason = "runAsNonRoot != true"
    if setters := _setters(spec, lambda place: asked(place) is False):
        text = "must not set securityContext.runAsNonRoot=false"
        return Violation(reason, f"{' and '.join(setters)} {text}")
    names = [] if asked(spec) else _names_where(spec, lambda each: asked(each) is None)
    detail = f"pod or {_named(names)} must set securityContext.runAsNonRoot=true"
    return Violation(reason, detail) if names else None


def _no_user_zero(metadata: Metadata, spec: Spec, minor: int) -> Found:
    setters = _setters(spec, lambda place: _context(place, "runAsUser") == 0)
    if minor < 23 or _has_own_users(spec, minor) or not setters:
        return None
    return Violation("runAsUser=0", f"{' and '.join(setters)} must not set runAsUser=0")


Check = Callable[[Metadata, Spec, int], Found]
# In the order in which the messages name them.
_BASELINE: tuple[Check, ...] = (
    _app_armor,
    _default_capabilities,
    _host_namespaces,
    _host_paths,
    _host_ports,
    _probed_hosts,
    _privileged,
    _masked_proc_of_shared_users,
    _se_linux,
    _no_bad_seccomp,
    _sysctls,
    _host_process,
)
_RESTRICTED: tuple[Check, ...] = (
    _no_escalation,
    _dropped_capabilities,
    _masked_proc_always,
    _volume_types,
    _no_root,
    _no_user_zero,
    _some_seccomp,
)
# A check of the baseline that a stricter one stands for, and since which minor version.
_REPLACED: dict[Check, int] = {
    _default_capabilities: 22,
    _host_paths: 0,
    _masked_proc_of_shared_users: 35,
    _no_bad_seccomp: 19,
}


def _checks(at: LevelVersion) -> Iterator[Check]:
    if at.level == "privileged":
        return
    for check in _BASELINE:
        if at.level == "baseline" or _REPLACED.get(check, _NEWEST + 1) > at.minor:
            yield check
    if at.level == "restricted":
        yield from _RESTRICTED


def violations(at: LevelVersion, metadata: Metadata, spec: Spec) -> list[Violation]:
    """What is wrong with a pod at one level."""
    found = (check(metadata, spec, at.minor) for check in _checks(at))
    return [violation for violation in found if violation is not None]


def sentence(at: LevelVersion, found: Iterable[Violation]) -> str:
    """Violations as a refusal or a warning goes on after its verb."""
    return f'PodSecurity "{at}": {", ".join(map(str, found))}'


def _image_and_profile(pod: Mapping[str, Any], container: Mapping[str, Any]) -> tuple[Any, Any]:
    notes = pod["metadata"].get("annotations") or {}
    return container.get("image"), notes.get(_SECCOMP_CONTAINER + _name(container))


def _compared(pod: Mapping[str, Any]) -> Any:
    """What of a pod may change and matters: images, and profiles in annotations."""
    notes, spec = pod["metadata"].get("annotations") or {}, pod.get("spec") or {}
    parts = [
        [_image_and_profile(pod, each) for each in spec.get(field) or ()]
        for field in ("initContainers", "containers")
    ]
    return notes.get(_SECCOMP_POD), parts


def is_significant(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether a change of a pod is checked again."""
    if _compared(old) != _compared(new):
        return True
    before, after = (
        {
            _name(each): _image_and_profile(pod, each)
            for each in (pod.get("spec") or {}).get("ephemeralContainers") or ()
        }
        for pod in (old, new)
    )
    return any(before.get(name) != value for name, value in after.items())


def pods_that_violate(
    namespace: str, at: LevelVersion, pods: Iterable[Mapping[str, Any]]
) -> list[str]:
    """The warnings when a namespace becomes stricter than the pods that are in it."""
    by_reasons: dict[str, list[str]] = {}
    for pod in pods:
        found = violations(at, pod["metadata"], pod.get("spec") or {})
        if found:
            reasons = ", ".join(violation.reason for violation in found)
            by_reasons.setdefault(reasons, []).append(pod["metadata"]["name"])
    if not by_reasons:
        return []
    first = (
        f'existing pods in namespace "{namespace}" violate the new PodSecurity enforce level "{at}"'
    )
    return [first, *sorted(f"{_first_of(names)}: {why}" for why, names in by_reasons.items())]


def _first_of(names: list[str]) -> str:
    others = len(names) - 1
    if not others:
        return names[0]
    return f"{min(names)} (and {others} other {'pod' if others == 1 else 'pods'})"
