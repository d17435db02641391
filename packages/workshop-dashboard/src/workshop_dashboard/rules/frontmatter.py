"""What a page says about itself before its text begins: `Title`, `NextPage` and the like.

The keys are those that older workshop content uses, and those of Hugo that Educates uses.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

OPENINGS = {"---": "---", "/*": "*/", "+++": "+++"}
# What says that the value is in the indented lines below.
FOLDS = re.compile(r"[>|][-+]?$")
KEYS = {
    "title": "title",
    "nextpage": "next_page",
    "prevpage": "prev_page",
    "exitsign": "exit_sign",
    "exitlink": "exit_link",
    "sort": "sort",
    "weight": "sort",
    "draft": "draft",
}


@dataclass(frozen=True)
class FrontMatter:
    """The keys of one page; an empty string stands for a key that is not there.

    `sort` is the number of `Sort:` or `weight:`, or None; `draft` is true for a page that is not
    given yet. `lines` tells in which line of the file (from 1) a key stands, by the name of the
    field.
    """

    title: str = ""
    next_page: str = ""
    prev_page: str = ""
    exit_sign: str = ""
    exit_link: str = ""
    sort: float | None = None
    draft: bool = False
    lines: tuple[tuple[str, int], ...] = ()

    def line(self, field: str) -> int:
        """Return the line of the file that holds `field`, or 1."""
        return dict(self.lines).get(field, 1)


def split_front_matter(text: str) -> tuple[FrontMatter, str, int]:
    """Part a file into its front matter, its body, and the line (from 1) where the body begins.

    A block is opened and closed by `---` (YAML) or `+++` (TOML), or by `/*` and `*/`, at the very
    top; blank lines may stand before it. A block that is never closed is no block, nor is one
    below blank lines that has no key: the whole text is the body then.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    top = next((number for number, line in enumerate(lines) if line.strip()), 0)
    opening = lines[top].strip() if lines else ""
    closing = OPENINGS.get(opening)
    for number, line in enumerate(lines[top + 1 :] if closing else (), start=top + 1):
        if line.strip() == closing:
            front = _parse(lines[top + 1 : number], "=" if opening == "+++" else ":", top + 2)
            if top and not front.lines:  # two rules with text between them
                break
            return front, "\n".join(lines[number + 1 :]), number + 2
    return FrontMatter(), "\n".join(lines), 1


def _parse(lines: list[str], mark: str, first: int) -> FrontMatter:
    found: dict[str, str] = {}
    places: list[tuple[str, int]] = []
    for number, line in enumerate(lines, start=first):
        if mark == "=" and line.startswith("["):
            break  # what follows belongs to a table of TOML
        key, separator, value = line.partition(mark)
        field = KEYS.get(re.sub(r"[\s_\-\"']", "", key).lower())
        # What is indented belongs to the key above it, and not to the page.
        if separator and field and not line[0].isspace():
            found[field] = _unquote(value.strip()) or _folded(lines[number - first + 1 :])
            places.append((field, number))
    sort, draft = found.pop("sort", ""), found.pop("draft", "")
    is_draft = draft.lower() == "true"
    return FrontMatter(**found, sort=_number(sort), draft=is_draft, lines=tuple(places))


def _folded(following: list[str]) -> str:
    """Return the indented lines below a key, as one line."""
    return " ".join(
        line.strip() for line in itertools.takewhile(lambda line: line[:1] == " ", following)
    )


def _unquote(value: str) -> str:
    quoted = re.match(r"""(?:'((?:[^']|'')*)'|"((?:[^"\\]|\\.)*)")\s*(?:#.*)?$""", value)
    if quoted:
        inside = quoted[1] if quoted[2] is None else re.sub(r"\\(.)", r"\1", quoted[2])
        return inside.replace("''", "'") if quoted[2] is None else inside
    return (
        value.removeprefix(">").removeprefix("|").lstrip("-+").strip()
        if FOLDS.match(value)
        else value
    )


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"-?\d{1,9}(\.\d{1,9})?", text) else None
