"""What is in a page, as `check` needs it: links, anchors, blocks, HTML that is taken out."""

from __future__ import annotations

import html.parser
import re
from collections.abc import Iterator
from dataclasses import dataclass

from workshop_dashboard.rules import links, prepare, render
from workshop_dashboard.rules.notes import Notes, Page, is_asciidoc


@dataclass(frozen=True)
class Link:
    """A link or an image: the line of the page's body (from 1), the address, an image's text."""

    line: int
    href: str
    alt: str | None = None


@dataclass(frozen=True)
class Block:
    """A block of code: the line of the page's body (from 1), what names its action, its text."""

    line: int
    info: str
    text: str


@dataclass(frozen=True)
class Study:
    """What one page holds. `removed` are (line, words) of what nobody will see."""

    links: tuple[Link, ...]
    anchors: frozenset[str]
    blocks: tuple[Block, ...]
    removed: tuple[tuple[int, str], ...]


def study_page(page: Page, notes: Notes) -> Study:
    """Read the page as it will be rendered."""
    found = _Collector(is_trusted=notes.is_trusted)
    lines = page.body.splitlines()
    if is_asciidoc(page.file):
        if notes.convert is not None:
            found.feed(render.render_unsafe(page, notes))
        return _result(found, lines, [])
    blocks = []
    for token in render.parse(prepare.prepare_text(page, notes)):
        first = (token.map or [0])[0]
        if token.type == "fence":
            blocks.append(Block(_line(lines, first, token.info), token.info, token.content))
        for part in (token, *(token.children or ())):
            if part.type == "link_open":
                found.links.append((first, str(part.attrGet("href")), None))
            elif part.type == "image":
                found.links.append((first, str(part.attrGet("src")), part.content))
            elif part.type in ("html_block", "html_inline"):
                found.first = first
                found.feed(part.content)
            if part.attrGet("id"):
                found.anchors.add(str(part.attrGet("id")))
    return _result(found, lines, blocks)


def _result(found: _Collector, lines: list[str], blocks: list[Block]) -> Study:
    return Study(
        tuple(Link(_line(lines, first, href), href, alt) for first, href, alt in found.links),
        frozenset(found.anchors),
        (
            *blocks,
            *(Block(_line(lines, first, word), word, text) for first, word, text in found.blocks),
        ),
        tuple((_line(lines, first, raw), words) for first, raw, words in found.removed),
    )


def _line(lines: list[str], first: int, text: str) -> int:
    """Return the line (from 1) that holds `text`: from line `first` (from 0) on, or anywhere."""
    text = text.strip()
    wanted = (
        n for n in (*range(first, len(lines)), *range(min(first, len(lines)))) if text in lines[n]
    )
    return next(wanted, min(first, max(len(lines) - 1, 0))) + 1


class _Collector(html.parser.HTMLParser):
    """Gathers what there is in raw HTML; `first` is the line (from 0) that it begins in."""

    def __init__(self, *, is_trusted: bool) -> None:
        super().__init__()
        self._is_trusted = is_trusted
        self.first = 0
        self.links: list[tuple[int, str, str | None]] = []
        self.anchors: set[str] = set()
        self.blocks: list[tuple[int, str, str]] = []
        self.removed: list[tuple[int, str, str]] = []
        self._code: list[str] | None = None
        self._word = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[key] for key in ("id", "name") if given.get(key)}
        if tag == "a" and given.get("href"):
            self.links.append((self.first, given["href"], None))
        if tag == "img" and given.get("src"):
            self.links.append((self.first, given["src"], given.get("alt", "")))
        word = re.search(r"\blanguage-(\S+)", given.get("class", "")) if tag == "code" else None
        if word:
            self._code, self._word = [], word[1]
        if not self._is_trusted:
            self.removed += [(self.first, f"<{tag}", words) for words in _removed(tag, given)]

    def handle_data(self, data: str) -> None:
        if self._code is not None:
            self._code.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "code" and self._code is not None:
            self.blocks.append((self.first, self._word, "".join(self._code)))
            self._code = None


def _removed(tag: str, given: dict[str, str]) -> Iterator[str]:
    """Yield in words what of an element the sanitiser takes out, and a reader would miss."""
    if tag not in render.TAGS:
        yield f"the element <{tag}> is taken out"
        return
    known = render.ATTRIBUTES["*"] | render.ATTRIBUTES.get(tag, set())
    for name in given:
        if name not in known and not _is_harmless(tag, name):
            yield f"the attribute {name} of <{tag}> is taken out"
    for name in ("href", "src"):
        scheme = links.SCHEME.match(given.get(name, ""))
        if scheme and scheme[0] != "//" and scheme[0].rstrip(":").lower() not in render.SCHEMES:
            yield f"the address {given[name][:40]} is taken out"


def _is_harmless(tag: str, name: str) -> bool:
    """Tell whether nobody misses the attribute: marks for programs, widths of tables."""
    if name.startswith(("data-", "aria-", "xmlns")) or name == "role":
        return True
    if tag == "a" and name in ("rel", "target"):  # where a link opens, the page sees to
        return True
    sizes = ("style", "width", "border", "cellpadding", "cellspacing")
    return tag in ("col", "table", "td", "th", "tr") and name in sizes
