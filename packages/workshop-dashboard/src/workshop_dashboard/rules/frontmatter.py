"""What a page says about itself before its text begins: `Title`, `NextPage` and the like.

The keys are those that older workshop content uses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

OPENINGS = {"---": "---", "/*": "*/"}
KEYS = {
    "title": "title",
    "nextpage": "next_page",
    "prevpage": "prev_page",
    "exitsign": "exit_sign",
    "exitlink": "exit_link",
    "sort": "sort",
}


@dataclass(frozen=True)
class FrontMatter:
    """The keys of one page; an empty string stands for a key that is not there.

    `sort` is the number of `Sort:`, or None. `lines` tells in which line of the file (from 1)
    a key stands, by the name of the field.
    """

    title: str = ""
    next_page: str = ""
    prev_page: str = ""
    exit_sign: str = ""
    exit_link: str = ""
    sort: float | None = None
    lines: tuple[tuple[str, int], ...] = ()

    def line(self, field: str) -> int:
        """Return the line of the file that holds `field`, or 1."""
        return dict(self.lines).get(field, 1)


def split_front_matter(text: str) -> tuple[FrontMatter, str, int]:
    """Part a file into its front matter, its body, and the line (from 1) where the body begins.

    A block is opened by `---` and closed by `---`, or by `/*` and `*/`, at the very top. A block
    that is never closed is no block: the whole text is the body then.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    closing = OPENINGS.get(lines[0].strip()) if lines else None
    for number, line in enumerate(lines[1:] if closing else (), start=1):
        if line.strip() == closing:
            return _parse(lines[1:number]), "\n".join(lines[number + 1 :]), number + 2
    return FrontMatter(), "\n".join(lines), 1


def _parse(lines: list[str]) -> FrontMatter:
    found: dict[str, str] = {}
    places: list[tuple[str, int]] = []
    for number, line in enumerate(lines, start=2):
        key, colon, value = line.partition(":")
        field = KEYS.get(re.sub(r"[\s_\-]", "", key).lower())
        # What is indented belongs to the key above it, and not to the page.
        if colon and field and not line[0].isspace():
            found[field] = _unquote(value.strip())
            places.append((field, number))
    sort = found.pop("sort", "")
    return FrontMatter(**found, sort=_number(sort), lines=tuple(places))


def _unquote(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"-?\d{1,9}(\.\d{1,9})?", text) else None
