"""Ended programs whose terminal is gone: collects their statuses, kills what stays behind.

Called by `sessions`.
"""

from __future__ import annotations

import asyncio
import typing


class Child(typing.Protocol):
    """A program that was started: `ptys.Pty`."""

    def reap(self) -> bool:
        """Collect its status; tell whether it has ended."""

    def signal(self, number: int) -> None:
        """Signal it and what it runs."""


class Undertaker:
    """Collects exit statuses of programs whose terminal is gone, so that none stays a zombie."""

    waiting: typing.ClassVar[set[Child]] = set()

    @classmethod
    def bury(cls, pty: Child, delay: float = 0.01) -> None:
        """Wait for the end with growing pauses; kill what has closed its terminal but stays."""
        if pty.reap():
            cls.waiting.discard(pty)
            return
        cls.waiting.add(pty)
        if delay > 5:
            pty.signal(9)
        asyncio.get_running_loop().call_later(delay, cls.bury, pty, min(delay * 2, 10.0))
