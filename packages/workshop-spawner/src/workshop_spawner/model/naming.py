"""Names: from what a person is called to what a cluster accepts, without collisions."""

from __future__ import annotations

import hashlib
import re
import secrets

# No vowels (no words), nothing that looks like something else (0 o, 1 i l).
LETTERS = "bcdfghjkmnpqrstvwxz"
ALPHABET = LETTERS + "2456789"

# Longest DNS label, label value and namespace name (RFC 1123).
LABEL_LIMIT = 63

# Longest application name: with a slug, a suffix and a port it fits into 63 characters.
APPLICATION_LIMIT = 24

SLUG_LIMIT = 27
_HASH = 10

_DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_PLAIN = re.compile(r"[a-z0-9](-?[a-z0-9])*")
_UNSAFE = re.compile(r"[^a-z0-9]+")


def make_random(length: int = 10) -> str:
    """Make a name that nobody guesses: a letter, then letters and digits, none a look-alike.

    Ten characters are about 46 bits. Never fewer than eight.
    """
    if length < 8:
        raise ValueError("A name of fewer than 8 characters could be guessed.")
    return secrets.choice(LETTERS) + "".join(secrets.choice(ALPHABET) for _ in range(length - 1))


def make_suffix() -> str:
    """Make the few characters that tell a second name from one that was taken."""
    return "".join(secrets.choice(ALPHABET) for _ in range(4))


def is_dns_label(text: str) -> bool:
    """Whether the API accepts `text` as a namespace's name."""
    return len(text) <= LABEL_LIMIT and _DNS_LABEL.fullmatch(text) is not None


def make_slug(user: str, server: str = "", limit: int = SLUG_LIMIT) -> str:
    """Make the part of a name that stands for a user (and a named server).

    A short lower-case user name with no two hyphens in a row stands for itself; anything else
    gets `---` and a hash of the whole, which no name that stands for itself can contain. Two
    different (user, server) therefore never share a slug but by a collision of 40 bits of SHA-256.
    """
    if not server and len(user) <= limit and _PLAIN.fullmatch(user):
        return user
    digest = hashlib.sha256(b"\xff".join(part.encode() for part in (user, server))).hexdigest()
    readable = _UNSAFE.sub("-", f"{user}-{server}".lower())[: limit - _HASH - 3].strip("-")
    return f"{readable or 'x'}---{digest[:_HASH]}"


def make_application(namespace: str, release: str = "") -> str:
    """A name for the workshop of a hub that was given none: by what differs from hub to hub.

    `release` is what its deployment is called, if that is known.
    """
    known = [part for part in (namespace, release) if part not in ("", "default")]
    text = "-".join(dict.fromkeys(known)) or "workshop"
    needs_letter = not text[0].isalpha() or f"{text}-".startswith(
        ("kube-", "kubernetes-", "openshift")
    )
    head = "w-" if needs_letter else ""
    return head + make_slug(text, limit=APPLICATION_LIMIT - len(head))


def make_name(*parts: str) -> str:
    """Join parts with hyphens, empty ones left out; refuse what the API would refuse."""
    name = "-".join(part for part in parts if part)
    if not is_dns_label(name):
        raise ValueError(f"{name!r} is not a name for an object: 1-63 of a-z, 0-9 and inner '-'.")
    return name
