"""The slides of a workshop on the disk, and reveal.js, which the wheel brings. It blocks."""

from __future__ import annotations

import importlib.resources
import re
from pathlib import Path

from workshop_dashboard.slides.rules import deck

MAX_DECK_BYTES = 4 * 1024 * 1024
FOLDER = "slides"
PAGES = ("index.html", "slides.md")
# Where decks for reveal.js look for it: the names of its releases from 3 to 5.
REVEAL = re.compile(r"(?:reveal\.js/)?(?:dist|js|css)/(reveal\.(?:js|css))")


def find_folder(given: str, notes: Path | None) -> Path | None:
    """Return the folder of the slides, None if there is none.

    `given` is that of the settings; `notes` the folder of the notes, which has it as `slides` or
    `workshop/slides`. None too where the package was built without reveal.js.
    """
    places = [Path(given).expanduser()] if given else []
    if notes is not None:
        places += [notes / FOLDER, notes / "workshop" / FOLDER]
    found = (place for place in places if has_deck(place))
    return next((place.resolve() for place in found if read_reveal("reveal.js")), None)


def has_deck(folder: Path) -> bool:
    """Tell whether a folder has slides."""
    return any((folder / page).is_file() for page in PAGES)


def find_file(folder: Path, name: str) -> Path | None:
    """Return the path of a file of the slides; None outside the folder, hidden or missing."""
    try:
        path = (folder / name).resolve()
    except ValueError:  # a NUL, or what is no text
        return None
    is_hidden = any(part.startswith(".") for part in Path(name).parts)
    return path if path.is_relative_to(folder) and path.is_file() and not is_hidden else None


def read_text(folder: Path, name: str) -> str | None:
    """Return the text of a file of the slides, None where it is missing or too large."""
    path = find_file(folder, name)
    if path is None or path.stat().st_size > MAX_DECK_BYTES:
        return None
    return path.read_text("utf-8", "replace")


def read_deck(folder: Path) -> deck.Deck | None:
    """Return the deck of the folder, None where it cannot be read."""
    if (page := read_text(folder, PAGES[0])) is not None:
        return deck.read_deck(page, lambda name: read_text(folder, name))
    text = read_text(folder, PAGES[1])
    return None if text is None else deck.read_markdown_deck(text)


def read_reveal(name: str) -> bytes | None:
    """Return a file of reveal.js, None where the package was built without it."""
    file = importlib.resources.files("workshop_dashboard") / "reveal" / name
    return file.read_bytes() if file.is_file() else None
