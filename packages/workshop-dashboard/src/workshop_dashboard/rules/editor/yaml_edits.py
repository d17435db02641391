"""Edits of a file's YAML by a path, such as `spec.containers[name=web].image`.

The file's own text is changed where the path leads and nowhere else: comments, order and quotes of
the rest stay. What cannot be changed in that way raises `EditError`; the result is always YAML.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from typing import Any

import yaml

from workshop_dashboard.rules.editor.text_edits import Edit, EditError

MAX_YAML = 128 * 1024
# A key, a key in quotation marks, the number of an item, or a key and a value that an item has.
STEP = re.compile(
    r"""\.?(?P<key>[^.\[\]]+)|\[\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<index>\d{1,6})"""
    r"""|(?P<name>[\w./-]+)\s*=(?P<value>[^\]]*+))\s*\]"""
)
Options = Mapping[str, Any]
# A step of a path: a key, the number of an item, or a key and the value that it has in an item.
Step = str | int | tuple[str, str]
# Each collection that a path goes through, and the place in it; -1 where it leads nowhere.
Way = list[tuple[yaml.CollectionNode, int]]


def parse_path(path: str) -> tuple[Step, ...]:
    """Part a path into its steps. Raises `EditError`."""
    steps: list[Step] = []
    end = 0
    for match in STEP.finditer(path):
        if match.start() != end:
            break
        end = match.end()
        quoted = match["double"] if match["double"] is not None else match["single"]
        if match["index"]:
            steps.append(int(match["index"]))
        elif match["name"]:
            steps.append((match["name"], match["value"].strip().strip("\"'")))
        else:
            steps.append(quoted if quoted is not None else match["key"].strip())
    if end != len(path) or not steps:
        raise EditError(f"{path!r} is no path: write one such as spec.containers[0].image.")
    return tuple(steps)


def _parse(text: str) -> list[yaml.Node]:
    """Return the documents of a text that are not empty. Raises `EditError`."""
    if len(text) > MAX_YAML:
        raise EditError("The file is too large to change its YAML.")
    try:
        return [node for node in yaml.compose_all(text, Loader=yaml.SafeLoader) if node]
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1})" if mark else ""
        raise EditError(f"The file is no YAML{place}.") from error


def _parse_value(new: str) -> yaml.Node:
    found = _parse(new)
    return found[0] if found else yaml.ScalarNode("tag:yaml.org,2002:null", "null")


def _walk(node: yaml.Node, steps: tuple[Step, ...]) -> Way:
    """Follow the steps as far as they lead."""
    found: Way = []
    for step in steps:
        place = _find_place(node, step)
        if place is None or not isinstance(node, yaml.CollectionNode):
            break
        found.append((node, place))
        child = _child(node, place)
        if child.start_mark.index < node.start_mark.index or _is_alias(node, place):
            raise EditError("The path leads through an alias (*name): change the file by hand.")
        node = child
    return found


def _is_alias(node: yaml.CollectionNode, place: int) -> bool:
    """Tell whether an entry's text is elsewhere, which other entries have as well."""
    before = node.value[place][0].end_mark if isinstance(node, yaml.MappingNode) else None
    return before is not None and _child(node, place).start_mark.index < before.index


def _find_place(node: yaml.Node, step: Step) -> int | None:
    if isinstance(node, yaml.MappingNode) and not isinstance(step, tuple):
        names = [key.value for key, _ in node.value]
        return names.index(str(step)) if str(step) in names else None
    if isinstance(node, yaml.SequenceNode):
        if isinstance(step, int):
            return step if step < len(node.value) else None
        if isinstance(step, tuple):
            wanted = (place for place, item in enumerate(node.value) if _has(item, *step))
            return next(wanted, None)
    return None


def _has(item: yaml.Node, name: str, value: str) -> bool:
    pairs = item.value if isinstance(item, yaml.MappingNode) else ()
    return any(key.value == name and held.value == value for key, held in pairs)


def _child(node: yaml.CollectionNode, place: int) -> yaml.Node:
    held: yaml.Node = (
        node.value[place][1] if isinstance(node, yaml.MappingNode) else node.value[place]
    )
    return held


def _resolve(text: str, path: str) -> tuple[Way, tuple[Step, ...]]:
    """Follow a path in the document where it leads furthest; returns the steps that are left."""
    steps = parse_path(path)
    documents = _parse(text)
    if not documents:
        raise EditError("The file is empty.")
    ways = [_walk(node, steps) for node in documents]
    way = max(ways, key=len)
    top = documents[0]
    if not way and isinstance(top, yaml.CollectionNode):
        return [(top, -1)], steps
    if not way:
        raise EditError(f"The file has something else where {path} would be.")
    return way, steps[len(way) :]


def _target(text: str, path: str) -> tuple[yaml.CollectionNode, int]:
    """Return the collection and the place in it that a path leads to. Raises `EditError`."""
    way, left = _resolve(text, path)
    if left:
        raise EditError(f"The file has no {path}.")
    return way[-1]


def _start(node: yaml.CollectionNode, place: int, text: str) -> int:
    """Return where an entry begins: its key, or its dash."""
    entry = node.value[place]
    if isinstance(node, yaml.MappingNode):
        return int(entry[0].start_mark.index)
    if node.flow_style:
        return int(entry.start_mark.index)
    column = node.start_mark.column
    at = int(entry.start_mark.index)
    while (at := text.rfind("-", 0, at)) >= 0:
        if at - (text.rfind("\n", 0, at) + 1) == column:
            return at
    raise EditError("This part of the file is written in a way that cannot be changed here.")


def _end(node: yaml.Node, text: str) -> int:
    """Return where a node's own text ends, without the blanks and comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        end = _end(last[1] if isinstance(node, yaml.MappingNode) else last, text)
        if end < node.start_mark.index:
            raise EditError("An alias (*name) stands at the end: change the file by hand.")
        return end
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    return start + len(text[start:end].rstrip())


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _dump(node: yaml.Node, column: int) -> str:
    """Write a node as it stands behind `column` blanks, without the first of them."""
    dumped = yaml.serialize(node, Dumper=yaml.SafeDumper, width=10_000, allow_unicode=True)
    text = re.sub(r"(?:^|\n)\.\.\.\n$", "", str(dumped)).rstrip("\n")
    return textwrap.indent(text, " " * column).lstrip(" ")


def _flow(node: yaml.Node) -> yaml.Node:
    """Return the node with all of its collections on one line."""
    if isinstance(node, yaml.MappingNode):
        pairs = [(key, _flow(value)) for key, value in node.value]
        return yaml.MappingNode(node.tag, pairs, flow_style=True)
    if isinstance(node, yaml.SequenceNode):
        return yaml.SequenceNode(node.tag, [_flow(item) for item in node.value], flow_style=True)
    style = node.style if isinstance(node, yaml.ScalarNode) and node.style != "|" else None
    return yaml.ScalarNode(node.tag, node.value, style='"' if "\n" in node.value else style)


def _is_flow(node: yaml.CollectionNode) -> bool:
    return bool(node.flow_style) or not node.value


def _entry(node: yaml.CollectionNode, entry: Any) -> yaml.Node:
    """Return a collection like `node` that has one entry."""
    return type(node)(node.tag, [entry], flow_style=False)


def _checked(text: str, selection: tuple[int, int]) -> Edit:
    _parse(text)
    return Edit(text, selection)


def _splice(text: str, start: int, end: int, new: str) -> Edit:
    return _checked(text[:start] + new + text[end:], (start, start + len(new)))


def _rewrite_flow(text: str, node: yaml.CollectionNode, entries: list[Any]) -> Edit:
    """Write a collection that is on one line, or is empty, with other entries."""
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    changed = _flow(type(node)(node.tag, entries, flow_style=True))
    gap = "" if text[start - 1 : start] in ("", " ", "\n", "[", "{", ",") else " "
    return _splice(text, start, end, gap + _dump(changed, 0))


def _replace(text: str, node: yaml.CollectionNode, place: int, value: yaml.Node) -> Edit:
    entries = list(node.value)
    is_map = isinstance(node, yaml.MappingNode)
    old = _child(node, place)
    entries[place] = (entries[place][0], value) if is_map else value
    if node.flow_style:
        return _rewrite_flow(text, node, entries)
    start = _start(node, place, text)
    end = max(_end(old, text), start)
    column = start - (text.rfind("\n", 0, start) + 1)
    return _splice(text, start, end, _dump(_entry(node, entries[place]), column))


def _add(text: str, node: yaml.CollectionNode, place: int, entry: Any) -> Edit:
    """Put an entry before that at `place`, or behind the last."""
    if _is_flow(node):
        return _rewrite_flow(text, node, [*node.value[:place], entry, *node.value[place:]])
    column = node.start_mark.column
    new = _dump(_entry(node, entry), column)
    if place < len(node.value):
        start = _start(node, place, text)
        edit = _splice(text, start, start, f"{new}\n{' ' * column}")
        return Edit(edit.text, (start, start + len(new)))
    at = _line_end(text, max(_end(_child(node, len(node.value) - 1), text), 0))
    edit = _splice(text, at, at, f"\n{' ' * column}{new}")
    return Edit(edit.text, (at + 1, at + 1 + column + len(new)))


def _set(options: Options, new: str, text: str, _at: tuple[int, int]) -> Edit:
    path = str(options.get("path", ""))
    value = _parse_value(new)
    if not _parse(text):
        made = _nest(parse_path(path), value, path)
        return Edit(f"{text}{_dump(made, 0)}\n", (len(text), len(text) + len(_dump(made, 0))))
    way, left = _resolve(text, path)
    if not left:
        return _replace(text, *way[-1], value)
    return _put(text, way, _nest(left, value, path), path)


def _nest(steps: tuple[Step, ...], value: yaml.Node, path: str) -> yaml.MappingNode:
    """Make the mapping in which the steps lead to the value."""
    *above, last = (step if isinstance(step, str) else "" for step in steps)
    if "" in (*above, last):
        raise EditError(f"The file has no {path}.")
    made = _mapping(last, value)
    for name in reversed(above):
        made = _mapping(name, made)
    return made


def _mapping(name: str, value: yaml.Node) -> yaml.MappingNode:
    key = yaml.ScalarNode("tag:yaml.org,2002:str", name)
    return yaml.MappingNode("tag:yaml.org,2002:map", [(key, value)], flow_style=False)


def _put(text: str, way: Way, new: yaml.MappingNode, path: str) -> Edit:
    """Add a key that is not there yet, where the way ends."""
    is_top = way[-1][1] < 0
    node = way[-1][0] if is_top else _child(*way[-1])
    if isinstance(node, yaml.MappingNode) and (node.value or is_top):
        return _add(text, node, len(node.value), new.value[0])
    if is_top or (node.value and not node.tag.endswith(":null")):
        raise EditError(f"The file has something else where {path} would be.")
    return _replace(text, *way[-1], new)


def _add_item(options: Options, new: str, text: str, _at: tuple[int, int]) -> Edit:
    path = str(options.get("path", ""))
    way, left = _resolve(text, path)
    node = None if left else _child(*way[-1])
    if isinstance(node, yaml.SequenceNode) and node.value:
        return _add(text, node, len(node.value), _parse_value(new))
    if node is not None and node.value and not node.tag.endswith(":null"):
        raise EditError(f"{path} is no list.")
    item = textwrap.indent(new, "  ").removeprefix("  ")
    return _set(options, f"- {item}", text, (0, 0))


def _insert_item(options: Options, new: str, text: str, _at: tuple[int, int]) -> Edit:
    node = _child(*_target(text, str(options.get("path", ""))))
    index = str(options.get("index", "0")).strip()
    if not isinstance(node, yaml.SequenceNode) or not index.isdecimal():
        raise EditError(f"{options.get('path')} is no list, or the index is no number.")
    return _add(text, node, min(int(index[:6]), len(node.value)), _parse_value(new))


def _replace_item(options: Options, new: str, text: str, _at: tuple[int, int]) -> Edit:
    return _replace(text, *_target(text, str(options.get("path", ""))), _parse_value(new))


def _delete(options: Options, _new: str, text: str, _at: tuple[int, int]) -> Edit:
    node, place = _target(text, str(options.get("path", "")))
    left = [*node.value[:place], *node.value[place + 1 :]]
    if node.flow_style or not left:
        return _empty(text, node, left)
    if place < len(left):
        start, end = _start(node, place, text), _start(node, place + 1, text)
    else:
        start = _line_end(text, _end(_child(node, place - 1), text))
        end = _line_end(text, _end(_child(node, place), text))
    return _checked(text[:start] + text[end:], (start, start))


def _empty(text: str, node: yaml.CollectionNode, left: list[Any]) -> Edit:
    """Take the last entry out: an empty collection is written in brackets."""
    if node.flow_style:
        return _rewrite_flow(text, node, left)
    start, end = int(node.start_mark.index), _end(node, text)
    brackets = "{}" if isinstance(node, yaml.MappingNode) else "[]"
    above = text[:start].rstrip()
    if above.endswith(":"):  # not on a line of its own, which could be that of the key
        return _splice(text, len(above), end, f" {brackets}")
    return _splice(text, start, end, brackets)


def _merge(options: Options, new: str, text: str, _at: tuple[int, int]) -> Edit:
    value = _parse_value(new)
    if not isinstance(value, yaml.MappingNode):
        raise EditError("The value to merge is no mapping, such as `app: web`.")
    edit = Edit(text)
    for key, held in value.value:
        path = f'{options.get("path", "")}["{key.value}"]'
        edit = _set({"path": path}, _dump(held, 0), edit.text, (0, 0))
    return edit


def _insert_value(options: Options, new: str, text: str, _at: tuple[int, int]) -> Edit:
    """Do what the old word did: add to a list, merge into a mapping, set what is not there."""
    way, left = _resolve(text, str(options.get("path", "")))
    node = None if left else _child(*way[-1])
    value = _parse_value(new)
    if isinstance(node, yaml.SequenceNode):
        items = value.value if isinstance(value, yaml.SequenceNode) else [value]
        edit = Edit(text)
        for item in items:
            edit = _add_item(options, _dump(item, 0), edit.text, (0, 0))
        return edit
    if isinstance(node, yaml.MappingNode) and isinstance(value, yaml.MappingNode):
        return _merge(options, new, text, (0, 0))
    return _set(options, new, text, (0, 0))


def _select(options: Options, _new: str, text: str, _at: tuple[int, int]) -> Edit:
    path = str(options.get("path", ""))
    if not path:
        return Edit(text, (0, len(text)))
    node, place = _target(text, path)
    start = _start(node, place, text)
    return Edit(text, (start, max(_end(_child(node, place), text), start)))


EDITS = {
    "set-yaml-value": _set,
    "add-yaml-item": _add_item,
    "insert-yaml-item": _insert_item,
    "replace-yaml-item": _replace_item,
    "delete-yaml-value": _delete,
    "merge-yaml-values": _merge,
    "select-yaml-path": _select,
    "insert-value-into-yaml": _insert_value,
}
