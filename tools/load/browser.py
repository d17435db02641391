"""One person's browser: a cookie jar, redirects followed, every answer timed, every error kept."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import aiohttp
import yarl

from load.rules import pages

FULL = 429
MOST_REDIRECTS = 20
LARGEST_PAGE = 4 * 1024 * 1024
ANSWER_SECONDS = 60.0
# Six, as browsers have it for each host, and two websockets.
CONNECTIONS = 8
# A visit that goes in circles must not fill the memory of whoever measures it.
MOST_KEPT = 1000


@dataclass(frozen=True)
class Answer:
    """One answer: what was asked for, when and for how long (seconds), its status, and whose.

    The status is 0 where nothing was answered; `by` is "hub" or "session".
    """

    what: str
    at: float
    seconds: float
    status: int
    by: str


@dataclass(frozen=True)
class ErrorSeen:
    """An error that the person saw in place of a page, and in which words.

    The status is 0 where no server answered: then the words are the browser's.
    """

    what: str
    at: float
    status: int
    path: str
    sentence: str


@dataclass(frozen=True)
class Page:
    """What the browser shows: the last answer of a chain of redirects."""

    url: str
    status: int
    text: str
    content_type: str = "text/html"
    retry_after: str | None = None

    @property
    def path(self) -> str:
        """The path of its address."""
        return urlsplit(self.url).path

    @property
    def sentence(self) -> str:
        """What it says to a person."""
        return pages.read_sentence(self.text, self.content_type)


@dataclass
class Browser:
    """Fetches, and remembers how that went. `clock` gives seconds; answers are told by it."""

    http: aiohttp.ClientSession
    clock: Callable[[], float]
    answers: list[Answer] = field(default_factory=list)
    errors: list[ErrorSeen] = field(default_factory=list)

    async def fetch(
        self,
        what: str,
        url: str,
        *,
        method: str = "GET",
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """Show a page, however it answers; an error (>= 400, or no answer) is kept, too.

        A full house (429) is a page like any other.
        """
        try:
            page = await self._follow(what, url, method, data, headers)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            page = Page(url, 0, f"{type(error).__name__}: {error}", "text/plain")
        if (page.status >= 400 or not page.status) and page.status != FULL:
            self.note_error(what, page.status, page.path, page.sentence)
        return page

    async def _follow(
        self,
        what: str,
        url: str,
        method: str,
        data: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
    ) -> Page:
        for _ in range(MOST_REDIRECTS):
            async with self.timed(what, method, url, data=data, headers=headers) as answer:
                text = (await answer.content.read(LARGEST_PAGE)).decode(errors="replace")
                while more := await answer.content.read(LARGEST_PAGE - len(text)):
                    text += more.decode(errors="replace")
            to = answer.headers.get("Location")
            if answer.status not in (301, 302, 303, 307, 308) or not to:
                kind = answer.headers.get("Content-Type", "")
                pause = answer.headers.get("Retry-After")
                return Page(url, answer.status, text, kind, pause)
            url = urljoin(url, to)
            if answer.status not in (307, 308):
                method, data = "GET", None
        return Page(url, 0, f"The page is redirected over {MOST_REDIRECTS} times.", "text/plain")

    @contextlib.asynccontextmanager
    async def timed(
        self,
        what: str,
        method: str,
        url: str,
        *,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """One request, timed until its block ends; redirects are not followed."""
        begun, status = self.clock(), 0
        try:
            asking = self.http.request(
                method, url, data=data, headers=headers, allow_redirects=False
            )
            async with asking as answer:
                status = answer.status
                yield answer
        finally:
            self._keep(Answer(what, begun, self.clock() - begun, status, pages.find_owner(url)))

    def find_cookie(self, url: str, name: str) -> str:
        """A cookie that the browser would send there; empty where it has none."""
        found = self.http.cookie_jar.filter_cookies(yarl.URL(url)).get(name)
        return found.value if found is not None else ""

    def note_error(self, what: str, status: int, path: str, sentence: str) -> None:
        """Keep what the person saw."""
        if len(self.errors) < MOST_KEPT:
            self.errors.append(ErrorSeen(what, self.clock(), status, path, sentence))

    def _keep(self, answer: Answer) -> None:
        if len(self.answers) < MOST_KEPT:
            self.answers.append(answer)


@contextlib.asynccontextmanager
async def open_browser(
    clock: Callable[[], float] | None = None, connections: int = CONNECTIONS
) -> AsyncIterator[Browser]:
    """A browser with an empty cookie jar; its connections end with the block.

    It has at most so many at once, websockets among them; 0 is for any number.
    """
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.CookieJar(unsafe=True),  # of an address without a name, too
        timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
    ) as http:
        yield Browser(http, clock or asyncio.get_running_loop().time)
