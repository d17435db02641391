"""What blocks of the notes do in the session itself: change a file, run a test of the examiner.

Only for the person whose session it is. Files are those of the home folder.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tornado import web

from jupyterhub_butterfly import extensions
from workshop_dashboard import examiner, file_moves
from workshop_dashboard.rules import edits, values

MAX_BODY = edits.MAX_TEXT
MOST_TESTS = 2  # at once
# Of tests whose results are counted: one with other arguments is another.
MOST_RESULTS = 1000
LONGEST_NAME = 100


@dataclass
class SessionContext:
    """What the handlers need to know: where the session's files and its tests are.

    `selections` are what blocks have selected in files, for the block that replaces it. `results`
    is how each test has ended last, which `tell_tests` passes on to instructors.
    """

    home: Path
    tests: Path | None
    tell_tests: Callable[[int, int, str], None] = lambda _passed, _failed, _failing: None
    running: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_TESTS))
    selections: dict[Path, tuple[int, int]] = field(default_factory=dict)
    results: dict[str, bool] = field(default_factory=dict)

    def note_result(self, name: str, *, passed: bool) -> None:
        """Remember how a test has ended, and tell it."""
        self.results.pop(name, None)
        self.results[name] = passed
        while len(self.results) > MOST_RESULTS:
            del self.results[next(iter(self.results))]
        self.tell_tests(*examiner.count_results(self.results))


class SessionHandler(extensions.PageHandler):
    """What both have in common."""

    def initialize(self, session: SessionContext) -> None:
        """Take what `extension` has put together."""
        self.session = session

    def read_request(self) -> dict[str, Any]:
        """Return the request's JSON. Raises an error of HTTP for any other, and for strangers."""
        if self.is_guest:
            raise web.HTTPError(403, "Only the person whose session this is may do that.")
        try:
            given = json.loads(self.request.body[:MAX_BODY])
        except (ValueError, RecursionError) as error:
            raise web.HTTPError(400, "This is no JSON.") from error
        if not isinstance(given, dict):
            raise web.HTTPError(400, "This is no JSON object.")
        return given


class EditHandler(SessionHandler):
    """Carries out an edit and answers with the part of the file that it has changed."""

    async def post(self) -> None:
        """Edit the file."""
        given = self.read_request()
        details, text = given.get("details"), given.get("text", "")
        if not isinstance(details, dict) or not isinstance(text, str):
            raise web.HTTPError(400, "An edit has details and a text.")
        try:
            answer = await asyncio.to_thread(edit_file, self.session, details, text)
        except (edits.EditError, OSError, UnicodeDecodeError) as error:
            answer = {"success": False, "message": str(error)}
        self.finish(answer)


class TestHandler(SessionHandler):
    """Runs a test and answers whether the step was done."""

    async def post(self) -> None:
        """Run the test."""
        given = self.read_request()
        program = examiner.find_program(self.session.tests, str(given.get("name", "")))
        if program is None:
            raise web.HTTPError(404, "The workshop has no such test.")
        args = given.get("args")
        words = [str(word) for word in args] if isinstance(args, list) else []
        async with self.session.running:
            status, output = await asyncio.to_thread(
                examiner.run_program,
                program,
                words,
                values.public_environment(os.environ),
                self.session.home,
                _seconds(given.get("timeout")),
                json.dumps(given.get("form") or {}).encode(),
            )
        name = program.relative_to(self.session.tests or program.parent)
        self.session.note_result(" ".join([str(name), *words])[:LONGEST_NAME], passed=status == 0)
        self.finish({"success": status == 0, "message": output.strip()})


def edit_file(session: SessionContext, details: dict[str, Any], text: str) -> dict[str, Any]:
    """Carry out an edit on the disk; returns what the page shows. Raises `EditError`."""
    if details.get("command") in file_moves.MOVES:
        return {"success": True, "message": file_moves.move_file(session.home, details)}
    path = file_moves.find_inside(session.home, str(details.get("file", "")))
    if path.exists() and not path.is_file():  # to open a pipe would wait for its other end
        raise edits.EditError(f"{path.name} is no regular file: name a file with text.")
    before = _read_text(path) if path.is_file() else None
    edit = edits.apply_edit(details, text, before, session.selections.get(path, (0, 0)))
    if edit.text != before:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(edit.text.encode())
    session.selections[path] = edit.selection
    first, lines = edits.make_excerpt(edit)
    return {
        "success": True,
        "file": str(details.get("file", "")),
        "path": str(path.relative_to(session.home.resolve())),
        "range": edits.find_range(edit),
        "first": first,
        "lines": lines,
    }


def _read_text(path: Path) -> str:
    """Read a file as it is, ends of lines too. Raises `EditError` for one that is too large."""
    with path.open("rb") as file:
        data = file.read(edits.MAX_TEXT + 1)
    if len(data) > edits.MAX_TEXT:
        raise edits.EditError("The file is too large.")
    return data.decode()


def _seconds(given: object) -> float:
    try:
        seconds = float(str(given))
    except ValueError:
        return examiner.USUAL_SECONDS
    return seconds if 0 < seconds <= examiner.MAX_SECONDS else examiner.USUAL_SECONDS


def make_routes(session: SessionContext) -> tuple[extensions.Route, ...]:
    """Return the routes."""
    own: dict[str, Any] = {"session": session}
    return (
        extensions.Route(r"dashboard/edit", EditHandler, own),
        extensions.Route(r"dashboard/test", TestHandler, own),
    )
