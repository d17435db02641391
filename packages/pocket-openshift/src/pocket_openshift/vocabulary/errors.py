"""Kubernetes Status errors with the texts of the real API server. Pure.

Everything that refuses a request raises a `StatusError` made here; only the HTTP shell turns it
into an answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pocket_openshift.vocabulary import kinds


class StatusError(Exception):
    """A request is refused.

    `code` is the HTTP status, `body` the Status object, `headers` extra headers.
    """

    def __init__(self, body: dict[str, Any], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(body.get("message", ""))
        self.body = body
        self.code: int = body["code"]
        self.reason: str = body.get("reason", "")
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing wrong with one field: `reason` is Kubernetes' word (FieldValueInvalid ...)."""

    field: str
    reason: str
    message: str

    def as_dict(self) -> dict[str, str]:
        """As it stands in `details.causes`."""
        return {"field": self.field, "message": self.message, "reason": self.reason}


def make_status(code: int, reason: str, message: str, details: dict | None = None) -> dict:
    """A Status object of a failure."""
    status: dict[str, Any] = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": code,
    }
    if details is not None:
        status["details"] = details
    if not reason:
        del status["reason"]
    return status


def make_success(details: dict | None = None) -> dict:
    """The Status that says a request succeeded and has no object to show."""
    status: dict[str, Any] = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
    }
    if details:
        status["details"] = details
    return status


def _details(group: str, kind: str, name: str, causes: Sequence[Cause] = ()) -> dict[str, Any]:
    details: dict[str, Any] = {}
    if name:
        details["name"] = name
    if group:
        details["group"] = group
    if kind:
        details["kind"] = kind
    if causes:
        details["causes"] = [cause.as_dict() for cause in causes]
    return details


def _qualified(group: str, resource: str) -> str:
    return f"{resource}.{group}" if group else resource


def not_found(kind: kinds.Kind, name: str) -> StatusError:
    """404: there is no object of this name."""
    message = f'{kind.resource} "{name}" not found'
    return StatusError(
        make_status(404, "NotFound", message, _details(kind.group, kind.plural, name))
    )


def already_exists(
    kind: kinds.Kind, name: str, *, deleting: bool = False, resource: str | None = None
) -> StatusError:
    """409: the name is taken, perhaps by something that is being deleted."""
    plural = resource or kind.plural
    message = f'{_qualified(kind.group, plural)} "{name}" already exists'
    if deleting:
        message = "object is being deleted: " + message
    return StatusError(
        make_status(409, "AlreadyExists", message, _details(kind.group, plural, name))
    )


def conflict(kind: kinds.Kind, name: str, why: str | None = None) -> StatusError:
    """409: the object changed since the caller read it."""
    why = why or (
        "the object has been modified; please apply your changes to the latest version and try "
        "again"
    )
    message = f'Operation cannot be fulfilled on {kind.resource} "{name}": {why}'
    return StatusError(
        make_status(409, "Conflict", message, _details(kind.group, kind.plural, name))
    )


def uid_conflict(kind: kinds.Kind, name: str, wanted: str, found: str) -> StatusError:
    """409: a delete names a UID that the object does not have.

    The real server says the Kind here.
    """
    message = (
        f'Operation cannot be fulfilled on {kind.kind} "{name}": the UID in the precondition '
        f"({wanted}) does not match the UID in record ({found}). "
        "The object might have been deleted and then recreated"
    )
    return StatusError(make_status(409, "Conflict", message, _details(kind.group, kind.kind, name)))


def forbidden(kind: kinds.Kind, name: str, why: str, causes: Sequence[Cause] = ()) -> StatusError:
    """403 by admission: allowed by the rules of access but refused for `why`."""
    message = f'{kind.resource} "{name}" is forbidden: {why}'
    if not name:
        message = f"{kind.resource} is forbidden: {why}"
    return StatusError(
        make_status(403, "Forbidden", message, _details(kind.group, kind.plural, name, causes))
    )


def forbidden_project(name: str, why: str) -> StatusError:
    """403 for a project that nobody may ask for. The real server says `project` here."""
    group, kind = "project.openshift.io", "project"
    message = f'{kind}.{group} "{name}" is forbidden: {why}'
    return StatusError(make_status(403, "Forbidden", message, _details(group, kind, name)))


@dataclass(frozen=True, slots=True)
class Denied:
    """What a user was not allowed: the parts of the 403's sentence."""

    user: str
    verb: str
    group: str
    resource: str
    subresource: str
    namespace: str
    name: str
    reason: str = ""


def denied(what: Denied) -> StatusError:
    """403 by the rules of access."""
    resource = what.resource + (f"/{what.subresource}" if what.subresource else "")
    place = f'in the namespace "{what.namespace}"' if what.namespace else "at the cluster scope"
    why = (
        f'User "{what.user}" cannot {what.verb} resource "{resource}" '
        f'in API group "{what.group}" {place}'
    )
    if what.reason:
        why += f": {what.reason}"
    subject = _qualified(what.group, what.resource)
    if what.name:
        subject += f' "{what.name}"'
    message = f"{subject} is forbidden: {why}"
    return StatusError(
        make_status(403, "Forbidden", message, _details(what.group, what.resource, what.name))
    )


def denied_path(user: str, verb: str, path: str) -> StatusError:
    """403 for a URL that is no resource (`/metrics`)."""
    message = f'forbidden: User "{user}" cannot {verb} path "{path}"'
    return StatusError(make_status(403, "Forbidden", message, {}))


def invalid(kind: kinds.Kind, name: str, causes: Sequence[Cause]) -> StatusError:
    """422: the object says something that cannot be."""
    return invalid_of(kind.group, kind.kind, name, causes)


def invalid_of(group: str, kind: str, name: str, causes: Sequence[Cause]) -> StatusError:
    """422 for a kind that has no row of its own, such as TokenRequest."""
    texts = [*dict.fromkeys(f"{cause.field}: {cause.message}" for cause in causes)]
    joined = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    message = f'{_qualified(group, kind)} "{name}" is invalid: {joined}'
    return StatusError(make_status(422, "Invalid", message, _details(group, kind, name, causes)))


def invalid_patch(given: object, why: str) -> StatusError:
    """422: what a patch makes of an object is none.

    `given` is that object, or the patch as Go writes it.
    """
    value = given if isinstance(given, str) else json.dumps(given, separators=(",", ":"))
    text = f"Invalid value: {json.dumps(value, ensure_ascii=False)}: {why}"
    return invalid_of("", "", "", [Cause("patch", "FieldValueInvalid", text)])


def rejected() -> StatusError:
    """422: a patch cannot be applied. The server says no more."""
    message = "the server rejected our request due to an error in our request"
    return StatusError(make_status(422, "Invalid", message, {}))


def bad_request(message: str) -> StatusError:
    """400: the request cannot be understood."""
    return StatusError(make_status(400, "BadRequest", message))


def cannot_be_handled(kind: kinds.Kind, why: str) -> StatusError:
    """400: a field of the body is of a type that it cannot be."""
    return bad_request(
        f'{kind.kind} in version "{kind.version}" cannot be handled as a {kind.kind}: {why}'
    )


def another_kind(kind: kinds.Kind, said: tuple[str, str]) -> StatusError:
    """400: the body is an object of another kind; `said` is its apiVersion and kind."""
    group_version, name = said
    if kinds.of_object({"apiVersion": group_version, "kind": name}) is None:
        registry = "pkg/api/legacyscheme/scheme.go:30"
        why = f'no kind "{name}" is registered for version "{group_version}" in scheme "{registry}"'
    else:
        inner = f"{kind.group.partition('.')[0] or 'core'}.{kind.kind}"
        version = group_version.rpartition("/")[2]
        why = f"converting ({version}.{name}) to ({inner}): unknown conversion"
    version = group_version.rpartition("/")[2]
    return bad_request(f'{name} in version "{version}" cannot be handled as a {kind.kind}: {why}')


def unrecognized(kind: kinds.Kind, why: str, raw: bytes) -> StatusError:
    """400: the body is no object at all."""
    shown = raw[:30].hex() if raw[:1] != b"{" else raw[:30].decode(errors="replace")
    shown += " ..." if len(raw) > 30 else ""
    return bad_request(
        f"the object provided is unrecognized (must be of type {kind.kind}): couldn't get "
        f"version/kind; json parse error: {why} ({shown or '<empty>'})"
    )


def unauthorized() -> StatusError:
    """401: credentials that are none."""
    return StatusError(make_status(401, "Unauthorized", "Unauthorized"))


def gone(message: str) -> StatusError:
    """410: the resource version asked for has been forgotten."""
    return StatusError(make_status(410, "Expired", message))


def method_not_allowed(kind: kinds.Kind) -> StatusError:
    """405: the kind does not know this verb."""
    message = "the server does not allow this method on the requested resource"
    return StatusError(
        make_status(405, "MethodNotAllowed", message, _details(kind.group, kind.plural, ""))
    )


def not_served(kind: kinds.Kind, subresource: str) -> StatusError:
    """405: a part of the kind that real servers have and this one has not."""
    message = f"pocket-openshift does not serve {kind.plural}/{subresource}"
    return StatusError(
        make_status(405, "MethodNotAllowed", message, _details(kind.group, kind.plural, ""))
    )


def no_such_resource() -> StatusError:
    """404: no kind at this URL."""
    return StatusError(
        make_status(404, "NotFound", "the server could not find the requested resource", {})
    )


def unsupported_media_type(known: Sequence[str]) -> StatusError:
    """415: a body in a format that is not known."""
    message = (
        f"the body of the request was in an unknown format - accepted media types include: "
        f"{', '.join(known)}"
    )
    return StatusError(make_status(415, "UnsupportedMediaType", message, {}))


def too_large(limit: int) -> StatusError:
    """413: the body has more than `limit` bytes."""
    text = f"Request entity too large: limit is {limit}"
    return StatusError(make_status(413, "RequestEntityTooLarge", text))


def too_many_requests(seconds: int) -> StatusError:
    """429: come back later; the header says when."""
    message = "Too many requests, please try again later."
    body = make_status(429, "TooManyRequests", message, {"retryAfterSeconds": seconds})
    return StatusError(body, {"Retry-After": str(seconds)})


def warning_header(text: str) -> str:
    """A warning as the value of a `Warning` header."""
    shown = "".join(letter for letter in text if letter.isprintable())
    escaped = shown.replace("\\", "\\\\").replace('"', '\\"')
    return f'299 - "{escaped}"'.encode(errors="replace").decode()


def text_of_warning(header: str) -> str:
    """What `warning_header` made a header of, which came as UTF-8 and was read as Latin-1."""
    text = header.encode("latin-1").decode(errors="replace")
    return re.sub(r"\\(.)", r"\1", text.removeprefix('299 - "').removesuffix('"'))


_REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    410: "Expired",
    422: "Invalid",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}


def version_not_allowed() -> StatusError:
    """500, as the real server has it: a new object that says which version it is."""
    text = "resourceVersion should not be set on objects to be created"
    return StatusError(make_status(500, "", text))


def internal_error(message: str, code: int = 500) -> StatusError:
    """Something broke on the server's side; another `code` for what a fault pretends."""
    reason = _REASONS.get(code, "")
    return StatusError(make_status(code, reason, message, {"causes": [{"message": message}]}))
