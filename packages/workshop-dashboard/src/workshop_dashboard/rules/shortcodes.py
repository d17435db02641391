"""Hugo's shortcodes in pages of Educates: `{{< param name >}}`, boxes, figures, pathways."""

from __future__ import annotations

import html
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from workshop_dashboard.rules.liquid import COPY_MARK

TAG = re.compile(
    r"\{\{(?P<open>[<%])\s*(?P<end>/)?\s*(?P<name>[A-Za-z][\w/.-]*)(?P<words>(?:\s[^{}]*?)?)"
    r"(?P<alone>/)?\s*[>%]\}\}"
)
# How a page shows a shortcode instead of using it.
QUOTED = re.compile(r"\{\{([<%])/\*\s*(.*?)\s*\*/([>%])\}\}", re.DOTALL)
BOXES: Mapping[str, str] = MappingProxyType(
    {"note": "Note", "warning": "Warning", "danger": "Danger", "tip": "Tip", "info": "Info"}
)
ALONE = frozenset({"param", "figure", "copy", "ref", "relref", "youtube", "vimeo"})
PAIRED = frozenset({*BOXES, "pathway", "highlight"})
WEB = {"youtube": "https://www.youtube.com/watch?v={}", "vimeo": "https://vimeo.com/{}"}
FENCE = re.compile(r"^\s*(`{3,}|~{3,})(.*)$")


@dataclass(frozen=True)
class Tag:
    """One tag as written: its name, what follows the name, and whether it closes another."""

    name: str
    closes: bool
    words: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str, place: int = 0) -> str:
        """Return the word called `name`, else the one at `place`, else an empty string."""
        return self.named.get(name) or (self.words[place] if place < len(self.words) else "")


def expand(text: str, values: Mapping[str, str]) -> str:
    """Put Markdown and HTML in place of the shortcodes; unknown ones are left out.

    `pathway_name` of `values` chooses among `pathway` sections.
    """
    kept = _drop_pathways(_disarm(text), values.get("pathway_name", ""))
    expanded = TAG.sub(lambda match: _expand_tag(match, kept, values), kept)
    return QUOTED.sub(r"{{\1 \2 \3}}", expanded)


def _disarm(text: str) -> str:
    """Make plain code of the blocks with an unknown shortcode, which stays to be seen."""
    lines = text.split("\n")
    for first in sorted({line for line, _ in spoilt_blocks(text)}):
        mark = FENCE.match(lines[first - 1])
        if mark:
            lines[first - 1] = (
                lines[first - 1].replace(mark[2], "text") if mark[2] else lines[first - 1]
            )
        for number in range(first, len(lines)):
            if mark and lines[number].strip().startswith(mark[1]):
                break
            lines[number] = TAG.sub(_quote, lines[number])
    return "\n".join(lines)


def _quote(match: re.Match[str]) -> str:
    known = match["name"] in ALONE | PAIRED
    inside = match[0][3:-3].strip()
    return match[0] if known else f"{match[0][:3]}/* {inside} */{match[0][-3:]}"


def unknown_tags(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line from 1, name) of each shortcode that is not known here."""
    for match in TAG.finditer(text):
        if match["name"] not in ALONE | PAIRED and not match["end"]:
            yield text.count("\n", 0, match.start()) + 1, match["name"]


def unknown_params(text: str, values: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Yield (line from 1, as written) of each `param` that has no value."""
    for match in TAG.finditer(text):
        if match["name"] == "param" and _read_tag(match).get("name") not in values:
            yield text.count("\n", 0, match.start()) + 1, match[0]


def spoilt_blocks(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line of the fence from 1, name) of each block of code with an unknown shortcode."""
    opening, start = "", 0
    wrong = dict(unknown_tags(text))
    for number, line in enumerate(text.splitlines(), start=1):
        fence = FENCE.match(line)
        if opening and number in wrong:
            yield start, wrong[number]
        if fence and (not opening or line.strip().startswith(opening)):
            opening, start = ("", 0) if opening else (fence[1], number)


def _read_tag(match: re.Match[str]) -> Tag:
    try:
        words = shlex.split(match["words"].replace("`", '"'))
    except ValueError:  # a quotation mark that is never closed
        words = match["words"].split()
    pairs = [word.partition("=") for word in words if re.match(r"[A-Za-z][\w-]*=", word)]
    alone = tuple(word for word in words if not re.match(r"[A-Za-z][\w-]*=", word))
    return Tag(match["name"], bool(match["end"]), alone, {key: value for key, _, value in pairs})


def _expand_tag(match: re.Match[str], text: str, values: Mapping[str, str]) -> str:
    tag = _read_tag(match)
    if tag.name in BOXES:
        return _box(tag, _indent(text, match.start()))
    if tag.name == "param":
        return " ".join(values.get(tag.get("name"), "").splitlines())
    draw = DRAWN.get(tag.name)
    return draw(tag) if draw and not tag.closes else _close(tag)


def _box(tag: Tag, indent: str) -> str:
    """Open or close a box on lines of their own, so that what is inside is read as Markdown."""
    if tag.closes:
        return f"\n\n{indent}</div>\n\n{indent}"
    title = html.escape(tag.get("title", 9) or BOXES[tag.name])
    shown = f'<div class="admonition {tag.name}"><p class="admonition-title">{title}</p>'
    return f"{shown}\n\n{indent}"


def _indent(text: str, place: int) -> str:
    """Return the blanks that begin the line of `place`: inside a list they belong to its item."""
    line = text[text.rfind("\n", 0, place) + 1 : place]
    return line if not line.strip() else ""


def _figure(tag: Tag) -> str:
    source = html.escape(tag.get("src"))
    caption = html.escape(tag.get("caption", 9) or tag.get("title", 9))
    alt = html.escape(tag.get("alt", 9)) or caption
    sizes = "".join(
        f' {key}="{html.escape(tag.named[key])}"' for key in ("width", "height") if key in tag.named
    )
    image = f'<img src="{source}" alt="{alt}"{sizes}>'
    link = html.escape(tag.get("link", 9))
    linked = f'<a href="{link}">{image}</a>' if link else image
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f"<figure>{linked}{below}</figure>"


def _film(tag: Tag) -> str:
    address = WEB[tag.name].format(tag.get("id"))
    return f"[{address}]({address})"


def _close(tag: Tag) -> str:
    return "\n```\n" if tag.name == "highlight" and tag.closes else ""


DRAWN: Mapping[str, Callable[[Tag], str]] = MappingProxyType(
    {
        "figure": _figure,
        "copy": lambda _tag: COPY_MARK,
        "ref": lambda tag: tag.get("path"),
        "relref": lambda tag: tag.get("path"),
        "youtube": _film,
        "vimeo": _film,
        "highlight": lambda tag: f"\n```{tag.get('lang')}\n",
    }
)


def _drop_pathways(text: str, chosen: str) -> str:
    """Leave out the `pathway` sections of other pathways."""
    parts: list[str] = []
    end, hidden_since = 0, -1
    for match in TAG.finditer(text):
        if match["name"] != "pathway":
            continue
        tag = _read_tag(match)
        if hidden_since < 0:
            parts.append(text[end : match.start()])
        if tag.closes:
            hidden_since = -1
        elif hidden_since < 0 and tag.get("name") != chosen:
            hidden_since = match.start()
        end = match.end()
    return "".join([*parts, text[end:] if hidden_since < 0 else ""])
