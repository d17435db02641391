"""Who a visitor is: a name nobody guesses, and whether what was typed lets them in."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

from workshop_spawner.model import naming

NAME_LIMIT = 80
CODE_LIMIT = 200


def make_visitor(key: bytes, visit: str, length: int = 10) -> str:
    """The name of the visitor of this visit: always the same for one visit, else unguessable.

    `visit` is the random text in the cookie that the login page set, `key` the hub's cookie secret;
    so two tabs that log in at the same instant are one visitor. An empty `visit` gets a fresh name.
    """
    if not visit:
        return naming.make_random(length)
    digest = int.from_bytes(hmac.new(key, b"visitor " + visit.encode(), hashlib.sha256).digest())
    digest, first = divmod(digest, len(naming.LETTERS))
    name = naming.LETTERS[first]
    while len(name) < max(length, 8):
        digest, next_one = divmod(digest, len(naming.ALPHABET))
        name += naming.ALPHABET[next_one]
    return name


def clean_code(text: str) -> str:
    """The access code in `text`: spaces around it do not count, nor how accents were typed."""
    return unicodedata.normalize("NFC", text).strip()


def is_right_code(expected: str, typed: str) -> bool:
    """Compare an access code in a time that tells neither its text nor its length."""
    pair = [hashlib.sha256(clean_code(text).encode()).digest() for text in (expected, typed)]
    return hmac.compare_digest(*pair)


def clean_name(typed: str) -> str:
    """The name as it is kept: without control characters and direction marks."""
    kept = "".join(c for c in typed if unicodedata.category(c)[0] != "C")
    return " ".join(kept.split())


def problem_with_name(typed: str, required: bool) -> str | None:
    """What is wrong with a typed name, as a sentence; None when nothing is."""
    name = clean_name(typed)
    if required and not name:
        return "Please type your name."
    if len(name) > NAME_LIMIT:
        return f"Please type a name of at most {NAME_LIMIT} characters."
    return None
