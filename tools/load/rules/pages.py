"""What the hub's pages say to whoever reads them: forms, places in the queue, errors."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

LONGEST_SENTENCE = 500
SILENT = frozenset({"script", "style", "nav", "head", "template"})
SPOKEN = frozenset({"h1", "p", "li"})
TICKET = re.compile(r'"ticket":\s*"([^"]+)"')
OWNER = re.compile(r"/(?:user|spawn-pending|spawn)/([^/?#]+)")


@dataclass(frozen=True)
class Form:
    """A form of a page: where it is sent, and the values of its fields."""

    action: str
    fields: tuple[tuple[str, str], ...]


class _Reader(HTMLParser):
    """Collects forms, links, and what a person reads."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, list[tuple[str, str]]]] = []
        self.links: list[str] = []
        self.said: list[str] = []
        self._silent = 0
        self._spoken = 0
        self._in_form = False
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, a field, a link; look where speech begins."""
        values = {name: value or "" for name, value in attrs}
        self._silent += tag in SILENT
        self._spoken += tag in SPOKEN
        if tag in SPOKEN:
            self.said.append("")
            self._hidden = "hidden" in values
        if tag == "form":
            self._in_form = True
            self.forms.append((values.get("action", ""), []))
        if tag == "input" and self._in_form and values.get("name"):
            self.forms[-1][1].append((values["name"], values.get("value", "")))
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])

    def handle_endtag(self, tag: str) -> None:
        """Look where a form and speech end."""
        self._in_form = self._in_form and tag != "form"
        self._silent = max(0, self._silent - (tag in SILENT))
        self._spoken = max(0, self._spoken - (tag in SPOKEN))

    def handle_data(self, data: str) -> None:
        """Keep what is said in headings and paragraphs."""
        if self._spoken and not self._silent and not self._hidden:
            self.said[-1] += data


def find_form(html: str, action: str = "") -> Form | None:
    """The first form whose action has `action` in it; None where the page has no such form."""
    reader = _Reader()
    reader.feed(html)
    found = (Form(where, tuple(fields)) for where, fields in reader.forms if action in where)
    return next(found, None)


def find_notes(html: str) -> tuple[str, ...]:
    """Addresses of the notes' pages that a page of the session links to, each once, in order."""
    reader = _Reader()
    reader.feed(html)
    return tuple(dict.fromkeys(link for link in reader.links if "/dashboard/page/" in link))


def find_ticket(text: str) -> str:
    """The ticket for websockets in a terminal's page; empty where there is none."""
    found = TICKET.search(unescape(text))
    return found[1] if found else ""


def find_user(url: str) -> str:
    """Whose session an address is about, as addresses have the name; empty if nobody's."""
    found = OWNER.search(urlsplit(url).path)
    return found[1] if found else ""


def find_owner(url: str) -> str:
    """Who answers an address: "session", or "hub" for all else."""
    return "session" if urlsplit(url).path.startswith("/user/") else "hub"


def read_sentence(text: str, content_type: str) -> str:
    """What a page, or an answer of an API, says to a person; at most 500 characters."""
    if "json" in content_type:
        return _read_json(text)[:LONGEST_SENTENCE]
    if "html" not in content_type:
        return " ".join(text.split())[:LONGEST_SENTENCE]
    reader = _Reader()
    reader.feed(text)
    lines = (" ".join(line.split()) for line in reader.said)
    return " ".join(line for line in lines if line)[:LONGEST_SENTENCE]


def _read_json(text: str) -> str:
    try:
        said = json.loads(text)
    except ValueError:
        return text
    return str(said.get("message", "")) if isinstance(said, dict) else str(said)


def is_sentence(text: str) -> bool:
    """Whether a person was told something in words, and not a trace or a bare code."""
    words = re.findall(r"[A-Za-z']{2,}", text)
    return len(words) >= 3 and "Traceback" not in text and not text.lstrip().startswith("{")


def parse_pause(header: str | None, usual: float, most: float) -> float:
    """Seconds of a Retry-After header; `usual` where it says nothing that can be read."""
    try:
        asked = float(header or "")
    except ValueError:
        asked = usual
    return usual if math.isnan(asked) else min(max(asked, 0.0), most)
