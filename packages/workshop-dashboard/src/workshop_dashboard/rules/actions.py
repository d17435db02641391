"""Code blocks that do something when clicked: what their first line asks for.

`rules.block_words` knows the words, `static/notes.js` carries the action out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

from workshop_dashboard.rules import block_words
from workshop_dashboard.rules.block_words import Word

# What YAML without types gives: text, lists and mappings of them.
Value = str | Sequence["Value"] | Mapping[str, "Value"]


@dataclass(frozen=True)
class Action:
    """What a click does: `kind` is one of `block_words.KINDS`, or empty where the block is wrong.

    `session` is the terminal's name, `*` for all of them, or empty where none is meant.
    `text` is what is shown and sent or copied; `note` tells what is wrong with the block.
    `title` is what its button says, empty for the usual words. `details` are the block's other
    options by name, such as `autostart`.
    """

    kind: str
    text: str
    session: str = ""
    note: str = ""
    title: str = ""
    details: tuple[tuple[str, Value], ...] = ()


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
FIXED_TEXT = MappingProxyType({"interrupt": "Ctrl+C", "clear": "clear"})
SESSION = re.compile(r"[A-Za-z0-9-]{1,63}|\*")
# An address that a browser may be sent to: of the web, or below this very site.
SAFE_URL = re.compile(r"https?://|terminal:[A-Za-z0-9-]{1,63}$|(?!//)[^:]*$", re.IGNORECASE)


def find_action(info: str, body: str) -> Action | None:
    """Find the action of a fence: `info` is what follows the backticks, `body` the block's text.

    The action may come first or after the language (`execute`, `bash execute-2`). None means
    a plain block of code.
    """
    word = find_word(info)
    if word in WORDS or NUMBERED.fullmatch(word):
        return _simple(word, body)
    known = block_words.find_word(word) if word else None
    return _namespaced(word, known, body) if known else None


def find_word(info: str) -> str:
    """Return the word of `info` that names an action, empty if there is none."""
    for word in info.split():
        if word in WORDS or NUMBERED.fullmatch(word) or block_words.find_word(word):
            return word
    return ""


def unknown_action(info: str) -> str:
    """Return the word of a fence that looks like an action of this kind but is none we have."""
    for word in info.split():
        namespaced = block_words.NAMESPACE.match(word)
        if word.startswith("execute") and not find_word(word):
            return word
        if namespaced and not block_words.find_word(word):
            return word
    return ""


def _simple(word: str, body: str) -> Action:
    numbered = NUMBERED.fullmatch(word)
    kind, session = ("execute", numbered[1]) if numbered else WORDS[word]
    text = body.strip()
    if kind == "execute" and text.lower() in INTERRUPTS:
        return Action("interrupt", FIXED_TEXT["interrupt"], session)
    return Action(kind, text, session)


def _namespaced(name: str, word: Word, body: str) -> Action:
    options = _read_options(body)
    if options is None:
        key = word.text or next(iter(word.needs), "title")
        return Action("", body, note=f"the body of `{name}` must be YAML such as `{key}: ...`")
    session = str(options.get("session") or word.session)
    problem = _problem_with(name, word, options, session)
    if problem:
        return Action("", body, note=problem)
    return Action(
        word.kind,
        FIXED_TEXT.get(word.kind) or _text(name, word, options, body),
        session if word.session else "",
        title=_title(word, options),
        details=_details(name, word, options),
    )


def _problem_with(name: str, word: Word, options: Mapping[str, Value], session: str) -> str | None:
    for key in word.needs:
        if not any(options.get(each) for each in key.split("|")):
            return f"`{name}` needs `{key.partition('|')[0]}:`"
    if word.session and not SESSION.fullmatch(session):
        return f"`{name}` has a session that is no name of a terminal"
    url = options.get("url")
    if isinstance(url, str) and url and not SAFE_URL.match(url.strip()):
        return f"`{name}` has a url that is no address of the web: write https://..."
    return None


def _read_options(body: str) -> Mapping[str, Value] | None:
    """Read YAML as it is written: every scalar stays text, so that `text: no` is typed as `no`."""
    import yaml  # when the first page is asked for

    try:
        options = yaml.load(body, Loader=yaml.BaseLoader) or {}  # noqa: S506 - makes text only
    except (yaml.YAMLError, RecursionError):
        return _read_options(body.replace("\t", "    ")) if "\t" in body else None
    return cast("Mapping[str, Value]", options) if isinstance(options, dict) else None


def _title(word: Word, options: Mapping[str, Value]) -> str:
    """Make the button's words: the author's own, or what the click does."""
    prefix, title = _as_text(options.get("prefix", "")), _as_text(options.get("title", ""))
    if title or prefix:
        return ": ".join(part for part in (prefix, title or word.fill_subject(options)) if part)
    return word.fill_subject(options)


def _details(name: str, word: Word, options: Mapping[str, Value]) -> tuple[tuple[str, Value], ...]:
    """Return the options that the page or the server needs, in the order of their names."""
    known = block_words.COMMON | word.details
    found = {key: value for key, value in options.items() if key in known and value != ""}
    if word.kind == "test" and options.get("schema") and "inputs" not in found:
        found["inputs"] = {"schema": options["schema"]}  # as its first versions had it
    if word.kind == "editor":
        found["command"] = name.partition(":")[2]
    return tuple(sorted(found.items()))


def _text(name: str, word: Word, options: Mapping[str, Value], body: str) -> str:
    """Return what is sent, copied or written.

    Line breaks around it matter in a file and are the author's own in what is copied; a terminal
    gets none but Enter.
    """
    if block_words.YAML_EDIT.fullmatch(name):
        return _yaml_of(word.text, body)
    given = options.get(word.text, "")
    if word.kind == "editor" and not given:
        given = options.get("value", "")  # as its first versions had it
    text = _as_text(given)
    return text if word.kind in ("editor", "copy", "edit") else text.strip("\n")


def _yaml_of(key: str, body: str) -> str:
    """Return the value of `key` as YAML that means the same: a number stays one."""
    import yaml

    try:
        top = yaml.compose(body, Loader=yaml.SafeLoader)
    except yaml.YAMLError:  # of a tab, as the options could be read
        return _yaml_of(key, body.replace("\t", "    ")) if "\t" in body else ""
    for name, value in top.value if isinstance(top, yaml.MappingNode) else ():
        if name.value == key:
            dumped = yaml.serialize(value, Dumper=yaml.SafeDumper, width=10_000, allow_unicode=True)
            return re.sub(r"(?:^|\n)\.\.\.\n$", "", str(dumped)).strip("\n")
    return ""


def _as_text(value: Value) -> str:
    """Return text as it is, and anything else as YAML."""
    if isinstance(value, str):
        return value
    import yaml

    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True))
