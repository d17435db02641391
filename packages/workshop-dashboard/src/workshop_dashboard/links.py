"""Where a link or an image of a page leads: another page, a file beside it, or elsewhere.

Pure. Called by `render` to rewrite addresses and by `check` to find those that lead nowhere.
"""

import dataclasses
import posixpath
import re
import urllib.parse

from workshop_dashboard import notes

SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:|//")
ANCHOR_PREFIX = "note-"


@dataclasses.dataclass(frozen=True)
class Target:
    """A link's end: `kind` is `page`, `file`, `anchor`, `external` or `missing`.

    `path` is the page's or file's name, or the address as it was; `fragment` is what follows #.
    """

    kind: str
    path: str
    fragment: str = ""


@dataclasses.dataclass(frozen=True)
class Addresses:
    """How the site at hand writes addresses: what comes before and after a page's name.

    `page_base` and `file_base` end with a slash or are empty; `page_suffix` is `.html` in a
    static site and empty in the dashboard.
    """

    page_base: str
    file_base: str
    page_suffix: str = ""


def find_target(href: str, origin: str, book: notes.Notes) -> Target:
    """Say where `href` on page `origin` leads."""
    href, ours = _within(href, book)
    if not ours or not href or SCHEME.match(href):
        return Target("external", href)
    path, _, fragment = href.partition("#")
    path = urllib.parse.unquote(path.partition("?")[0])
    if path == "/" and book.first:
        return Target("page", book.first, fragment)
    if not path:
        return Target("anchor", "", fragment)
    page = notes.find_page(path, origin, book.pages)
    if page:
        return Target("page", page, fragment)
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(origin), path.lstrip("/")))
    top = posixpath.normpath(path.lstrip("/"))
    for place in (beside, top):
        if place in book.files:
            return Target("file", place, fragment)
    return Target("missing", href)


def _within(href: str, book: notes.Notes) -> tuple[str, bool]:
    """Return the address below the notes, and whether it leads into them and not to a neighbour.

    Pages may write `%base_url%/page`, `%terminal_url%` and the like; the values are in already.
    """
    for name, value in book.values.items():
        below = href == value or href.startswith((f"{value}/", f"{value}#", f"{value}?"))
        if value and name.endswith("_url") and below:
            return (href.removeprefix(value) or "/", True) if name == "base_url" else (href, False)
    return href, True


def rewrite(href: str, origin: str, book: notes.Notes, addresses: Addresses) -> str:
    """Return the address to write for `href`; what leads nowhere or elsewhere stays as it is."""
    target = find_target(href, origin, book)
    fragment = f"#{ANCHOR_PREFIX}{target.fragment}" if target.fragment else ""
    if target.kind == "page":
        return page_address(target.path, addresses) + fragment
    if target.kind == "file":
        return addresses.file_base + urllib.parse.quote(target.path) + fragment
    if target.kind == "anchor":
        return fragment or "#"
    return href


def page_address(name: str, addresses: Addresses) -> str:
    """Return the address of the page `name`."""
    return addresses.page_base + urllib.parse.quote(name) + addresses.page_suffix
