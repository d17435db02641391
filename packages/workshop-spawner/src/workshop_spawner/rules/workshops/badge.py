"""A badge that other pages show, and the lines by which they do."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

LABEL = "workshop"
MOST_CHARACTERS = 40
# Of a character of 11px Verdana and the like, about; the text is fitted to it anyway.
_WIDTH = 6.6
_SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" \
aria-label="{label}: {title}"><title>{label}: {title}</title>\
<rect rx="4" width="{width}" height="20" fill="#10151c"/>\
<path d="M{left} 0h{right_less}a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4h-{right_less}z" fill="#0b57b0"/>\
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">\
<text x="8" y="14" textLength="{label_length}">{label}</text>\
<text x="{text_at}" y="14" textLength="{title_length}">{title}</text></g></svg>
"""


def render_badge(title: str) -> str:
    """The badge of a workshop as an SVG that runs and loads nothing."""
    shown = title if len(title) <= MOST_CHARACTERS else f"{title[: MOST_CHARACTERS - 1]}…"
    label_length, title_length = (max(1, round(len(text) * _WIDTH)) for text in (LABEL, shown))
    left, right = label_length + 16, title_length + 16
    return _SVG.format(
        width=left + right,
        left=left,
        right_less=right - 4,
        label=LABEL,
        title=escape(shown),
        label_length=label_length,
        title_length=title_length,
        text_at=left + 8,
    )


@dataclass(frozen=True)
class Snippets:
    """What somebody copies into a page of theirs."""

    markdown: str
    html: str


def make_snippets(title: str, url: str) -> Snippets:
    """The lines that show a badge which leads to a workshop; `url` is that of its page."""
    alt = "".join(f"\\{c}" if c in "[]\\`*_<>!" else c for c in f"Start {title}")
    image = f"{url}/badge.svg"
    html = (
        f'<a href="{escape(url)}"><img src="{escape(image)}" alt="{escape(f"Start {title}")}"></a>'
    )
    return Snippets(f"[![{alt}]({image})]({url})", html)
