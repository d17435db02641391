"""Who may see a workshop, and who may start it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from workshop_spawner.model.workshop import Workshop

# The same for one that is not there and one that is not for this person, so that nobody learns
# what there is by trying.
NOT_HERE = "There is no such workshop here, or it is not open to you."


@dataclass(frozen=True)
class Person:
    """Who asks. `name` is the hub's; empty for somebody who has not logged in."""

    name: str = ""
    groups: frozenset[str] = frozenset()
    is_admin: bool = False


def is_open(workshop: Workshop, now: datetime) -> bool:
    """Whether it is within the time in which it is offered."""
    begun = workshop.visible_from is None or workshop.visible_from <= now
    return begun and (workshop.visible_until is None or now < workshop.visible_until)


def may_see(workshop: Workshop, person: Person, now: datetime) -> bool:
    """Whether somebody finds it in the catalogue; an admin of the hub finds all, to try them."""
    if person.is_admin:
        return True
    is_theirs = not workshop.groups or not person.groups.isdisjoint(workshop.groups)
    return is_theirs and is_open(workshop, now)


def list_visible(
    workshops: Mapping[str, Workshop], person: Person, now: datetime
) -> list[Workshop]:
    """The workshops that somebody finds, by title."""
    found = [one for one in workshops.values() if may_see(one, person, now)]
    return sorted(found, key=lambda one: (one.title.casefold(), one.name))


def problem_with_start(
    workshop: Workshop | None, person: Person, now: datetime, proof: str, key: bytes
) -> str | None:
    """Why somebody may not start a session of it, as a sentence; None where they may.

    `proof` is that they have typed the access code, see `make_proof`.
    """
    if workshop is None or not may_see(workshop, person, now):
        return NOT_HERE
    if not workshop.access_code:
        return None
    expected = make_proof(key, person.name, workshop)
    if hmac.compare_digest(expected.encode(), proof.encode("utf-8", "replace")):
        return None
    return f"{workshop.title} takes an access code. Start it from its page."


def make_proof(key: bytes, user: str, workshop: Workshop) -> str:
    """What shows that this user has typed the access code of a workshop, and is no secret itself.

    `key` is the hub's cookie secret. Another code, user or workshop is another proof.
    """
    parts = (user, workshop.name, workshop.access_code)
    text = b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in parts)
    return hmac.new(key, b"workshop access " + text, hashlib.sha256).hexdigest()
