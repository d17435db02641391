"""`config.js` of older workshops: its title, template engine, variables and pages, not run.

Two forms are known: an object (`module.exports = {site_title: ...}`) and a function that is given
`workshop` and calls `workshop.site_title('...')` and the like.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from workshop_dashboard.rules.javascript import (
    Reader,
    Token,
    UnreadableError,
    Value,
    as_text,
    is_true,
    read_tokens,
)

KEYS = frozenset({"site_title", "template_engine", "modules", "variables"})
CLOSING = {"{": "}", "(": ")", "[": "]"}
# What such files say besides, for the program that used to run them.
PLUMBING = frozenset({"module", "exports"})
MAX_STATEMENTS = 10_000
# A JSON object in the environment, and a folder of files: where workshops that are ordered from a
# catalogue are told their variables. Their config.js goes through both in a loop.
ORDERED = "WORKSHOP_VARS"
ORDERED_FOLDER = "/var/run/workshop-vars"


@dataclass
class Config:
    """What the file says. `loads` names the workshop files that it goes on to read.

    `variables` are (name, value, aliases); `modules` are (page, title, exit sign). `unread` are the
    lines (from 1) of what is code and was left out.
    """

    title: str = ""
    engine: str = ""
    modules: list[tuple[str, str, str]] = field(default_factory=list)
    variables: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)


def read_config(text: str, environment: Mapping[str, str]) -> Config:
    """Read the file; `process.env` is `environment`. What is no data is told in `unread`."""
    program = _Program(Reader(read_tokens(text), environment), Config())
    program.run("end")
    program.finish()
    if ORDERED in text:
        given = _read_ordered(environment.get(ORDERED, ""))
        program.config.variables += [(name, value, ()) for name, value in given.items()]
    return program.config


def _read_ordered(text: str) -> dict[str, str]:
    """Read the variables of a JSON object; those of an object in it have its name before theirs."""
    try:
        return dict(_flatten("", json.loads(text or "{}")))
    except (ValueError, RecursionError):
        return {}


def _flatten(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, held in value.items():
            yield from _flatten(f"{name}.{key}" if name else str(key), held)
    elif name:
        yield name, value if isinstance(value, str) else json.dumps(value)


@dataclass
class _Program:
    """Goes through the statements of the file, and through the body of its function."""

    reader: Reader
    config: Config
    count: int = 0
    functions: dict[str, int] = field(default_factory=dict)
    exported: Value = None
    exported_name: str = ""

    def run(self, until: str) -> None:
        """Read statements up to the closing `until`."""
        reader = self.reader
        while reader.token.kind != "end" and not (until != "end" and reader.token.text == until):
            self.count += 1
            if self.count > MAX_STATEMENTS:
                raise UnreadableError(reader.token.line)
            start = reader.at
            try:
                self._statement()
            except UnreadableError as error:
                self.config.unread.append(error.line)
                reader.depth = 0
                reader.at = start
                self._skip()
            if reader.at == start:
                reader.at += 1

    def finish(self) -> None:
        """Take the object that the file exports, or go through the function that it exports."""
        names = self.reader.names
        chosen = self.exported if self.exported is not None else names.get(self.exported_name)
        if isinstance(chosen, Mapping):
            self._take_object(chosen)
            return
        start = self.functions.get(self.exported_name) or self.functions.get("")
        if start is None and self.functions:
            start = next(iter(self.functions.values()))
        if start is not None:
            self.reader.at = start
            self.run("}")
            return
        usual = names.get("config")
        if isinstance(usual, Mapping):
            self._take_object(usual)

    def _statement(self) -> None:
        reader = self.reader
        token = reader.token
        if reader.take(";", "{", "}") or token.kind == "text":
            reader.at += token.kind == "text"
        elif reader.take("var", "let", "const"):
            self._declare()
        elif token.text == "function":
            self._remember_function()
        elif reader.take("if"):
            self._choose()
        elif reader.take("try"):
            self._try()
        elif token.text in PLUMBING:
            self._export()
        elif token.kind == "name" and self._is_call():
            self._call()
        elif token.kind == "name" and self._peek(1) == "=":
            reader.at += 2
            reader.names[token.text] = reader.read()
        else:
            raise UnreadableError(token.line)

    def _peek(self, steps: int) -> str:
        place = self.reader.at + steps
        return self.reader.tokens[place].text if place < len(self.reader.tokens) else ""

    def _declare(self) -> None:
        name = self.reader.token.text
        self.reader.at += 1
        if self.reader.token.text == "=":
            self.reader.at += 1
            if self._begins_function():
                self._remember_function(name)
                return
            try:
                self.reader.names[name] = self.reader.read()
            except UnreadableError:  # told where it is used
                self.reader.depth = 0
                self._skip()
        while self.reader.take(","):
            self._declare()

    def _begins_function(self) -> bool:
        texts = [self._peek(step) for step in range(6)]
        return texts[0] == "function" or "=>" in texts[:5]

    def _remember_function(self, name: str = "") -> None:
        """Note where the body of a function begins, and step over it."""
        reader = self.reader
        if self._peek(0) == "function" and reader.tokens[reader.at + 1].kind == "name":
            name = self._peek(1)
        while reader.token.text != "{":
            if reader.token.kind == "end":
                raise UnreadableError(reader.token.line)
            reader.at += 1
        self.functions[name] = reader.at + 1
        self._skip_pair()

    def _choose(self) -> None:
        """Go into the branch that the condition chooses, and over the other."""
        reader = self.reader
        reader.expect("(")
        chosen = is_true(reader.read())
        reader.expect(")")
        self._branch(taken=chosen)
        if reader.take("else"):
            if reader.take("if"):
                if chosen:
                    self._skip_pair()
                    self._branch(taken=False)
                else:
                    self._choose()
            else:
                self._branch(taken=not chosen)

    def _try(self) -> None:
        """Go into what is tried and what comes at last, and over what is for errors."""
        reader = self.reader
        self._branch(taken=True)
        if reader.take("catch"):
            if reader.token.text == "(":
                self._skip_pair()
            self._branch(taken=False)
        if reader.take("finally"):
            self._branch(taken=True)

    def _branch(self, *, taken: bool) -> None:
        if self.reader.token.text != "{":
            return self._statement() if taken else self._skip()
        if not taken:
            return self._skip_pair()
        self.reader.at += 1
        self.run("}")
        return self.reader.expect("}")

    def _export(self) -> None:
        """Read `module.exports = ...` and `exports.default = ...`."""
        reader = self.reader
        line = reader.token.line
        while reader.token.text != "=":
            if reader.token.kind not in ("name", "sign") or reader.token.text == ";":
                raise UnreadableError(line)
            reader.at += 1
        reader.at += 1
        if reader.token.text in PLUMBING:
            self._skip()
        elif self._begins_function():
            self._remember_function()
        elif reader.token.kind == "name" and reader.token.text not in reader.names:
            self.exported_name = reader.token.text
            reader.at += 1
        else:
            self.exported = reader.read()

    def _is_call(self) -> bool:
        return self._peek(1) == "." and self._peek(3) == "("

    def _call(self) -> None:
        reader = self.reader
        name, line = self._peek(2), reader.token.line
        reader.at += 4
        given: list[Value] = []
        while not reader.take(")"):
            given.append(reader.read())
            if not reader.take(","):
                reader.expect(")")
                break
        if not self._take_call(name, given):
            raise UnreadableError(line)

    def _take_call(self, name: str, given: Sequence[Value]) -> bool:
        texts = [as_text(value) for value in given] + ["", "", ""]
        if name == "site_title":
            self.config.title = texts[0]
        elif name == "template_engine":
            self.config.engine = texts[0]
        elif name == "module_metadata":
            self.config.modules.append((texts[0], texts[1], texts[2]))
        elif name == "data_variable":
            self._take_variable(texts[0], texts[1], given[2] if len(given) > 2 else None)
        elif name == "load_workshop":
            self.config.loads.append(texts[0])
        else:  # told only if it might have mattered
            return name in ("analytics_tracking_code", "google_tracking_id", "log")
        return True

    def _take_variable(self, name: str, value: str, aliases: Value) -> None:
        listed = aliases if isinstance(aliases, list) else [aliases]
        self.config.variables.append((name, value, tuple(as_text(a) for a in listed if a)))

    def _take_object(self, given: Mapping[str, Value]) -> None:
        self.config.title = as_text(given.get("site_title")) or self.config.title
        self.config.engine = as_text(given.get("template_engine")) or self.config.engine
        for row in _rows(given.get("modules")):
            page, title, sign = (as_text(row.get(key)) for key in ("path", "title", "exit_sign"))
            self.config.modules.append((page, title, sign))
        for row in _rows(given.get("variables")):
            self._take_variable(as_text(row.get("name")), as_text(row.get("content")), None)

    def _skip(self) -> None:
        """Step over a statement: to its semicolon, or to where the line or its braces end."""
        reader = self.reader
        line = reader.token.line
        while reader.token.kind != "end" and reader.token.text != "}":
            token = reader.token
            if token.text in CLOSING and token.kind == "sign":
                self._skip_pair()
                if token.text == "{" and reader.token.line != line and not _goes_on(reader.token):
                    return
                line = reader.token.line
                continue
            if token.text == ";" and token.kind == "sign":
                reader.at += 1
                return
            reader.at += 1

    def _skip_pair(self) -> None:
        """Step from an opening bracket to behind the one that closes it."""
        reader, depth = self.reader, 0
        while reader.token.kind != "end":
            token = reader.token
            reader.at += 1
            if token.kind == "sign":
                depth += (token.text in CLOSING) - (token.text in CLOSING.values())
            if depth <= 0:
                return


def _goes_on(token: Token) -> bool:
    return token.kind == "sign" and token.text in (",", ".", ")", ";", "||", "&&", "?", ":")


def _rows(value: Value) -> list[Mapping[str, Value]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
