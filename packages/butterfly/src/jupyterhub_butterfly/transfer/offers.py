"""Takes what the commands in the shells ask, and offers it to the people who look at that session.

A socket in a private folder, for our own account only. Nothing is downloaded or uploaded by being
asked for: the page shows an offer, and a person clicks. What a terminal prints never comes here.
"""

from __future__ import annotations

import asyncio
import collections
import json
import logging
import os
import pathlib
import socket
import stat
import struct
from dataclasses import astuple, dataclass
from typing import Any

from jupyterhub_butterfly.rules import filepaths
from jupyterhub_butterfly.terminal import sessions
from jupyterhub_butterfly.transfer import files

log = logging.getLogger(__name__)

LARGEST_QUESTION = 16 * 1024
SECONDS = 5.0
# Offers in a span of seconds: a loop in a shell must not fill anybody's page.
MOST, SPAN = 20, 10.0


class OfferRefusedError(Exception):
    """Not offered; the message is a sentence for the person in the shell."""


@dataclass(frozen=True)
class Question:
    """What a command asks: `path` is absolute."""

    ask: str
    session: str
    path: str


def parse_question(line: bytes) -> Question:
    """Parse a command's line. Raises `OfferRefusedError`."""
    try:
        found = json.loads(line)
        question = Question(found["ask"], found["session"], found["path"])
    except (ValueError, KeyError, TypeError) as error:
        raise OfferRefusedError("The question cannot be understood.") from error
    texts = all(isinstance(text, str) for text in astuple(question))
    if not texts or question.ask not in {"download", "upload"} or "\0" in question.path:
        raise OfferRefusedError("The question cannot be understood.")
    return question


def make_offer(
    question: Question, root: str, limits: tuple[int, int]
) -> tuple[dict[str, Any], str]:
    """Look at the path; returns the message for the page, and its place for people.

    `limits`: the largest upload and download in bytes. Raises `OfferRefusedError`. It blocks.
    """
    path = filepaths.find_below(root, os.path.realpath(question.path))
    if path is None:
        raise OfferRefusedError(f"Only what is in the home folder ({root}) can be offered.")
    parts = filepaths.split_path(path)
    try:
        found = pathlib.Path(root, *parts).lstat()
        path.encode()
    except OSError as error:
        raise OfferRefusedError(f"{question.path}: {error.strerror}") from error
    except UnicodeEncodeError as error:
        raise OfferRefusedError("The name is no valid text (UTF-8). Rename it first.") from error
    folder = stat.S_ISDIR(found.st_mode)
    upload = question.ask == "upload"
    _check(question, found, folder=folder, limit=limits[0] if upload else limits[1])
    place = filepaths.format_path(parts)
    message = {"cmd": "offer", "kind": question.ask, "path": path, "place": place}
    return message | {"folder": folder, "size": 0 if folder else found.st_size}, place


def _check(question: Question, found: os.stat_result, *, folder: bool, limit: int) -> None:
    upload = question.ask == "upload"
    what, setting = ("Uploading", "upload_bytes") if upload else ("Downloading", "download_bytes")
    size = 0 if folder else found.st_size
    if no := filepaths.problem_with_size(size, limit, what, f"ButterflyApp.{setting}"):
        raise OfferRefusedError(no)
    if upload and not folder:
        raise OfferRefusedError(f"{question.path} is no folder.")
    if not folder and not stat.S_ISREG(found.st_mode):
        raise OfferRefusedError(f"{question.path} is neither a file nor a folder.")


class OfferService:
    """Where the commands ask."""

    def __init__(self, path: pathlib.Path, home: files.Files, found: sessions.Sessions) -> None:
        self.path = path
        self.home = home
        self.sessions = found
        self._times: collections.deque[float] = collections.deque(maxlen=MOST)

    async def serve(self) -> None:
        """Answer until cancelled."""
        try:
            server = await asyncio.start_unix_server(
                self._answer, self.path, limit=LARGEST_QUESTION
            )
            self.path.chmod(0o600)
        except OSError as error:  # a path that is too long for a socket, for example
            log.warning("The shells' commands for files do not work: %s", error)
            return
        async with server:
            await server.serve_forever()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answer = await asyncio.wait_for(self._handle(reader, writer), SECONDS)
        except OfferRefusedError as refusal:
            answer = {"ok": False, "sentence": str(refusal)}
        except (OSError, TimeoutError, ValueError):
            answer = {"ok": False, "sentence": "The question did not come whole."}
        try:
            writer.write(json.dumps(answer).encode() + b"\n")
            await asyncio.wait_for(writer.drain(), SECONDS)
        except (OSError, TimeoutError):
            log.debug("A command did not wait for its answer")
        finally:
            writer.close()

    async def _handle(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> dict[str, Any]:
        if find_uid(writer.get_extra_info("socket")) not in {0, os.getuid()}:
            raise OfferRefusedError("This is the terminal of another account.")
        question = parse_question(await reader.readline())
        session = self.sessions.get(question.session)
        if session is None or not session.viewers:
            raise OfferRefusedError("Nobody looks at this terminal in a browser now.")
        self._slow_down(asyncio.get_running_loop().time())
        home = self.home
        limits = (home.upload_bytes, home.download_bytes)
        offer, place = await home.run(make_offer, question, home.root, limits)
        session.broadcast(offer)
        if question.ask == "upload":
            return {"ok": True, "sentence": f"Choose files for {place} in the browser."}
        return {"ok": True, "sentence": f"{place} is offered in the browser: click Download there."}

    def _slow_down(self, now: float) -> None:
        if len(self._times) == MOST and now - self._times[0] < SPAN:
            raise OfferRefusedError("Too many offers at once. Wait some seconds.")
        self._times.append(now)


def find_uid(one: socket.socket) -> int:
    """Return the account at the other end of a Unix socket, as the kernel says."""
    packed = one.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return struct.unpack("3i", packed)[1]
