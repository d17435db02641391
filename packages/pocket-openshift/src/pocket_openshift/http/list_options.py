"""Options of lists: how many, from where, how new.

What makes no sense is refused in the server's words.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Mapping

from pocket_openshift.vocabulary import bodies, decoding, errors

_MATCHES = ("Exact", "NotOlderThan")


def _integer(text: str, parser: str) -> int:
    """A number in the query; a 400 with the words of Go's `strconv`."""
    if not text.lstrip("+-").isdecimal() or (parser == "ParseUint" and text[:1] in "+-"):
        raise errors.bad_request(f"strconv.{parser}: parsing {json.dumps(text)}: invalid syntax")
    number = int(text)
    if not -(2**63) <= number < (2**64 if parser == "ParseUint" else 2**63):
        why = "value out of range"
        raise errors.bad_request(f"strconv.{parser}: parsing {json.dumps(text)}: {why}")
    return number


def limit_of(query: Mapping[str, str]) -> int:
    """How many objects a page may have; 0 or less is all."""
    return min(_integer(query.get("limit") or "0", "ParseInt"), sys.maxsize)


def check(query: Mapping[str, str]) -> None:
    """A 400 or 422 for options of a list that make no sense together."""
    limit_of(query)
    _integer(query.get("timeoutSeconds") or "0", "ParseInt")
    causes = [*_match_causes(query)]
    if query.get("sendInitialEvents"):
        why = "Forbidden: sendInitialEvents is forbidden for list"
        causes.append(errors.Cause("sendInitialEvents", "FieldValueForbidden", why))
    if causes:
        raise errors.invalid_of("meta.k8s.io", "ListOptions", "", causes)
    _check_version(query)


def _match_causes(query: Mapping[str, str]) -> list[errors.Cause]:
    field, match = "resourceVersionMatch", query.get("resourceVersionMatch")
    if not match:
        return []
    version = query.get("resourceVersion", "")
    rules = (
        (not version, f"{field} is forbidden unless resourceVersion is provided"),
        (bool(query.get("continue")), f"{field} is forbidden when continue is provided"),
        (
            match == "Exact" and version == "0",
            f'{field} "exact" is forbidden for resourceVersion "0"',
        ),
    )
    causes = [
        errors.Cause(field, "FieldValueForbidden", f"Forbidden: {why}") for bad, why in rules if bad
    ]
    if match not in _MATCHES:
        known = ", ".join(json.dumps(word) for word in (*_MATCHES, ""))
        text = f"Unsupported value: {json.dumps(match)}: supported values: {known}"
        causes.append(errors.Cause(field, "FieldValueNotSupported", text))
    return causes


def _check_version(query: Mapping[str, str]) -> None:
    version = query.get("resourceVersion", "")
    if not version:
        return
    if query.get("continue"):
        why = "specifying resource version is not allowed when using continue"
        raise errors.bad_request(why)
    try:
        _integer(version, "ParseUint")
    except errors.StatusError as error:
        why = f"resourceVersion: Invalid value: {json.dumps(version)}: {error}"
        raise errors.bad_request(f"invalid resource version: {why}") from error


def parse_continue(token: str) -> tuple[tuple[str, str], int]:
    """Where a page goes on: behind this namespace and name, with so many before.

    A 400 for a token that is none.
    """
    wrong = decoding.first_bad_byte(token.replace("-", "+").replace("_", "/").rstrip("=").encode())
    if wrong is not None and len(token.rstrip("=")) % 4 == 1:
        raise _no_token(f"illegal base64 data at input byte {wrong}")
    try:
        raw = base64.urlsafe_b64decode(token.rstrip("=") + "=" * (-len(token.rstrip("=")) % 4))
    except ValueError as error:
        raise _no_token("illegal base64 data at input byte 0") from error
    try:
        _, namespace, name, seen = json.loads(raw)
    except (ValueError, TypeError) as error:
        raise _no_token(bodies.problem_with_json(raw) or "it is no token") from error
    if (type(namespace), type(name), type(seen)) != (str, str, int):
        raise _no_token("incorrect encoded start resourceVersion (version meta.k8s.io/v1)")
    return (namespace, name), seen


def _no_token(why: str) -> errors.StatusError:
    return errors.bad_request(f"invalid continue token: continue key is not valid: {why}")
