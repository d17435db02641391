"""How much of a program's output one turn of the event loop takes.

A large piece costs less for each MiB, but a key typed in another terminal waits for it, and
so does its echo. So pieces are small while somebody types elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable

LARGE = 64 * 1024
SMALL = 16 * 1024
# After a key, for so long somebody is taken to go on typing.
TYPING_SECONDS = 2.0


class Turns:
    """Knows where somebody typed last; terminals are told apart by any number of their own."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._typed_in = 0
        self._until = 0.0

    def record_key(self, terminal: int) -> None:
        """Take note of input."""
        self._typed_in = terminal
        self._until = self._clock() + TYPING_SECONDS

    def choose(self, terminal: int) -> int:
        """Return how many bytes of a terminal's output to take at once, at most."""
        elsewhere = self._typed_in != terminal and self._clock() < self._until
        return SMALL if elsewhere else LARGE
