"""Where a link or an image of a page leads: another page, a file beside it, or elsewhere."""

from __future__ import annotations

import posixpath
import re
import urllib.parse
from dataclasses import dataclass

from workshop_dashboard.rules.notes import Notes, find_page

SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:|//")
ANCHOR_PREFIX = "note-"
# Where the other systems had their pages.
ROOTS = re.compile(r"^/(?:(?:workshop/content|workshop|content)(?=/|$))?/?")


@dataclass(frozen=True)
class LinkTarget:
    """A link's end: `kind` is `page`, `file`, `anchor`, `external` or `missing`.

    `path` is the page's or file's name, or the address as it was; `fragment` is what follows #.
    """

    kind: str
    path: str
    fragment: str = ""


@dataclass(frozen=True)
class Addresses:
    """How the site at hand writes addresses: what comes before and after a page's name.

    `page_base` and `file_base` end with a slash or are empty; `page_suffix` is `.html` in a
    static site and empty in the dashboard. `anchor_prefix` goes before the names of places in a
    page, so that they are none of the page around it.
    """

    page_base: str
    file_base: str
    page_suffix: str = ""
    anchor_prefix: str = ANCHOR_PREFIX


def find_target(href: str, origin: str, notes: Notes) -> LinkTarget:
    """Say where `href` on page `origin` leads."""
    href, ours = _within(href, notes)
    if not ours or not href or SCHEME.match(href):
        return LinkTarget("external", href)
    path, _, fragment = href.partition("#")
    path = urllib.parse.unquote(path.partition("?")[0])
    if path == "/" and notes.first:
        return LinkTarget("page", notes.first, fragment)
    if not path:
        return LinkTarget("anchor", "", fragment)
    path = ROOTS.sub("/", path) if path.startswith("/") else path
    # A page of Hugo is a folder to those who look at it, and a link may count from there.
    for place in (origin, f"{origin}/"):
        page = find_page(path, place, notes.pages)
        if page:
            return LinkTarget("page", page, fragment)
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(place), path.lstrip("/")))
        top = posixpath.normpath(path.lstrip("/"))
        # The last is where the oldest workshops had their pictures, and did not say so.
        for name in (beside, top, top.removeprefix("static/"), f"images/{top}"):
            if name in notes.files:
                return LinkTarget("file", name, fragment)
    return LinkTarget("missing", href)


def _within(href: str, notes: Notes) -> tuple[str, bool]:
    """Return the address below the notes, and whether it leads into them and not to a neighbour.

    Pages may write `%base_url%/page`, `%terminal_url%` and the like; the values are in already.
    """
    for name, value in notes.values.items():
        below = href == value or href.startswith((f"{value}/", f"{value}#", f"{value}?"))
        if value and name.endswith("_url") and below:
            return (href.removeprefix(value) or "/", True) if name == "base_url" else (href, False)
    return href, True


def rewrite(href: str, origin: str, notes: Notes, addresses: Addresses) -> str:
    """Return the address to write for `href`; what leads nowhere or elsewhere stays as it is."""
    target = find_target(href, origin, notes)
    fragment = f"#{addresses.anchor_prefix}{target.fragment}" if target.fragment else ""
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
