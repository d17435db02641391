"""Slides: an `index.html` for reveal.js, or a `slides.md`, as a deck that a page of ours can show.

Its text is trusted no more than that of the notes: what could act is taken out, and the script that
turns the slides is ours. Slides in Markdown become HTML here, so that the browser needs no other.
"""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from workshop_dashboard.rules import render

TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
THEME = re.compile(r"theme/([\w-]+)\.css")
# The other themes of reveal.js are dark.
LIGHT_THEMES = frozenset(
    {"white", "white-contrast", "beige", "sky", "serif", "simple", "solarized"}
)
SLIDES = re.compile(
    r"<div\b[^>]*\bclass=[\"'][^\"']*\bslides\b[^\"']*[\"'][^>]*>(.*?)(?:</body>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
MARKDOWN = re.compile(
    r"<section\b(?P<words>[^>]*\bdata-markdown\b[^>]*)>(?P<text>.*?)</section>",
    re.IGNORECASE | re.DOTALL,
)
MARKDOWN_FILE = re.compile(r"\bdata-markdown=[\"']([^\"']+)[\"']")
TEMPLATE = re.compile(
    r"<(?P<tag>script|textarea)\b[^>]*>(?P<text>.*?)</(?P=tag)>", re.IGNORECASE | re.DOTALL
)
NOTES = re.compile(r"^Notes?:", re.MULTILINE)
NEXT, BELOW = "---", "--"
# A frame behind a slide would load a page of its own.
REFUSED = frozenset({"data-background-iframe", "data-preview-link", "data-iframe"})


@dataclass(frozen=True)
class Deck:
    """Slides as the page shows them: `html` is safe, a row of `<section>`."""

    title: str
    is_dark: bool
    html: str


def read_deck(text: str, read: Callable[[str], str | None]) -> Deck:
    """Read an `index.html` for reveal.js; `read` gives the text of a file beside it."""
    title, theme, found = TITLE.search(text), THEME.search(text), SLIDES.search(text)
    filled = MARKDOWN.sub(lambda match: _fill_section(match, read), found[1] if found else text)
    return Deck(
        html.unescape(title[1]).strip() if title else "Slides",
        is_dark=theme is None or theme[1] not in LIGHT_THEMES,
        html=sanitise(filled),
    )


def read_markdown_deck(text: str) -> Deck:
    """Read a `slides.md`: a line `---` begins the next slide, `--` one below."""
    heading = re.search(r"^#\s+(.+)$", text, re.MULTILINE)
    title = heading[1].strip() if heading else "Slides"
    return Deck(title, is_dark=False, html=sanitise(render_slides(text)))


def render_slides(text: str) -> str:
    """Return the slides of a text in Markdown, each a `<section>`; what is below is nested."""
    columns = [_split(column, BELOW) for column in _split(text, NEXT)]
    return "\n".join(
        _render_slide(column[0])
        if len(column) == 1
        else f"<section>{''.join(map(_render_slide, column))}</section>"
        for column in columns
    )


def sanitise(unsafe: str) -> str:
    """Keep of a deck what the allow-list of the notes knows, and what reveal.js reads."""
    import nh3

    return nh3.clean(
        unsafe,
        tags=set(render.TAGS),
        attributes={**render.ATTRIBUTES, "*": {*render.ATTRIBUTES["*"], "style"}},
        attribute_filter=lambda _tag, name, value: None if name in REFUSED else value,
        generic_attribute_prefixes={"data-"},
        set_tag_attribute_values=render.FORCED,
        clean_content_tags={"script", "style"},
        url_schemes=render.SCHEMES,
        link_rel="noopener noreferrer",
    )


def _fill_section(match: re.Match[str], read: Callable[[str], str | None]) -> str:
    """Return a section whose slides are written in Markdown, here or in a file beside."""
    if file := MARKDOWN_FILE.search(match["words"]):
        given = read(html.unescape(file[1])) or ""
        return render_slides(given)
    template = TEMPLATE.search(match["text"])
    text = template["text"] if template else match["text"]
    if not template or template["tag"].lower() == "textarea":
        text = html.unescape(text)
    slides = render_slides(textwrap.dedent(text.strip("\n")))
    return (
        slides
        if slides.count("<section>") > 1
        else slides.replace("<section>", f"<section{match['words']}>", 1)
    )


def _render_slide(text: str) -> str:
    said, *notes = NOTES.split(text, maxsplit=1)
    aside = f'<aside class="notes">{render.render_markdown(notes[0])}</aside>' if notes else ""
    return f"<section>{render.render_markdown(said)}{aside}</section>"


def _split(text: str, mark: str) -> list[str]:
    """Split at the lines that are the mark, but not within a block of code."""
    parts: list[list[str]] = [[]]
    fence = ""
    for line in text.splitlines():
        start = re.match(r"\s*(`{3,}|~{3,})", line)
        if start and not fence:
            fence = start[1]
        elif fence and line.strip() == fence:
            fence = ""
        if not fence and line.strip() == mark:
            parts.append([])
        else:
            parts[-1].append(line)
    return ["\n".join(part) for part in parts]
