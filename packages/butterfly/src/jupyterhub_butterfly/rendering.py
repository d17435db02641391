"""The pages' HTML, from the files in `templates/`.

By tornado's templates, which are loaded already: Jinja2 would take 2 MiB of each session. All
values are escaped.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from tornado import template

FOLDER = Path(__file__).parent / "templates"
TOKENS = Path(__file__).parent / "static" / "tokens.css"


@functools.cache
def _load() -> template.Loader:
    return template.Loader(str(FOLDER), whitespace="all")


@functools.cache
def read_tokens() -> str:
    """Return the colours and type of all pages, for one that is to load nothing more."""
    return TOKENS.read_text("utf-8")


def prepare(name: str) -> None:
    """Compile a template: before a server's memory is trimmed, as that leaves some behind."""
    _load().load(name)


def render(name: str, **values: Any) -> str:
    """Render a template."""
    return _load().load(name).generate(**values).decode()
