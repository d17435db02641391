"""What a template shows of one page, and the templates themselves.

The dashboard, the site and the preview differ in the addresses that they write.
"""

from __future__ import annotations

import functools
import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workshop_dashboard.rules import links, render, variables
from workshop_dashboard.rules.notes import Notes

if TYPE_CHECKING:
    import jinja2


@dataclass(frozen=True)
class Entry:
    """A line of the list of pages, or the page before or after."""

    name: str
    title: str
    url: str


@dataclass(frozen=True)
class View:
    """One page as the templates show it; `number` is its place from 1, 0 if it has none.

    `html` is safe HTML. `exit_url` is where the last page leads, empty if it leads nowhere.
    """

    name: str
    title: str
    html: str
    number: int = 0
    contents: tuple[Entry, ...] = ()
    previous: Entry | None = None
    next: Entry | None = None
    exit_sign: str = ""
    exit_url: str = ""


def make_view(
    name: str,
    notes: Notes,
    addresses: links.Addresses,
    exit_url: str = "",
    contents: tuple[Entry, ...] | None = None,
) -> View:
    """Make the view of the page `name`; `exit_url` is where the last page leads by default.

    `contents` is the list of pages, where that is known already.
    """
    page = notes.pages[name]
    link = variables.fill(page.exit_link, notes.values)
    return View(
        name=name,
        title=variables.fill(page.title, notes.values),
        html=render.render_page(page, notes, addresses),
        number=notes.places.get(name, -1) + 1,
        contents=make_contents(notes, addresses) if contents is None else contents,
        previous=_entry(page.previous, notes, addresses),
        next=_entry(page.next, notes, addresses),
        exit_sign=variables.fill(page.exit_sign, notes.values),
        exit_url=link if link.startswith(("https://", "http://", "/")) else exit_url,
    )


def render_position(view: View) -> str:
    """Return where the reader is, in words for the instructor: "2 of 5: Deploy it"."""
    return f"{view.number} of {len(view.contents)}: {view.title}" if view.number else view.title


def make_notice(title: str, sentence: str, contents: tuple[Entry, ...] = ()) -> View:
    """Make a view that says `sentence` in a page's place."""
    safe = f'<h1>{html.escape(title)}</h1><p class="problem">{html.escape(sentence)}</p>'
    return View("", title, safe, contents=contents)


def make_contents(notes: Notes, addresses: links.Addresses) -> tuple[Entry, ...]:
    """Return the list of pages in reading order."""
    entries = (_entry(name, notes, addresses) for name in notes.order)
    return tuple(entry for entry in entries if entry)


def render_template(name: str, **values: Any) -> str:
    """Render one of the package's templates; every value but a view's `html` is escaped."""
    return _templates().get_template(name).render(**values)


def _entry(name: str, notes: Notes, addresses: links.Addresses) -> Entry | None:
    if not name:
        return None
    title = variables.fill(notes.pages[name].title, notes.values)
    return Entry(name, title, links.page_address(name, addresses))


@functools.cache
def _templates() -> jinja2.Environment:
    import jinja2  # when the first page is asked for: a server must be up at once

    loader = jinja2.PackageLoader("workshop_dashboard")
    return jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
