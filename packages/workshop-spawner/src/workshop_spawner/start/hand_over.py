"""Hand a session over to the launcher that waits in its pod."""

from __future__ import annotations

import time
from collections.abc import Mapping

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.simple_httpclient import SimpleAsyncHTTPClient

from workshop_launch import sealing
from workshop_launch.rules import handover, requests

# Seconds for the whole request: the launcher does nothing else.
PATIENCE = 3.0
ACCEPTED = 204


class HandOverError(Exception):
    """The launcher did not take the session; the message says why, without what is secret.

    `is_answer` says that it answered so.
    """

    def __init__(self, message: str, *, is_answer: bool = False) -> None:
        super().__init__(message)
        self.is_answer = is_answer


async def send(url: str, environment: Mapping[str, str], key: bytes, pod: str) -> None:
    """Hand the variables over to the pod of this uid at `http://host:port`.

    HandOverError where it refuses or does not answer; then nobody knows whether it has heard.
    """
    if len(key) != sealing.KEY_BYTES:
        raise HandOverError("its Secret has no key")
    message = sealing.seal(handover.render_handover(environment, time.time()), key, pod)
    request = HTTPRequest(
        f"{url.rstrip('/')}{requests.PATH}",
        method="POST",
        body=message,
        headers={"Content-Type": "application/octet-stream"},
        connect_timeout=PATIENCE,
        request_timeout=PATIENCE,
        follow_redirects=False,
    )
    client = SimpleAsyncHTTPClient(force_instance=True)
    try:
        answer = await client.fetch(request, raise_error=False)
    except (OSError, HTTPClientError, ValueError) as error:
        raise HandOverError(f"its launcher does not answer: {error}") from error
    finally:
        client.close()
    if answer.code != ACCEPTED:
        said = answer.body[:200].decode(errors="replace").strip() if answer.body else ""
        refused = f"its launcher answered {answer.code}: {said or answer.reason}"
        raise HandOverError(refused, is_answer=answer.code not in (0, 599))
