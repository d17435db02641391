"""Names and amounts of resources: of containers, quotas and limits. Pure."""

from __future__ import annotations

from decimal import Decimal

from pocket_openshift.resources.rules.validation import formats
from pocket_openshift.vocabulary.field_errors import (
    NOT_NEGATIVE,
    Causes,
    Object,
    each_invalid,
    forbidden,
    invalid,
    part,
    required,
)
from workshop_kube.rules import quantities

_CONTAINER = frozenset({"cpu", "memory", "ephemeral-storage"})
_COUNTED = frozenset(
    {
        "pods",
        "services",
        "replicationcontrollers",
        "resourcequotas",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
        "services.nodeports",
        "services.loadbalancers",
    }
)
_REQUESTED = ("cpu", "memory", "ephemeral-storage", "storage")
QUOTA = frozenset(
    {
        *_CONTAINER,
        *_COUNTED,
        "storage",
        *(f"requests.{name}" for name in _REQUESTED),
        *(f"limits.{name}" for name in ("cpu", "memory", "ephemeral-storage")),
    }
)
_STANDARD = _CONTAINER | QUOTA


def is_huge_pages(name: str) -> bool:
    """Whether a resource is memory in huge pages, of whatever size."""
    return name.startswith("hugepages-")


def is_native(name: str) -> bool:
    """Whether a resource is one of Kubernetes' own."""
    return "/" not in name or "kubernetes.io/" in name


def may_overcommit(name: str) -> bool:
    """Whether a container may have a limit above its request."""
    return is_native(name) and not is_huge_pages(name)


def is_counted(name: str) -> bool:
    """Whether a resource comes in whole pieces."""
    return name in _COUNTED or not is_native(name)


def name_form(name: str, place: str) -> Causes:
    """A resource's name: one of the standard ones, or with a domain."""
    wrong = formats.label_key(name)
    yield from each_invalid(place, name, wrong)
    if not wrong and "/" not in name and not (name in _STANDARD or is_huge_pages(name)):
        yield invalid(place, name, "must be a standard resource type or fully qualified")


def container_name(name: str, place: str) -> Causes:
    """The name of a resource that a container may ask for."""
    yield from name_form(name, place)
    if "/" not in name:
        if name not in _CONTAINER and not is_huge_pages(name):
            yield invalid(place, name, "must be a standard resource for containers")
    elif not is_native(name):
        quota = formats.label_key(f"requests.{name}")
        if name.startswith("requests.") or quota:
            yield invalid(place, name, "doesn't follow extended resource name standard")


def quota_name(name: str, place: str) -> Causes:
    """The name of a resource that a quota may count."""
    yield from name_form(name, place)
    huge = name.removeprefix("requests.").startswith("hugepages-")
    if "/" not in name and name not in QUOTA and not huge:
        yield invalid(place, name, "must be a standard resource for quota")


def amount(name: str, value: str, place: str) -> Causes:
    """How much of a resource: not below nothing, and whole where it is counted."""
    number = quantities.parse(value)
    if number < 0:
        yield invalid(place, value, NOT_NEGATIVE)
    if is_counted(name) and number % 1:
        yield invalid(place, quantities.render(number), "must be an integer")


def _sorted(found: Object) -> list[tuple[str, str]]:
    """By name: Go's maps have no order, tests want one."""
    return sorted(found.items())


def requirements(found: Object, place: str) -> Causes:
    """The limits and requests of a container."""
    limits, requests = part(found, "limits"), part(found, "requests")
    for name, value in _sorted(limits):
        where = f"{place}.limits[{name}]"
        yield from container_name(name, where)
        yield from amount(name, value, where)
    for name, value in _sorted(requests):
        where = f"{place}.requests[{name}]"
        yield from container_name(name, where)
        yield from amount(name, value, where)
        yield from _within(name, value, limits, place)
    names = {*limits, *requests}
    if any(map(is_huge_pages, names)) and not names & {"cpu", "memory"}:
        yield forbidden(place, "HugePages require cpu or memory")


def _within(name: str, value: str, limits: Object, place: str) -> Causes:
    limit = limits.get(name)
    if limit is None:
        if not may_overcommit(name):
            why = "Limit must be set for non overcommitable resources"
            yield required(f"{place}.limits", why)
        return
    asked, most = quantities.parse(value), quantities.parse(limit)
    where = f"{place}.requests"
    if asked != most and not may_overcommit(name):
        yield invalid(where, value, f"must be equal to {name} limit of {limit}")
    elif asked > most:
        yield invalid(where, value, f"must be less than or equal to {name} limit of {limit}")


def number(value: str | None) -> Decimal | None:
    """The number that a quantity means, where there is one."""
    return None if value is None else quantities.parse(value)
