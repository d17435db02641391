"""Kubernetes' protobuf bodies, as kubectl's `create` and `auth` commands send them.

Pure: bytes to an object.

Only requests are read, only the kinds those commands make; answers are JSON, which every client
takes. A field that is not in the tables is an error, never dropped silently. The numbers are
those of the API's published .proto files.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import resources
from typing import Any

from workshop_kube.rules.times import render_time

MAGIC = b"k8s\x00"
MEDIA_TYPE = "application/vnd.kubernetes.protobuf"

# Message -> field number -> name and type. A type is a scalar, another message, `[type]` for a
# list, `{type}` for a map from text. A field without a name is a Go struct that is embedded: JSON
# has its fields instead.
_TABLES = resources.files(__package__).joinpath("protobuf_messages.json").read_text("utf-8")
MESSAGES: dict[str, dict[int, tuple[str, str]]] = {
    message: {int(number): (name, kind) for number, (name, kind) in fields.items()}
    for message, fields in json.loads(_TABLES).items()
}
# The status that a client's new object carries says nothing.
_IGNORED = frozenset({"Empty", "ReviewStatus", "TokenStatus", "ReviewUser", "ServiceStatus"})
_NAMED = {"meta.k8s.io/v1/DeleteOptions": "DeleteOptions", "v1/DeleteOptions": "DeleteOptions"}


class ProtobufError(ValueError):
    """The bytes cannot be read here; the text says what to do."""


def is_protobuf(raw: bytes) -> bool:
    """Whether a body begins as Kubernetes' protobuf does."""
    return raw.startswith(MAGIC)


def decode(raw: bytes) -> dict[str, Any]:
    """The object in a body, as JSON would have it.

    ProtobufError for kinds or fields that are not in the tables.
    """
    if not is_protobuf(raw):
        raise ProtobufError("the body does not begin as Kubernetes' protobuf does")
    envelope = {number: value for number, _, value in _fields(raw[len(MAGIC) :])}
    about = {number: _text(value) for number, _, value in _fields(_bytes(envelope.get(1, b"")))}
    api_version, kind = about.get(1, ""), about.get(2, "")
    name = f"{api_version}/{kind}"
    message = _NAMED.get(name, name)
    if kind == "DeleteOptions":
        message = "DeleteOptions"
    if message not in MESSAGES:
        raise ProtobufError(
            f"{kind} is not read as protobuf here: send it as JSON (kubectl create -f)"
        )
    return {
        "apiVersion": api_version,
        "kind": kind,
        **_message(message, _bytes(envelope.get(2, b""))),
    }


def _message(name: str, raw: bytes) -> dict[str, Any]:
    table = MESSAGES[name]
    found: dict[str, Any] = {}
    if name in _IGNORED:
        return {}
    for number, _, value in _fields(raw):
        if number not in table and value in (0, b""):
            continue  # Go writes empty fields too; they say nothing
        if number not in table:
            raise ProtobufError(f"field {number} of {name} is not read as protobuf here: send JSON")
        field, kind = table[number]
        _store(found, field, kind, value)
    return {field: value for field, value in found.items() if value not in ("", None, {}, [])}


def _store(found: dict[str, Any], field: str, kind: str, value: int | bytes) -> None:
    if kind.startswith("["):
        found.setdefault(field, []).append(_value(kind[1:-1], value))
    elif kind.startswith("{"):
        entry = {number: item for number, _, item in _fields(_bytes(value))}
        found.setdefault(field, {})[_text(entry.get(1, b""))] = _value(
            kind[1:-1], entry.get(2, b"")
        )
    elif not field:
        found.update(_value(kind, value))
    else:
        found[field] = _value(kind, value)
        if (kind == "int" and value == 0 and field != "replicas") or (
            kind == "bool" and not value and field != "automountServiceAccountToken"
        ):
            del found[field]


def _value(kind: str, value: int | bytes) -> Any:
    if kind == "text":
        return _text(value)
    if kind == "int":
        return _signed(value)
    if kind == "bool":
        return bool(value)
    if kind == "bytes":
        return base64.b64encode(_bytes(value)).decode()
    parts = {number: item for number, _, item in _fields(_bytes(value))} if kind in _SPECIAL else {}
    return _SPECIAL[kind](parts) if kind in _SPECIAL else _message(kind, _bytes(value))


def _time(parts: dict[int, Any]) -> str | None:
    if not parts.get(1):
        return None
    moment = datetime.fromtimestamp(_signed(parts[1]), UTC) if _signed(parts[1]) > 0 else None
    return render_time(moment) if moment else None


def _int_or_string(parts: dict[int, Any]) -> int | str:
    return _text(parts.get(3, b"")) if parts.get(1) == 1 else _signed(parts.get(2, 0))


_SPECIAL: dict[str, Callable[[dict[int, Any]], Any]] = {
    "Time": _time,
    "IntOrString": _int_or_string,
    "Quantity": lambda parts: _text(parts.get(1, b"")),
}


def _bytes(value: int | bytes) -> bytes:
    if not isinstance(value, bytes):
        raise ProtobufError("a number stands where bytes should")
    return value


def _text(value: int | bytes) -> str:
    try:
        return _bytes(value).decode()
    except UnicodeDecodeError as error:
        raise ProtobufError("a text is not UTF-8") from error


def _signed(value: int | bytes) -> int:
    if not isinstance(value, int):
        raise ProtobufError("bytes stand where a number should")
    return value - (1 << 64) if value >= 1 << 63 else value


def _varint(raw: bytes, start: int) -> tuple[int, int]:
    value, shift, place = 0, 0, start
    while place < len(raw) and shift < 70:
        byte = raw[place]
        value |= (byte & 0x7F) << shift
        place += 1
        if byte < 0x80:
            return value, place
        shift += 7
    raise ProtobufError("a number is cut off")


def _fields(raw: bytes) -> Iterator[tuple[int, int, int | bytes]]:
    """Number, wire type and value of each field."""
    place = 0
    while place < len(raw):
        tag, place = _varint(raw, place)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            value, place = _varint(raw, place)
            yield number, wire, value
        elif wire == 2:
            size, place = _varint(raw, place)
            if place + size > len(raw):
                raise ProtobufError("the body is cut off")
            yield number, wire, raw[place : place + size]
            place += size
        else:
            raise ProtobufError(f"wire type {wire} is not used by Kubernetes")
