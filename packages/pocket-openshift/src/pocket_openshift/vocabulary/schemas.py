"""What fields a kind has and of what type they are, from Kubernetes' published schemas. Pure.

`kubernetes_types.json` is made by `tools/make_schemas.py` from what Kubernetes publishes under the
Apache License 2.0; `openshift_types.json` has the kinds of
OpenShift that this server knows. A type is written `string`, `int32`, `core.v1.Pod`, `[string]` (a
list), `{string}` (by name), perhaps with Go's name for it behind a colon. `decoding` holds a body
against it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

_FILES = ("kubernetes_types.json", "openshift_types.json")
_GO = {
    "any": "runtime.RawExtension",
    "bytes": "[]uint8",
    "IntOrString": "intstr.IntOrString",
    "MicroTime": "v1.MicroTime",
    "Quantity": "resource.Quantity",
    "Time": "v1.Time",
}


@dataclass(frozen=True, slots=True)
class Type:
    """The type of a field: `form` is scalar, list, map or struct; `go` is how Go calls it.

    `word` is a scalar's type (`int32`, `Quantity`, `any`) or a struct's name. `item` is what a list
    or map holds, `fields` what a struct has (filled once all structs are known).
    """

    form: str
    word: str
    go: str
    item: Type | None = None
    fields: Mapping[str, Type] = field(default_factory=dict, compare=False, hash=False)

    @property
    def struct(self) -> str:
        """A struct's own name, as Go's errors begin with it."""
        return self.word.rpartition(".")[2]


def go_name(word: str) -> str:
    """How Go calls a type: `core.v1.Pod` is `v1.Pod`."""
    return _GO.get(word) or ".".join(word.split(".")[-2:])


def parse_type(text: str, structs: Mapping[str, Type]) -> Type:
    """A type as the tables write it. KeyError for a struct that is not among `structs`."""
    text, _, go = text.partition(":")
    if text[0] in "[{":
        item = parse_type(text[1:-1], structs)
        named = "[]" if text[0] == "[" else "map[string]"
        return Type("list" if text[0] == "[" else "map", text, go or named + item.go, item)
    if "." in text:
        return structs[text]
    return Type("scalar", text, go or go_name(text))


@cache
def _tables() -> tuple[dict[str, str], dict[str, Type]]:
    """The struct of each kind, and all structs; read at the first use."""
    kinds: dict[str, str] = {}
    rows: dict[str, dict[str, str]] = {}
    for name in _FILES:
        text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
        table = json.loads(text)
        kinds |= table["kinds"]
        rows |= table["structs"]
    fields: dict[str, dict[str, Type]] = {name: {} for name in rows}
    structs = {name: Type("struct", name, go_name(name), None, fields[name]) for name in rows}
    for name, row in rows.items():  # structs hold structs, some themselves: filled afterwards
        fields[name].update({key: parse_type(text, structs) for key, text in row.items()})
    return kinds, structs


def struct(name: str) -> Type:
    """The type of a name such as `meta.v1.ObjectMeta`; KeyError when there is none."""
    return _tables()[1][name]


def of_kind(resource: str) -> Type | None:
    """The type of a kind's objects ("pods", "routes.route.openshift.io").

    None for a kind whose fields are not known.
    """
    name = _tables()[0].get(resource)
    return _tables()[1][name] if name else None
