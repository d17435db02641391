"""The notes of a workshop: its pages, their titles, and in which order they follow each other.

Three ways to give the order, the first that is used wins: `modules.activate` in workshop.yaml;
`NextPage` walked from the first page; `Sort` and then the names of the files.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from workshop_dashboard.rules import frontmatter, variables, workshopfile

PAGE_SUFFIXES = (".md", ".markdown", ".adoc")
LINK_SUFFIXES = (*PAGE_SUFFIXES, ".html", ".htm")
FIRST_PAGES = ("index", "README")


@dataclass(frozen=True)
class Page:
    """One page. `name` is its file below the notes' folder without the suffix.

    `body` still holds its variables; its first line is line `first_line` of the file. `previous`
    and `next` are names of pages or empty; `exit_sign` is the label of the button that goes on.
    """

    name: str
    file: str
    title: str
    body: str
    first_line: int
    front: frontmatter.FrontMatter
    previous: str = ""
    next: str = ""
    exit_sign: str = ""
    exit_link: str = ""


@dataclass(frozen=True)
class Notes:
    """All pages by name, the names in reading order, and what the workshop files say.

    `order` holds what the reader walks through; pages outside it can be reached by links.
    `files` are the files beside the pages, `values` the variables, `ignored` the files that an
    older system would have used and this one does not.
    """

    title: str
    order: tuple[str, ...]
    pages: Mapping[str, Page]
    workshop: workshopfile.Workshop
    files: frozenset[str] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()

    @property
    def first(self) -> str:
        """The name of the first page, empty if there is none."""
        return self.order[0] if self.order else ""


def make_notes(
    texts: Mapping[str, str],
    workshop: workshopfile.Workshop,
    values: Mapping[str, str],
    files: Iterable[str] = (),
) -> Notes:
    """Make the notes of `texts` (file below the folder -> its text) and of the workshop files."""
    pages = {page.name: page for page in (_read_page(f, texts[f], workshop) for f in sorted(texts))}
    order = _order(pages, workshop.modules)
    linked = {name: _with_neighbours(page, order, pages) for name, page in pages.items()}
    first = linked[order[0]].title if order else ""
    title = variables.fill(workshop.name or first, values)
    return Notes(title, order, linked, workshop, frozenset(files), dict(values))


def page_name(file: str) -> str:
    """Return the name of the page that `file` holds: the path without a page's suffix."""
    stem, suffix = posixpath.splitext(file)
    return stem if suffix.lower() in LINK_SUFFIXES else file


def find_page(target: str, origin: str, names: Iterable[str]) -> str:
    """Return the page that `target` means on page `origin`, or an empty string.

    Looked for beside `origin` and then from the top of the notes; `.md`, `.html` and no suffix
    mean the same page, a folder means its first page.
    """
    known = frozenset(names)
    places = (posixpath.join(posixpath.dirname(origin), target.lstrip("/")), target.lstrip("/"))
    for place in reversed(places) if target.startswith("/") else places:
        name = page_name(posixpath.normpath(place))
        for candidate in (name, *(posixpath.normpath(f"{name}/{first}") for first in FIRST_PAGES)):
            if candidate in known:
                return candidate
    return ""


def walk(start: str, following: Callable[[str], str]) -> tuple[tuple[str, ...], str]:
    """Follow `following` from `start` to the end.

    Returns the names in order and the name at which the walk came back on itself (empty if it
    ended by itself): a circle of pages is walked once.
    """
    order: list[str] = []
    name = start
    while name and name not in order:
        order.append(name)
        name = following(name)
    return tuple(order), name


def first_page(pages: Mapping[str, Page]) -> str:
    """Return where reading begins: `index`, `README`, or the page that no other leads to."""
    for name in FIRST_PAGES:
        if name in pages:
            return name
    names = sorted(pages, key=lambda name: _rank(pages[name]))
    led_to = {next_of(page, pages) for page in pages.values()}
    starts = [name for name in names if name not in led_to and pages[name].front.next_page]
    return (starts or names or [""])[0]


def next_of(page: Page, pages: Mapping[str, Page]) -> str:
    """Return the page that the `NextPage` of `page` names, or an empty string."""
    return find_page(page.front.next_page, page.name, pages) if page.front.next_page else ""


def _order(pages: Mapping[str, Page], modules: tuple[str, ...]) -> tuple[str, ...]:
    if modules:
        found = (find_page(module, "", pages) for module in modules)
        active = tuple(dict.fromkeys(name for name in found if name))
        return active if "index" not in pages or "index" in active else ("index", *active)
    if any(page.front.next_page for page in pages.values()):
        return walk(first_page(pages), lambda name: next_of(pages[name], pages))[0]
    return tuple(sorted(pages, key=lambda name: _rank(pages[name])))


def _rank(page: Page) -> tuple[bool, float, list[tuple[bool, int, str]]]:
    """Sort key: the first pages first, then by `Sort`, then by name with numbers as numbers."""
    sort = page.front.sort if page.front.sort is not None else float("inf")
    parts = re.findall(r"\d+|\D+", page.name)
    natural = [(not part.isdigit(), int(part) if part.isdecimal() else 0, part) for part in parts]
    return page.name not in FIRST_PAGES, sort, natural


def _with_neighbours(page: Page, order: tuple[str, ...], pages: Mapping[str, Page]) -> Page:
    before = after = ""
    if page.name in order:
        place = order.index(page.name)
        before = order[place - 1] if place else ""
        after = order[place + 1] if place + 1 < len(order) else ""
    named = find_page(page.front.prev_page, page.name, pages) if page.front.prev_page else ""
    return replace(page, previous=named or before, next=after)


def _read_page(file: str, text: str, workshop: workshopfile.Workshop) -> Page:
    front, body, first_line = frontmatter.split_front_matter(text)
    name = page_name(file)
    # What the workshop says about its pages goes before what they say themselves.
    title = workshop.titles.get(name, "") or front.title or _heading(body) or _words(name)
    return Page(
        name=name,
        file=file,
        title=title,
        body=body,
        first_line=first_line,
        front=front,
        exit_sign=workshop.exit_signs.get(name, "") or front.exit_sign,
        exit_link=front.exit_link,
    )


def _heading(body: str) -> str:
    """Return the first heading of the first or second level that is not inside a block of code."""
    fence = ""
    for line in body.splitlines():
        mark = line.lstrip()[:3]
        if mark in ("```", "~~~") and fence in ("", mark):
            fence = "" if fence else mark
        elif not fence and line.startswith(("# ", "## ")):
            return re.sub(r"[*`_]", "", line.strip("# \t"))
    return ""


def _words(name: str) -> str:
    words = re.sub(r"^\d+[\-_. ]*", "", posixpath.basename(name)) or posixpath.basename(name)
    return re.sub(r"[\-_]+", " ", words).strip().capitalize()
