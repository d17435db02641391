"""The checks of the Pod Security Standards, with the texts of the real admission plugin.

Those of Kubernetes 1.36, each with the minor versions in which it is as it is;
https://kubernetes.io/docs/concepts/security/pod-security-standards/ has the rules in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pocket_openshift.resources.rules.pod_security_levels import NEWEST
from pocket_openshift.resources.rules.pod_security_parts import (
    APPARMOR_CONTAINER,
    SECCOMP_CONTAINER,
    SECCOMP_POD,
    Found,
    Metadata,
    Spec,
    Violation,
    containers_of,
    context_of,
    counted,
    find_setters,
    has_own_users,
    is_for_windows,
    name_of,
    named,
    names_where,
    places,
    quoted,
    sorted_once,
    value_at,
)

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


def app_armor(metadata: Metadata, spec: Spec, minor: int) -> Found:
    """AppArmor profiles of the node or the runtime only."""

    def kind(place: Mapping[str, Any]) -> str | None:
        profile = context_of(place, "appArmorProfile")
        return None if profile is None else str(profile.get("type", ""))

    def is_bad(place: Mapping[str, Any]) -> bool:
        return kind(place) not in (None, "RuntimeDefault", "Localhost")

    setters = find_setters(spec, is_bad)
    values = sorted_once(str(kind(place)) for place in places(spec) if is_bad(place))
    noted = _app_armor_notes(metadata)
    if noted:
        setters.append(counted("annotation", noted))
    values += noted
    if not setters:
        return None
    who = " and ".join(setters)
    reason = counted("forbidden AppArmor profile", values)
    return Violation(reason, f"{who} must not set AppArmor profile type to {quoted(values)}")


def _app_armor_notes(metadata: Metadata) -> list[str]:
    return sorted(
        f'{key}="{value}"'
        for key, value in (metadata.get("annotations") or {}).items()
        if key.startswith(APPARMOR_CONTAINER)
        and value not in ("", "runtime/default")
        and not value.startswith("localhost/")
    )


def _added(container: Mapping[str, Any], allowed: Iterable[str]) -> list[str]:
    added = context_of(container, "capabilities", "add") or ()
    return [name for name in added if name not in allowed]


def _extra_capabilities(spec: Spec, allowed: Iterable[str]) -> str:
    names = names_where(spec, lambda container: _added(container, allowed))
    if not names:
        return ""
    extra = sorted_once(
        cap for container in containers_of(spec) for cap in _added(container, allowed)
    )
    return f"{named(names)} must not include {quoted(extra)} in securityContext.capabilities.add"


def default_capabilities(metadata: Metadata, spec: Spec, minor: int) -> Found:
    """No capability beyond those that a container runtime gives by itself."""
    detail = _extra_capabilities(spec, _CAPABILITIES)
    return Violation("non-default capabilities", detail) if detail else None


def dropped_capabilities(metadata: Metadata, spec: Spec, minor: int) -> Found:
    """All capabilities dropped, none added but NET_BIND_SERVICE."""
    if is_for_windows(spec, minor):
        return None
    keeping = names_where(
        spec, lambda container: "ALL" not in (context_of(container, "capabilities", "drop") or ())
    )
    dropped = f'{named(keeping)} must set securityContext.capabilities.drop=["ALL"]'
    details = [dropped] if keeping else []
    if extra := _extra_capabilities(spec, ("NET_BIND_SERVICE",)):
        details.append(extra)
    return Violation("unrestricted capabilities", "; ".join(details)) if details else None


def host_namespaces(metadata: Metadata, spec: Spec, minor: int) -> Found:
    """None of the node's own namespaces."""
    found = [f"{name}=true" for name in ("hostNetwork", "hostPID", "hostIPC") if spec.get(name)]
    return Violation("host namespaces", ", ".join(found)) if found else None


def host_paths(metadata: Metadata, spec: Spec, minor: int) -> Found:
    """No folder of the node's."""
    volumes = spec.get("volumes") or ()
    names = [name_of(volume) for volume in volumes if volume.get("hostPath") is not None]
    return Violation("hostPath volumes", named(names, "volume")) if names else None


def _ports(container: Mapping[str, Any]) -> list[str]:
    return [str(port["hostPort"]) for port in container.get("ports") or () if port.get("hostPort")]


def _use(names: Sequence[str]) -> str:
    return "uses" if len(names) == 1 else "use"


def host_ports(metadata: Metadata, spec: Spec, minor: int) -> Found:
    """No port of the node's."""
    names = names_where(spec, _ports)
    if not names:
        return None
    ports = sorted_once(port for container in containers_of(spec) for port in _ports(container))
    detail = f"{named(names)} {_use(names)} {counted('hostPort', ports)} {', '.join(ports)}"
    return Violation("hostPort", detail)


def _hosts(container: Mapping[str, Any]) -> list[str]:
    handlers = [container.get(name) for name in _PROBES]
    handlers += [value_at(container, "lifecycle", name) for name in _HOOKS]
    found = [
        value_at(each or {}, way, "host") for each in handlers for way in ("httpGet", "tcpSocket")
    ]
    return [host for host in found if host]


def probed_hosts(metadata: Metadata, spec: Spec, minor: int) -> Found:
    """Probes and hooks that ask the pod itself only."""
    names = sorted_once(names_where(spec, _hosts))
    if minor < 34 or not names:
        return None
    hosts = sorted_once(host for container in containers_of(spec) for host in _hosts(container))
    what = f"{counted('probe or lifecycle host', hosts)} {quoted(hosts)}"
    return Violation("probe or lifecycle host", f"{named(names)} {_use(names)} {what}")


def privileged(metadata: Metadata, spec: Spec, minor: int) -> Found:
    """No privileged container."""
    names = names_where(spec, lambda container: context_of(container, "privileged"))
    detail = f"{named(names)} must not set securityContext.privileged=true"
    return Violation("privileged", detail) if names else None


def masked_proc(metadata: Metadata, spec: Spec, minor: int) -> Found:
    """Nothing but the usual view of /proc, in any version."""

    def is_bad(container: Mapping[str, Any]) -> bool:
        return context_of(container, "procMount") not in (None, "Default")

    bad = [container for container in containers_of(spec) if is_bad(container)]
    if not bad:
        return None
    types = sorted_once(context_of(container, "procMount") for container in bad)
    who = named([name_of(container) for container in bad])
    return Violation(
        "procMount", f"{who} must not set securityContext.procMount to {quoted(types)}"
    )


def masked_proc_of_shared_users(metadata: Metadata, spec: Spec, minor: int) -> Found:
    """The usual view of /proc, unless the users are not those of the node."""
    return None if has_own_users(spec, minor) else masked_proc(metadata, spec, minor)


def masked_proc_always(metadata: Metadata, spec: Spec, minor: int) -> Found:
    """The usual view of /proc, whoever the users are."""
    return masked_proc(metadata, spec, minor) if minor >= 35 else None


def se_linux(metadata: Metadata, spec: Spec, minor: int) -> Found:
    """SELinux options of containers only."""

    def option(place: Mapping[str, Any], name: str) -> str:
        return context_of(place, "seLinuxOptions", name) or ""

    def has_bad_type(place: Mapping[str, Any]) -> bool:
        return _SELINUX_TYPES.get(option(place, "type"), NEWEST + 1) > minor

    def is_bad(place: Mapping[str, Any]) -> bool:
        return has_bad_type(place) or bool(option(place, "user") or option(place, "role"))

    setters = find_setters(spec, is_bad)
    types = sorted_once(option(place, "type") for place in places(spec) if has_bad_type(place))
    details = [f"{named(types, 'type')}"] if types else []
    for name in ("user", "role"):
        if any(option(place, name) for place in places(spec)):
            details.append(f"{name} may not be set")
    if not setters:
        return None
    text = f"set forbidden securityContext.seLinuxOptions: {'; '.join(details)}"
    return Violation("seLinuxOptions", f"{' and '.join(setters)} {text}")


def _seccomp_type(place: Mapping[str, Any]) -> str | None:
    profile = context_of(place, "seccompProfile")
    return None if profile is None else str(profile.get("type", ""))


def _bad_seccomp(spec: Spec) -> Found:
    def is_bad(place: Mapping[str, Any]) -> bool:
        return _seccomp_type(place) not in (None, "RuntimeDefault", "Localhost")

    setters = find_setters(spec, is_bad)
    values = sorted_once(str(_seccomp_type(place)) for place in places(spec) if is_bad(place))
    text = f"must not set securityContext.seccompProfile.type to {quoted(values)}"
    return Violation("seccompProfile", f"{' and '.join(setters)} {text}") if setters else None


def no_bad_seccomp(metadata: Metadata, spec: Spec, minor: int) -> Found:
    """No profile that turns seccomp off, as a field or, of old, an annotation."""
    return _bad_seccomp(spec) if minor >= 19 else _bad_seccomp_notes(metadata, spec)


def _bad_seccomp_notes(metadata: Metadata, spec: Spec) -> Found:
    """Before 1.19 profiles were annotations."""
    notes = metadata.get("annotations") or {}
    keys = {SECCOMP_POD, *(SECCOMP_CONTAINER + name_of(each) for each in containers_of(spec))}
    bad = sorted(
        f'{key}="{notes[key]}"'
        for key in keys & notes.keys()
        if notes[key] not in ("runtime/default", "docker/default")
        and not notes[key].startswith("localhost/")
    )
    detail = f"forbidden {counted('annotation', bad)} {', '.join(bad)}"
    return Violation("seccompProfile", detail) if bad else None


def some_seccomp(metadata: Metadata, spec: Spec, minor: int) -> Found:
    """A profile of seccomp for the pod or for each container."""
    if minor < 19 or is_for_windows(spec, minor):
        return None
    if (bad := _bad_seccomp(spec)) or _seccomp_type(spec) is not None:
        return bad
    names = names_where(spec, lambda container: _seccomp_type(container) is None)
    text = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
    return Violation("seccompProfile", f"pod or {named(names)} {text}") if names else None


def sysctls(metadata: Metadata, spec: Spec, minor: int) -> Found:
    """Only kernel parameters that concern the pod alone."""
    names = [name_of(sysctl) for sysctl in context_of(spec, "sysctls") or ()]
    bad = [name for name in names if _SYSCTLS.get(name, NEWEST + 1) > minor]
    return Violation("forbidden sysctls", ", ".join(bad)) if bad else None


def host_process(metadata: Metadata, spec: Spec, minor: int) -> Found:
    """No process of a Windows node."""
    setters = find_setters(spec, lambda place: context_of(place, "windowsOptions", "hostProcess"))
    text = "must not set securityContext.windowsOptions.hostProcess=true"
    return Violation("hostProcess", f"{' and '.join(setters)} {text}") if setters else None


def no_escalation(metadata: Metadata, spec: Spec, minor: int) -> Found:
    """No process gets more rights than its parent has."""
    names = names_where(
        spec, lambda container: context_of(container, "allowPrivilegeEscalation") is not False
    )
    if minor < 8 or is_for_windows(spec, minor) or not names:
        return None
    detail = f"{named(names)} must set securityContext.allowPrivilegeEscalation=false"
    return Violation("allowPrivilegeEscalation != false", detail)


def volume_types(metadata: Metadata, spec: Spec, minor: int) -> Found:
    """Volumes without a way to the node."""
    bad: dict[str, str] = {}
    for volume in spec.get("volumes") or ():
        sources = {name for name, value in volume.items() if value is not None}
        if not sources & _FREE_VOLUMES:
            known = [name for name in _OTHER_VOLUMES if name in sources]
            bad[name_of(volume)] = known[0] if known else "unknown"
    names, types = list(bad), sorted_once(bad.values())
    detail = f"{named(names, 'volume')} {_use(names)} {named(types, 'restricted volume type')}"
    return Violation("restricted volume types", detail) if bad else None


def no_root(metadata: Metadata, spec: Spec, minor: int) -> Found:
    """Nobody runs as root."""

    def asked(place: Mapping[str, Any]) -> bool | None:
        return context_of(place, "runAsNonRoot")

    if has_own_users(spec, minor):
        return None
    reason = "runAsNonRoot != true"
    if setters := find_setters(spec, lambda place: asked(place) is False):
        text = "must not set securityContext.runAsNonRoot=false"
        return Violation(reason, f"{' and '.join(setters)} {text}")
    names = [] if asked(spec) else names_where(spec, lambda each: asked(each) is None)
    detail = f"pod or {named(names)} must set securityContext.runAsNonRoot=true"
    return Violation(reason, detail) if names else None


def no_user_zero(metadata: Metadata, spec: Spec, minor: int) -> Found:
    """Nobody asks for the user 0."""
    setters = find_setters(spec, lambda place: context_of(place, "runAsUser") == 0)
    if minor < 23 or has_own_users(spec, minor) or not setters:
        return None
    return Violation("runAsUser=0", f"{' and '.join(setters)} must not set runAsUser=0")


Check = Callable[[Metadata, Spec, int], Found]
# In the order in which the messages name them.
