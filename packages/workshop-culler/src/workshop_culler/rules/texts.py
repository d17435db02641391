"""Text that people write, as it is shown to others: in one line, and nothing hidden in it."""

from __future__ import annotations

import unicodedata


def clean_line(text: str) -> str:
    """The text in one line, without control characters and marks that nobody sees.

    Those are Unicode's categories C*, among them the marks that turn the direction of text around,
    and surrogates, which no file takes.
    """
    spaced = (" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    return " ".join("".join(spaced).split())
