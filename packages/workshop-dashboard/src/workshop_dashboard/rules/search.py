"""What a reader can look for: the words of all pages, for `static/notes.js` to search in."""

from __future__ import annotations

import html
import re

from workshop_dashboard.rules import links, variables
from workshop_dashboard.rules.notes import Notes, Page

MAX_PAGE_CHARACTERS = 20_000
MAX_CHARACTERS = 4_000_000
# What stands for form and not for words, in Markdown, AsciiDoc, HTML and Liquid.
MARKS = re.compile(
    r"^\s*(?:`{3,}|~{3,}|-{4,}|={4,}|\|={3,}|\[[^\]\n]*\]\s*$|:[\w-]+:)[^\n]*$"
    r"|<[^>\n]{1,500}>|\{%[^%\n]*%\}|\{\{[<%/].*?[>%]\}\}|[*_`#|=]+",
    re.MULTILINE,
)


def make_index(notes: Notes, addresses: links.Addresses) -> list[dict[str, str]]:
    """Return title, address and words of each page of the walk, in its order."""
    room = MAX_CHARACTERS
    found = []
    for name in notes.order:
        page = notes.pages[name]
        words = words_of(page, notes)[:room]
        room -= len(words)
        title = variables.fill(page.title, notes.values)
        found.append({"title": title, "url": links.page_address(name, addresses), "text": words})
    return found


def words_of(page: Page, notes: Notes) -> str:
    """Return the page's text without its marks, on one line."""
    filled = variables.fill(page.body[:MAX_PAGE_CHARACTERS], notes.values)
    return " ".join(html.unescape(MARKS.sub(" ", filled)).split())
