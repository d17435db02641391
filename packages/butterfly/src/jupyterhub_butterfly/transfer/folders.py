"""Folders of the home: one as a zip file, and the one in which a session's shell is.

`archives` makes the file, in a thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import os

from tornado import iostream, web

from jupyterhub_butterfly.base_handlers import PageHandler
from jupyterhub_butterfly.rules import filepaths
from jupyterhub_butterfly.transfer import files

ARCHIVE = r"files/archive/(.*)"


class ArchivePage(files.FilesHandler):
    """`files/archive/<path>`: a folder as one zip file, made while it is sent."""

    async def get(self, path: str) -> None:
        """Send it."""
        from jupyterhub_butterfly.transfer import archives  # needed by few, and slow to import

        home, limit = self.files, self.files.download_bytes
        if no := filepaths.problem_with_size(
            0, limit, "Downloading", "ButterflyApp.download_bytes"
        ):
            raise web.HTTPError(413, no)
        try:
            await home.run(archives.measure, home.root, self.parts, limit)
        except OSError as error:
            files.raise_web(error)
        except archives.TooLargeError as error:
            raise web.HTTPError(413, str(error)) from error
        self.announce(f"{self.parts[-1] if self.parts else 'home'}.zip", "application/zip")
        with home.transfer():
            await self._pass_on(limit)

    async def _pass_on(self, limit: int) -> None:
        """Read from a pipe what a thread writes into it; the pipe bounds what waits."""
        from jupyterhub_butterfly.transfer import archives

        reading, writing = os.pipe()
        target = os.fdopen(writing, "wb")  # the thread closes it
        job = asyncio.ensure_future(
            self.files.run(archives.write_archive, self.files.root, self.parts, target, limit)
        )
        try:
            while data := await self.files.run(os.read, reading, files.PIECE):
                await self.send(data)
            await job
        except (OSError, TimeoutError, archives.TooLargeError, iostream.StreamClosedError):
            self.break_off()
        finally:
            os.close(reading)  # a thread that still writes then ends
            with contextlib.suppress(Exception, asyncio.CancelledError):
                await job


class SessionFolder(PageHandler):
    """`terminal/session/<name>/folder`: where its shell is, for what is dropped onto the page."""

    async def get(self, name: str) -> None:
        """Answer with the folder below the home; with the home itself for a shell elsewhere."""
        home: files.Files = self.settings["files"]
        session = self.settings["sessions"].get(name)
        folder = ""
        if session is not None and session.pid:
            with contextlib.suppress(OSError):
                where = os.readlink(f"/proc/{session.pid}/cwd")  # noqa: PTH115 - of /proc, at once
                folder = filepaths.find_below(home.root, where) or ""
        parts = filepaths.split_path(folder)
        self.finish({"folder": "/".join(parts), "place": filepaths.format_path(parts)})
