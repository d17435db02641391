"""Bodies of requests checked against their kind's fields, as strictly as the caller asks.

`handlers` asks for each body of a create or update, `verbs` for each patched object. What values a
field may have is not looked at here: that is `resources.validation`'s, once defaults are filled in.
"""

from __future__ import annotations

import json
from typing import Any

from pocket_openshift.core.behaviour import Call
from pocket_openshift.vocabulary import decoding, errors, kinds, paths, schemas

# How a caller may want to hear of fields that do not exist: by a header, an error, or not at all.
FIELD_VALIDATIONS = ("", "Ignore", "Strict", "Warn")
# Parts of an object that have the object's own fields.
_WHOLE = ("", "status", "finalize")
_OPTIONS = {
    "create": "CreateOptions",
    "update": "UpdateOptions",
    "patch": "PatchOptions",
    "delete": "DeleteOptions",
    "deletecollection": "DeleteOptions",
}
_GENERIC = schemas.Type(
    "struct",
    "Object",
    "v1.Object",
    None,
    {"metadata": schemas.struct("meta.v1.ObjectMeta")},
)


def check_options(verb: str, query: dict[str, str]) -> None:
    """A 422 for a `fieldValidation` or `dryRun` that does not exist."""
    if verb not in _OPTIONS:
        return
    causes = []
    if "dryRun" in query and query["dryRun"] not in ("", "All"):
        text = f'Unsupported value: {json.dumps([query["dryRun"]])}: supported values: "All"'
        causes.append(errors.Cause("dryRun", "FieldValueNotSupported", text))
    asked = query.get("fieldValidation", "")
    if asked not in FIELD_VALIDATIONS:
        known = ", ".join(f'"{name}"' for name in FIELD_VALIDATIONS)
        text = f"Unsupported value: {json.dumps(asked)}: supported values: {known}"
        causes.append(errors.Cause("fieldValidation", "FieldValueNotSupported", text))
    if causes:
        raise errors.invalid_of("meta.k8s.io", _OPTIONS[verb], "", causes)


def type_of(target: paths.RequestTarget, kind: kinds.Kind) -> schemas.Type | None:
    """The fields that a body for this target has; None where they are not known."""
    part = target.subresource
    if part in _WHOLE:
        return schemas.of_kind(kind.resource)
    return schemas.of_kind("scale" if part == "scale" else f"{kind.resource}/{part}")


def decoded(call: Call, body: Any) -> tuple[dict[str, Any], list[str]]:
    """A body without nulls and unknown fields, and sentences about these fields.

    DecodeError for a field of another type. Of kinds whose fields are not known, only metadata are
    looked at.
    """
    faults: list[str] = []
    known = type_of(call.target, call.kind)
    if known is not None:
        return decoding.decode(known, body, faults), faults
    metadata = {"metadata": body["metadata"]} if body.get("metadata") is not None else {}
    made = decoding.decode(_GENERIC, metadata, faults)
    rest = {name: value for name, value in body.items() if name != "metadata"}
    return {**rest, **made}, faults


def checked(call: Call, body: Any) -> dict[str, Any]:
    """The object in the body of a create or update.

    A 400 for what is no object, has a field of another type or, where the caller is strict, one
    that does not exist; else these are told.
    """
    if not isinstance(body, dict):
        raise errors.unrecognized(call.kind, decoding.no_object(body), call.raw)
    said = (body.get("apiVersion") or call.kind.api_version, body.get("kind") or call.kind.kind)
    if call.target.subresource in _WHOLE and said != (call.kind.api_version, call.kind.kind):
        raise errors.another_kind(call.kind, said)
    try:
        made, faults = decoded(call, body)
    except decoding.DecodeError as error:
        raise errors.cannot_be_handled(call.kind, str(error)) from error
    if is_strict(call) and faults:
        why = f"strict decoding error: {', '.join(faults)}"
        raise errors.cannot_be_handled(call.kind, why)
    tell(call, faults)
    return made


def checked_patch(call: Call, obj: Any, patch: str = "") -> dict[str, Any]:
    """The same of an object that a patch has made.

    A 422 that shows the object, or a strategic merge patch as Go writes it.
    """
    if not isinstance(obj, dict):
        raise errors.bad_request("the body of the request must be an object")
    try:
        made, faults = decoded(call, obj)
    except decoding.DecodeError as error:
        why = error.brief if patch else str(error)
        raise errors.invalid_patch(patch or obj, why) from error
    if is_strict(call) and faults:
        raise errors.invalid_patch(patch or obj, f"strict decoding error: {', '.join(faults)}")
    tell(call, faults)
    return made


def is_strict(call: Call) -> bool:
    """Whether the caller wants unknown fields refused."""
    return call.query.get("fieldValidation") == "Strict"


def tell(call: Call, faults: list[str]) -> None:
    """Warn of unknown fields, unless the caller does not want to hear of them."""
    if call.query.get("fieldValidation") != "Ignore":
        for fault in faults:
            call.warn(fault)
