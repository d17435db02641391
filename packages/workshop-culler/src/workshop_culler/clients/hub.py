"""The only client to the hub's REST API: list users, look at one, stop a server, delete a user.

`passes/sweep.py` and the service's pages call it. It bounds concurrency, time and retries, pages
through lists, and tells a firm 404 (the hub itself says so) from any other failure.
"""

from __future__ import annotations

import asyncio
import email.utils
import json
import logging
import ssl as ssl_module
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import quote, unquote, urlsplit

import aiohttp

from workshop_culler.clients import retries
from workshop_culler.errors import ApiError, ChangedError, GoneError, PermanentError, TemporaryError
from workshop_culler.rules.models import User, make_user

PAGINATION = "application/jupyterhub-pagination+json"
BUSY = (429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Address:
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
        address: Address,
        log: logging.Logger,
        sleep: retries.Sleep = asyncio.sleep,
    ) -> None:
        self.address = address
        self.log = log
        self.requests = 0
        self.now = datetime.now(UTC)
        self._sleep = sleep
        self._limit = asyncio.Semaphore(max(address.concurrency, 1))
        self._session: aiohttp.ClientSession | None = None
        self._base = address.url.rstrip("/")

    async def __aenter__(self) -> Self:
        unix = self._base.startswith("http+unix://")
        if unix:
            socket = unquote(urlsplit(self._base).netloc)
            connector: aiohttp.BaseConnector = aiohttp.UnixConnector(socket)
            self._base = f"http://localhost{urlsplit(self._base).path}"
        else:
            connector = aiohttp.TCPConnector(ssl=self.address.ssl or True)
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
        return await self._call("GET", "/user")

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
            page = await self._call("GET", "/users", query=query)
            models = page if isinstance(page, list) else page["items"]
            users += [make_user(model) for model in models]
            following = None if isinstance(page, list) else page["_pagination"]["next"]
            if not following or (enough and users and enough(users[-1])):
                return users
            # Only the place is taken from the answer: its address is built for browsers.
            query |= {"offset": following["offset"], "limit": following["limit"]}

    async def find_user(self, name: str) -> User:
        """One user as the hub sees it now; raises GoneError after a firm 404."""
        return make_user(await self._call("GET", f"/users/{quote(name, safe='')}"))

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
            answer = await self._call("DELETE", path, body=body)
        except GoneError:
            return True
        return answer is not SLOW

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
    ) -> Any:
        """One call, tried again on failures that may pass; every verb used here may be repeated."""

        async def call() -> Any:
            async with self._limit:
                return await self._try(method, path, query, body)

        return await retries.retry(call, f"{method} {path}", self._sleep, self.log)

    async def _try(
        self, method: str, path: str, query: Mapping[str, str | int] | None, body: object
    ) -> Any:
        if self._session is None:
            raise PermanentError("the hub's client is not open: use 'async with Hub(...)'")
        self.requests += 1
        try:
            async with self._session.request(
                method, self._base + path, params=query, json=body, allow_redirects=False
            ) as answer:
                text = await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TemporaryError(f"no answer from the hub: {type(error).__name__}") from error
        self._read_clock(answer.headers)
        return _read_answer(method, path, answer.status, answer.headers, text)

    def _read_clock(self, headers: Mapping[str, str]) -> None:
        date = headers.get("Date")
        self.now = email.utils.parsedate_to_datetime(date) if date else datetime.now(UTC)


SLOW = object()
"""The answer to a DELETE that the hub accepted (202) but has not finished."""


def _read_answer(
    method: str, path: str, status: int, headers: Mapping[str, str], text: bytes
) -> Any:
    if status == 202 and method == "DELETE":
        return SLOW
    if 200 <= status < 300:
        return _decode(text) if text or method == "GET" else None
    raise _make_error(f"{method} {path}", status, headers, text)


def _decode(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise PermanentError("the answer is not JSON: is this the hub's API?") from error


def _make_error(what: str, status: int, headers: Mapping[str, str], text: bytes) -> ApiError:
    why = f"{what}: the hub answered {status} {_message(text)}".rstrip()
    if status == 404:
        # The proxy, or another server at this address, may say 404 too: only the hub counts.
        firm = "X-JupyterHub-Version" in headers
        return (
            GoneError(why, status) if firm else PermanentError(f"{why} (not from the hub)", status)
        )
    if status == 409:
        return ChangedError(why, status)
    if status in BUSY:
        error = TemporaryError(why, status)
        error.wait = retries.read_retry_after(headers.get("Retry-After"))
        return error
    # 400 is how the hub says "pending": worth the next sweep, not worth a retry now.
    return TemporaryError(why, status) if status == 400 else PermanentError(why, status)


def _message(text: bytes) -> str:
    try:
        return str(json.loads(text)["message"])[:256]
    except (ValueError, KeyError, TypeError):
        return ""


def make_ssl(folder: str) -> ssl_module.SSLContext:
    """The context for a hub with internal_ssl, from the folder of its certificates."""
    context = ssl_module.create_default_context(cafile=f"{folder}/hub-ca/hub-ca.crt")
    name = f"{folder}/hub-internal/hub-internal"
    context.load_cert_chain(f"{name}.crt", f"{name}.key")
    return context
