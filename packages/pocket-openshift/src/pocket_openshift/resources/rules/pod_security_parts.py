"""Parts of a pod that the checks of Pod Security look at, and how their messages name them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod"
SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/"
APPARMOR_CONTAINER = "container.apparmor.security.beta.kubernetes.io/"


@dataclass(frozen=True, slots=True)
class Violation:
    """One check that a pod does not pass."""

    reason: str
    detail: str

    def __str__(self) -> str:
        return f"{self.reason} ({self.detail})"


def containers_of(spec: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All containers of a pod, in the order in which messages name them."""
    for field in ("initContainers", "containers", "ephemeralContainers"):
        yield from spec.get(field) or ()


def value_at(place: Mapping[str, Any], *path: str) -> Any:
    """A value below a pod's spec or a container, None where a part of the way is missing."""
    found: Any = place
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def context_of(place: Mapping[str, Any], *path: str) -> Any:
    """A value of the security context of a pod or a container."""
    return value_at(place, "securityContext", *path)


def quoted(names: Iterable[str]) -> str:
    """Names as a message lists them."""
    return ", ".join(f'"{name}"' for name in names)


def sorted_once(names: Iterable[str]) -> list[str]:
    """Each name once, sorted."""
    return sorted(set(names))


def counted(word: str, many: Sequence[Any]) -> str:
    """The word in the singular or the plural."""
    return word if len(many) == 1 else f"{word}s"


def named(names: Sequence[str], word: str = "container") -> str:
    """The word and the names."""
    return f"{counted(word, names)} {quoted(names)}"


def name_of(container: Mapping[str, Any]) -> str:
    """The name of a container, a volume or a parameter."""
    return str(container.get("name", ""))


def names_where(spec: Mapping[str, Any], is_bad: Callable[[dict[str, Any]], Any]) -> list[str]:
    """The names of the containers of which it is true."""
    return [name_of(container) for container in containers_of(spec) if is_bad(container)]


def find_setters(spec: Mapping[str, Any], is_bad: Callable[[Mapping[str, Any]], Any]) -> list[str]:
    """Who set something bad: the pod, and its containers."""
    names = names_where(spec, is_bad)
    return (["pod"] if is_bad(spec) else []) + ([named(names)] if names else [])


def places(spec: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Where a security context may be: the pod, and its containers."""
    yield spec
    yield from containers_of(spec)


def is_for_windows(spec: Mapping[str, Any], minor: int) -> bool:
    """Whether the rules for Linux do not concern the pod."""
    return minor >= 25 and value_at(spec, "os", "name") == "windows"


def has_own_users(spec: Mapping[str, Any], minor: int) -> bool:
    """Whether the pod's root is nobody on the node."""
    return minor >= 35 and spec.get("hostUsers") is False


Metadata = Mapping[str, Any]
Spec = Mapping[str, Any]
Found = Violation | None
