"""Tells a page that its notes have changed, for authors who write while they look."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from workshop_dashboard import loader
from workshop_dashboard.rules import workshopfile

LOOK_SECONDS = 0.5
# A proxy between may end a request that says nothing for longer.
WAIT_SECONDS = 25.0


async def wait_for_change(
    source: loader.Loader,
    since: str,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> str:
    """Return the notes' version once it is another than `since`, or after `WAIT_SECONDS`."""
    version = await asyncio.to_thread(read_version, source)
    for _ in range(int(WAIT_SECONDS / LOOK_SECONDS)):
        if version != since:
            break
        await sleep(LOOK_SECONDS)
        version = await asyncio.to_thread(read_version, source)
    return version


def read_version(source: loader.Loader) -> str:
    """Return what changes with the notes; notes that cannot be read are a version too."""
    try:
        source.load()
    except (loader.LoaderError, workshopfile.WorkshopFileError) as error:
        return f"error {error}"
    return str(source.version)
