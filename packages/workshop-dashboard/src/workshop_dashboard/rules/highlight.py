"""Code in the colours of its language, by Pygments: classes that `static/workshop.css` paints."""

from __future__ import annotations

import functools
import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pygments.formatter
    import pygments.lexer

PREFIX = "hl-"
SPAN = re.compile(r"</?span[^<>]*>")
# Longer blocks stay plain: some languages take time that grows faster than the text.
MAX_CHARACTERS = 20_000
PLAIN = frozenset({"", "none", "text", "plain", "plaintext", "txt", "output"})
# Names that other highlighters know.
ALIASES = {"sh": "bash", "yml": "yaml", "shell": "bash", "dockerfile": "docker", "golang": "go"}


def paint(code: str, language: str) -> str | None:
    """Return `code` as HTML with a class on each token, None where it is to stay plain.

    All text of `code` is escaped by the formatter.
    """
    name = language.lower()
    if name in PLAIN or len(code) > MAX_CHARACTERS:
        return None
    lexer = _find_lexer(ALIASES.get(name, name))
    if lexer is None:
        return None
    import pygments

    painted = str(pygments.highlight(code, lexer, _formatter()))
    if not code.endswith("\n"):
        painted = painted.removesuffix("\n")
    # Some lexers drop characters; what is shown must be what there is.
    return painted if html.unescape(SPAN.sub("", painted)) == code else None


@functools.lru_cache(maxsize=64)
def _find_lexer(name: str) -> pygments.lexer.Lexer | None:
    import pygments.lexers  # when the first page is asked for
    import pygments.util

    try:
        return pygments.lexers.get_lexer_by_name(name, stripnl=False, ensurenl=False)
    except pygments.util.ClassNotFound:
        return None


@functools.cache
def _formatter() -> pygments.formatter.Formatter:
    import pygments.formatters

    return pygments.formatters.HtmlFormatter(nowrap=True, classprefix=PREFIX)
