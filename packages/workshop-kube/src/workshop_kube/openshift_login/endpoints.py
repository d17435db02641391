"""Where to log in: what the cluster's well-known document (RFC 8414) must say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

WELL_KNOWN_PATH = "/.well-known/oauth-authorization-server"
# How long a good answer is used before the cluster is asked again.
KEEP_SECONDS = 3600.0


class EndpointsError(ValueError):
    """The document cannot be used; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Three https URLs on one host."""

    issuer: str
    authorize: str
    token: str


def parse_body(body: bytes, url: str) -> Endpoints:
    """Read the document at `url`; EndpointsError for any that cannot be used."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise EndpointsError(f"{url} answered something that is not JSON.") from None
    return parse_endpoints(document, url)


def parse_endpoints(document: object, url: str) -> Endpoints:
    """Read a document that was parsed; EndpointsError for any that cannot be used."""
    if not isinstance(document, dict):
        raise EndpointsError(f"{url} answered JSON that is no object.")
    issuer = _parse_url(document, "issuer", url)
    authorize = _parse_url(document, "authorization_endpoint", url)
    token = _parse_url(document, "token_endpoint", url)
    for name, found in (("authorization_endpoint", authorize), ("token_endpoint", token)):
        if found.netloc.lower() != issuer.netloc.lower():
            raise EndpointsError(
                f"{url} names the issuer {issuer.netloc[:260]}, but its {name} is on "
                f"{found.netloc[:260]}: nobody is sent to another host."
            )
    return Endpoints(issuer.geturl(), authorize.geturl(), token.geturl())


def _parse_url(document: Mapping[str, Any], name: str, url: str) -> SplitResult:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise EndpointsError(f"{url} does not say its {name}.")
    try:
        parts = urlsplit(value)
        is_usable = parts.scheme == "https" and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_usable = False
    if not is_usable or "@" in parts.netloc or any(c.isspace() or c == "\\" for c in value):
        raise EndpointsError(f"{url} says an {name} that is not a plain https URL.")
    return parts
