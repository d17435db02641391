"""Pod Security Standards: which checks a level has, and what of a pod violates them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pocket_openshift.resources.rules import pod_security_checks as checks
from pocket_openshift.resources.rules.pod_security_levels import NEWEST, LevelVersion
from pocket_openshift.resources.rules.pod_security_parts import (
    SECCOMP_CONTAINER,
    SECCOMP_POD,
    Found,
    Metadata,
    Spec,
    Violation,
    name_of,
)

Check = Callable[[Metadata, Spec, int], Found]
# In the order in which the messages name them.
_BASELINE: tuple[Check, ...] = (
    checks.app_armor,
    checks.default_capabilities,
    checks.host_namespaces,
    checks.host_paths,
    checks.host_ports,
    checks.probed_hosts,
    checks.privileged,
    checks.masked_proc_of_shared_users,
    checks.se_linux,
    checks.no_bad_seccomp,
    checks.sysctls,
    checks.host_process,
)
_RESTRICTED: tuple[Check, ...] = (
    checks.no_escalation,
    checks.dropped_capabilities,
    checks.masked_proc_always,
    checks.volume_types,
    checks.no_root,
    checks.no_user_zero,
    checks.some_seccomp,
)
# A check of the baseline that a stricter one stands for, and since which minor version.
_REPLACED: dict[Check, int] = {
    checks.default_capabilities: 22,
    checks.host_paths: 0,
    checks.masked_proc_of_shared_users: 35,
    checks.no_bad_seccomp: 19,
}


def _checks(at: LevelVersion) -> Iterator[Check]:
    if at.level == "privileged":
        return
    for check in _BASELINE:
        if at.level == "baseline" or _REPLACED.get(check, NEWEST + 1) > at.minor:
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
    return container.get("image"), notes.get(SECCOMP_CONTAINER + name_of(container))


def _compared(pod: Mapping[str, Any]) -> Any:
    """What of a pod may change and matters: images, and profiles in annotations."""
    notes, spec = pod["metadata"].get("annotations") or {}, pod.get("spec") or {}
    parts = [
        [_image_and_profile(pod, each) for each in spec.get(field) or ()]
        for field in ("initContainers", "containers")
    ]
    return notes.get(SECCOMP_POD), parts


def is_significant(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether a change of a pod is checked again."""
    if _compared(old) != _compared(new):
        return True
    before, after = (
        {
            name_of(each): _image_and_profile(pod, each)
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
