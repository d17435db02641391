"""What makes the metadata of an object invalid, of a new one and of a change. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pocket_openshift.resources.rules.validation import formats
from pocket_openshift.vocabulary.field_errors import (
    NIL,
    Causes,
    Object,
    each_invalid,
    forbidden,
    invalid,
    items,
    required,
    too_long,
    unchanged,
)

_ANNOTATIONS_LIMIT = 256 * 1024
_STANDARD_FINALIZERS = ("kubernetes", "orphan", "foregroundDeletion")
_FINALIZER = "name is neither a standard finalizer name nor is it fully qualified"
_PLACE = "metadata"
_SERVERS = ("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds")


def of_labels(found: Object, place: str) -> Causes:
    """Keys and values of labels. Errors name the map, not the key."""
    for key, value in found.items():
        yield from each_invalid(place, key, formats.label_key(key))
        yield from each_invalid(place, value, formats.label_value(value))


def of_annotations(found: Object, place: str) -> Causes:
    """Keys of annotations, and how much they are together."""
    for key in found:
        yield from each_invalid(place, key, formats.label_key(key.lower()))
    size = sum(len(key.encode()) + len(value.encode()) for key, value in found.items())
    if size > _ANNOTATIONS_LIMIT:
        yield too_long(place, _ANNOTATIONS_LIMIT)


def _owners(meta: Object) -> Causes:
    place, controller = f"{_PLACE}.ownerReferences", ""
    for owner in meta.get("ownerReferences") or ():
        if not owner.get("apiVersion"):
            yield invalid(f"{place}.apiVersion", "", "version must not be empty")
        for name in ("kind", "name", "uid"):
            if not owner.get(name):
                yield invalid(f"{place}.{name}", "", "must not be empty")
        if (owner.get("apiVersion"), owner.get("kind")) == ("v1", "Event"):
            yield invalid(place, owner, "/v1, Kind=Event is disallowed from being an owner")
        if owner.get("controller"):
            current = f"{owner.get('kind', '')}/{owner.get('name', '')}"
            if controller:
                why = (
                    'Only one reference can have Controller set to true. Found "true" in '
                    f"references for {controller} and {current}"
                )
                yield invalid(place, meta["ownerReferences"], why)
            controller = controller or current


def _finalizer_forms(meta: Object) -> Causes:
    place, found = f"{_PLACE}.finalizers", meta.get("finalizers") or []
    for name in found:
        yield from each_invalid(place, name, formats.label_key(name))
    if {"orphan", "foregroundDeletion"} <= set(found):
        why = "finalizer orphan and foregroundDeletion cannot be both set"
        yield invalid(place, found, why)


def _finalizer_names(meta: Object) -> Causes:
    """What Kubernetes' own kinds add: a finalizer of one's own has a domain."""
    for place, name in items(meta, "finalizers", _PLACE):
        yield from _finalizer_name(name, place)


def _finalizer_name(name: str, place: str) -> Causes:
    if "/" not in name and name not in _STANDARD_FINALIZERS:
        yield invalid(place, name, _FINALIZER)


def finalizer(name: str, place: str) -> Causes:
    """The name of a finalizer: a qualified one, or one of the standard ones."""
    yield from each_invalid(place, name, formats.label_key(name))
    yield from _finalizer_name(name, place)


def _common(meta: Object) -> Causes:
    yield from of_labels(meta.get("labels") or {}, f"{_PLACE}.labels")
    yield from of_annotations(meta.get("annotations") or {}, f"{_PLACE}.annotations")
    yield from _owners(meta)


def of_new(obj: Object, form: formats.Form, *, own: bool = True) -> Causes:
    """The metadata of an object, with the form that its kind's names have.

    `own`: of a kind of Kubernetes, which is strict about finalizers.
    """
    meta = obj["metadata"]
    name, beginning = meta.get("name", ""), meta.get("generateName", "")
    if beginning:
        wrong = formats.prefix(form)(beginning)
        yield from each_invalid(f"{_PLACE}.generateName", beginning, wrong)
    if name:
        yield from each_invalid(f"{_PLACE}.name", name, form(name))
    else:
        yield required(f"{_PLACE}.name", "name or generateName is required")
    yield from _common(meta)
    yield from _finalizer_forms(meta)
    if own:
        yield from _finalizer_names(meta)


def of_change(new: Object, old: Object, *, own: bool = True) -> Causes:
    """What may not change in metadata, and what is wrong with the new ones."""
    meta, before = new["metadata"], old["metadata"]
    if before.get("deletionTimestamp"):
        yield from _new_finalizers(meta, before)
    for name in ("name", "namespace", *_SERVERS):
        if name in meta or name in ("name", "namespace"):
            yield from unchanged(f"{_PLACE}.{name}", meta.get(name), before.get(name))
    yield from _common(meta)
    if own:
        yield from _finalizer_names(meta)


def _new_finalizers(meta: Object, before: Object) -> Causes:
    extra = sorted({*(meta.get("finalizers") or ())} - {*(before.get("finalizers") or ())})
    if extra:
        shown = ", ".join(f'"{name}"' for name in extra)
        yield forbidden(
            f"{_PLACE}.finalizers",
            "no new finalizers can be added if the object is being deleted, found new finalizers "
            f"[]string{{{shown}}}",
        )


def same_parts(new: Object, old: Object, names: Sequence[str], place: str) -> Causes:
    """Fields of a spec that may not change."""
    for name in names:
        value = new.get(name)
        if value != old.get(name):
            yield invalid(f"{place}.{name}", NIL if value is None else value, "field is immutable")
