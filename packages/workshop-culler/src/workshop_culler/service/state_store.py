"""What people asked for and must outlive a restart: extensions, hands, hints, a class and so on.

Kept in a small JSON file beside the hub's; with a cluster an extension is also written on the
session's project, and the later of the two holds. The only module that touches this file.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from workshop_culler.files import replace_file
from workshop_culler.rules import announcements, prestart, session_reports
from workshop_culler.rules.announcements import Announcement
from workshop_culler.rules.guidance import hints
from workshop_culler.rules.guidance.hints import Hint
from workshop_culler.rules.models import Server
from workshop_culler.rules.prestart import Prestart
from workshop_culler.rules.session_reports import RaisedHand
from workshop_culler.rules.times import render_time
from workshop_kube.rules.times import find_time

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SavedExtension:
    """One server, as started at a time, is not to end before `until`."""

    user: str
    server: str
    started: datetime | None
    until: datetime


@dataclass(frozen=True, slots=True)
class SavedHand:
    """Somebody in one server, as started at a time, wants help."""

    user: str
    server: str
    started: datetime | None
    hand: RaisedHand


@dataclass(frozen=True, slots=True)
class SavedHint:
    """What was said to one server, as started at a time."""

    user: str
    server: str
    started: datetime | None
    hint: Hint


class StateStore:
    """Extensions, raised hands, hints and the announcement, in memory and in one file."""

    def __init__(self, path: Path, log: logging.Logger) -> None:
        self.path = path
        self.log = log
        self.announcement: Announcement | None = None
        # The class that is prepared, and whose servers were ready once.
        self.prestart: Prestart | None = None
        self.prestart_done: frozenset[str] = frozenset()
        self._extensions: dict[Key, SavedExtension] = {}
        self._hands: dict[Key, SavedHand] = {}
        self._hints: dict[Key, SavedHint] = {}
        self._writing = asyncio.Lock()
        self._changes = self._written = 0

    def read(self) -> None:
        """Read the file; a missing one is empty, and so is a broken one, which is told."""
        try:
            model = json.loads(self.path.read_text())
            found = [_read_extension(entry) for entry in model["extensions"]]
            self._extensions = {(each.user, each.server): each for each in found if each}
            hands = [_read_saved_hand(entry) for entry in model.get("hands") or ()]
            self._hands = {(each.user, each.server): each for each in hands if each}
            given = [_read_saved_hint(entry) for entry in model.get("hints") or ()]
            self._hints = {(each.user, each.server): each for each in given if each}
            self.announcement = announcements.read_announcement(model.get("announcement"))
            if saved := prestart.read_saved(model.get("prestart")):
                self.prestart, self.prestart_done = saved
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            self.log.warning(
                "state_file: %s could not be read, starting again: %s", self.path, error
            )

    def check(self) -> None:
        """Say at start if nothing could be kept, and not when it is too late."""
        folder = self.path.absolute().parent
        if not os.access(self.path if self.path.exists() else folder, os.W_OK):
            self.log.warning("%s", _unwritten(self.path, "no permission, or no such folder"))

    def find_until(self, server: Server) -> datetime | None:
        """Until when this run of a server was extended; one restarted has no extension."""
        found = self._extensions.get(server.key)
        return found.until if found and found.started == server.started else None

    async def extend(self, server: Server, until: datetime, now: datetime) -> None:
        """Note an extension, and write it down before answering.

        Where it cannot be written it holds all the same, until a restart; the log says so.
        """
        entry = SavedExtension(server.user, server.name, server.started, until)
        self._extensions[server.key] = entry
        await self._write(now)

    @property
    def has_words(self) -> bool:
        """Whether a hand is raised, or a hint given, in some session."""
        return bool(self._hands or self._hints)

    def find_hand(self, server: Server) -> RaisedHand | None:
        """The hand raised in this run of a server; None if there is none."""
        found = self._hands.get(server.key)
        return found.hand if found and found.started == server.started else None

    async def raise_hand(self, server: Server, text: str, now: datetime) -> None:
        """Note a raised hand; other words for one that is raised leave its place in the row."""
        before = self.find_hand(server)
        hand = replace(before, text=text) if before else self._make_hand(text, now)
        if hand != before:
            self._hands[server.key] = SavedHand(server.user, server.name, server.started, hand)
            await self._write(now)

    def _make_hand(self, text: str, now: datetime) -> RaisedHand:
        number = max((each.hand.number for each in self._hands.values()), default=0) + 1
        return RaisedHand(text, now, number)

    async def lower_hand(self, server: Server, now: datetime) -> bool:
        """Forget a raised hand; False if there was none."""
        lowered = self._hands.pop(server.key, None) is not None
        if lowered:
            await self._write(now)
        return lowered

    def find_hint(self, server: Server) -> Hint | None:
        """The latest hint that was given to this run of a server; None if there is none."""
        found = self._hints.get(server.key)
        return found.hint if found and found.started == server.started else None

    async def give_hint(self, server: Server, text: str, author: str, now: datetime) -> Hint:
        """Note a hint, in the place of one before, and write it down before answering."""
        before = self._hints.get(server.key)
        hint = Hint(text, author, now, before.hint.number + 1 if before else 1)
        self._hints[server.key] = SavedHint(server.user, server.name, server.started, hint)
        await self._write(now)
        return hint

    async def take_back_hint(self, server: Server, now: datetime) -> None:
        """Forget the hint of a session; one that is not there is fine."""
        if self._hints.pop(server.key, None) is not None:
            await self._write(now)

    async def keep_words(
        self, sessions: Collection[tuple[Key, datetime | None]], now: datetime
    ) -> None:
        """Forget hands and hints of all but these sessions, each with the time it was started."""
        hands = {k: each for k, each in self._hands.items() if (k, each.started) in sessions}
        given = {k: each for k, each in self._hints.items() if (k, each.started) in sessions}
        if len(hands) + len(given) < len(self._hands) + len(self._hints):
            self._hands, self._hints = hands, given
            await self._write(now)

    async def announce(self, announcement: Announcement | None, now: datetime) -> None:
        """Note an announcement (None takes it back), and write it down before answering."""
        self.announcement = announcement
        await self._write(now)

    async def keep_prestart(
        self, asked: Prestart | None, done: frozenset[str], now: datetime
    ) -> None:
        """Note which class is prepared (None: none), and for whom that was done."""
        self.prestart, self.prestart_done = asked, done
        await self._write(now)

    async def _write(self, now: datetime) -> None:
        self._changes += 1
        mine = self._changes
        async with self._writing:
            # One write serves all who waited for the one before: a class is extended at once.
            if self._written < mine:
                latest, text = self._changes, self._render(now)
                try:
                    await asyncio.to_thread(replace_file, self.path, [text])
                except OSError as error:
                    self.log.error("%s", _unwritten(self.path, error))
                self._written = latest

    def _render(self, now: datetime) -> str:
        # What is over needs no line: the file stays as small as the class.
        self._extensions = {k: each for k, each in self._extensions.items() if each.until > now}
        model: dict[str, Any] = {
            "extensions": [_render_extension(each) for each in self._extensions.values()],
            "hints": [_render_saved_hint(each) for each in self._hints.values()],
            "hands": [_render_saved_hand(each) for each in self._hands.values()],
            "announcement": announcements.render_announcement(self.announcement, now),
        }
        if self.prestart and self.prestart.until > now:
            model["prestart"] = prestart.render_saved(self.prestart, self.prestart_done)
        return json.dumps(model, indent=1)


def _unwritten(path: Path, why: object) -> str:
    return (
        f"state_file: {path} cannot be written ({why}): extensions, raised hands, hints and the "
        "announcement hold until the next restart only. Set WorkshopCuller.state_file to a place "
        "that can be."
    )


def _render_extension(each: SavedExtension) -> dict[str, Any]:
    return {
        "user": each.user,
        "server": each.server,
        "started": each.started.isoformat() if each.started else None,
        "until": render_time(each.until),
    }


def _read_extension(entry: Mapping[str, Any]) -> SavedExtension | None:
    until = find_time(entry["until"])
    if until is None:
        return None
    return SavedExtension(entry["user"], entry["server"], find_time(entry["started"]), until)


def _render_saved_hand(each: SavedHand) -> dict[str, Any]:
    return {
        "user": each.user,
        "server": each.server,
        "started": each.started.isoformat() if each.started else None,
        **(session_reports.render_hand(each.hand) or {}),
    }


def _read_saved_hand(entry: Mapping[str, Any]) -> SavedHand | None:
    hand = session_reports.read_hand(entry)
    if hand is None:
        return None
    return SavedHand(entry["user"], entry["server"], find_time(entry["started"]), hand)


def _render_saved_hint(each: SavedHint) -> dict[str, Any]:
    return {
        "user": each.user,
        "server": each.server,
        "started": each.started.isoformat() if each.started else None,
        **(hints.render_hint(each.hint) or {}),
    }


def _read_saved_hint(entry: Mapping[str, Any]) -> SavedHint | None:
    hint = hints.read_hint(entry)
    if hint is None:
        return None
    return SavedHint(entry["user"], entry["server"], find_time(entry["started"]), hint)
