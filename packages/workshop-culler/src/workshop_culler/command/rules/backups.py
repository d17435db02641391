"""Dated files of a folder: how the next is called, and which old ones are to go."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime


def make_name(what: str, kind: str, now: datetime) -> str:
    """The name of a file of this moment, such as `users-20261130T210500Z.csv`."""
    return f"{what}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.{kind}"


def find_old(names: Iterable[str], what: str, kind: str, keep: int) -> list[str]:
    """The files beyond the latest `keep`; none that has not a name as `make_name` gives it."""
    ours = re.compile(rf"{re.escape(what)}-[0-9]{{8}}T[0-9]{{6}}Z\.{re.escape(kind)}")
    found = sorted((name for name in names if ours.fullmatch(name)), reverse=True)
    return found[keep:]
