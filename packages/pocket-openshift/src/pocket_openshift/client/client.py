"""The only client of the Kubernetes API: requests that are retried, and lists that are watched.

Every call is bounded in time and safe to repeat; callers see plain dictionaries and `ClusterError`.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import logging
import random
import time
import urllib.parse
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Any

import aiohttp

from pocket_openshift.client import kubeconfig, retries

log = logging.getLogger(__name__)

JSON = "application/json"
MERGE = "application/merge-patch+json"
WATCH_SECONDS = 60
PAGE = 500
FIRM = frozenset({400, 401, 403, 404})
LINE_LIMIT = 64 * 1024 * 1024


class ClusterError(Exception):
    """The API server said no (or nothing: status 0). `status` and `reason` are Kubernetes' own."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__("{} {}: {}".format(status or "no answer", reason, message))
        self.status, self.reason, self.message = status, reason, message


@dataclasses.dataclass(frozen=True)
class Listed:
    """A complete list: what is not in it, is gone."""

    items: tuple[dict[str, Any], ...]


@dataclasses.dataclass(frozen=True)
class Changed:
    """One change since: `kind` is ADDED, MODIFIED or DELETED."""

    kind: str
    item: dict[str, Any]


class ExpiredError(Exception):
    """The resource version is too old (410): list again."""


class Cluster:
    """A client of one API server. Use as an async context manager."""

    def __init__(
        self, connection: kubeconfig.Connection, patience: retries.Patience | None = None
    ) -> None:
        self.connection = connection
        self.patience = patience or retries.Patience()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Cluster:
        tls = kubeconfig.make_ssl(self.connection)
        connector = aiohttp.TCPConnector(ssl=tls if tls is not None else True, limit=64)
        timeout = aiohttp.ClientTimeout(total=15, sock_connect=5)
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=timeout,
            trust_env=False,
            read_bufsize=2**20,
            json_serialize=json.dumps,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session:
            await self._session.close()
            await asyncio.sleep(0)  # connections that were cut are told so by the loop

    async def get(self, path: str, **params: str | int) -> dict[str, Any]:
        """One object (or list)."""
        return await self.request("GET", path, params=params)

    async def find(self, path: str) -> dict[str, Any] | None:
        """One object, or None for a firm 404."""
        try:
            return await self.get(path)
        except ClusterError as error:
            if error.status == 404:
                return None
            raise

    async def create(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """POST. A retry may find the first try's object: then the error is a 409 AlreadyExists."""
        return await self.request("POST", path, body=body)

    async def patch(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """PATCH with a JSON merge patch."""
        return await self.request("PATCH", path, body=body, content_type=MERGE)

    async def delete(self, path: str, uid: str, grace: int | None = None) -> bool:
        """Delete the object with this UID. False when it was gone already (or another has its
        name).
        """
        body: dict[str, Any] = {
            "kind": "DeleteOptions",
            "apiVersion": "v1",
            "preconditions": {"uid": uid},
        }
        if grace is not None:
            body["gracePeriodSeconds"] = grace
        try:
            await self.request("DELETE", path, body=body)
        except ClusterError as error:
            if error.status in (404, 409):
                return False
            raise
        return True

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str | int] | None = None,
        content_type: str = JSON,
    ) -> dict[str, Any]:
        """One call, tried again after 429, 5xx and dropped connections. ClusterError for any other
        refusal.
        """
        started = time.monotonic()
        attempt = 0
        while True:
            attempt += 1
            answer = await self._try(method, path, body, params, content_type)
            if isinstance(answer, dict):
                return answer
            failure, error = answer
            elapsed = time.monotonic() - started
            wait = retries.find_pause(failure, self.patience, attempt, elapsed, random.random())  # noqa: S311
            if wait is None:
                raise error
            log.debug("%s %s failed (%s), again in %.1f s", method, path, error, wait)
            await asyncio.sleep(wait)

    async def _try(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        params: Mapping[str, str | int] | None,
        content_type: str,
    ) -> dict[str, Any] | tuple[retries.Failure, ClusterError]:
        headers = self._headers() | ({"Content-Type": content_type} if body is not None else {})
        data = json.dumps(body).encode() if body is not None else None
        try:
            async with self._client.request(
                method,
                self._url(path),
                params=params,
                data=data,
                headers=headers,
                allow_redirects=False,
            ) as response:
                text = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            reason = type(error).__name__
            return retries.Failure(None), ClusterError(0, reason, str(error) or reason)
        if response.status < 300:
            return json.loads(text) if text else {}
        after = retries.parse_retry_after(response.headers.get("Retry-After"))
        return retries.Failure(response.status, after), make_error(response.status, text)

    async def follow(self, path: str, **selectors: str) -> AsyncGenerator[Listed | Changed, None]:
        """List, then every change, for ever; Listed again whenever changes may have been missed.

        ClusterError only when the first list is refused for good: no such resource, or no right.
        """
        version, failures, listed = "", 0, False
        while True:
            try:
                if not version:
                    items, version = await self._list(path, selectors)
                    listed = True
                    yield Listed(tuple(items))
                async with contextlib.aclosing(self._watch(path, selectors, version)) as changes:
                    async for change in changes:
                        failures = 0
                        version = change.item["metadata"]["resourceVersion"]
                        if change.kind != "BOOKMARK":
                            yield change
            except ExpiredError:
                version = ""
            except (aiohttp.ClientError, ClusterError, TimeoutError, OSError, ValueError) as error:
                if not listed and isinstance(error, ClusterError) and error.status in FIRM:
                    raise  # wrong from the start: better said at once
                failures += 1
                log.warning("Watching %s failed (%s); trying again", path, error)
                await asyncio.sleep(self.patience.wait(failures, random.random()))  # noqa: S311

    async def _list(
        self, path: str, selectors: Mapping[str, str]
    ) -> tuple[list[dict[str, Any]], str]:
        items: list[dict[str, Any]] = []
        token = ""
        while True:
            params: dict[str, str | int] = {**selectors, "limit": PAGE}
            if token:
                params["continue"] = token
            try:
                page = await self.get(path, **params)
            except ClusterError as error:
                if error.status == 410:
                    raise ExpiredError from error
                raise
            items.extend(page.get("items") or [])
            token = page["metadata"].get("continue") or ""
            if not token:
                return items, page["metadata"]["resourceVersion"]

    async def _watch(
        self, path: str, selectors: Mapping[str, str], version: str
    ) -> AsyncGenerator[Changed, None]:
        """One watch, until the server ends it. ExpiredError for a 410; TimeoutError for a silent
        connection.
        """
        params: dict[str, str | int] = {**selectors, "watch": "true", "resourceVersion": version}
        params |= {"allowWatchBookmarks": "true", "timeoutSeconds": WATCH_SECONDS}
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=WATCH_SECONDS + 15)
        async with self._client.get(
            self._url(path),
            params=params,
            headers=self._headers(),
            timeout=timeout,
            allow_redirects=False,
        ) as response:
            try:
                if response.status == 410:
                    raise ExpiredError
                if response.status != 200:
                    raise make_error(response.status, await response.read())
                async for line in _lines(response.content):
                    yield _parse_change(line)
            finally:
                _cut(response)

    def _headers(self) -> dict[str, str]:
        token = self.connection.bearer()
        return {"Accept": JSON} | ({"Authorization": "Bearer " + token} if token else {})

    def _url(self, path: str) -> str:
        return self.connection.server + path

    @property
    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            message = "use the Cluster as an async context manager"
            raise RuntimeError(message)
        return self._session


def _cut(response: aiohttp.ClientResponse) -> None:
    """End a watch that goes on, without TLS's farewell, for which nobody would wait."""
    connection = response.connection
    if connection is not None and connection.transport is not None:
        connection.transport.abort()


async def _lines(stream: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    """The lines of a stream, however long; a cut last line is dropped."""
    buffer = b""
    async for chunk in stream.iter_any():
        *lines, buffer = (buffer + chunk).split(b"\n")
        for line in lines:
            yield line
        if len(buffer) > LINE_LIMIT:
            message = f"a watch event of more than {LINE_LIMIT} bytes"
            raise ValueError(message)


def _parse_change(line: bytes) -> Changed:
    event = json.loads(line)
    if event["type"] == "ERROR":
        if event["object"].get("code") == 410:
            raise ExpiredError
        raise make_error(event["object"].get("code", 500), json.dumps(event["object"]).encode())
    return Changed(event["type"], event["object"])


def make_error(status: int, text: bytes) -> ClusterError:
    """The error of an answer: from its Status object, if that is what it holds."""
    try:
        body = json.loads(text)
        return ClusterError(status, body.get("reason") or "", body.get("message") or "")
    except (ValueError, AttributeError):
        return ClusterError(status, "", text[:200].decode(errors="replace"))


def path_of(
    plural: str, namespace: str = "", name: str = "", *, api: str = "/api/v1", sub: str = ""
) -> str:
    """The path of a resource, e.g. /api/v1/namespaces/NS/pods/NAME/status."""
    parts = [api]
    if namespace:
        parts += ["namespaces", urllib.parse.quote(namespace, safe="")]
    parts += [plural, urllib.parse.quote(name, safe=""), sub]
    return "/".join(part for part in parts if part)
