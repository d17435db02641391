"""The notes as a folder of HTML pages that any web server can give out.

Called by `app` for `workshop-notes build`. Running a command there is copying it.
"""

import posixpath
import shutil
from pathlib import Path

from workshop_dashboard import assets, library, links, notes, pages

ASSETS_FOLDER = "_workshop"


class SiteError(OSError):
    """The site cannot be written; the message says what to do."""


def build_site(source: library.Library, target: Path) -> list[str]:
    """Write the notes below `target` and return the names of the files written.

    `target` must not exist, be empty, or be a site that this function wrote: nothing else is
    overwritten. Raises `SiteError` otherwise.
    """
    book = source.load()
    _ensure_target(target)
    written = [_write(target, *page) for page in make_pages(book)]
    for asset in assets.read_assets().values():
        written.append(_write(target, f"{ASSETS_FOLDER}/{asset.name}", asset.data))
    for name in sorted(book.files):
        path = source.file(name)
        if path and name not in ("workshop.yaml", "modules.yaml", "config.js"):
            goal = target / name
            goal.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, goal)
            written.append(name)
    return written


def make_pages(book: notes.Notes) -> list[tuple[str, bytes]]:
    """Return (file name, HTML) of each page, and of `index.html` where no page has that name."""
    found = [(f"{name}.html", render_site_page(name, book)) for name in sorted(book.pages)]
    if book.first and "index" not in book.pages:
        found.append(("index.html", render_site_page(book.first, book, "index")))
    return found


def render_site_page(name: str, book: notes.Notes, place: str = "") -> bytes:
    """Return the page `name` as it stands in the site at `place` (its own name by default)."""
    base = "../" * (place or name).count("/")
    view = pages.make_view(name, book, links.Addresses(base, base, ".html"))
    html = pages.render_template(
        "site.html",
        view=view,
        title=book.title,
        problem="",
        assets=assets.make_urls(f"{base}{ASSETS_FOLDER}/"),
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
