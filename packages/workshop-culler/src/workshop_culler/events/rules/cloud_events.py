"""The form of an event on the wire: CloudEvents 1.0 in JSON, signed as Standard Webhooks say.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence

from workshop_culler.events.rules.changes import Event

TYPE_PREFIX = "org.jupyter.workshop."
CONTENT_TYPE = "application/cloudevents+json"
SECRET_PREFIX = "whsec_"  # noqa: S105 - what each secret begins with
LEAST_SECRET, MOST_SECRET = 24, 64
MAKE_ONE = 'echo "whsec_$(openssl rand -base64 32)"'


class BadSecretError(ValueError):
    """A secret that cannot sign; the message says how to make one, and nothing of it."""


def render_event(event: Event, source: str) -> str:
    """The event as one line of JSON. `source` names the hub (a URI reference)."""
    subject = f"{event.user}/{event.server}" if event.server else event.user
    model = {
        "specversion": "1.0",
        "id": event.id,
        "source": source,
        "type": TYPE_PREFIX + event.kind,
        "subject": subject,
        "time": event.time,
        "datacontenttype": "application/json",
        "data": {"user": event.user, "server": event.server, **event.data},
    }
    return json.dumps(model, ensure_ascii=False)


def parse_secrets(text: str) -> tuple[bytes, ...]:
    """The keys of a file, one a line: two while one takes the place of the other.

    Raises BadSecretError.
    """
    lines = text.split()
    if not 1 <= len(lines) <= 2:
        raise BadSecretError(f"it must hold one secret, or two a line each; make one: {MAKE_ONE}")
    return tuple(_parse_secret(line) for line in lines)


def _parse_secret(line: str) -> bytes:
    try:
        key = base64.b64decode(line.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not line.startswith(SECRET_PREFIX) or not LEAST_SECRET <= len(key) <= MOST_SECRET:
        raise BadSecretError(
            f"a secret is '{SECRET_PREFIX}' and {LEAST_SECRET} to {MOST_SECRET} bytes in base64; "
            f"make one: {MAKE_ONE}"
        )
    return key


def sign(ident: str, timestamp: int, body: str, keys: Sequence[bytes]) -> str:
    """The value of `webhook-signature`: one signature a key."""
    signed = f"{ident}.{timestamp}.{body}".encode()
    digests = (hmac.new(key, signed, hashlib.sha256).digest() for key in keys)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)


def make_headers(ident: str, timestamp: int, body: str, keys: Sequence[bytes]) -> dict[str, str]:
    """The headers of one delivery at a time, in seconds since the epoch."""
    return {
        "Content-Type": CONTENT_TYPE,
        "webhook-id": ident,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(ident, timestamp, body, keys),
    }
