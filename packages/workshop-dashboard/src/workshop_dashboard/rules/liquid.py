"""Liquid in pages, for the workshops that ask for it: tags, filters and includes.

By python-liquid, bounded in loops, depth and output. What it does not know is left out, as the
original did.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import liquid

MAX_OUTPUT = 4 * 1024 * 1024
MAX_LOOPS = 100_000
# The original's mark for text that a click copies; the page has a script for it.
COPY_MARK = '<sup class="inline-copy"></sup>'
NAME = re.compile(r"\{\{-?\s*([A-Za-z_][A-Za-z0-9_]*)\s*(?:\||-?\}\})")
RAW = re.compile(r"\{%-?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*-?%\}", re.DOTALL)
# Expressions of the templates of Go (Helm, `oc -o go-template`, `docker --format`): no Liquid.
GO = re.compile(
    r"\{\{-?\s*(?:[.$]|\"(?:\\[a-z])+\"(?=\s*-?\}\})"
    r"|(?:range|with|end|else|if|block|template|define|include)\b(?!\s*\|))[^{}]*\}\}"
)
# Anything in double braces, on one line or a few.
OUTPUT = re.compile(r"\{{2,4}(?:[^{}]|\}(?!\})){0,500}\}{2,4}")
MADE_HERE = re.compile(r"\{%-?\s*(?:assign|capture|for|increment|decrement)\s+([A-Za-z_]\w*)")


class LiquidError(ValueError):
    """A page that Liquid cannot read; the message says in which line, if that is known."""


def render(text: str, values: Mapping[str, str], read: Callable[[str], str | None]) -> str:
    """Run the page's Liquid with `values`; `read` gives the text of a file to include.

    What stands in braces and is no Liquid, such as a template of Helm, stays as it is written.
    Raises `LiquidError`. A value never adds a line, so that it cannot end a block of code.
    """
    safe = {name: " ".join(value.splitlines()) for name, value in values.items()}
    protected = _protect(text)
    try:
        return _render(protected, safe, read)
    except LiquidError:
        kept = map_outside_raw(protected, lambda part: OUTPUT.sub(_keep_unreadable, part))
        if kept == protected:
            raise
        return _render(kept, safe, read)


def _render(text: str, values: Mapping[str, str], read: Callable[[str], str | None]) -> str:
    import liquid.exceptions

    try:
        template = _environment(read).from_string(text)
        return template.render({"copy": COPY_MARK, **values})
    except liquid.exceptions.LiquidError as error:
        line = _line_of(error)
        place = f" in line {line}" if line else ""
        raise LiquidError(f"Liquid cannot read this page{place}: {error.message}") from error
    except RecursionError as error:
        raise LiquidError("Liquid cannot read this page: it is nested too deeply") from error


def _keep_unreadable(match: re.Match[str]) -> str:
    return match[0] if _is_readable(match[0]) else _wrap(match)


@functools.lru_cache(maxsize=1024)
def _is_readable(expression: str) -> bool:
    import liquid.exceptions

    try:
        _environment(_read_nothing).from_string(expression)
    except liquid.exceptions.LiquidError:
        return False
    return True


def _read_nothing(_name: str) -> str | None:
    return None


def unknown_names(text: str, values: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Yield (line from 1, name as written) of each variable that has no value, and is made none."""
    known = {*values, "copy", *MADE_HERE.findall(text)}
    shown = RAW.sub(lambda raw: "\n" * raw[0].count("\n"), _protect(text))
    for number, line in enumerate(shown.splitlines(), start=1):
        for match in NAME.finditer(line):
            if match[1] not in known:
                yield number, match[0].strip()


def _protect(text: str) -> str:
    """Keep expressions of Go's templates as they are, where the page does not do so itself."""
    return map_outside_raw(text, lambda part: GO.sub(_wrap, part))


def map_outside_raw(text: str, change: Callable[[str], str]) -> str:
    """Return the text with `change` made to all of it that is not marked as raw."""
    parts, end = [], 0
    for raw in RAW.finditer(text):
        parts += [change(text[end : raw.start()]), raw[0]]
        end = raw.end()
    return "".join([*parts, change(text[end:])])


def _wrap(match: re.Match[str]) -> str:
    return f"{{% raw %}}{match[0]}{{% endraw %}}"


def _line_of(error: liquid.exceptions.LiquidError) -> int:
    token, source = error.token, getattr(error.token, "source", None)
    if token is None or not isinstance(source, str) or token.start_index < 0:
        return 0
    return source.count("\n", 0, token.start_index) + 1


@functools.lru_cache(maxsize=8)
def _environment(read: Callable[[str], str | None]) -> liquid.Environment:
    import liquid  # with the first page that needs it
    import liquid.exceptions
    import liquid.loader

    class Limited(liquid.Environment):
        output_stream_limit = MAX_OUTPUT
        loop_iteration_limit = MAX_LOOPS
        context_depth_limit = 30
        local_namespace_limit = MAX_OUTPUT
        logical_not_operator = True
        logical_parentheses = True

    class Beside(liquid.loader.BaseLoader):
        """Gives the files beside the pages, and nothing else."""

        def get_source(
            self, env: liquid.Environment, template_name: str, **_more: object
        ) -> liquid.loader.TemplateSource:
            found = read(template_name)
            if found is None:
                raise liquid.exceptions.TemplateNotFoundError(template_name)
            return liquid.loader.TemplateSource(found, template_name, None)

    return Limited(loader=Beside(), strict_filters=False, tolerance=liquid.Mode.STRICT)
