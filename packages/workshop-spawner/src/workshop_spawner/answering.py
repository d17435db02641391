"""Wait until a session's server listens, as closely as one can ask without being told.

Called by spawner.py, before JupyterHub asks for the first time: JupyterHub's own pauses between
two questions grow to seconds.
"""

import asyncio
from urllib.parse import urlsplit

FIRST_PAUSE = 0.02
LONGEST_PAUSE = 0.25


async def wait_for(url: str, seconds: float) -> bool:
    """Wait until something listens at the URL's host and port; False when nothing did in time."""
    place = urlsplit(url)
    pause = FIRST_PAUSE
    try:
        async with asyncio.timeout(seconds):
            while not await _listens(place.hostname or "", place.port or 80):
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 1.5)
            return True
    except TimeoutError:
        return False


async def _listens(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True
