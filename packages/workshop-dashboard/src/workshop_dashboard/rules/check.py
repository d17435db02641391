"""What is wrong with a workshop's notes, with the file and the line."""

from __future__ import annotations

import html.parser
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workshop_dashboard.rules import actions, links, render, variables
from workshop_dashboard.rules.notes import Notes, Page, find_page, next_of, walk

if TYPE_CHECKING:
    import markdown_it.token


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend: the file below the notes' folder, the line from 1, and a sentence.

    `level` is `error` or, for what still works, `warning`.
    """

    file: str
    line: int
    level: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.level}: {self.message}"


def check_notes(notes: Notes) -> list[Problem]:
    """Return all problems of the notes, by file and line."""
    found = [*_modules(notes), *_files(notes), *_circles(notes), *_unreached(notes)]
    for page in notes.pages.values():
        found += [*_front_matter(page, notes), *_variables(page, notes), *_body(page, notes)]
        found += _liquid(page)
    return sorted(set(found))


def _modules(notes: Notes) -> Iterator[Problem]:
    for module in notes.workshop.modules:
        if not find_page(module, "", notes.pages):
            message = f"modules.activate names {module}, and there is no such page"
            yield Problem("workshop.yaml", 1, "error", message)


def _files(notes: Notes) -> Iterator[Problem]:
    for file in notes.ignored:
        message = "this program is never run: move what it says to workshop.yaml and modules.yaml"
        yield Problem(file, 1, "warning", message)
    for page in notes.pages.values():
        if page.file.endswith(".adoc"):
            message = "AsciiDoc is shown as plain text: convert the page to Markdown"
            yield Problem(page.file, 1, "warning", message)
    if not notes.order:
        yield Problem(".", 1, "error", "there is no page: write an index.md")


def _circles(notes: Notes) -> Iterator[Problem]:
    if notes.workshop.modules or not notes.order:
        return
    pages = notes.pages
    order, back_to = walk(notes.first, lambda name: next_of(pages[name], pages))
    if back_to:
        page = pages[order[-1]]
        message = f"NextPage leads back to {back_to}: the pages go in a circle"
        yield Problem(page.file, page.front.line("next_page"), "error", message)


def _unreached(notes: Notes) -> Iterator[Problem]:
    reached = set(notes.order)
    for page in notes.pages.values():
        targets = (links.find_target(href, page.name, notes) for _, href, _ in _hrefs(page, notes))
        reached |= {target.path for target in targets if target.kind == "page"}
    for name, page in notes.pages.items():
        if name not in reached:
            yield Problem(page.file, 1, "warning", "no page leads here")


def _front_matter(page: Page, notes: Notes) -> Iterator[Problem]:
    for field, key in (("next_page", "NextPage"), ("prev_page", "PrevPage")):
        target = getattr(page.front, field)
        if target and not find_page(target, page.name, notes.pages):
            message = f"{key} names {target}, and there is no such page"
            yield Problem(page.file, page.front.line(field), "error", message)


LIQUID = re.compile(r"\{%-?\s*(if|unless|case|for|assign|capture|include|comment)\b")


def _liquid(page: Page) -> Iterator[Problem]:
    for number, line in enumerate(page.body.splitlines()):
        if LIQUID.search(line):
            message = "Liquid tags are shown as they are: only variables are filled in"
            yield Problem(page.file, page.first_line + number, "warning", message)


def _variables(page: Page, notes: Notes) -> Iterator[Problem]:
    for line, name in variables.unknown_names(page.body, notes.values):
        message = f"no variable {name}: define it under `vars` in workshop.yaml"
        yield Problem(page.file, page.first_line + line - 1, "error", message)


def _body(page: Page, notes: Notes) -> Iterator[Problem]:
    for line, href, alt in _hrefs(page, notes):
        target = links.find_target(href, page.name, notes)
        if target.kind == "missing":
            message = f"the link to {href} leads nowhere"
            yield Problem(page.file, line, "error", message)
        elif target.kind in ("page", "anchor") and target.fragment:
            goal = notes.pages[target.path or page.name]
            if target.fragment not in _anchors(goal, notes):
                message = f"the link to {href} names a heading that is not there"
                yield Problem(page.file, line, "error", message)
        if alt is not None and not alt.strip():
            message = f"the image {href} has no text for people who cannot see it"
            yield Problem(page.file, line, "warning", message)
    for token in _tokens(page, notes):
        if token.type == "fence":
            yield from _fence(page, token)


def _fence(page: Page, token: markdown_it.token.Token) -> Iterator[Problem]:
    action = actions.find_action(token.info, token.content)
    line = page.first_line + (token.map or [0])[0]
    if action and action.note:
        yield Problem(page.file, line, "error", action.note)
    unknown = actions.unknown_action(token.info)
    if unknown:
        message = f"`{unknown}` is no action we know: the block will be plain code"
        yield Problem(page.file, line, "warning", message)


def _tokens(page: Page, notes: Notes) -> list[markdown_it.token.Token]:
    if page.file.endswith(".adoc"):
        return []
    return render.parse(variables.fill(page.body, notes.values))


def _anchors(page: Page, notes: Notes) -> set[str]:
    found = set()
    for token in _tokens(page, notes):
        found.add(str(token.attrGet("id") or ""))
        for part in (token, *(token.children or ())):
            if part.type in ("html_block", "html_inline"):
                found |= set(re.findall(r"""\b(?:id|name)=["']?([\w\-]+)""", part.content))
    return found


def _hrefs(page: Page, notes: Notes) -> Iterator[tuple[int, str, str | None]]:
    """Yield (line, address, text of an image or None) for each link and image of a page."""
    lines = page.body.splitlines()
    for token in _tokens(page, notes):
        first, last = token.map or (0, len(lines))
        for part in (token, *(token.children or ())):
            for href, alt in _part_hrefs(part):
                inside = (n for n in range(first, min(last, len(lines))) if href in lines[n])
                yield page.first_line + next(inside, first), href, alt


def _part_hrefs(token: markdown_it.token.Token) -> Iterator[tuple[str, str | None]]:
    if token.type == "link_open":
        yield str(token.attrGet("href")), None
    elif token.type == "image":
        yield str(token.attrGet("src")), token.content
    elif token.type in ("html_block", "html_inline"):
        collector = _Collector()
        collector.feed(token.content)
        yield from collector.found


class _Collector(html.parser.HTMLParser):
    """Gathers the addresses of raw HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.found.append((str(given["href"]), None))
        if tag == "img" and given.get("src"):
            self.found.append((str(given["src"]), given.get("alt") or ""))
