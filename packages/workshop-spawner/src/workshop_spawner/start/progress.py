"""What a start has to say to the person who waits for it: lines on the hub's progress page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

# The bar ends here until the server answers; JupyterHub itself goes to 100.
LAST = 90


class Progress:
    """The lines of one start; whoever follows late gets them all from the first."""

    def __init__(self, expected: int = 0) -> None:
        self.lines: list[dict[str, Any]] = []
        self.done = False
        self._expected = expected
        self._news = asyncio.Event()

    def expect(self, count: int) -> None:
        """Tell how many lines there will be, so that the bar moves evenly."""
        self._expected = count

    def add(self, message: str) -> None:
        """Add a line; the bar moves by one step of those expected, and ever less beyond them."""
        count = len(self.lines) + 1
        share = count / (max(self._expected, count) + 1)
        self.lines.append({"progress": int(LAST * share), "message": message})
        self._tell()

    def close(self) -> None:
        """Nothing more will be said."""
        self.done = True
        self._tell()

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def follow(self) -> AsyncIterator[dict[str, Any]]:
        """Yield all lines, old and new, until the progress is closed."""
        told = 0
        while True:
            news = self._news
            for line in self.lines[told:]:
                told += 1
                yield line
            if self.done and told == len(self.lines):
                return
            if news is self._news:
                await news.wait()


async def merge(*sources: AsyncIterator[dict[str, Any]]) -> AsyncIterator[dict[str, Any]]:
    """Yield what any of the sources yields, as it comes; end when all have ended.

    The bar never moves back, whichever source a line is from.
    """
    lines: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    async def drain(source: AsyncIterator[dict[str, Any]]) -> None:
        try:
            async for line in source:
                lines.put_nowait(line)
        finally:
            lines.put_nowait(None)

    tasks = [asyncio.ensure_future(drain(source)) for source in sources]
    reached, open_sources = 0, len(tasks)
    try:
        while open_sources:
            line = await lines.get()
            if line is None:
                open_sources -= 1
                continue
            reached = max(reached, line.get("progress", 0))
            yield {**line, "progress": reached} if "progress" in line else line
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
