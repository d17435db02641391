"""A page's text with its variables filled in, by the rules of the system it was written for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workshop_dashboard.rules import liquid, shortcodes, variables
from workshop_dashboard.rules.notes import Dialect, Notes, Page, is_asciidoc

# A tag of Liquid, as it stands in a page that is not rendered by it.
TAG = re.compile(r"\{%-?\s*(if|unless|case|for|assign|capture|include|comment)\b")


def prepare_text(page: Page, notes: Notes, *, marked: bool = False) -> str:
    """Return the page's Markdown or AsciiDoc as it is to be rendered.

    A page that Liquid cannot read has its plain variables filled in, and is shown. `marked` puts
    a mark where a value is empty, for `variables.show_unset`.
    """
    body, values = _without_tabs(page, notes), notes.values
    if marked:
        values = variables.mark_unset(values)
    if notes.dialect == Dialect.PERCENT:
        return variables.fill_percent(body, values)
    if notes.dialect == Dialect.LIQUID:
        try:
            marks = {name: mark for name, mark in values.items() if mark == variables.UNSET}
            # What Liquid would print; its tags go on seeing the values themselves.
            shown = liquid.map_outside_raw(body, lambda part: variables.fill(part, marks))
            rendered = liquid.render(shown if marks else body, notes.values, notes.read)
        except liquid.LiquidError:
            return variables.fill(body, values)
        return variables.fill_percent(rendered, values)
    if notes.dialect == Dialect.HUGO:
        return variables.fill(shortcodes.expand(body, values), values)
    return variables.fill(body, values)


def _without_tabs(page: Page, notes: Notes) -> str:
    """Return the body as the older systems read Markdown: a tab is four blanks.

    A block that runs must have none: a shell that reads it would try to complete a word.
    """
    is_old = notes.dialect in (Dialect.PERCENT, Dialect.LIQUID)
    return page.body.replace("\t", "    ") if is_old and not is_asciidoc(page.file) else page.body


def unknown_names(page: Page, notes: Notes) -> Iterator[tuple[int, str]]:
    """Yield (line of the body from 1, as written) of what looks like a variable and is none."""
    for line, name in _unknown_names(page, notes):
        if "ENV_" not in name:  # those of the environment only a session knows
            yield line, name


def _unknown_names(page: Page, notes: Notes) -> Iterator[tuple[int, str]]:
    if notes.dialect == Dialect.LIQUID:
        yield from liquid.unknown_names(page.body, notes.values)
        return
    if notes.dialect == Dialect.HUGO:
        yield from shortcodes.unknown_params(page.body, notes.values)
    for line, name in variables.unknown_names(page.body, notes.values):
        if notes.dialect != Dialect.PERCENT or name.startswith("%"):
            yield line, name


def problem_with_liquid(page: Page, notes: Notes) -> str | None:
    """Say why Liquid cannot read the page, None where it can or is not asked to."""
    if notes.dialect != Dialect.LIQUID:
        return None
    try:
        liquid.render(page.body, notes.values, notes.read)
    except liquid.LiquidError as error:
        return str(error)
    return None
