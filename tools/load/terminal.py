"""A terminal as its page opens it: two websockets, a shell behind them, keys typed one by one."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable, Sequence
from urllib.parse import urlsplit

import aiohttp

from load.browser import Browser

# What a shell prints in colour, and where it moves to, is not what it says.
ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[a-zA-Z]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][A-Z0-9]|[=>])")
PROMPT = re.compile(r"[$#%>] ?$")
# Of the output only the end is looked at: a shell that floods us fills no memory.
KEPT = 20_000
SIZE = {"cmd": "open", "cols": 120, "rows": 40}
LOST = 1006  # the code of a websocket that ended without one


class TerminalClosedError(Exception):
    """The websocket has closed; `code` and `reason` are what the server said."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"the terminal was closed ({code}): {reason or 'no reason given'}")
        self.code = code
        self.reason = reason


class SlowTerminalError(Exception):
    """What was waited for did not come in time; the message has the end of the screen."""


class Terminal:
    """A shell behind its websockets; `seconds` is how long its person waits for anything.

    `closed` is why the shell's websocket has ended, None while it is open.
    """

    def __init__(
        self,
        shell: aiohttp.ClientWebSocketResponse,
        clock: Callable[[], float],
        seconds: float = 30.0,
    ) -> None:
        self.closed: TerminalClosedError | None = None
        self.read = 0
        self._shell = shell
        self._clock = clock
        self._seconds = seconds
        self._raw = ""
        self._news = asyncio.Event()

    @property
    def screen(self) -> str:
        """The end of what the shell has said since the last command, without colours."""
        return ESCAPES.sub("", self._raw.replace("\r", ""))

    async def wait_for_prompt(self) -> None:
        """Wait until the shell asks for a command."""
        await self._wait_for(lambda: PROMPT.search(self.screen) is not None, "a prompt")

    async def type_command(self, command: str, pauses: Sequence[float]) -> tuple[float, ...]:
        """Type it key by key, a pause before each, and Enter; seconds to the echo of each key.

        Comes back once the shell has answered and asks for the next one.
        """
        self._raw, echoes = "", []
        for key, pause in zip(command, pauses, strict=True):
            await asyncio.sleep(pause)
            echoes.append(await self._press(key))
        await self._send("\r")
        await self._wait_for(self._is_done, f"the end of {command!r}")
        return tuple(echoes)

    async def wait_for_end(self) -> TerminalClosedError:
        """Wait until the websocket closes, for as long as that takes; why it did."""
        while self.closed is None:
            await self._news.wait()
            self._news.clear()
        return self.closed

    async def listen(self) -> None:
        """Read what the shell says until the websocket closes."""
        async for message in self._shell:
            if message.type is aiohttp.WSMsgType.TEXT:
                self.read += len(message.data)
                self._raw = (self._raw + message.data)[-KEPT:]
                self._news.set()
        # aiohttp keeps the server's reason to itself.
        self.closed = TerminalClosedError(self._shell.close_code or LOST, "")
        self._news.set()

    async def _press(self, key: str) -> float:
        begun, seen = self._clock(), self.read
        await self._send(key)
        await self._wait_for(lambda: self.read > seen, f"the echo of {key!r}")
        return self._clock() - begun

    async def _send(self, text: str) -> None:
        if self.closed:
            raise self.closed
        try:
            await self._shell.send_str(text)
        except (aiohttp.ClientError, ConnectionError) as error:
            raise TerminalClosedError(LOST, str(error)) from error

    def _is_done(self) -> bool:
        lines = self.screen.split("\n")
        return len(lines) > 1 and PROMPT.search(lines[-1]) is not None

    async def _wait_for(self, is_there: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                while not is_there():
                    if self.closed:
                        raise self.closed
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            end = self.screen[-200:]
            late = f"{what} did not come in {self._seconds:g} s; the screen ends {end!r}"
            raise SlowTerminalError(late) from None


@contextlib.asynccontextmanager
async def open_terminal(
    browser: Browser, server: str, ticket: str, name: str = "1", seconds: float = 30.0
) -> AsyncIterator[Terminal]:
    """The terminal `name` of the server at `server` (which ends in a slash), with a page's ticket.

    It ends as a tab that is closed: the shell goes on. Raises `aiohttp.ClientError` where the
    server does not open it.
    """
    offers = ("butterfly", f"ticket.{ticket}", "page.load")
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(server))
    connect = browser.http.ws_connect
    async with (
        connect(f"{server}ctl/session/{name}", protocols=offers, origin=origin) as control,
        connect(f"{server}ws/session/{name}", protocols=offers, origin=origin) as shell,
    ):
        await control.send_json(SIZE)
        terminal = Terminal(shell, browser.clock, seconds)
        listening = asyncio.create_task(terminal.listen())
        try:
            yield terminal
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
