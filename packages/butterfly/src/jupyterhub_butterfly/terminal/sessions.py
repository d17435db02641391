"""Named terminal sessions: one shell each, any number of browsers, and what flows between.

`sockets` attaches browsers (as `Viewer`s) and passes on what they send; nothing here knows of HTTP.
A session outlives its browsers: the shell goes on, and a browser that comes back sees what it
missed.
"""

from __future__ import annotations

import asyncio
import collections
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from jupyterhub_butterfly.rules import escapes, history, sizes, text
from jupyterhub_butterfly.terminal import ptys
from jupyterhub_butterfly.terminal.reaper import Reaper

log = logging.getLogger(__name__)

# Sent to a browser and not yet gone from this process. Beyond the first, the program is held up;
# a browser that stays beyond it for STALLED seconds is let go, so that it cannot hold up others.
HIGH_WATER = 128 * 1024
LOW_WATER = 48 * 1024
STALLED = 15.0
# Pages whose position in the output is remembered, for coming back after a lost connection.
REMEMBERED_PAGES = 32
EARLY_INPUT = 64 * 1024  # bytes typed before the shell is there; input and opening race


class SessionLimitError(Exception):
    """There are as many sessions as allowed; the message is for the person."""


class Viewer(Protocol):
    """One browser's connection, as a session sees it."""

    page: str

    def send_output(self, data: bytes) -> asyncio.Future[None] | None:
        """Send output; the future is done when it has left this process, None when closed."""

    def send_control(self, message: dict[str, Any]) -> None:
        """Send a message beside the output."""

    def end(self, code: int, reason: str) -> None:
        """Close the connection."""


@dataclass(frozen=True)
class Policy:
    """What all sessions of a server have in common; from the application's traits."""

    argv: tuple[str, ...] = ("/bin/bash", "-i")
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str = "/"
    max_sessions: int = 20
    idle_seconds: float = 0.0
    history_bytes: int = 100_000
    resize: str = "last"
    allow_escapes: bool = False
    greet: Callable[[], bytes] = bytes  # what a new shell's terminal shows first


@dataclass
class OutputPosition:
    """How far a page has seen the output: `base + bytes received` is a position in the stream.

    `safe` is the number of bytes received from which on this holds (a replay is not raw output).
    """

    base: int
    safe: int


class TerminalSession:
    """One named shell."""

    def __init__(
        self,
        name: str,
        policy: Policy,
        reaper: Reaper,
        *,
        on_activity: Callable[[str], None] = lambda kind: None,
        on_end: Callable[[TerminalSession], None] = lambda session: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.policy = policy
        self.clock = clock
        self.last_used = clock()
        self.paused = False
        self.size = sizes.Size()
        self._on_activity = on_activity
        self._on_end = on_end
        self._reaper = reaper
        self._viewers: dict[Viewer, int] = {}  # bytes on their way to each
        self._stalled_since: dict[Viewer, float] = {}
        self._pauses: dict[Viewer, float] = {}  # viewers that asked for a pause, and when
        self._sizes: dict[str, sizes.Size] = {}
        self._last_active: str | None = None
        self._pty: ptys.Pty | None = None
        self._early = b""
        self.history = history.History(policy.history_bytes)
        self._filter = None if policy.allow_escapes else escapes.Filter()
        self._utf8 = text.Utf8()
        self._positions: collections.OrderedDict[str, OutputPosition] = collections.OrderedDict()

    @property
    def running(self) -> bool:
        """Whether a shell runs."""
        return self._pty is not None

    @property
    def viewers(self) -> int:
        """How many browsers look at it."""
        return len(self._viewers)

    @property
    def pid(self) -> int:
        """The shell's process, 0 without one."""
        return self._pty.pid if self._pty else 0

    # Browsers come and go

    def open(self) -> None:
        """Start the shell unless it runs. Raises `OSError` when it cannot be started."""
        if self._pty is not None:
            return
        pty = ptys.Pty(self._take_output, self._take_end)
        env = {**self.policy.env, "TERMINAL_SESSION": self.name}
        pty.start(list(self.policy.argv), env, self.policy.cwd, self.size)
        self._pty = pty
        self._take_output(self.policy.greet())
        early, self._early = self._early, b""
        if early:
            pty.write(early)
        log.info("Session %s: started %s, process %d", self.name, self.policy.argv[0], pty.pid)

    def attach(self, viewer: Viewer, received: int | None = None) -> None:
        """Add a browser and show it what it has not seen.

        `received`: how many bytes of output its page has had over earlier connections; None for a
        page that is empty.
        """
        self._viewers[viewer] = 0
        self.touch()
        missed = self._missed_by(viewer.page, received)
        if missed is None:
            lead, shown = history.RESET if received else b"", self.history.replay()
        else:
            lead, shown = b"", escapes.remove_questions(missed)
        self._remember(viewer.page, (received or 0) + len(lead), shown)
        for piece in text.split_message(lead + shown):
            self._send(viewer, piece)
        if shown and self._pty is not None:
            self._pty.repaint()

    def detach(self, viewer: Viewer) -> None:
        """Forget a browser; the shell goes on."""
        self._viewers.pop(viewer, None)
        self._pauses.pop(viewer, None)
        self._stalled_since.pop(viewer, None)
        self.touch()
        self._update_flow()

    def leave(self, page: str) -> None:
        """Forget the size of a page whose control socket closed."""
        if self._sizes.pop(page, None) is not None:
            self._apply_size()

    # What browsers send

    def write(self, viewer_page: str, data: bytes) -> None:
        """Pass on what somebody typed. Raises `ptys.InputFullError`."""
        if self._pty is None:
            # Comes by another socket than the request to open the shell, and may be faster.
            if len(self._early) + len(data) > EARLY_INPUT:
                raise ptys.InputFullError("the shell has not started")
            self._early += data
            return
        if not data:
            return
        self.touch()
        self._on_activity("input")
        if self._last_active != viewer_page:
            self._last_active = viewer_page
            self._apply_size()
        self._pty.write(data)

    def resize(self, page: str, size: sizes.Size) -> None:
        """Take note of a browser's size, and of the browser as the last one used."""
        self._sizes.pop(page, None)
        self._sizes[page] = size
        self._last_active = page
        self._apply_size()

    def pause(self, viewer: Viewer, paused: bool) -> None:
        """Let a browser that falls behind stop the flow for a while, and let it go on."""
        if paused and viewer in self._viewers:
            self._pauses[viewer] = self.clock()
        else:
            self._pauses.pop(viewer, None)
        self._update_flow()

    def broadcast(self, message: dict[str, Any]) -> None:
        """Tell all browsers something beside the output."""
        for viewer in list(self._viewers):
            viewer.send_control(message)

    def close(self, code: int, reason: str) -> None:
        """Hang up the shell and let its browsers go."""
        if self._pty is not None:
            self._pty.hang_up()
        for viewer in list(self._viewers):
            viewer.end(code, reason)

    def touch(self) -> None:
        """Take note that somebody uses this session."""
        self.last_used = self.clock()

    def drop_stalled(self) -> None:
        """Let go of browsers that have taken nothing for too long."""
        now = self.clock()
        waiting = [*self._stalled_since.items(), *self._pauses.items()]
        for viewer, since in waiting:
            if now - since > STALLED:
                log.info("Session %s: a browser takes no output, let go", self.name)
                self.detach(viewer)
                viewer.end(1013, "too slow")

    # The program's output

    def _take_output(self, data: bytes) -> None:
        if self._filter is not None:
            data = self._filter.feed(data)
        data = self._utf8.feed(data)
        if not data:
            return
        self.history.add(data)
        self._on_activity("output")
        for piece in text.split_message(data):
            for viewer in list(self._viewers):
                self._send(viewer, piece)

    def _take_end(self) -> None:
        pty, self._pty = self._pty, None
        self._early = b""
        if pty is None:
            return
        log.info("Session %s: process %d has ended", self.name, pty.pid)
        self._reaper.watch(pty.pid)
        for viewer in list(self._viewers):
            viewer.end(4000, "the shell has ended")
        self._on_end(self)

    def _send(self, viewer: Viewer, piece: bytes) -> None:
        sent = viewer.send_output(piece)
        if sent is None or sent.done():
            return
        self._viewers[viewer] += len(piece)
        sent.add_done_callback(lambda _: self._sent(viewer, len(piece)))
        if self._viewers[viewer] > HIGH_WATER:
            self._stalled_since.setdefault(viewer, self.clock())
            self._update_flow()

    def _sent(self, viewer: Viewer, count: int) -> None:
        if viewer not in self._viewers:
            return
        self._viewers[viewer] -= count
        if viewer in self._stalled_since:
            self._stalled_since[viewer] = self.clock()
            if self._viewers[viewer] < LOW_WATER:
                del self._stalled_since[viewer]
                self._update_flow()

    def _update_flow(self) -> None:
        paused = bool(self._stalled_since or self._pauses)
        if paused == self.paused:
            return
        self.paused = paused
        if self._pty is not None:
            (self._pty.pause if paused else self._pty.resume)()

    # Sizes and places

    def _apply_size(self) -> None:
        size = sizes.choose_size(self._sizes, self.policy.resize, self._last_active)
        if size is None or size == self.size:
            return
        self.size = size
        if self._pty is not None:
            self._pty.resize(size)
        self.broadcast({"cmd": "size", "cols": size.cols, "rows": size.rows})

    def _missed_by(self, page: str, received: int | None) -> bytes | None:
        position = self._positions.get(page)
        if position is None or received is None or received < position.safe:
            return None
        return self.history.since(position.base + received)

    def _remember(self, page: str, received: int, shown: bytes) -> None:
        """Note where a page is that has `received` bytes and is now sent `shown`, up to the end."""
        seen = received + len(shown)
        # Shown as it was put out: each byte of it has its position. Else only the end has one.
        exact = self.history.since(self.history.end - len(shown)) == shown
        self._positions[page] = OutputPosition(self.history.end - seen, received if exact else seen)
        self._positions.move_to_end(page)
        while len(self._positions) > REMEMBERED_PAGES:
            self._positions.popitem(last=False)


class Sessions:
    """All sessions of this server, by name."""

    def __init__(
        self,
        policy: Policy,
        *,
        on_activity: Callable[[str], None] = lambda kind: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.policy = policy
        self.clock = clock
        self.reaper = Reaper()
        self._on_activity = on_activity
        self._by_name: dict[str, TerminalSession] = {}

    def __iter__(self) -> Iterator[TerminalSession]:
        return iter(list(self._by_name.values()))

    def __len__(self) -> int:
        return len(self._by_name)

    def get(self, name: str) -> TerminalSession | None:
        """Return the session of that name, if there is one."""
        return self._by_name.get(name)

    def get_or_create(self, name: str) -> TerminalSession:
        """Return the session of that name, new if need be. Raises `SessionLimitError`."""
        session = self._by_name.get(name)
        if session is None:
            if len(self._by_name) >= self.policy.max_sessions:
                raise SessionLimitError(
                    f"There are {len(self._by_name)} terminals open, and no more are allowed. "
                    "End one (type exit), then reload this page."
                )
            session = TerminalSession(
                name,
                self.policy,
                self.reaper,
                on_activity=self._on_activity,
                on_end=self._forget,
                clock=self.clock,
            )
            self._by_name[name] = session
        return session

    def release(self, session: TerminalSession) -> None:
        """Forget a session without a shell and without browsers."""
        if not session.running and not session.viewers:
            self._forget(session)

    def _forget(self, session: TerminalSession) -> None:
        if self._by_name.get(session.name) is session:
            del self._by_name[session.name]

    def sweep(self) -> None:
        """Let stalled browsers go; end sessions without browsers for too long."""
        for session in self:
            session.drop_stalled()
            idle = self.clock() - session.last_used
            if self.policy.idle_seconds and not session.viewers and idle > self.policy.idle_seconds:
                log.info("Session %s: unused for %d s, ended", session.name, idle)
                session.close(4001, "unused for too long")
                self.release(session)

    def close(self, code: int, reason: str) -> None:
        """Hang up all shells."""
        for session in self:
            session.close(code, reason)
        self._by_name.clear()
