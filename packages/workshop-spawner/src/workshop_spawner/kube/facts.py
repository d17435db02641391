"""What a cluster was asked once and says for as long as the hub runs."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

T = TypeVar("T")

MOST_IMAGES = 500


class Facts:
    """Answers of one cluster by name, and images looked up lately."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._images: dict[tuple[str, str], tuple[float, str]] = {}

    async def learn(self, name: str, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer to a question; asked by one at a time, and again only if it failed."""
        async with self._asking[name]:
            if name not in self._known:
                self._known[name] = await ask()
        return cast(T, self._known[name])

    def find_image(self, namespace: str, name: str, since: float) -> str | None:
        """The image that was looked up after `since`; None when there is none."""
        asked, image = self._images.get((namespace, name), (float("-inf"), ""))
        return image if asked > since else None

    def keep_image(self, namespace: str, name: str, image: str, now: float) -> None:
        """Remember what a name was found to stand for."""
        if len(self._images) >= MOST_IMAGES:
            self._images.clear()
        self._images[namespace, name] = now, image
