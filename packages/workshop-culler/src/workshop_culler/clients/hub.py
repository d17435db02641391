"""The only client to the hub's REST API: list users, look at one, stop a server, delete a user.

`passes/sweep.py` and the service's pages call it. It bounds concurrency, time and retries, pages
through lists, and tells a firm 404 (the hub itself says so) from any other failure.
"""

from __future__ import annotations

import asyncio
import email.utils
import logging
import random
import ssl as ssl_module
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import quote, unquote, urlsplit

import aiohttp

from workshop_culler.errors import ApiError, ChangedError, GoneError, PermanentError, TemporaryError
from workshop_culler.rules import start_events
from workshop_culler.rules.models import User, make_user
from workshop_kube.rules import answers, retries

PAGINATION = "application/jupyterhub-pagination+json"
# Three tries, about one and two seconds apart; who is told to wait for longer is left for the
# next pass.
PATIENCE = retries.Patience(total=240.0, tries=3, first_wait=0.75, longest_wait=3.0)
LONGEST_WAIT = 20.0
# A stop mostly waits for its server, and takes the hub little work meanwhile: so many times more
# of them may be under way than of other requests.
STOPS_FOR_ONE = 5

Sleep = Callable[[float], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class HubAddress:
    """Where the hub is and how to speak to it. `url` ends without a slash; `timeout` in seconds."""

    url: str
    token: str = field(repr=False)
    timeout: float = 60
    concurrency: int = 20
    page_size: int = 200
    ssl: ssl_module.SSLContext | None = None


class Hub:
    """An open connection to one hub; use as an async context manager."""

    def __init__(
        self,
        address: HubAddress,
        log: logging.Logger,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.address = address
        self.log = log
        self.requests = 0
        self.now = datetime.now(UTC)
        self._sleep = sleep
        self._limit = asyncio.Semaphore(max(address.concurrency, 1))
        self._stop_limit = asyncio.Semaphore(STOPS_FOR_ONE * max(address.concurrency, 1))
        self._session: aiohttp.ClientSession | None = None
        self._base = address.url.rstrip("/")

    async def __aenter__(self) -> Self:
        unix = self._base.startswith("http+unix://")
        if unix:
            socket = unquote(urlsplit(self._base).netloc)
            connector: aiohttp.BaseConnector = aiohttp.UnixConnector(socket)
            self._base = f"http://localhost{urlsplit(self._base).path}"
        else:
            # How many there are is bounded by our own limits.
            connector = aiohttp.TCPConnector(ssl=self.address.ssl or True, limit=0)
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=self.address.timeout),
            headers={"Authorization": f"token {self.address.token}", "Accept": PAGINATION},
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session:
            await self._session.close()

    async def whoami(self) -> Mapping[str, Any]:
        """The hub's model of this service, with `scopes`, what the token may do."""
        return _read_document(await self._call("GET", "/user"))

    async def list_users(
        self, state: str = "active", *, enough: Callable[[User], bool] | None = None
    ) -> list[User]:
        """All users in a state (active: some server; inactive: none), page by page.

        With `enough` they come longest inactive first, and paging ends after the first
        page whose last user it is true for.
        """
        users: list[User] = []
        query: dict[str, str | int] = {"state": state, "limit": self.address.page_size}
        if enough:
            query["sort"] = "last_activity"
        while True:
            page = _read_document(await self._call("GET", "/users", query=query))
            users += [make_user(model) for model in page["items"]]
            following = page["_pagination"]["next"]
            if not following or (enough and users and enough(users[-1])):
                return users
            # Only the place is taken from the answer: its address is built for browsers.
            query |= {"offset": following["offset"], "limit": following["limit"]}

    async def find_user(self, name: str) -> User:
        """One user as the hub sees it now; raises GoneError after a firm 404."""
        if name in (".", ".."):  # another address, however it is quoted
            raise GoneError(f"no user has the name {name}", 404)
        answer = await self._call("GET", f"/users/{quote(name, safe='')}")
        return make_user(_read_document(answer))

    async def stop_server(self, user: str, server: str = "", *, remove: bool = False) -> bool:
        """Stop a server; False if it is still stopping when the hub answers.

        A server that is already gone counts as stopped.
        """
        name = quote(user, safe="")
        path = (
            f"/users/{name}/servers/{quote(server, safe='')}" if server else f"/users/{name}/server"
        )
        body = {"remove": True} if server and remove else None
        try:
            answer = await self._call("DELETE", path, body=body, limit=self._stop_limit)
        except GoneError:
            return True
        return answer.status != SLOW

    async def start_server(self, user: str) -> bool:
        """Start a user's default server, once; False if it still starts when the hub answers.

        One that starts already counts as starting. Raises GoneError where the hub knows no such
        user; TemporaryError with status 400 where it runs already, or stops.
        """
        path = f"/users/{quote(user, safe='')}/server"
        async with self._limit:
            answer = await self._try("POST", path, None, None)
        if not 200 <= answer.status < 300:
            raise _make_error(f"POST {path}", answer)
        return answer.status != SLOW

    async def follow_start(self, user: str, seconds: float) -> str:
        """Wait until a start has ended, `seconds` at most: "", or why it failed, as a sentence."""
        if self._session is None:
            raise PermanentError("the hub's client is not open: use 'async with Hub(...)'")
        url = f"{self._base}/users/{quote(user, safe='')}/server/progress"
        self.requests += 1
        try:
            async with self._session.get(
                url, timeout=aiohttp.ClientTimeout(total=seconds), allow_redirects=False
            ) as answer:
                async for line in answer.content:
                    event = start_events.read_event(line)
                    if event and event.is_last:
                        return event.failure
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise TemporaryError(
                f"the start of {user} was not followed: {type(error).__name__}"
            ) from error
        raise TemporaryError(f"the hub does not tell how the start of {user} goes", answer.status)

    async def find_places(self) -> Mapping[str, Any]:
        """The places that the hub holds ready; GoneError where its spawner holds none."""
        return _read_document(await self._call("GET", PLACES))

    async def hold_places(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Have the hub hold places ready; again is no other request."""
        return _read_document(await self._call("PUT", PLACES, body=body))

    async def cancel_places(self) -> None:
        """Have it hold none but the usual ones."""
        await self._call("DELETE", PLACES)

    async def delete_user(self, name: str) -> None:
        """Delete a user; one already gone is fine. Raises TemporaryError while a server stops."""
        try:
            await self._call("DELETE", f"/users/{quote(name, safe='')}")
        except GoneError:
            return

    async def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: object = None,
        limit: asyncio.Semaphore | None = None,
    ) -> answers.Answer:
        """One call, tried again on failures that may pass; every verb used here may be repeated."""
        tries, began = 0, time.monotonic()
        while True:
            tries += 1
            async with limit or self._limit:
                answer = await self._try(method, path, query, body)
            if 200 <= answer.status < 300:
                return answer
            verdict = retries.decide_retry(
                answer,
                PATIENCE,
                tries=tries,
                elapsed=time.monotonic() - began,
                chance=random.random(),  # noqa: S311 - jitter needs no secrecy
            )
            error = _make_error(f"{method} {path}", answer)
            if verdict.wait is None or verdict.wait > LONGEST_WAIT:
                raise error
            self.log.info("%s; trying again in %.1f s", error, verdict.wait)
            await self._sleep(verdict.wait)

    async def _try(
        self, method: str, path: str, query: Mapping[str, str | int] | None, body: object
    ) -> answers.Answer:
        if self._session is None:
            raise PermanentError("the hub's client is not open: use 'async with Hub(...)'")
        self.requests += 1
        try:
            async with self._session.request(
                method, self._base + path, params=query, json=body, allow_redirects=False
            ) as answer:
                text = await answer.read()
        except aiohttp.ClientConnectorCertificateError as error:
            raise PermanentError(
                f"the certificate of {self._base} is not trusted ({error.certificate_error}). With "
                "the hub's internal_ssl set WorkshopCuller.ssl_enabled and internal_certs_location"
            ) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return answers.Answer(0, trouble=f"no answer from the hub: {type(error).__name__}")
        self.note_date(answer.headers)
        return answers.parse_answer(answer.status, answer.headers, text)

    def note_date(self, headers: Mapping[str, str]) -> None:
        """Remember the hub's time, as an answer tells it."""
        date = headers.get("Date")
        self.now = email.utils.parsedate_to_datetime(date) if date else datetime.now(UTC)


# Of a hub whose spawner is WorkshopSpawner.
PLACES = "/workshop/prestart"
# The status of an answer to a DELETE or a start that the hub accepted but has not finished.
SLOW = 202


def _read_document(answer: answers.Answer) -> Mapping[str, Any]:
    if not answer.body or answer.document is None:
        raise PermanentError("the answer is not JSON: is this the hub's API?")
    return answer.document


def _make_error(what: str, answer: answers.Answer) -> ApiError:
    if not answer.status:
        return TemporaryError(answer.trouble)
    message = str((answer.document or {}).get("message") or "")[:256]
    why = f"{what}: the hub answered {answer.status} {message}".rstrip()
    if answer.status == 404:
        # The proxy, or another server at this address, may say 404 too: only the hub counts.
        firm = "x-jupyterhub-version" in answer.headers
        return GoneError(why, 404) if firm else PermanentError(f"{why} (not from the hub)", 404)
    if answer.status == 409:
        return ChangedError(why, 409, message)
    # 400 is how the hub says "pending": worth the next sweep, not worth a retry now.
    is_temporary = answer.status == 400 or answers.is_temporary(answer)
    return (TemporaryError if is_temporary else PermanentError)(why, answer.status, message)


def make_ssl(certificate: str, key: str, authority: str) -> ssl_module.SSLContext:
    """The context for a hub with internal_ssl, from paths; OSError when one cannot be used."""
    context = ssl_module.create_default_context(cafile=authority)
    context.load_cert_chain(certificate, key)
    return context
