"""The plain data of a JavaScript file, read without running it.

Literals, objects, lists, names bound to them, `process.env`, the operators with which defaults are
written, and the methods of texts and lists that make one address of another. All else is
`UnreadableError`, with its line. No function of the file or of its libraries is ever called.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# None stands for undefined and null.
Value = None | bool | float | str | Sequence["Value"] | Mapping[str, "Value"]

TOKEN = re.compile(
    r"""(?P<blank>\s+|//[^\n]*|/\*.*?\*/)
    |(?P<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)
    |(?P<number>\d[\d_]*(?:\.\d+)?)
    |(?P<name>[A-Za-z_$][\w$]*)
    |(?P<sign>===|!==|==|!=|=>|\|\||&&|\?\?|\?\.|\.\.\.|.)""",
    re.VERBOSE | re.DOTALL,
)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL
)
CONSTANTS: Mapping[str, Value] = {"true": True, "false": False, "null": None, "undefined": None}
MAX_DEPTH = 40
MAX_TEXT = 64 * 1024


class UnreadableError(Exception):
    """Something that is code and no data; `line` counts from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


@dataclass(frozen=True)
class Token:
    """One word: its kind (`text`, `number`, `name`, `sign` or `end`), as written, and its line."""

    kind: str
    text: str
    line: int


def read_tokens(text: str) -> list[Token]:
    """Part a file into its words; comments and blanks are left out."""
    found, line = [], 1
    for match in TOKEN.finditer(text):
        if match.lastgroup != "blank":
            found.append(Token(str(match.lastgroup), match[0], line))
        line += match[0].count("\n")
    return [*found, Token("end", "", line)]


@dataclass
class Reader:
    """Reads expressions. `names` are values bound so far, `environment` is the session's."""

    tokens: Sequence[Token]
    environment: Mapping[str, str]
    names: dict[str, Value] = field(default_factory=dict)
    at: int = 0
    depth: int = 0

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self.tokens[min(self.at, len(self.tokens) - 1)]

    def take(self, *texts: str) -> bool:
        """Step over the next token if it is one of `texts`, and say whether it was."""
        if self.token.kind in ("sign", "name") and self.token.text in texts:
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        """Step over `text`. Raises `UnreadableError` where it is not."""
        if not self.take(text):
            raise UnreadableError(self.token.line)

    def read(self) -> Value:
        """Read one expression. Raises `UnreadableError`, somewhere within the expression."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise UnreadableError(self.token.line)
        value = self._either()
        if self.take("?"):
            first = self.read()
            self.expect(":")
            second = self.read()
            value = first if is_true(value) else second
        self.depth -= 1
        return value

    def _either(self) -> Value:
        value = self._both()
        while self.token.text in ("||", "??") and self.token.kind == "sign":
            sign = self.token.text
            self.at += 1
            other = self._both()
            keeps = is_true(value) if sign == "||" else value is not None
            value = value if keeps else other
        return value

    def _both(self) -> Value:
        value = self._equal()
        while self.take("&&"):
            other = self._equal()
            value = other if is_true(value) else value
        return value

    def _equal(self) -> Value:
        value = self._sum()
        while self.token.text in ("===", "==", "!==", "!="):
            differs = self.token.text.startswith("!")
            self.at += 1
            value = (value == self._sum()) != differs
        return value

    def _sum(self) -> Value:
        value = self._one()
        while self.take("+"):
            value = self._bounded(as_text(value) + as_text(self._one()))
        return value

    def _bounded(self, value: Value) -> Value:
        size = len(value) if isinstance(value, (str, list)) else 0
        if size > MAX_TEXT:
            raise UnreadableError(self.token.line)
        return value

    def _one(self) -> Value:
        if self.take("!"):
            return not is_true(self._one())
        if self.take("-"):
            return -_number(self._one())
        value = self._primary()
        while self.token.text in (".", "?.", "[") and self.token.kind == "sign":
            value = self._member(value)
        if self.token.text in ("(", "=>"):  # a call, or a function
            raise UnreadableError(self.token.line)
        return value

    def _primary(self) -> Value:
        token = self.token
        self.at += 1
        if token.kind == "text":
            return self._text(token)
        if token.kind == "number":
            return float(token.text.replace("_", ""))
        if token.text == "(":
            value = self.read()
            self.expect(")")
            return value
        if token.text == "[":
            return self._list()
        if token.text == "{":
            return self._object()
        return self._named(token)

    def _named(self, token: Token) -> Value:
        if token.kind != "name":
            raise UnreadableError(token.line)
        if token.text == "process" and self._is_environment():
            return self.environment
        if token.text == "JSON" and self.take(".") and self.take("parse"):
            return self._parse_json(token)
        if token.text in CONSTANTS:
            return CONSTANTS[token.text]
        if token.text not in self.names:
            raise UnreadableError(token.line)
        return self.names[token.text]

    def _is_environment(self) -> bool:
        return self.take(".", "?.") and self.take("env")

    def _parse_json(self, token: Token) -> Value:
        given = (self._arguments() or [None])[0]
        try:
            found: Value = json.loads(as_text(given), parse_int=float)
        except (ValueError, RecursionError) as error:
            raise UnreadableError(token.line) from error
        return found

    def _member(self, value: Value) -> Value:
        line = self.token.line
        if self.take("["):
            key = self.read()
            self.expect("]")
        else:
            self.at += 1
            key = self.token.text
            self.at += 1
            if self.token.text == "(" and isinstance(value, (str, list)):
                return self._call(value, key, line)
        if isinstance(value, list) and isinstance(key, float) and 0 <= key < len(value):
            return value[int(key)]
        if not isinstance(value, Mapping):
            raise UnreadableError(line)
        return value.get(as_text(key))

    def _call(self, value: str | list[Value], name: str, line: int) -> Value:
        method = (TEXT_METHODS if isinstance(value, str) else LIST_METHODS).get(name)
        given = self._arguments()
        if method is None:
            raise UnreadableError(line)
        return self._bounded(method(value, [*given, None, None]))

    def _arguments(self) -> list[Value]:
        self.expect("(")
        found: list[Value] = []
        while not self.take(")"):
            found.append(self.read())
            if not self.take(","):
                self.expect(")")
                break
        return found

    def _list(self) -> Value:
        found: list[Value] = []
        while not self.take("]"):
            found.append(self.read())
            if not self.take(","):
                self.expect("]")
                break
        return found

    def _object(self) -> Value:
        found: dict[str, Value] = {}
        while not self.take("}"):
            token = self.token
            if token.kind not in ("name", "text", "number"):
                raise UnreadableError(token.line)
            self.at += 1
            key = as_text(self._text(token)) if token.kind == "text" else token.text
            if self.take(":"):
                found[key] = self.read()
            else:  # { name } means { name: name }
                found[key] = self._named(token)
            if not self.take(","):
                self.expect("}")
                break
        return found

    def _text(self, token: Token) -> Value:
        inside = token.text[1:-1]
        if token.text[0] == "`":
            inside = re.sub(r"\$\{([^}]*)\}", lambda match: self._part(match, token), inside)
        return ESCAPE.sub(_unescape, inside)

    def _part(self, match: re.Match[str], token: Token) -> str:
        try:
            within = Reader(
                read_tokens(match[1]), self.environment, self.names, depth=self.depth + 1
            )
            return as_text(within.read()).replace("\\", "\\\\")
        except UnreadableError as error:
            raise UnreadableError(token.line) from error


def is_true(value: Value) -> bool:
    """Say what an `if` of JavaScript makes of a value."""
    return isinstance(value, (list, Mapping)) or bool(value)


def as_text(value: Value) -> str:
    """Return a value as JavaScript joins it to text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return value if isinstance(value, str) else ""


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 else ""
    return ESCAPES.get(match[4], match[4])


def _number(value: Value) -> float:
    return float(value) if isinstance(value, (float, bool)) else 0.0


def _slice(value: Any, given: Sequence[Value]) -> Value:
    start, end = given[0], given[1]
    found: Value = value[int(_number(start)) : None if end is None else int(_number(end))]
    return found


def _split(value: Any, given: Sequence[Value]) -> Value:
    mark = as_text(given[0])
    return list(value) if not mark else value.split(mark)


# What makes one text of another; a pattern in the place of a text is no data, and is refused.
TEXT_METHODS: Mapping[str, Callable[[Any, Sequence[Value]], Value]] = {
    "split": _split,
    "slice": _slice,
    "replace": lambda text, given: text.replace(as_text(given[0]), as_text(given[1]), 1),
    "replaceAll": lambda text, given: text.replace(as_text(given[0]), as_text(given[1])),
    "startsWith": lambda text, given: text.startswith(as_text(given[0])),
    "endsWith": lambda text, given: text.endswith(as_text(given[0])),
    "includes": lambda text, given: as_text(given[0]) in text,
    "concat": lambda text, given: text + as_text(given[0]) + as_text(given[1]),
    "toLowerCase": lambda text, _given: text.lower(),
    "toUpperCase": lambda text, _given: text.upper(),
    "trim": lambda text, _given: text.strip(),
    "toString": lambda text, _given: text,
}
LIST_METHODS: Mapping[str, Callable[[Any, Sequence[Value]], Value]] = {
    "slice": _slice,
    "join": lambda items, given: ("," if given[0] is None else as_text(given[0])).join(
        as_text(item) for item in items
    ),
    "includes": lambda items, given: given[0] in items,
    "pop": lambda items, _given: items[-1] if items else None,
    "shift": lambda items, _given: items[0] if items else None,
}
