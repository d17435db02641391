"""What the blocks of an editor do to a file's text, and how the result is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workshop_dashboard.rules.editor import text_edits
from workshop_dashboard.rules.editor.text_edits import CREATING, Edit, EditError

__all__ = ["Edit", "EditError", "apply_edit", "find_range", "is_edit", "make_excerpt"]

MAX_TEXT = 1024 * 1024
MAX_LINES = 60  # of an excerpt
# Those of `yaml_edits`, which is loaded with the first of them: a server must be up at once.
YAML_COMMANDS = frozenset(
    {
        *("add-yaml-item", "delete-yaml-value", "insert-value-into-yaml", "insert-yaml-item"),
        *("merge-yaml-values", "replace-yaml-item", "select-yaml-path", "set-yaml-value"),
    }
)
_Edit = Callable[[Mapping[str, Any], str, str, tuple[int, int]], Edit]


def is_edit(command: str) -> bool:
    """Tell whether `apply_edit` knows the command."""
    return command in text_edits.EDITS or command in YAML_COMMANDS


def apply_edit(
    options: Mapping[str, Any], new: str, text: str | None, selection: tuple[int, int] = (0, 0)
) -> Edit:
    """Carry out the edit that `options["command"]` names, with `new` as its text.

    `text` is the file's, None if it does not exist. Raises `EditError`.
    """
    command = str(options.get("command", ""))
    edit = _find_edit(command)
    if edit is None:
        raise EditError(f"{command} is not known here.")
    if text is None and command not in CREATING:
        raise EditError("The file does not exist.")
    if len(new) + len(text or "") > MAX_TEXT:
        raise EditError("The file would be too large.")
    return edit(options, new, text or "", selection)


def _find_edit(command: str) -> _Edit | None:
    if command not in YAML_COMMANDS:
        return text_edits.EDITS.get(command)
    from workshop_dashboard.rules.editor import yaml_edits

    return yaml_edits.EDITS[command]


def find_range(edit: Edit) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return where the selection begins and ends, each as its line from 1 and its column from 0."""
    start, end = (_find_place(edit.text, place) for place in edit.selection)
    return start, end


def _find_place(text: str, place: int) -> tuple[int, int]:
    return text.count("\n", 0, place) + 1, place - (text.rfind("\n", 0, place) + 1)


def make_excerpt(edit: Edit, around: int = 3) -> tuple[int, list[tuple[str, bool]]]:
    """Return the number of the first line shown, and lines with whether they are selected."""
    start, end = edit.selection
    lines = edit.text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    first = edit.text.count("\n", 0, start)
    last = edit.text.count("\n", 0, max(start, end - 1)) if end > start else first - 1
    top, bottom = max(0, first - around), min(len(lines), max(last, first) + around + 1)
    shown = [(lines[n], first <= n <= last) for n in range(top, min(bottom, top + MAX_LINES))]
    return top + 1, shown
