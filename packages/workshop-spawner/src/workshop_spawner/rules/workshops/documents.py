"""What is written of a workshop, with the line of each key: from YAML, or the configuration."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

# A ConfigMap holds no more.
MOST_CHARACTERS = 1_000_000


@dataclass(frozen=True)
class Document:
    """The keys and values of one workshop, and where they are."""

    values: Mapping[Any, Any] = field(default_factory=dict)
    place: str = ""
    lines: Mapping[Any, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def parse_document(text: str, place: str) -> Document:
    """The one mapping of a YAML file; what is wrong with it is in `problems`."""
    if len(text) > MOST_CHARACTERS:
        return _refuse(place, 0, f"has more than {MOST_CHARACTERS} characters")
    try:
        return _read(text, place)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        return _refuse(place, line, f"is not valid YAML: {error.problem or error.context}")
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError) as error:
        return _refuse(place, 0, f"is not valid YAML: {error}")


def _refuse(place: str, line: int, problem: str) -> Document:
    where = f"{place}, line {line}" if line else place
    return Document(place=place, problems=(f"{where}: it {problem}.",))


def _read(text: str, place: str) -> Document:
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if isinstance(token, yaml.AliasToken):
            # A few lines of aliases stand for gigabytes.
            line = token.start_mark.line + 1
            return _refuse(place, line, "has an alias (*); write the value itself")
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            return _refuse(place, 1, "is no mapping; write key: value, such as title: Git basics")
        return _read_mapping(loader, node, place)
    finally:
        loader.dispose()


def _read_mapping(loader: yaml.SafeLoader, node: yaml.MappingNode, place: str) -> Document:
    values: dict[Hashable, Any] = {}
    lines: dict[Hashable, int] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = loader.construct_object(key_node, deep=True)
        if key in values:
            return _refuse(place, line, f"has {key!r} twice, also in line {lines[key]}")
        values[key] = loader.construct_object(value_node, deep=True)
        lines[key] = line
    return Document(values, place, lines)
