"""What a template shows of one page, and the templates themselves.

Pure but for reading the package's own files. Called by `handlers` (dashboard), `site` and
`preview`, which differ in the addresses they write.
"""

from __future__ import annotations

import dataclasses
import functools
import html
import typing
from typing import Any

from workshop_dashboard import links, notes, render, variables

if typing.TYPE_CHECKING:
    import jinja2


@dataclasses.dataclass(frozen=True)
class Entry:
    """A line of the list of pages, or the page before or after."""

    name: str
    title: str
    url: str


@dataclasses.dataclass(frozen=True)
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


def make_view(name: str, book: notes.Notes, addresses: links.Addresses, exit_url: str = "") -> View:
    """Make the view of the page `name`; `exit_url` is where the last page leads by default."""
    page = book.pages[name]
    link = variables.fill(page.exit_link, book.values)
    return View(
        name=name,
        title=variables.fill(page.title, book.values),
        html=render.render_page(page, book, addresses),
        number=book.order.index(name) + 1 if name in book.order else 0,
        contents=make_contents(book, addresses),
        previous=_entry(page.previous, book, addresses),
        next=_entry(page.next, book, addresses),
        exit_sign=variables.fill(page.exit_sign, book.values),
        exit_url=link if link.startswith(("https://", "http://", "/")) else exit_url,
    )


def render_position(view: View) -> str:
    """Return where the reader is, in words for the instructor: "2 of 5: Deploy it"."""
    return f"{view.number} of {len(view.contents)}: {view.title}" if view.number else view.title


def make_notice(title: str, sentence: str, contents: tuple[Entry, ...] = ()) -> View:
    """Make a view that says `sentence` in a page's place."""
    safe = f'<h1>{html.escape(title)}</h1><p class="problem">{html.escape(sentence)}</p>'
    return View("", title, safe, contents=contents)


def make_contents(book: notes.Notes, addresses: links.Addresses) -> tuple[Entry, ...]:
    """Return the list of pages in reading order."""
    entries = (_entry(name, book, addresses) for name in book.order)
    return tuple(entry for entry in entries if entry)


def render_template(name: str, **values: Any) -> str:
    """Render one of the package's templates; every value but a view's `html` is escaped."""
    return _templates().get_template(name).render(**values)


def _entry(name: str, book: notes.Notes, addresses: links.Addresses) -> Entry | None:
    if not name:
        return None
    title = variables.fill(book.pages[name].title, book.values)
    return Entry(name, title, links.page_address(name, addresses))


@functools.cache
def _templates() -> jinja2.Environment:
    import jinja2  # when the first page is asked for: a server must be up at once

    loader = jinja2.PackageLoader("workshop_dashboard")
    return jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
