"""Which panels the page has and how much room each gets: `templates/dashboard.html` draws it."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from workshop_dashboard.rules import variables

# Name of a layout -> the share in percent of each terminal, from top to bottom.
LAYOUTS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {"default": (100,), "split": (60, 40), "split/2": (50, 25, 25), "lower": (70, 30), "none": ()}
)
SMALLEST_SHARE = 15
MOST_TABS = 12
# Keys of tabs that are the page's own.
RESERVED = frozenset({"terminals", "files"})
LOGOS = ("logo.svg", "logo.png")
STYLESHEETS = ("theme.css",)
# Variables in an address of a tab as Educates writes them: `$(ingress_domain)`.
PARENTHESES = re.compile(r"\$\(([A-Za-z][A-Za-z0-9_]*)\)")
LOOPBACK = re.compile(r"http://(?:localhost|127\.0\.0\.1):([0-9]{1,5})(/.*)?")


@dataclass(frozen=True)
class Terminal:
    """One terminal: the `name` of its session, its address and its share of the height in %."""

    name: str
    url: str
    share: int


@dataclass(frozen=True)
class Tab:
    """What the work area shows in a frame: its `key` in the page, its label and its address."""

    key: str
    label: str
    url: str


@dataclass(frozen=True)
class Panels:
    """The page's panels. `notes_share` is the width of the notes in %; 0 means no notes.

    `tabs` are those beside the terminals, in their order.
    """

    notes_share: int
    terminals: tuple[Terminal, ...]
    tabs: tuple[Tab, ...] = ()


def make_panels(
    layout: str, notes_share: int, prefix: str, tabs: Iterable[Tab] = (), *, has_notes: bool
) -> Panels:
    """Lay out the page for the server at `prefix`; `layout` is a key of `LAYOUTS`.

    The notes take the whole width where there are no terminals, none where there are no notes.
    Without terminals there are no tabs either.
    """
    shares = LAYOUTS[layout]
    terminals = tuple(
        Terminal(str(number), terminal_url(prefix, str(number)), share)
        for number, share in enumerate(shares, start=1)
    )
    width = min(max(notes_share, SMALLEST_SHARE), 100 - SMALLEST_SHARE)
    if not has_notes:
        return Panels(0, terminals, tuple(tabs))
    return Panels(width, terminals, tuple(tabs)) if terminals else Panels(100, ())


def make_tabs(
    prefix: str,
    console_url: str,
    own: Iterable[tuple[str, str]],
    values: Mapping[str, str],
    *,
    has_slides: bool = False,
) -> tuple[Tab, ...]:
    """Make the tabs beside the terminals: the console, if it is in the session, slides, own ones.

    `own` are pairs of a label and an address as `make_address` takes it; what it does not take is
    left out, and so is a second one of the same label; one named as a tab of the page gets another
    key, as no two elements have the same. A console elsewhere lets nobody frame it.
    """
    found = {"console": Tab("console", "Console", console_url)} if console_url[:1] == "/" else {}
    if has_slides:
        found["slides"] = Tab("slides", "Slides", f"{prefix}slides/")
    for label, text in own:
        url, key = make_address(fill_address(text, values), prefix), make_key(label)
        if key in RESERVED:
            key = f"own-{key}"
        if url and key and len(found) < MOST_TABS:
            found.setdefault(key, Tab(key, label, url))
    return tuple(found.values())


def find_look(given: str, usual: Iterable[str], files: Container[str], base: str) -> str:
    """Return the address of a workshop's logo or stylesheet; empty where it has none.

    `given` is a file of the notes or an address of the web; else the first of `usual` that is
    among the notes' `files`, which are below `base`.
    """
    name = given or next((name for name in usual if name in files), "")
    if name.startswith("https://"):
        return name
    return base + urllib.parse.quote(name) if name in files else ""


def make_key(label: str) -> str:
    """Return what an element is called by in the page: small letters, digits and hyphens."""
    return "-".join(re.findall(r"[a-z0-9]+", label.lower()))


def make_address(text: str, prefix: str) -> str:
    """Return where a tab leads: `text` is a port of the session, a path or an address of the web.

    Empty for anything else. A port is reached through the server's own proxy, and so is an
    address of the session's loopback, which a browser elsewhere cannot mean.
    """
    if local := LOOPBACK.fullmatch(text):
        return f"{prefix}proxy/{local[1]}{local[2] or '/'}"
    if re.fullmatch(r"[0-9]{1,5}", text):
        return f"{prefix}proxy/{text}/"
    return text if re.match(r"https?://\S+\Z|/(?!/)\S*\Z", text) else ""


def problem_with_tab(label: str, text: str) -> str | None:
    """Say what is wrong with a tab of the settings, or None."""
    if not make_key(label):
        return f"the tab {label!r} needs a name with letters or digits."
    if make_key(label) in RESERVED:
        return f"the tab {label!r} needs another name: the page has one of this name itself."
    if not make_address(text, "/") and not PARENTHESES.search(text):
        return (
            f"the tab {label!r} must lead to a port, a path or an address of the web, not {text!r}."
        )
    return None


def fill_address(text: str, values: Mapping[str, str]) -> str:
    """Put the values of variables into an address, also where they are written `$(name)`."""
    filled = PARENTHESES.sub(lambda match: values.get(match[1], match[0]), text)
    return variables.fill(filled, values).strip()


def terminal_url(prefix: str, name: str) -> str:
    """Return the address of the terminal session `name` below the server's prefix."""
    return f"{prefix}terminal/session/{name}"
