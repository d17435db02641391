"""What type the fields have that every kind shares, and what a label may be. Pure.

A real server decodes a body into Go structs and refuses what does not fit; here objects are plain
dictionaries, so that what others rely on (labels are texts, owners have UIDs) is looked at once,
when it arrives. `verbs` asks for each body and for each patched object.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pocket_openshift.vocabulary import errors, kinds

_TEXTS = ("name", "generateName", "namespace", "uid", "resourceVersion")
_MAPS = ("labels", "annotations")
_OWNER = ("apiVersion", "kind", "name", "uid")
_CONTENTS = {
    "configmaps": ("data", "binaryData"),
    "secrets": ("data", "stringData"),
}
_LISTS_OF_OBJECTS = ("rules", "subjects", "objects", "parameters")
_OBJECTS = ("spec", "status", "roleRef")
_ANNOTATIONS_LIMIT = 256 * 1024

_NAME = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_VALUE = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?"
_PREFIX = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_NAME_TEXT = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end "
    "with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
    f"validation is '{_NAME}')"
)
_VALUE_TEXT = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or "
    f"'12345', regex used for validation is '{_VALUE}')"
)
_PREFIX_TEXT = (
    "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric "
    "characters, '-' or '.', and must start and end with an alphanumeric character (e.g. "
    f"'example.com', regex used for validation is '{_PREFIX}')"
)


def _type_of(value: Any) -> str:
    """What JSON calls a value, as Go's decoder names it."""
    if isinstance(value, bool):
        return "bool"
    names = {str: "string", int: "number", float: "number", list: "array", dict: "object"}
    return next((name for kind, name in names.items() if isinstance(value, kind)), "null")


def _mismatch(value: Any, field: str, wanted: str) -> str:
    return f"json: cannot unmarshal {_type_of(value)} into Go struct field {field} of type {wanted}"


def _texts_by_name(value: Any, field: str) -> Iterator[str]:
    if value is None:
        return
    if not isinstance(value, dict):
        yield _mismatch(value, field, "map[string]string")
        return
    for item in value.values():
        if item is not None and not isinstance(item, str):
            yield _mismatch(item, field, "string")


def _in_metadata(metadata: Mapping[str, Any]) -> Iterator[str]:
    for name in _TEXTS:
        if not isinstance(metadata.get(name, ""), (str, type(None))):
            yield _mismatch(metadata[name], f"ObjectMeta.metadata.{name}", "string")
    for name in _MAPS:
        yield from _texts_by_name(metadata.get(name), f"ObjectMeta.metadata.{name}")
    yield from _items(metadata, "finalizers", str, "ObjectMeta.metadata.finalizers", "string")
    yield from _items(
        metadata,
        "ownerReferences",
        dict,
        "ObjectMeta.metadata.ownerReferences",
        "v1.OwnerReference",
    )


def _items(
    holder: Mapping[str, Any], name: str, kind: type, field: str, wanted: str
) -> Iterator[str]:
    value = holder.get(name)
    if value is None:
        return
    if not isinstance(value, list):
        yield _mismatch(value, field, f"[]{wanted}")
        return
    for item in value:
        if not isinstance(item, kind):
            yield _mismatch(item, field, wanted)


def _all(kind: kinds.Kind, body: Mapping[str, Any]) -> Iterator[str]:
    yield from _in_metadata(body.get("metadata") or {})
    for name in _OBJECTS:
        if not isinstance(body.get(name, {}), (dict, type(None))):
            yield _mismatch(body[name], f"{kind.kind}.{name}", f"{kind.version}.{kind.kind}")
    for name in _LISTS_OF_OBJECTS:
        yield from _items(body, name, dict, f"{kind.kind}.{name}", kind.version)
    for name in _CONTENTS.get(kind.resource, ()):
        yield from _texts_by_name(body.get(name), f"{kind.kind}.{name}")


def mismatch(kind: kinds.Kind, body: Mapping[str, Any]) -> str:
    """The first field of a body that has another type than in this kind, as a sentence; '' when
    all fit. Only what the server itself relies on is looked at.
    """
    return next(_all(kind, body), "")


def checked(kind: kinds.Kind, body: Any) -> dict[str, Any]:
    """The object in the body of a create or update, whatever subresource it is for. Null parts are
    left out, as Go's decoder does; a 400 for what is no object.
    """
    if not isinstance(body, dict):
        raise errors.bad_request("the body of the request must be an object")
    if not isinstance(body.get("metadata"), (dict, type(None))):
        raise errors.bad_request("metadata must be an object")
    parts = ("metadata", "spec", "status")
    found = {n: value for n, value in body.items() if value is not None or n not in parts}
    if wrong := mismatch(kind, found):
        raise errors.cannot_be_handled(kind, wrong)
    return found


def find_metadata_causes(metadata: Mapping[str, Any]) -> list[errors.Cause]:
    """What is wrong with labels, annotations and owners of an object."""
    return [
        *_find_label_causes(metadata.get("labels") or {}),
        *_find_annotation_causes(metadata.get("annotations") or {}),
        *_find_owner_causes(metadata.get("ownerReferences") or []),
    ]


def _invalid(field: str, value: str, text: str) -> errors.Cause:
    return errors.Cause(field, "FieldValueInvalid", f'Invalid value: "{value}": {text}')


def _find_label_causes(labels: Mapping[str, Any]) -> Iterator[errors.Cause]:
    for key, value in labels.items():
        yield from (_invalid("metadata.labels", key, text) for text in _wrong_in_key(key))
        if len(value or "") > 63:
            yield _invalid("metadata.labels", value, "must be no more than 63 bytes")
        if not re.fullmatch(_VALUE, value or ""):
            yield _invalid("metadata.labels", value, _VALUE_TEXT)


def _wrong_in_key(key: str) -> Iterator[str]:
    prefix, slash, name = key.rpartition("/")
    if slash and not prefix:
        yield "prefix part must be non-empty"
    elif slash and not (re.fullmatch(_PREFIX, prefix) and len(prefix) <= 253):
        yield _PREFIX_TEXT
    if not name:
        yield "name part must be non-empty"
    if len(name) > 63:
        yield "name part must be no more than 63 bytes"
    if not re.fullmatch(_NAME, name):
        yield _NAME_TEXT


def _find_annotation_causes(annotations: Mapping[str, Any]) -> Iterator[errors.Cause]:
    for key in annotations:
        texts = _wrong_in_key(key.lower())
        yield from (_invalid("metadata.annotations", key, text) for text in texts)
    size = sum(
        len(key.encode()) + len((value or "").encode()) for key, value in annotations.items()
    )
    if size > _ANNOTATIONS_LIMIT:
        text = f"Too long: may not be more than {_ANNOTATIONS_LIMIT} bytes"
        yield errors.Cause("metadata.annotations", "FieldValueTooLong", text)


def _find_owner_causes(owners: list[Mapping[str, Any]]) -> Iterator[errors.Cause]:
    for owner in owners:
        for name in _OWNER:
            if not isinstance(owner.get(name), str) or not owner[name]:
                field = f"metadata.ownerReferences.{name}"
                yield errors.Cause(
                    field, "FieldValueInvalid", 'Invalid value: "": must not be empty'
                )
