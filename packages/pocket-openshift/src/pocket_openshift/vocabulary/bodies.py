"""JSON and YAML as the API takes them: what comes out is what JSON can say, and no more. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import yaml

from pocket_openshift.vocabulary import decoding


class _Loader(yaml.SafeLoader):
    """YAML in which a moment stays the text that it is, as in the real server."""


class _NoAliases(_Loader):
    """A few lines of aliases can stand for more objects than fit into memory."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """A node of the document; a YAMLError for an alias."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases are not taken", problem_mark=mark)
        return super().compose_node(parent, index)


_MOMENT = "tag:yaml.org,2002:timestamp"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != _MOMENT]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse_json(raw: bytes | str) -> Any:
    """JSON; a ValueError for what is none, RecursionError for what is too deep.

    `NaN`, which Python takes, no other client could read back.
    """
    return json.loads(raw, parse_constant=_refuse, object_pairs_hook=decoding.pairs_to_object)


# Where Python's decoder stops, and what Go's says there of a letter that it does not expect.
_GO_PLACES = {
    "Expecting value": "looking for beginning of value",
    "Expecting property name": "looking for beginning of object key string",
    "Expecting ':' delimiter": "after object key",
    "Expecting ',' delimiter": "after object key:value pair",
    "Extra data": "after top-level value",
}


def problem_with_json(raw: bytes | str) -> str | None:
    """What Go's decoder says of a text that is no JSON; None where it is."""
    try:
        text = raw if isinstance(raw, str) else raw.decode()
        json.loads(text)
    except json.JSONDecodeError as error:
        letter = text[error.pos : error.pos + 1]
        place = next((p for said, p in _GO_PLACES.items() if error.msg.startswith(said)), "")
        if not letter or not place:
            return "unexpected end of JSON input"
        return f"invalid character {letter!r} {place}"
    except (ValueError, RecursionError):
        letter = bytes(raw[:1]).decode("latin-1") if isinstance(raw, bytes) else raw[:1]
        return f"invalid character {letter!r} looking for beginning of value"
    return None


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def parse_yaml(raw: bytes | str) -> Any:
    """One YAML document of a request, without aliases. Raises yaml.YAMLError or ValueError."""
    return _as_json(yaml.load(raw, _NoAliases))  # noqa: S506 - a SafeLoader


def parse_documents(text: str) -> Iterator[Any]:
    """The YAML documents of a file of one's own. Raises yaml.YAMLError or ValueError."""
    for document in yaml.load_all(text, _Loader):
        yield _as_json(document)


def _as_json(document: Any) -> Any:
    """Keys become texts, and what JSON cannot say (sets, bytes, loops) is a ValueError."""
    try:
        return json.loads(json.dumps(document, allow_nan=False))
    except TypeError as error:
        raise ValueError(str(error)) from error
