"""Who may log in, with which password and in which groups.

Passwords are kept as scrypt hashes only.

Pure state, no I/O: `server` owns one `People`; `parse_person` and `parse_people` read `--user` and
`--users FILE`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

_NAME = re.compile(r"[^:/%~\s][^:/%\s]*")
_SALT = 16
_COST = {"n": 2**10, "r": 8, "p": 1, "maxmem": 32 * 1024 * 1024}


class PersonError(ValueError):
    """A `--user` or a line of the users file that cannot be; the message says what to write."""


@dataclass(frozen=True, slots=True)
class Person:
    """One who may log in. The password is here only until it is hashed; it is not printed."""

    name: str
    password: str = field(repr=False)
    groups: tuple[str, ...] = ()


def parse_person(text: str) -> Person:
    """`alice:secret:students,teachers` as a Person.

    Raises `PersonError` with a sentence that never repeats the password.
    """
    name, _, rest = text.partition(":")
    password, _, groups = rest.partition(":")
    if not _NAME.fullmatch(name) or name in (".", ".."):
        raise PersonError(
            f"{name!r} cannot be a user's name: write NAME:PASSWORD or NAME:PASSWORD:GROUP,GROUP, "
            "the name without spaces, ':', '/' or '%'"
        )
    if not password:
        raise PersonError(f"user {name!r} has no password: write {name}:PASSWORD")
    named = tuple(group.strip() for group in groups.split(",") if group.strip())
    for group in named:
        if not _NAME.fullmatch(group):
            raise PersonError(f"user {name!r}: {group!r} cannot be the name of a group")
    return Person(name, password, named)


def parse_people(text: str) -> list[Person]:
    """A users file: one `NAME:PASSWORD[:GROUP,GROUP]` a line.

    Empty lines and lines that start with # are skipped.
    """
    people: dict[str, Person] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        try:
            person = parse_person(line)
        except PersonError as error:
            raise PersonError(f"line {number}: {error}") from None
        if person.name in people:
            raise PersonError(
                f"line {number}: user {person.name!r} is there twice; keep one line a user"
            )
        people[person.name] = person
    return list(people.values())


@dataclass(frozen=True, slots=True)
class _Hash:
    salt: bytes
    digest: bytes

    @classmethod
    def of(cls, password: str, salt: bytes | None = None) -> _Hash:
        salt = salt or secrets.token_bytes(_SALT)
        return cls(salt, hashlib.scrypt(password.encode(), salt=salt, **_COST))

    def matches(self, password: str) -> bool:
        return hmac.compare_digest(self.of(password, self.salt).digest, self.digest)


class People:
    """Those who may log in, by name."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        self._hashes: dict[str, _Hash] = {}
        self._nobody = _Hash.of(secrets.token_urlsafe())
        self.groups: dict[str, tuple[str, ...]] = {}
        for person in people:
            self.add(person)

    def add(self, person: Person) -> None:
        """Let a person log in, or give one who may a new password and new groups."""
        self._hashes[person.name] = _Hash.of(person.password)
        self.groups[person.name] = person.groups

    def remove(self, name: str) -> None:
        """Let a person log in no more."""
        self._hashes.pop(name, None)
        self.groups.pop(name, None)

    def __contains__(self, name: str) -> bool:
        return name in self._hashes

    def check(self, name: str, password: str) -> bool:
        """Whether the password is right.

        Takes some milliseconds, and as long for a name that nobody has: call it in a thread.
        """
        known = self._hashes.get(name)
        return (known or self._nobody).matches(password) and known is not None


@dataclass(slots=True)
class _Tries:
    failed: int = 0
    until: float = 0.0


class Throttle:
    """Slows down guessing: wrong passwords for a name make the next ones wait.

    After `free` of them, each further one doubles the wait.

    Times are in seconds of a clock that the caller reads. Keeps at most `size` names, the latest.
    """

    def __init__(self, free: int = 5, longest: float = 60.0, size: int = 4096) -> None:
        self.free, self.longest, self.size = free, longest, size
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def wait(self, name: str, now: float) -> float:
        """How many seconds this name must still wait before its next try."""
        tries = self._tries.get(name)
        return max(0.0, tries.until - now) if tries else 0.0

    def failed(self, name: str, now: float) -> None:
        """A wrong password was tried."""
        tries = self._tries.setdefault(name, _Tries())
        self._tries.move_to_end(name)
        if tries.until and now - tries.until > 10 * self.longest:
            tries.failed = 0
        tries.failed += 1
        over = tries.failed - self.free
        if over >= 0:
            tries.until = now + min(self.longest, 2.0 ** min(over, 16))
        while len(self._tries) > self.size:
            self._tries.popitem(last=False)

    def succeeded(self, name: str) -> None:
        """The right password was given."""
        self._tries.pop(name, None)
