"""The notes of a workshop: its pages, their titles, and in which order they follow each other.

Three ways to give the order, the first that is used wins: the list of pages in a file of the
workshop; `NextPage` walked from the first page; `Sort` and then the names of the files.
"""

from __future__ import annotations

import enum
import posixpath
import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace

from workshop_dashboard.rules import asciidoc, frontmatter, variables, workshopfile

PAGE_SUFFIXES = (".md", ".markdown", ".adoc")
LINK_SUFFIXES = (*PAGE_SUFFIXES, ".html", ".htm")
FIRST_PAGES = ("index", "README")

# How to know that pages are written for Educates: its blocks, its variables, its shortcodes.
EDUCATES = re.compile(
    r"^\s*(?:`{3,}|~{3,})\s*(?:terminal|dashboard|editor|examiner|files|workshop|section):\w"
    r"|role=[\"']?(?:terminal|dashboard|editor|examiner|files|workshop|section):\w"
    r"|\{%-?\s*raw\s*-?%\}|\{\{-?\s*(?:session_\w+|ingress_\w+|workshop_namespace|training_portal|environment_name"
    r"|registry_\w+|copy|ENV_\w+)\s*-?\}\}",
    re.MULTILINE,
)
HUGO = re.compile(r"\A\ufeff?\+\+\+\s*$|\{\{[<%]\s*/?\s*\w", re.MULTILINE)


class Dialect(enum.Enum):
    """By whose rules variables are written.

    `PLAIN` is our own (`%name%` and `{{ name }}`), `PERCENT` the original's, `LIQUID` the
    original's with a template engine and Educates' older renderer, `HUGO` Educates' newer one.
    """

    PLAIN = "plain"
    PERCENT = "percent"
    LIQUID = "liquid"
    HUGO = "hugo"


def _read_nothing(_file: str) -> str | None:
    return None


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
    `files` are the files beside the pages, `values` the variables. `dialect` says how variables
    are written. `read` gives the text of a file beside the pages, None if it is no text or not
    there; `convert` turns AsciiDoc into HTML, None where nothing can. `is_trusted` says that the
    pages' own HTML may act.
    """

    title: str
    order: tuple[str, ...]
    pages: Mapping[str, Page]
    workshop: workshopfile.Workshop
    files: frozenset[str] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict)
    dialect: Dialect = Dialect.PLAIN
    read: asciidoc.Read = field(default=_read_nothing, compare=False)
    convert: asciidoc.Convert | None = field(default=None, compare=False)
    is_trusted: bool = False
    places: Mapping[str, int] = field(default_factory=dict, compare=False)

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
    dialect = _find_dialect(workshop, texts)
    read = (_read_page(file, texts[file], workshop) for file in sorted(texts))
    pages = {page.name: page for page in read}
    order = _order(pages, workshop, dialect)
    places = {name: place for place, name in enumerate(order)}
    linked = {name: _with_neighbours(page, order, places, pages) for name, page in pages.items()}
    first = linked[order[0]].title if order else ""
    title = variables.fill(workshop.name or first, values)
    return Notes(
        title,
        order,
        linked,
        workshop,
        files if isinstance(files, frozenset) else frozenset(files),
        dict(values),
        dialect,
        places=places,
    )


def _find_dialect(workshop: workshopfile.Workshop, texts: Mapping[str, str]) -> Dialect:
    educates = workshop.is_educates or any(EDUCATES.search(text) for text in texts.values())
    if workshop.is_old:
        liquid = educates or workshop.engine.startswith("liquid")
        return Dialect.LIQUID if liquid else Dialect.PERCENT
    hugo = educates or any(HUGO.search(text) for text in texts.values())
    return Dialect.HUGO if hugo else Dialect.PLAIN


def page_name(file: str) -> str:
    """Return the name of the page that `file` holds: the path without a page's suffix."""
    stem, suffix = posixpath.splitext(file)
    return stem if suffix.lower() in LINK_SUFFIXES else file


def is_asciidoc(file: str) -> bool:
    """Tell whether a page is AsciiDoc, by the name of its file; any other is Markdown."""
    return file.lower().endswith(".adoc")


def find_page(target: str, origin: str, names: Container[str]) -> str:
    """Return the page that `target` means on page `origin`, or an empty string.

    Looked for beside `origin` and then from the top of the notes; `.md`, `.html` and no suffix
    mean the same page, a folder means its first page.
    """
    places = (posixpath.join(posixpath.dirname(origin), target.lstrip("/")), target.lstrip("/"))
    for place in reversed(places) if target.startswith("/") else places:
        name = page_name(posixpath.normpath(place))
        for candidate in (name, *(posixpath.normpath(f"{name}/{first}") for first in FIRST_PAGES)):
            if candidate in names:
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


def _order(
    pages: Mapping[str, Page], workshop: workshopfile.Workshop, dialect: Dialect
) -> tuple[str, ...]:
    described = workshop.described
    listed = [page for page in workshop.modules if not described or page in described]
    if listed:
        found = (find_page(page, "", pages) for page in listed)
        return tuple(dict.fromkeys(name for name in found if name))
    if any(page.front.next_page for page in pages.values()):
        return walk(first_page(pages), lambda name: next_of(pages[name], pages))[0]
    if dialect == Dialect.HUGO:
        return _order_of_hugo(pages)
    return tuple(sorted(pages, key=lambda name: _rank(pages[name])))


def _order_of_hugo(pages: Mapping[str, Page]) -> tuple[str, ...]:
    """Order by weight where a page has one, else by the path; lists and drafts are no pages."""
    shown = [
        page
        for page in pages.values()
        if posixpath.basename(page.name) != "_index" and not page.front.draft
    ]
    weighed = any(page.front.sort for page in shown)

    def key(page: Page) -> tuple[float, str, str]:
        weight = (page.front.sort or float("inf")) if weighed else 0.0
        return weight, page.file.casefold(), page.file

    return tuple(page.name for page in sorted(shown, key=key))


def _rank(page: Page) -> tuple[bool, float, list[tuple[bool, int, str]]]:
    """Sort key: the first pages first, then by `Sort`, then by name with numbers as numbers."""
    sort = page.front.sort if page.front.sort is not None else float("inf")
    parts = re.findall(r"\d+|\D+", page.name)
    natural = [(not part.isdigit(), int(part) if part.isdecimal() else 0, part) for part in parts]
    return page.name not in FIRST_PAGES, sort, natural


def _with_neighbours(
    page: Page, order: tuple[str, ...], places: Mapping[str, int], pages: Mapping[str, Page]
) -> Page:
    before = after = ""
    place = places.get(page.name)
    if place is not None:
        before = order[place - 1] if place else ""
        after = order[place + 1] if place + 1 < len(order) else ""
    named = find_page(page.front.prev_page, page.name, pages) if page.front.prev_page else ""
    return replace(page, previous=named or before, next=after)


def _read_page(file: str, text: str, workshop: workshopfile.Workshop) -> Page:
    front, body, first_line = frontmatter.split_front_matter(text)
    name = page_name(file)
    title = _title(file, front, body, workshop)
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


def _title(
    file: str, front: frontmatter.FrontMatter, body: str, workshop: workshopfile.Workshop
) -> str:
    """Return the page's title: what the workshop says of its pages goes before what they say."""
    name, mark = page_name(file), "=" if is_asciidoc(file) else "#"
    given = workshop.titles.get(name, "") or workshop.titles.get(name.removesuffix("/index"), "")
    if not given and workshop.described and name in workshop.described:
        return _words(name).title()  # as the original did, whatever the page itself says
    return given or front.title or _heading(body, mark) or _words(name)


def _heading(body: str, mark: str) -> str:
    """Return the first heading of the first or second level that is not inside a block of code."""
    fence = ""
    for line in body.splitlines():
        start = line.lstrip()[:3]
        if start in ("```", "~~~") and fence in ("", start):
            fence = "" if fence else start
        elif not fence and line.startswith((f"{mark} ", f"{mark}{mark} ")):
            return re.sub(r"[*`_]|\s*\{#[^{}]*\}\s*$", "", line.strip(f"{mark} \t"))
    return ""


def _words(name: str) -> str:
    words = re.sub(r"^\d+[\-_. ]*", "", posixpath.basename(name)) or posixpath.basename(name)
    return re.sub(r"[\-_]+", " ", words).strip().capitalize()
