"""A test that leaves something open fails itself, and not a later one where the garbage is found.

A pytest plugin, registered by the root conftest.py. After the last fixture of a test has ended, and
if the test used sockets, files or processes at all, it collects the garbage and fails that test for

- what warns when it is found unclosed: sockets, transports, files, subprocesses, coroutines that
  nobody awaited (each a ResourceWarning or RuntimeWarning in a finalizer);
- tasks that still ran when the test's event loop was closed;
- tasks of which asyncio says afterwards that they were destroyed, or that nobody took their error.

A socket is named with the lines of ours that opened it. For files and processes, run the test
again with PYTHONTRACEMALLOC=20. Garbage is cheap to collect here because what was imported and
made before is frozen (`gc.freeze`), again at each new module.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import re
import sys
import traceback
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = tuple(f"{ROOT / folder}/" for folder in ("packages", "tests", "demo"))
USES_IO = frozenset({"socket.__new__", "subprocess.Popen", "open", "os.fork", "os.posix_spawn"})
FD = re.compile(r"fd=(\d+)")
# What asyncio logs about tasks in their finalizers; all else that it logs is not a leak.
OF_TASKS = ("Task was destroyed but it is pending", "exception was never retrieved")


def lines_of_ours(frame: FrameType | None, most: int = 4) -> list[str]:
    """The innermost lines of this repository on the way to `frame`, innermost first."""
    lines: list[str] = []
    while frame is not None and len(lines) < most:
        name = frame.f_code.co_filename
        if name.startswith(OURS):
            lines.append(f"{name.removeprefix(f'{ROOT}/')}:{frame.f_lineno}")
        frame = frame.f_back
    return lines


class OpenSockets:
    """Where each socket that still lives was made, by its file descriptor."""

    def __init__(self) -> None:
        self._made: list[tuple[weakref.ref[Any], list[str]]] = []

    def add(self, made: Any) -> None:
        """Remember who makes this socket; called before it has a descriptor."""
        with contextlib.suppress(TypeError):  # the C base class takes no weak references
            self._made.append((weakref.ref(made), lines_of_ours(sys._getframe(2))))

    def places(self) -> dict[str, list[str]]:
        """The lines that made them, by descriptor; forgets those that are gone."""
        self._made = [(ref, lines) for ref, lines in self._made if ref() is not None]
        found = {}
        for ref, lines in self._made:
            made = ref()
            if made is not None and made.fileno() >= 0:
                found[str(made.fileno())] = lines
        return found


class Leaks(logging.Handler):
    """What one worker's tests leave open. One instance a run."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.sockets = OpenSockets()
        self.used_io = False
        self.after_failure = False
        self.found: list[str] = []

    def audit(self, event: str, args: tuple[Any, ...]) -> None:
        """Hear of everything that Python opens (https://peps.python.org/pep-0578/)."""
        if event in USES_IO:
            self.used_io = True
            if event == "socket.__new__":
                self.sockets.add(args[0])

    def emit(self, record: logging.LogRecord) -> None:
        """Take what asyncio says of lost tasks."""
        text = record.getMessage()
        if any(words in text for words in OF_TASKS):
            why = record.exc_info[1] if record.exc_info else None
            self.found.append(f"{text} {why!r}" if why else text)

    def take_tasks(self, loop: asyncio.AbstractEventLoop) -> None:
        """Note the tasks that still run when their loop is about to be closed."""
        for task in asyncio.all_tasks(loop):
            stack = task.get_stack(limit=1)
            where = f" at {stack[0].f_code.co_filename}:{stack[0].f_lineno}" if stack else ""
            self.found.append(f"a task still ran: {task.get_coro()!r}{where}")

    def collect(self) -> list[str]:
        """Collect the garbage; what was found open in it, and the tasks noted before."""
        self.used_io = False
        places = self.sockets.places()
        unraisable = sys.unraisablehook
        sys.unraisablehook = lambda args: self.found.append(describe(args, places))
        try:
            gc.collect()
        finally:
            sys.unraisablehook = unraisable
        found, self.found = self.found, []
        return found


def describe(args: Any, places: dict[str, list[str]]) -> str:
    """A line on what a finalizer complained of, and the lines that opened it, where known."""
    text = str(args.exc_value or args.err_msg)
    if not isinstance(args.exc_value, Warning):
        text = "".join(traceback.format_exception(args.exc_value)) + repr(args.object)
    fd = FD.search(text)
    lines = places.get(fd.group(1), []) if fd else []
    return f"{text}, opened at {' < '.join(lines)}" if lines else text


class LeakPlugin:
    """The hooks of pytest around each test."""

    def __init__(self, leaks: Leaks) -> None:
        self.leaks = leaks

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        """Collect what a failed test before left: its traceback held on to it until now."""
        if self.leaks.after_failure:
            self.leaks.collect()
            self.leaks.after_failure = False
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> Any:
        """Fail the test when something is open after the last of its fixtures."""
        result = yield
        getattr(item, "funcargs", {}).clear()  # pytest holds on to the fixtures' values
        found = self.leaks.collect() if self.leaks.used_io or self.leaks.found else []
        if nextitem is None or nextitem.parent is not item.parent:
            gc.freeze()
        if found and not self.leaks.after_failure:
            what = "\n".join(f"- {line}" for line in found)
            pytest.fail(f"this test (or a fixture that ended with it) left open:\n{what}", False)
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember that a traceback may hold on to what the test had open."""
        self.leaks.after_failure |= report.failed

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self) -> None:
        """Set aside all that was imported."""
        gc.collect()
        gc.freeze()


@contextlib.contextmanager
def notice_tasks(leaks: Leaks) -> Iterator[None]:
    """While this lasts, an event loop that closes tells which tasks still ran."""
    cancel_all: Callable[[asyncio.AbstractEventLoop], None] = asyncio.runners._cancel_all_tasks  # type: ignore[attr-defined]

    def note_and_cancel(loop: asyncio.AbstractEventLoop) -> None:
        leaks.take_tasks(loop)
        cancel_all(loop)

    asyncio.runners._cancel_all_tasks = note_and_cancel  # type: ignore[attr-defined]
    try:
        yield
    finally:
        asyncio.runners._cancel_all_tasks = cancel_all  # type: ignore[attr-defined]


def watch(config: pytest.Config) -> None:
    """Hold every test of this run to it."""
    leaks = Leaks()
    sys.addaudithook(leaks.audit)
    logging.getLogger("asyncio").addHandler(leaks)
    stack = contextlib.ExitStack()
    stack.enter_context(notice_tasks(leaks))
    config.add_cleanup(stack.close)
    config.pluginmanager.register(LeakPlugin(leaks), "leaks")
