"""The last of a session's output, by its position in the stream, to show again on re-attach.

A position is the number of bytes (of valid UTF-8) that the session has put out before it.
"""

from __future__ import annotations

import collections

from jupyterhub_butterfly.rules import escapes

# Brings either client back to an empty screen before a whole replay.
RESET = b"\x1bc"


class History:
    """At most `limit` bytes of the latest output."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.end = 0
        self._chunks: collections.deque[bytes] = collections.deque()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, data: bytes) -> None:
        """Record output; forget the oldest beyond the limit."""
        self._chunks.append(data)
        self.end += len(data)
        self._size += len(data)
        while self._chunks and self._size - len(self._chunks[0]) >= self.limit:
            self._size -= len(self._chunks.popleft())
        if len(self._chunks) > 64 and self._size < 2 * self.limit:
            self._chunks = collections.deque([b"".join(self._chunks)])

    def since(self, position: int) -> bytes | None:
        """Return the output from `position` on, or None when some of it is forgotten."""
        start = self.end - self._size
        if not start <= position <= self.end:
            return None
        return b"".join(self._chunks)[position - start :]

    def replay(self) -> bytes:
        """Return what to show on a page that shows nothing yet, from the start of a line.

        Sequences that a terminal would answer are left out: no program waits for the answers.
        """
        data = b"".join(self._chunks)
        if self._size > self.limit:
            data = data[-self.limit :]
        if self.end > len(data):  # cut: begin at a line, not within a sequence or a character
            newline = data.find(b"\n")
            data = data[newline + 1 :]
        return escapes.remove_questions(data)
