"""Files that an author gives, as answers of our server: shown as they are, or saved, never run."""

from __future__ import annotations

import asyncio
import mimetypes
import urllib.parse
from pathlib import Path

from tornado import web

MAX_FILE_BYTES = 256 * 1024 * 1024
CHUNK_BYTES = 256 * 1024
# What a browser may show as it is; any other file is saved. None of these can run a script
# under the policy that goes with them.
SHOWN = ("image/", "video/", "audio/", "text/plain", "application/pdf")
# What a page of a trusted author loads besides.
ACTING = ("text/css", "text/javascript", "application/javascript", "font/", "text/html")
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


async def send_file(
    handler: web.RequestHandler, path: Path, name: str, *, acts: bool = False
) -> None:
    """Send a file piece by piece; `acts`: its author is trusted, and pages may load it.

    Raises 413 for one that is too large.
    """
    size = (await asyncio.to_thread(path.stat)).st_size
    if size > MAX_FILE_BYTES:
        raise web.HTTPError(413, f"{name} is too large to be sent.")
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    handler.set_header("Content-Type", media_type)
    handler.set_header("Content-Security-Policy", FILE_POLICY)
    handler.set_header("Cache-Control", "private, max-age=60")
    if not media_type.startswith((*SHOWN, *ACTING) if acts else SHOWN):
        quoted = urllib.parse.quote(path.name)
        handler.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{quoted}")
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            handler.write(chunk)
            await handler.flush()
