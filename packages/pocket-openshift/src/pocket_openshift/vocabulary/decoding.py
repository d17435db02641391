"""A JSON body as Go's decoder of the API server takes it: checked against the kind's fields. Pure.

A field of another type is an error in Go's words; a field that the kind does not have is left out
and told, for what `fieldValidation` says. Nulls are as if they were not there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from pocket_openshift.vocabulary.schemas import Type
from workshop_kube.rules import quantities, times

_RANGES = {"int32": 2**31, "int64": 2**63}
_QUANTITY = re.compile(r"^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$")
_QUANTITY_TEXT = (
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
)
_SUFFIX = re.compile(r"[numkMGTPE]?|[KMGTPE]i|[eE][-+]?[0-9]+")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_BASE64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
# Where a value is: the place of what holds it, the holding struct's name, and its key or index.
Place = tuple[Any, str, "str | int"]


class DecodeError(ValueError):
    """A field is of a type that it cannot be; the text is Go's.

    `brief` is what the server says of the same after a strategic merge patch, which another decoder
    reads.
    """

    def __init__(self, text: str, brief: str = "") -> None:
        super().__init__(text)
        self.brief = brief or text


class Doubled(dict[str, Any]):
    """An object that says fields twice: `doubled` names them, and the last value counts."""

    doubled: tuple[str, ...] = ()


def pairs_to_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """For `json.loads(object_pairs_hook=...)`: an object that remembers fields said twice."""
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    result, counts = Doubled(made), Counter(name for name, _ in pairs)
    result.doubled = tuple(name for name in counts for _ in range(counts[name] - 1))
    return result


def decode(kind: Type, body: Any, faults: list[str]) -> Any:
    """A body as an object of this type, without nulls and without unknown fields.

    These are added to `faults` as sentences (`unknown field "spec.x"`). DecodeError for the first
    wrong type.
    """
    return _decode(kind, body, None, faults)


def _decode(kind: Type, value: Any, at: Place | None, faults: list[str]) -> Any:
    if kind.form == "struct":
        return _decode_struct(kind, value, at, faults)
    if kind.form == "scalar":
        return _CHECKS[kind.word](kind, value, at)
    if kind.form == "list":
        return _decode_list(kind, value, at, faults)
    return _decode_map(kind, value, at, faults)


def _decode_struct(kind: Type, value: Any, at: Place | None, faults: list[str]) -> Any:
    if not isinstance(value, dict):
        raise _mismatch(kind, value, at)
    fields, made = kind.fields, {}
    doubled = value.doubled if isinstance(value, Doubled) else ()
    for name, part in value.items():
        place = (at, kind.struct, name)
        known = fields.get(name)
        faults += [f'duplicate field "{path_of(place)}"'] * doubled.count(name)
        if known is None:
            faults.append(f'unknown field "{path_of(place)}"')
        elif part is not None:
            made[name] = _decode(known, part, place, faults)
    return made


def _decode_list(kind: Type, value: Any, at: Place | None, faults: list[str]) -> Any:
    if not isinstance(value, list) or kind.item is None:
        raise _mismatch(kind, value, at)
    item, empty = kind.item, _EMPTY.get(kind.item.form, _EMPTY.get(kind.item.word))
    return [
        _decode(item, part if part is not None else empty, (at, "", number), faults)
        for number, part in enumerate(value)
    ]


def _decode_map(kind: Type, value: Any, at: Place | None, faults: list[str]) -> Any:
    if not isinstance(value, dict) or kind.item is None:
        raise _mismatch(kind, value, at)
    item, empty = kind.item, _EMPTY.get(kind.item.form, _EMPTY.get(kind.item.word))
    return {
        name: _decode(item, part if part is not None else empty, (at, "", name), faults)
        for name, part in value.items()
    }


# What a null in a list or map stands for.
_EMPTY: dict[str, Any] = {
    "struct": {},
    "list": [],
    "map": {},
    "string": "",
    "bytes": "",
    "bool": False,
    "int32": 0,
    "int64": 0,
    "Quantity": "0",
}


def _steps(at: Place | None) -> Iterator[Place]:
    """The places from a value up to the body."""
    while at is not None:
        yield at
        at = at[0]


def path_of(at: Place | None) -> str:
    """A place as strict decoding writes it: `spec.containers[0].image`."""
    text = ""
    for _, _, key in reversed([*_steps(at)]):
        text += f"[{key}]" if isinstance(key, int) else ("." if text else "") + key
    return text


def no_object(value: Any) -> str:
    """What Go says of a body that is no object, when it looks for its kind."""
    fields = (
        f'{name} string "json:\\"{key},omitempty\\""'
        for name, key in (("APIVersion", "apiVersion"), ("Kind", "kind"))
    )
    word = _word_of(value, _JSON_WORDS)
    return f"json: cannot unmarshal {word} into Go value of type struct {{ {'; '.join(fields)} }}"


def _mismatch(kind: Type, value: Any, at: Place | None) -> DecodeError:
    """Go names the innermost struct, and the fields from the top without indexes and map keys."""
    steps = [(struct, key) for _, struct, key in _steps(at) if struct]
    where = f"Go value of type {kind.go}"
    if steps:
        fields = ".".join(str(key) for _, key in reversed(steps))
        where = f"Go struct field {steps[0][0]}.{fields} of type {kind.go}"
    word = _word_of(value, _JSON_WORDS)
    if word == "number" and kind.word in _RANGES:
        word = f"number {value}"
    return DecodeError(f"json: cannot unmarshal {word} into {where}", _brief(kind, value))


def _brief(kind: Type, value: Any) -> str:
    given, form = _word_of(value, _GO_WORDS), {"list": "slice"}.get(kind.form, kind.form)
    if form == "scalar":
        convertible = kind.word == "string" and given == "int64"
        return "cannot convert int64 to string" if convertible else f"unrecognized type: {kind.go}"
    return f"cannot restore {form} from{':' if form == 'struct' else ''} {given}"


# What JSON and Go call a value.
_JSON_WORDS = {
    bool: "bool",
    str: "string",
    int: "number",
    float: "number",
    list: "array",
    dict: "object",
}
_GO_WORDS = {
    bool: "bool",
    str: "string",
    int: "int64",
    float: "float64",
    list: "slice",
    dict: "map",
}


def _word_of(value: Any, words: dict[type, str]) -> str:
    return next((word for kind, word in words.items() if isinstance(value, kind)), "null")


def _text(kind: Type, value: Any, at: Place | None) -> Any:
    if not isinstance(value, str):
        raise _mismatch(kind, value, at)
    return value


def _bool(kind: Type, value: Any, at: Place | None) -> Any:
    if not isinstance(value, bool):
        raise _mismatch(kind, value, at)
    return value


def _number(kind: Type, value: Any, at: Place | None) -> Any:
    whole, most = isinstance(value, int) and not isinstance(value, bool), _RANGES[kind.word]
    if whole and -most <= value < most:
        return value
    raise _mismatch(kind, value, at)


def _float(kind: Type, value: Any, at: Place | None) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _mismatch(kind, value, at)
    return value


def _number_or_text(kind: Type, value: Any, at: Place | None) -> Any:
    if isinstance(value, str):
        return value
    return _number(Type("scalar", "int32", "int32"), value, at)


def _quantity(kind: Type, value: Any, at: Place | None) -> Any:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    found = _QUANTITY.match(str(value).strip('"')) if number or isinstance(value, str) else None
    if found is None:
        raise DecodeError(_QUANTITY_TEXT)
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", found[1]):
        raise DecodeError(_QUANTITY_TEXT)
    if not _SUFFIX.fullmatch(found[2]):
        raise DecodeError("unable to parse quantity's suffix")
    try:
        return _canonical(str(value))
    except (ValueError, ArithmeticError) as error:  # more digits than anything can have
        raise DecodeError(_QUANTITY_TEXT) from error


def _canonical(text: str) -> str:
    """A quantity as the API server writes it: `0.5` is `500m`, `1024Mi` is `1Gi`.

    What has an exponent keeps it.
    """
    if text.isdigit() and len(text) < 4:  # most of them
        return str(int(text))
    value = quantities.parse(text)
    if re.search(r"[eE][-+]?\d+$", text):
        return text
    return quantities.render(value, binary=quantities.is_binary(text))


def _time(kind: Type, value: Any, at: Place | None) -> Any:
    if not isinstance(value, str):
        raise _mismatch(Type("scalar", "string", "string"), value, None)
    if not _TIME.fullmatch(value):
        form = "2006-01-02T15:04:05Z07:00"
        raise DecodeError(f'parsing time "{value}" as "{form}": cannot parse "{value}" as "2006"')
    try:
        moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise DecodeError(f'parsing time "{value}": {error}') from error
    render = times.render_micro_time if kind.word == "MicroTime" else times.render_time
    return render(moment)


def _bytes(kind: Type, value: Any, at: Place | None) -> Any:
    if not isinstance(value, str):
        raise _mismatch(kind, value, at)
    wrong = first_bad_byte(value.encode())
    if wrong is not None:
        raise DecodeError(f"illegal base64 data at input byte {wrong}")
    return value


def _any(kind: Type, value: Any, at: Place | None) -> Any:
    return value


_CHECKS = {
    "any": _any,
    "bool": _bool,
    "bytes": _bytes,
    "float64": _float,
    "int32": _number,
    "int64": _number,
    "IntOrString": _number_or_text,
    "MicroTime": _time,
    "Quantity": _quantity,
    "string": _text,
    "Time": _time,
}


def first_bad_byte(raw: bytes) -> int | None:
    """Where Go's decoder of base64 stops, or None when it reads all. Line ends do not count."""
    count = 0  # of the group of four
    for place, byte in enumerate(raw):
        if byte in b"\r\n":
            continue
        if byte in _BASE64:
            count = (count + 1) % 4
            continue
        if byte != ord("=") or count < 2:
            return place
        return _bad_padding(raw, place, count)
    return len(raw) - count if count else None


def _bad_padding(raw: bytes, place: int, count: int) -> int | None:
    """The same from the first `=` on, after `count` letters of its group."""
    rest = [(n, byte) for n, byte in enumerate(raw) if n > place and byte not in b"\r\n"]
    if count == 2:
        if not rest:
            return len(raw)
        if rest[0][1] != ord("="):
            return place
        rest = rest[1:]
    return rest[0][0] if rest else None
