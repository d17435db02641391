"""`<prefix>files/...`: the files of the home, up and down, for the terminal's page and for people.

Behind the same gate as the terminal. `filepaths` decides, `storage` and `archives` do it on the
disk, in threads; here is HTTP. Bodies are never whole in memory.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any, NoReturn, TypeVar, cast

from tornado import http1connection, iostream, web

from jupyterhub_butterfly import __version__, base_handlers
from jupyterhub_butterfly.base_handlers import PageHandler
from jupyterhub_butterfly.rules import filepaths
from jupyterhub_butterfly.transfer import folderpage, storage

HOME = r"files/home/(.*)"

MOST_TRANSFERS = 8
THREADS = MOST_TRANSFERS + 4  # an archive keeps one until it is sent
PIECE = 256 * 1024
# A transfer on which nothing moves for so long is given up, and its place is free.
STALLED = 60.0
MOST_LISTED = 2000
DOWNLOAD_POLICY = "sandbox; default-src 'none'"

T = TypeVar("T")


class Files:
    """What all transfers of a server share: where, how large, how many at once."""

    def __init__(self, root: str, upload_bytes: int, download_bytes: int) -> None:
        self.root = os.path.realpath(root)
        self.upload_bytes = upload_bytes
        self.download_bytes = download_bytes
        self.open = bool(upload_bytes or download_bytes)
        self.moving = 0
        self._threads: concurrent.futures.ThreadPoolExecutor | None = None

    @property
    def limits(self) -> dict[str, int]:
        """What the scripts of pages are told."""
        return {"upload": self.upload_bytes, "download": self.download_bytes}

    async def run(self, work: Callable[..., T], *args: Any) -> T:
        """Do what blocks in a thread."""
        if self._threads is None:
            self._threads = concurrent.futures.ThreadPoolExecutor(THREADS, "files")
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)

    def enter(self) -> None:
        """Take one of the places for transfers. Raises 503 with a sentence when all are taken."""
        if self.moving >= MOST_TRANSFERS:
            raise web.HTTPError(
                503,
                f"{MOST_TRANSFERS} files are on their way already. Wait for one, then try again.",
            )
        self.moving += 1

    def leave(self) -> None:
        """Give the place back."""
        self.moving -= 1

    @contextlib.contextmanager
    def transfer(self) -> Iterator[None]:
        """Hold a place for as long as a download lasts."""
        self.enter()
        try:
            yield
        finally:
            self.leave()


def raise_web(error: OSError) -> NoReturn:
    """Turn trouble with the disk into an answer."""
    status, sentence = filepaths.explain(error)
    raise web.HTTPError(status, sentence) from error


class FilesHandler(PageHandler):
    """A request about a path below the home; scripts get errors as JSON."""

    parts: tuple[str, ...] = ()

    @property
    def files(self) -> Files:
        """What all transfers share."""
        return self.settings["files"]

    async def prepare(self) -> None:
        """Let in, and look at the path."""
        await super().prepare()
        if self._finished:
            return
        if not self.files.open:
            raise web.HTTPError(404, "Files are turned off here.")
        if not self.visitor.by_token and not filepaths.may_fetch(self.request.headers):
            raise web.HTTPError(403, "This file is asked for by another site's page.")
        try:
            self.parts = filepaths.split_path(self.path_args[0])
        except filepaths.BadPathError as error:
            raise web.HTTPError(400, str(error)) from error

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A page for people, a message for scripts."""
        if base_handlers.is_page_view(self.request.method or "", self.request.headers):
            super().write_error(status_code, **kwargs)
            return
        error = kwargs.get("exc_info", (None, None, None))[1]
        sentence = error.log_message if isinstance(error, web.HTTPError) else None
        self.finish({"message": (sentence or self._reason).replace("%%", "%")})

    def announce(self, name: str, kind: str) -> None:
        """Have the browser save what comes, whatever it is: never shown with our origin."""
        self.set_header("Content-Type", kind)
        self.set_header("Content-Disposition", filepaths.make_disposition(name))
        self.set_header("Content-Security-Policy", DOWNLOAD_POLICY)
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")

    async def send(self, data: bytes) -> None:
        """Send a piece and wait until it is gone. Raises `StreamClosedError`, `TimeoutError`."""
        self.write(data)
        await asyncio.wait_for(self.flush(), STALLED)

    def break_off(self) -> None:
        """Half an answer must not look like a whole one."""
        cast(http1connection.HTTP1Connection, self.request.connection).close()


@web.stream_request_body
class FilePage(FilesHandler):
    """`files/home/<path>`: GET lists a folder or downloads a file, PUT uploads one.

    PUT never replaces a file unless it says `If-Match: *`, or `If-Match` with the ETag that GET
    gave: 412 where the file is another by now.
    """

    etag = ""
    upload: storage.Upload | None = None
    refusal: web.HTTPError | None = None
    busy = False  # a thread is writing
    gone = False
    timer: asyncio.TimerHandle | None = None

    def set_default_headers(self) -> None:
        """A refusal may come before the body is read, which ends the connection: say so."""
        super().set_default_headers()
        self.set_header("Connection", "close")

    async def prepare(self) -> None:
        """Let in; for an upload, see whether it may begin."""
        await super().prepare()
        if not self._finished and self.request.method == "PUT":
            await self._begin()

    async def get(self, path: str) -> None:
        """List or download."""
        if not path or path.endswith("/"):
            await self._list()
        else:
            await self._download()

    head = get

    def compute_etag(self) -> str | None:
        """That of the file, and not of what has been written of it so far."""
        return self.etag or None

    async def _list(self) -> None:
        try:
            found = await self.files.run(
                storage.list_folder, self.files.root, self.parts, MOST_LISTED
            )
        except OSError as error:
            raise_web(error)
        entries, more = found
        if not base_handlers.is_page_view(self.request.method or "", self.request.headers):
            self.finish({"entries": [asdict(e) for e in entries], "more": more})
            return
        self.finish(
            folderpage.render_folder(
                self.prefix,
                self.parts,
                entries,
                more=more,
                config=self._config(),
                version=__version__,
            )
        )

    def _config(self) -> dict[str, Any]:
        token = self.xsrf_token.decode()
        return {"prefix": self.prefix, "xsrf": token, "files": self.files.limits}

    async def _download(self) -> None:
        try:
            handle, found = await self.files.run(storage.open_file, self.files.root, self.parts)
        except IsADirectoryError:
            self.redirect(f"{self.prefix}files/home/{filepaths.quote_path(self.parts)}/")
            return
        except OSError as error:
            raise_web(error)
        try:
            self.etag = storage.find_etag(found)
            await self._send_file(handle, found.st_size)
        finally:
            await asyncio.shield(self.files.run(os.close, handle))

    async def _send_file(self, handle: int, size: int) -> None:
        if no := filepaths.problem_with_size(
            size, self.files.download_bytes, "Downloading", "ButterflyApp.download_bytes"
        ):
            raise web.HTTPError(413, no)
        self.announce(self.parts[-1], "application/octet-stream")
        self.set_header("Content-Length", str(size))
        self.set_header("Etag", self.etag)
        if self.request.method == "HEAD":
            return
        with self.files.transfer():
            left = size
            while left:
                data = await self.files.run(os.read, handle, min(PIECE, left))
                if not data:  # it has become shorter
                    self.break_off()
                    return
                left -= len(data)
                try:
                    await self.send(data)
                except (iostream.StreamClosedError, TimeoutError):
                    self.break_off()
                    return

    # Uploads

    async def _begin(self) -> None:
        given = self.request.headers.get("Content-Length", "")
        length = int(given) if given.isdecimal() else 0
        if no := filepaths.problem_with_size(
            length, self.files.upload_bytes, "Uploading", "ButterflyApp.upload_bytes"
        ):
            raise web.HTTPError(413, no)
        connection = cast(http1connection.HTTP1Connection, self.request.connection)
        connection.set_max_body_size(self.files.upload_bytes)
        self._wait()
        try:
            await self._open(length)
        except web.HTTPError as refusal:
            self.refusal = (
                refusal  # told when the body is there: a browser that sends does not listen
            )

    async def _open(self, length: int) -> None:
        try:
            if not self.parts or self.path_args[0].endswith("/"):
                raise filepaths.BadPathError("A file needs a name.")
            filepaths.check_new_name(self.parts[-1])
        except filepaths.BadPathError as error:
            raise web.HTTPError(400, str(error)) from error
        given = self.request.headers.get("If-Match", "").strip()
        # A proxy that packs answers makes an etag a weak one.
        version = "" if given == "*" else given.removeprefix("W/").strip()
        if given not in {"", "*"} and not version:
            raise web.HTTPError(400, "If-Match names no version: give the ETag of the file, or *.")
        self.files.enter()
        try:
            free = await self.files.run(storage.find_free, self.files.root, self.parts[:-1])
            if no := filepaths.problem_with_space(length, free):
                raise web.HTTPError(507, no)
            upload = await self.files.run(
                lambda: storage.Upload(
                    self.files.root, self.parts, replace=bool(given), version=version
                )
            )
        except OSError as error:
            self.files.leave()
            raise_web(error)
        except BaseException:
            self.files.leave()
            raise
        self.upload = upload
        if self.gone:
            await self._abort()

    async def data_received(self, chunk: bytes) -> None:
        """Write a piece; the browser sends the next one when it is on the disk."""
        self._wait()
        if self.upload is None:
            return
        self.busy = True
        try:
            await self.files.run(self.upload.write, chunk)
        except OSError as error:
            status, sentence = filepaths.explain(error)
            self.refusal = web.HTTPError(status, sentence)
        self.busy = False
        if self.gone or self.refusal:
            await self._abort()

    async def put(self, path: str) -> None:
        """The whole file is there: give it its name, or say why not."""
        self._stop_waiting()
        if self.refusal is not None:
            raise self.refusal
        if self.upload is None:
            raise web.HTTPError(400, "Nothing was uploaded.")
        size = self.upload.received
        self.busy = True
        try:
            etag = await self.files.run(self.upload.commit)
        except OSError as error:
            raise_web(error)
        finally:
            self.busy = False
            await self._abort()
        self.set_status(201)
        self.set_header("Etag", etag)
        self.finish({"place": filepaths.format_path(self.parts), "size": size})

    async def _abort(self) -> None:
        upload, self.upload = self.upload, None
        self._stop_waiting()
        if upload is not None:
            self.files.leave()
            await self.files.run(upload.abort)

    def _wait(self) -> None:
        self._stop_waiting()
        self.timer = asyncio.get_running_loop().call_later(STALLED, self.break_off)

    def _stop_waiting(self) -> None:
        if self.timer is not None:
            self.timer.cancel()

    def on_connection_close(self) -> None:
        """The browser has gone in the middle: nothing stays."""
        self.gone = True
        self._stop_waiting()
        if not self.busy:
            self.ending = asyncio.ensure_future(self._abort())
