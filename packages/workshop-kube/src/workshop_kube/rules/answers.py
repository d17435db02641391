"""What an answer of the API means."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workshop_kube import errors
from workshop_kube.rules import rights

TEMPORARY = frozenset({408, 429, 500, 502, 503, 504})
# Refusals by a part of the cluster that has not yet heard of what was made a moment ago.
_NOT_YET = (
    "status unknown for quota",
    "error looking up service account",
    "unable to find annotation openshift.io/sa.scc",
)
_LONGEST_MESSAGE = 1000
# An API server's word for a path that it does not know; it is no Status.
_NO_PATH = "404 page not found"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: status (0 for none), headers in lower case, the body and its JSON object."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    document: Mapping[str, Any] | None = None
    trouble: str = ""

    @property
    def is_good(self) -> bool:
        """Whether it is a success in the API's own words."""
        return 200 <= self.status < 300 and self.document is not None

    @property
    def is_status(self) -> bool:
        """Whether it is the API's own refusal (a Status), not one of something before it."""
        return (self.document or {}).get("kind") == "Status"

    @property
    def reason(self) -> str:
        """The machine's word of a refusal, such as AlreadyExists."""
        return str((self.document or {}).get("reason") or "")

    @property
    def message(self) -> str:
        """The server's own words, bounded."""
        if self.status == 0:
            return self.trouble
        if 200 <= self.status < 300:
            return "the answer is not the API's"
        said = (self.document or {}).get("message")
        text = str(said) if said else self.body[:200].decode(errors="replace")
        return text[:_LONGEST_MESSAGE]

    @property
    def retry_after(self) -> float | None:
        """The seconds that the server asks to wait, None if it does not."""
        text = self.headers.get("retry-after", "")
        return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def parse_answer(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    """An answer with its JSON object, if it is one; an empty success is an empty object."""
    lower = {key.lower(): value for key, value in headers.items()}
    try:
        document = json.loads(body) if body else ({} if status < 300 else None)
    except (ValueError, RecursionError):
        document = None
    return Answer(status, lower, body, document if isinstance(document, dict) else None)


def read_object(answer: Answer) -> dict[str, Any]:
    """The object that a good answer holds."""
    return dict(answer.document or {})


def is_firmly_gone(answer: Answer) -> bool:
    """Whether the API itself says that there is no such object; a proxy's 404 does not."""
    return answer.status == 404 and answer.is_status


def is_no_such_api(error: errors.KubeError) -> bool:
    """Whether the API server itself says that it has no such path; a proxy's 404 does not."""
    said_so = isinstance(error, errors.GoneError) or error.message.startswith(_NO_PATH)
    return error.status == 404 and said_so


def is_not_yet(answer: Answer) -> bool:
    """Whether the cluster has not heard yet of what was made a moment ago."""
    return answer.status == 403 and any(words in answer.message for words in _NOT_YET)


def is_temporary(answer: Answer) -> bool:
    """Whether the same request may succeed later."""
    if answer.status in TEMPORARY or is_not_yet(answer):
        return True
    return answer.status < 300 and not answer.is_good


def has_unknown_effect(answer: Answer) -> bool:
    """Whether the request may have been carried out, though the answer does not say so."""
    return is_temporary(answer) and answer.status != 429 and not is_not_yet(answer)


def make_error(
    answer: Answer, what: str, *, role: str = "", is_unsure: bool = False
) -> errors.KubeError:
    """The error of an answer that is no success. `role` is the one that was to be bound."""
    error = _find_class(answer)(
        what,
        answer.message,
        status=answer.status,
        reason=answer.reason,
        is_unsure=is_unsure or has_unknown_effect(answer),
    )
    if isinstance(error, errors.ForbiddenError):
        error.rule = rights.make_rule(answer.message, role)
    if isinstance(error, errors.TemporaryError):
        error.retry_after = answer.retry_after
    return error


_BY_STATUS = {401: errors.UnauthorizedError, 400: errors.RefusedError, 422: errors.RefusedError}


def _find_class(answer: Answer) -> type[errors.KubeError]:
    if is_temporary(answer):
        return errors.TemporaryError
    if is_firmly_gone(answer):
        return errors.GoneError
    if not answer.is_status and answer.status != 401:
        return errors.UnknownError
    if _is_another_object(answer):
        return errors.ConflictError
    if answer.status == 409:
        exists = answer.reason == "AlreadyExists"
        return errors.ExistsError if exists else errors.ConflictError
    if answer.status == 403:
        missing = rights.is_right_missing(answer.message)
        return errors.ForbiddenError if missing else errors.RefusedError
    return _BY_STATUS.get(answer.status, errors.UnknownError)


def _is_another_object(answer: Answer) -> bool:
    """Whether a patch named the UID of an object that is gone: another one has its name now."""
    details = (answer.document or {}).get("details")
    causes = details.get("causes") if isinstance(details, dict) else None
    fields = [each.get("field") for each in causes or () if isinstance(each, dict)]
    return answer.status == 422 and "metadata.uid" in fields
