"""The words of clickable blocks whose body is YAML, such as `terminal:execute`, as a table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

NAMESPACE = re.compile(r"(terminal|dashboard|workshop|files|editor|examiner|section):[a-z]")

# What a click does. The first six are of the original system and need no YAML.
KINDS = frozenset(
    {
        *("execute", "input", "interrupt", "clear", "copy", "edit"),
        *("select", "open-url", "open-tab", "create-tab", "reload-tab", "delete-tab", "preview"),
        *("finish", "leave", "download", "copy-file", "upload", "editor", "test"),
        *("section-begin", "section-end", "heading"),
    }
)

# Options that every block with YAML may have; the last four are for `workshop-notes test`.
COMMON = frozenset(
    {
        *("autostart", "cascade", "cooldown", "description", "event", "focus", "hidden"),
        *("skip", "fails", "any", "timeout"),
    }
)


@dataclass(frozen=True)
class Word:
    """One word: the `kind` of its action and the key whose `text` is shown, sent or copied.

    `session` is the terminal if none is given, empty where none is meant. `subject` is what the
    button says, with options in braces; empty where the kind has words of its own. `needs` are the
    keys without which the block does nothing (`a|b`: either), `details` the further options.
    """

    kind: str
    text: str = ""
    session: str = ""
    subject: str = ""
    needs: tuple[str, ...] = ()
    details: frozenset[str] = frozenset()

    def fill_subject(self, options: Mapping[str, object]) -> str:
        """Return the subject with the options put in."""
        first = dict.fromkeys(re.findall(r"\{(\w+)\}", self.subject), "")
        given = {key: value for key, value in options.items() if isinstance(value, str)}
        return self.subject.format_map({**first, **given}).strip(" :")


def _word(
    kind: str,
    text: str = "",
    session: str = "",
    subject: str = "",
    needs: str = "",
    details: str = "",
) -> Word:
    wanted = tuple(needs.split())
    more = {each for key in wanted for each in key.split("|")} | set(details.split())
    return Word(kind, text, session, subject, wanted, frozenset(more - {text}))


WORDS: Mapping[str, Word] = MappingProxyType(
    {
        "terminal:execute": _word("execute", "command", "1", needs="command", details="clear"),
        "terminal:execute-all": _word("execute", "command", "*", needs="command", details="clear"),
        "terminal:input": _word("input", "text", "1", details="endl"),
        "terminal:interrupt": _word("interrupt", "", "1"),
        "terminal:interrupt-all": _word("interrupt", "", "*"),
        "terminal:clear": _word("clear", "", "1"),
        "terminal:clear-all": _word("clear", "", "*"),
        "terminal:select": _word("select", "", "1"),
        # Terminals inside the other system's editor are terminals of their own here.
        "editor:open-terminal": _word("select", "", "educates"),
        "editor:send-to-terminal": _word("input", "text", "educates", needs="text", details="endl"),
        "editor:interrupt-terminal": _word("interrupt", "", "educates"),
        "editor:clear-terminal": _word("clear", "", "educates"),
        "workshop:copy": _word("copy", "text", needs="text"),
        "workshop:copy-and-edit": _word("edit", "text", needs="text"),
        "dashboard:expose-terminal": _word("select", "", "1"),
        "dashboard:open-url": _word("open-url", "url", "", "Open: {url}", "url"),
        "workshop:open-url": _word("open-url", "url", "", "Open: {url}", "url"),
        "dashboard:open-dashboard": _word("open-tab", "", "", "Open dashboard: {name}", "name"),
        "dashboard:expose-dashboard": _word("open-tab", "", "", "Open dashboard: {name}", "name"),
        "dashboard:create-dashboard": _word(
            "create-tab", "url", "", "Create dashboard: {name}", "name url"
        ),
        "dashboard:reload-dashboard": _word(
            "reload-tab", "url", "", "Reload dashboard: {name}", "name"
        ),
        "dashboard:delete-dashboard": _word(
            "delete-tab", "", "", "Delete dashboard: {name}", "name"
        ),
        "dashboard:preview-image": _word("preview", "", "", "Show image: {src}", "src|url", "alt"),
        "dashboard:finished-workshop": _word("finish", "", "", "Finish the workshop"),
        "dashboard:terminate-session": _word("leave", "", "", "End the session"),
        "files:download-file": _word(
            "download", "", "", "Download file: {path}{url}", "path|url", "download preview"
        ),
        "files:copy-file": _word(
            "copy-file", "", "", "Copy file: {path}{url}", "path|url", "preview"
        ),
        "files:upload-file": _word("upload", "", "", "Upload file: {path}", "path"),
        "files:upload-files": _word("upload", "", "", "Upload files", "", "directory"),
        "examiner:execute-test": _word(
            "test", "", "", "Run test: {name}", "name", "args timeout retries delay inputs url"
        ),
        "section:begin": _word("section-begin", "", "", "Instructions", "", "name open toggle"),
        "section:end": _word("section-end", "", "", "", "", "name"),
        "section:heading": _word("heading", "", "", "Instructions"),
    }
)

# What the editor of the other system is told: name; key of the text; subject; needs; more options.
_EDITOR = """
open-file; ; Open file: {file}; file; line
close-file; ; Close file: {file}; file;
create-file; text; Create file: {file}; file; text open
delete-file; ; Delete file: {file}; file;
copy-file; ; Copy file: {src} to {dest}; src dest; open
rename-file; ; Rename file: {src} to {dest}; src dest; open
select-matching-text; text; Select in file: {file}; file text; start stop isRegex group before after
select-lines-in-range; ; Select lines in file: {file}; file; start stop
replace-text-selection; text; Replace selected text: {file}; file;
delete-text-selection; ; Delete selected text: {file}; file;
replace-matching-text; replacement; Replace: {file}; file match|text; start stop isRegex group count
append-lines-to-file; text; Append lines to file: {file}; file;
prepend-lines-to-file; text; Prepend lines to file: {file}; file;
insert-lines-before-line; text; Insert lines before line {line}: {file}; file; line
append-lines-after-line; text; Insert lines after line {line}: {file}; file; line
insert-lines-after-line; text; Insert lines after line {line}: {file}; file; line
create-directory; ; Create folder: {path}; path|directory|file;
insert-value-into-yaml; value; Insert value into file: {file}; file path;
close-terminal; ; Close the terminal of the editor; ; session
append-lines-after-match; text; Insert lines after {match}: {file}; file match; isRegex
append-lines-after-text; value; Insert lines after {text}: {file}; file text; isRegex
insert-lines-before-match; text; Insert lines before {match}: {file}; file match; isRegex
insert-lines-before-selection; text; Insert lines before the selection: {file}; file;
append-lines-after-selection; text; Insert lines after the selection: {file}; file;
replace-lines-in-range; text; Replace lines {start} to {stop}: {file}; file; start stop
delete-lines-in-range; ; Delete lines {start} to {stop}: {file}; file; start stop
delete-matching-lines;; Delete lines: {file}; file match|text; isRegex before after count start stop
execute-command; args; Run command of the editor: {command}; command;
"""


def _editor_words() -> dict[str, Word]:
    rows = (map(str.strip, row.split(";")) for row in _EDITOR.strip().splitlines())
    return {
        f"editor:{name}": _word("editor", text, "", subject, needs, details)
        for name, text, subject, needs, details in rows
    }


EDITOR: Mapping[str, Word] = MappingProxyType(_editor_words())
YAML_EDIT = re.compile(r"editor:(yaml-[a-z-]+|[a-z]+-yaml-[a-z-]+|insert-value-into-yaml)")
EDIT_YAML = _word("editor", "value", "", "Change {path} in file: {file}", "file path", "index")
SELECT_YAML = _word("editor", "", "", "Select in file {file}: {path}", "file", "path")


def find_word(name: str) -> Word | None:
    """Return the word of this name, None if there is none."""
    found = WORDS.get(name) or EDITOR.get(name)
    if found or not YAML_EDIT.fullmatch(name):
        return found
    return SELECT_YAML if name == "editor:select-yaml-path" else EDIT_YAML
