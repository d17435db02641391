"""Claims for storage: what they ask for, and what of it may change. Pure."""

from __future__ import annotations

from pocket_openshift.resources.rules.validation import formats, label_selectors, object_meta
from pocket_openshift.vocabulary.field_errors import (
    IMMUTABLE,
    NOT_POSITIVE,
    Causes,
    Object,
    each_invalid,
    forbidden,
    invalid,
    not_supported,
    part,
    required,
)
from workshop_kube.rules import quantities

_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
_VOLUME_MODES = ("Block", "Filesystem")
_FIXED = (
    "spec is immutable after creation except resources.requests and volumeAttributesClassName for "
    "bound claims"
)


def of_new(claim: Object) -> Causes:
    """A claim."""
    yield from object_meta.of_new(claim, formats.dns_subdomain)
    yield from spec(part(claim, "spec"), "spec")


def spec(found: Object, place: str) -> Causes:
    """What a claim asks for; also inside a pod's ephemeral volume."""
    modes = found.get("accessModes") or []
    if not modes:
        yield required(f"{place}.accessModes", "at least 1 access mode is required")
    yield from label_selectors.form(found.get("selector"), f"{place}.selector")
    yield from _modes(modes, f"{place}.accessModes")
    yield from _size(found, f"{place}.resources[storage]")
    name = found.get("storageClassName")
    if name:
        yield from each_invalid(f"{place}.storageClassName", name, formats.dns_subdomain(name))
    mode = found.get("volumeMode", "Filesystem")
    if mode not in _VOLUME_MODES:
        yield not_supported(f"{place}.volumeMode", mode, _VOLUME_MODES)
    for field in ("dataSource", "dataSourceRef"):
        if found.get(field) is not None:
            yield from _source(found[field], f"{place}.{field}")


def _modes(modes: list[str], place: str) -> Causes:
    for mode in modes:
        if mode not in _MODES:
            yield not_supported(place, mode, _MODES)
    known = {mode for mode in modes if mode in _MODES}
    if "ReadWriteOncePod" in known and len(known) > 1:
        yield forbidden(place, "may not use ReadWriteOncePod with other access modes")


def _size(found: Object, place: str) -> Causes:
    size = part(part(found, "resources"), "requests").get("storage")
    if size is None:
        yield required(place)
    elif quantities.parse(size) <= 0:
        yield invalid(place, size, NOT_POSITIVE)


def _source(source: Object, place: str) -> Causes:
    for name in ("name", "kind"):
        if not source.get(name):
            yield required(f"{place}.{name}")
    group, kind = source.get("apiGroup", ""), source.get("kind", "")
    if group:
        yield from each_invalid(f"{place}.apiGroup", group, formats.dns_subdomain(group))
    elif kind != "PersistentVolumeClaim":
        why = "must be 'PersistentVolumeClaim' when referencing the default apiGroup"
        yield invalid(place, kind, why)


def of_change(new: Object, old: Object) -> Causes:
    """A change of a claim: its size, once it is bound, and little else."""
    yield from of_new(new)
    yield from object_meta.of_change(new, old)
    yield from of_new(new)
    after, before = part(new, "spec"), part(old, "spec")
    bound = part(new, "status").get("phase") == "Bound"
    if _comparable(after, before, bound=bound) != _comparable(before, before, bound=bound):
        yield forbidden("spec", _FIXED)
    sizes = [quantities.parse(_storage(each)) for each in (after, before)]
    least = part(part(new, "status"), "capacity").get("storage", "0")
    if sizes[0] < sizes[1] and sizes[0] <= quantities.parse(least):
        field = "spec.resources.requests.storage"
        yield forbidden(field, "field can not be less than status.capacity")
    if after.get("volumeMode") != before.get("volumeMode"):
        yield invalid("volumeMode", after.get("volumeMode"), IMMUTABLE)


def _storage(found: Object) -> str:
    size: str = part(part(found, "resources"), "requests").get("storage", "0")
    return size


def _comparable(found: Object, before: Object, *, bound: bool) -> dict:
    """A spec without what may change."""
    kept = dict(found)
    if not before.get("volumeName"):
        kept.pop("volumeName", None)
    if before.get("storageClassName") is None:
        kept.pop("storageClassName", None)
    if bound:
        requests = {**part(part(found, "resources"), "requests"), "storage": ""}
        kept["resources"] = {**part(found, "resources"), "requests": requests}
        kept.pop("volumeAttributesClassName", None)
    return kept
