"""The client of the command: asks the culler's service, in bounded time and memory.

The only module here that opens a connection. TLS is verified, no redirect is followed (the token
would go along), and each failure is one sentence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3

from workshop_culler.command.connection import Connection
from workshop_culler.command.errors import (
    EXIT_FAILED,
    EXIT_NO_ANSWER,
    EXIT_NOT_FOUND,
    EXIT_REFUSED,
    CommandError,
)
from workshop_culler.command.rules import addresses

CONNECT_SECONDS, READ_SECONDS = 10.0, 60.0
PAGE = 200
MOST_SESSIONS = 100_000
LARGEST_ANSWER = 32 * 1024 * 1024
AT_ONCE = 6

Model = dict[str, Any]


class ServiceClient:
    """Speaks with one service; may be used by several threads."""

    def __init__(self, connection: Connection, seconds: float = READ_SECONDS) -> None:
        self.url = connection.url
        retries = urllib3.Retry(
            total=2,
            redirect=False,
            backoff_factor=0.5,
            backoff_jitter=0.5,
            backoff_max=5,
            status_forcelist=(502, 504),
            allowed_methods={"GET"},
            respect_retry_after_header=False,
            raise_on_status=False,
        )
        self._pool = _make_pool(connection, retries, seconds)

    def close(self) -> None:
        """Let go of all connections."""
        self._pool.clear()

    def ask(self, method: str, path: str, body: object = None, **query: str) -> Model:
        """The answer's JSON object; raises CommandError with a sentence."""
        answer = self._send(method, path, body, query)
        try:
            data = answer.read(LARGEST_ANSWER + 1)
        except urllib3.exceptions.HTTPError as error:
            raise self._no_answer(error) from error
        finally:
            # One that was not read to its end is of no use to the next question.
            if answer.closed or answer.length_remaining == 0:
                answer.release_conn()
            else:
                answer.close()
        if len(data) > LARGEST_ANSWER:
            raise CommandError(f"The answer of {self.url} is too long.", EXIT_NO_ANSWER)
        model = self._parse(data)
        if not 200 <= answer.status < 300:
            raise self._refused(answer.status, str(model.get("message") or ""))
        return model

    def list_sessions(self) -> Iterator[tuple[list[Model], str]]:
        """All sessions that the token may see, a page at a time, each with the service's time."""
        after, seen = "", 0
        while seen < MOST_SESSIONS:
            query = {"limit": str(PAGE)} | ({"after": after} if after else {})
            model = self.ask("GET", "sessions", **query)
            rows = [row for row in model.get("sessions") or () if isinstance(row, dict)]
            yield rows, str(model.get("now") or "")
            seen += len(rows)
            following = str(model.get("next") or "")
            if not rows or not following or following <= after:
                return
            after = following

    def watch(self) -> Iterator[Model]:
        """The messages of one connection, until the service ends it, as it does now and then."""
        answer = self._send("GET", "events", None, {})
        if answer.status != 200:
            model = self._parse(answer.read(LARGEST_ANSWER))
            answer.release_conn()
            raise self._refused(answer.status, str(model.get("message") or ""))
        try:
            for event in _split_events(answer.stream(64 * 1024)):
                yield self._parse(event)
        except urllib3.exceptions.HTTPError as error:
            raise self._no_answer(error) from error
        finally:
            answer.close()

    def _send(
        self, method: str, path: str, body: object, query: Mapping[str, str]
    ) -> urllib3.BaseHTTPResponse:
        address = f"{self.url}api/{path}" + (f"?{urlencode(query)}" if query else "")
        data = None if body is None else json.dumps(body).encode()
        try:
            return self._pool.request(
                method, address, body=data, redirect=False, preload_content=False
            )
        except urllib3.exceptions.HTTPError as error:
            raise self._no_answer(error) from error

    def _parse(self, data: bytes) -> Model:
        try:
            model = json.loads(data)
        except (ValueError, RecursionError):
            model = None
        if not isinstance(model, dict):
            raise CommandError(
                f"{self.url} does not answer as the workshop's service does: is the address "
                "right, and --service the name that it has at the hub?",
                EXIT_NO_ANSWER,
            )
        return model

    def _refused(self, status: int, message: str) -> CommandError:
        if status in (401, 403) and (not message or message.startswith(("Log in", "Forbidden"))):
            message = (
                "The hub does not know this token, or it may not use the service "
                "(scope access:services). Make a new one on the hub's page 'Token'."
            )
        codes = {401: EXIT_REFUSED, 403: EXIT_REFUSED, 404: EXIT_NOT_FOUND, 503: EXIT_NO_ANSWER}
        return CommandError(
            message or f"The service answered {status}.", codes.get(status, EXIT_FAILED)
        )

    def _no_answer(self, error: urllib3.exceptions.HTTPError) -> CommandError:
        host = urlsplit(self.url).netloc
        cause = getattr(error, "reason", None) or error
        if isinstance(cause, urllib3.exceptions.SSLError):
            return CommandError(
                f"The certificate of {host} is not trusted ({cause}). Name its authority with "
                "--ca-file.",
                EXIT_NO_ANSWER,
            )
        why = "in time" if isinstance(cause, urllib3.exceptions.TimeoutError) else ""
        if isinstance(cause, urllib3.exceptions.NewConnectionError):
            why = "(no connection)"
        return CommandError(
            f"{host} does not answer {why}".rstrip() + ". Is the address right, and the hub up?",
            EXIT_NO_ANSWER,
        )


def _make_pool(
    connection: Connection, retries: urllib3.Retry, seconds: float
) -> urllib3.PoolManager:
    parts = urlsplit(connection.url)
    host = parts.hostname or ""
    direct = addresses.is_loopback(host) or proxy_bypass(host)
    proxy = None if direct else getproxies().get(parts.scheme)
    options: dict[str, Any] = {
        "headers": {
            "Authorization": f"token {connection.token}",
            "Accept": "application/json",
            "Content-Type": "application/json",
        },
        "retries": retries,
        "timeout": urllib3.Timeout(connect=min(CONNECT_SECONDS, seconds), read=seconds),
        "ca_certs": connection.ca_file or None,
        "cert_reqs": "CERT_REQUIRED",
        "maxsize": AT_ONCE,
    }
    return urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)


def _split_events(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The data of server-sent events; comments, which keep a connection open, are left out."""
    rest = b""
    for chunk in chunks:
        *events, rest = (rest + chunk).split(b"\n\n")
        if len(rest) > LARGEST_ANSWER:
            raise CommandError("The service sends one message without end.", EXIT_NO_ANSWER)
        yield from (event[6:] for event in events if event.startswith(b"data: "))
