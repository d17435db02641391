"""The notes as a folder of HTML pages that any web server can give out.

Running a command there is copying it.
"""

from __future__ import annotations

import concurrent.futures
import json
import posixpath
import shutil
from collections.abc import Mapping
from pathlib import Path

from workshop_dashboard import assets, loader, views
from workshop_dashboard.rules import links, panels, search
from workshop_dashboard.rules.notes import Notes

ASSETS_FOLDER = "_workshop"
COPIES = 8  # at once


class SiteError(OSError):
    """The site cannot be written; the message says what to do."""


def build_site(source: loader.Loader, target: Path) -> list[str]:
    """Write the notes below `target` and return the names of the files written.

    `target` must not exist, be empty, or be a site that this function wrote: nothing else is
    overwritten. Raises `SiteError` otherwise.
    """
    notes, files = source.load_with_files()
    _ensure_target(target)
    written = [_write(target, *page) for page in make_pages(notes)]
    index = json.dumps(search.make_index(notes, links.Addresses("", "", ".html")))
    written.append(_write(target, f"{ASSETS_FOLDER}/search.json", index.encode()))
    for asset in assets.read_assets().values():
        written.append(_write(target, f"{ASSETS_FOLDER}/{asset.name}", asset.data))
    return written + _copy_files(files, target)


def _copy_files(files: Mapping[str, Path], target: Path) -> list[str]:
    """Copy the files beside the pages, several at a time: it is the disk that takes its time."""
    names = [name for name in sorted(files) if name not in loader.OWN_FILES]
    for folder in {posixpath.dirname(name) for name in names}:
        (target / folder).mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(COPIES) as copies:
        list(copies.map(lambda name: shutil.copyfile(files[name], target / name), names))
    return names


def make_pages(notes: Notes) -> list[tuple[str, bytes]]:
    """Return (file name, HTML) of each page, and of `index.html` where no page has that name."""
    lists: dict[str, tuple[views.Entry, ...]] = {}
    found = [(f"{name}.html", render_site_page(name, notes, lists)) for name in sorted(notes.pages)]
    if notes.first and "index" not in notes.pages:
        found.append(("index.html", render_site_page(notes.first, notes, lists, "index")))
    return found


def render_site_page(
    name: str, notes: Notes, lists: dict[str, tuple[views.Entry, ...]], place: str = ""
) -> bytes:
    """Return the page `name` as it stands in the site at `place` (its own name by default).

    `lists` keeps the list of pages as it is written from each depth.
    """
    base = "../" * (place or name).count("/")
    addresses = links.Addresses(base, base, ".html")
    if base not in lists:
        lists[base] = views.make_contents(notes, addresses)
    view = views.make_view(name, notes, addresses, contents=lists[base])
    html = views.render_template(
        "site.html",
        view=view,
        title=notes.title,
        problem="",
        search=f"{base}{ASSETS_FOLDER}/search.json",
        changes="",
        assets=assets.make_urls(f"{base}{ASSETS_FOLDER}/"),
        logo=panels.find_look("", panels.LOGOS, notes.files, base),
        stylesheet=panels.find_look("", panels.STYLESHEETS, notes.files, base),
    )
    return html.encode()


def _ensure_target(target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    if any(target.iterdir()) and not (target / ASSETS_FOLDER).is_dir():
        raise SiteError(f"{target} holds other files: name an empty folder for the site.")


def _write(target: Path, name: str, data: bytes) -> str:
    path = target / posixpath.normpath(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return name
