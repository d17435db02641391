"""Code blocks that do something when clicked: what their first line asks for.

`static/notes.js` carries the action out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Action:
    """What a click does: `kind` is `execute`, `input`, `interrupt`, `clear`, `copy` or `edit`.

    `session` is the terminal's name, `*` for all of them, or empty where none is meant.
    `text` is what is shown and sent or copied; `note` tells what is wrong with the block.
    """

    kind: str
    text: str
    session: str = ""
    note: str = ""


# The word after the three backticks, as the workshops of the past wrote it.
WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "execute": ("execute", "1"),
        "execute-all": ("execute", "*"),
        "copy": ("copy", ""),
        "copypaste": ("copy", ""),
        "copy-and-edit": ("edit", ""),
    }
)
NUMBERED = re.compile(r"execute-([1-9])")
INTERRUPTS = frozenset({"<ctrl-c>", "<ctrl+c>"})

# Blocks whose body is YAML: word -> (kind, key that holds the text, terminal if none is given).
NAMESPACED: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "terminal:execute": ("execute", "command", "1"),
        "terminal:execute-all": ("execute", "command", "*"),
        "terminal:input": ("input", "text", "1"),
        "terminal:interrupt": ("interrupt", "", "1"),
        "terminal:interrupt-all": ("interrupt", "", "*"),
        "terminal:clear": ("clear", "", "1"),
        "terminal:clear-all": ("clear", "", "*"),
        "workshop:copy": ("copy", "text", ""),
        "workshop:copy-and-edit": ("edit", "text", ""),
    }
)
FIXED_TEXT = MappingProxyType({"interrupt": "Ctrl+C", "clear": "clear"})
SESSION = re.compile(r"[A-Za-z0-9-]{1,63}|\*")


def find_action(info: str, body: str) -> Action | None:
    """Find the action of a fence: `info` is what follows the backticks, `body` the block's text.

    The action may come first or after the language (`execute`, `bash execute-2`). None means
    a plain block of code.
    """
    for word in info.split():
        if word in WORDS or NUMBERED.fullmatch(word):
            return _simple(word, body)
        if word in NAMESPACED:
            return _namespaced(word, body)
    return None


def unknown_action(info: str) -> str:
    """Return the word of a fence that looks like an action of this kind but is none we have."""
    for word in info.split():
        namespaced = re.match(r"(terminal|dashboard|workshop|files|editor|examiner):\w", word)
        if word.startswith("execute") and find_action(word, "") is None:
            return word
        if namespaced and word not in NAMESPACED:
            return word
    return ""


def _simple(word: str, body: str) -> Action:
    numbered = NUMBERED.fullmatch(word)
    kind, session = ("execute", numbered[1]) if numbered else WORDS[word]
    text = body.strip()
    if kind == "execute" and text.lower() in INTERRUPTS:
        return Action("interrupt", FIXED_TEXT["interrupt"], session)
    return Action(kind, text, session)


def _namespaced(word: str, body: str) -> Action:
    import yaml  # when the first page is asked for

    kind, key, session = NAMESPACED[word]
    try:
        options = yaml.safe_load(body) or {}
    except (yaml.YAMLError, RecursionError):
        options = None
    if not isinstance(options, dict):
        return Action("", body, note=f"the body of `{word}` must be YAML such as `{key}: ...`")
    text = FIXED_TEXT.get(kind) or str(options.get(key) or "").strip("\n")
    target = str(options.get("session") or session)
    if not text:
        return Action("", body, note=f"`{word}` needs `{key}:`")
    if session and not SESSION.fullmatch(target):
        return Action("", body, note=f"`{word}` has a session that is no name of a terminal")
    return Action(kind, text, target)
