"""The blocks of commands and settings in a page of the documentation, as tests run them."""

from __future__ import annotations

import re
from pathlib import Path


def read_blocks(file: Path, kind: str) -> dict[str, list[str]]:
    """The blocks of a kind (`console`, `yaml`) of a page, by the heading that they stand below.

    A prompt (`$ `) at the beginning of a line is left out.
    """
    found: dict[str, list[str]] = {}
    heading, inside = "", False
    for line in file.read_text().splitlines():
        if line.startswith("```"):
            inside = line == f"```{kind}"
            if inside:
                found.setdefault(heading, []).append("")
        elif inside:
            found[heading][-1] += re.sub(r"^\$ ", "", line) + "\n"
        elif line.startswith("#"):
            heading = line.strip("# ")
    return found
