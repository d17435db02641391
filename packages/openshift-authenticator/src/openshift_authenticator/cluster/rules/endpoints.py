"""What the cluster's well-known document must say before we send anybody there.

The document is the one of RFC 8414, at
/.well-known/oauth-authorization-server of the API server.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from openshift_authenticator import errors


@dataclass(frozen=True)
class Endpoints:
    """Where to log in: three https URLs on one host."""

    issuer: str
    authorize: str
    token: str


NOT_OPENSHIFT = (
    "{url} has no OAuth server: {reason}. If the cluster hands its logins to an external "
    "OpenID Connect provider, use oauthenticator's GenericOAuthenticator with that provider; "
    "if it is another Kubernetes, OpenShiftAuthenticator.openshift_url names the wrong cluster."
)


def check_status(status: int, url: str) -> None:
    """Refuse a status that says there is no such document.

    Raises NotOpenShiftError for 401, 403 and 404, ClusterError for any other than 200.
    """
    if status == 200:
        return
    if status == 404:
        raise errors.NotOpenShiftError(NOT_OPENSHIFT.format(url=url, reason="it is switched off"))
    if status in (401, 403):
        reason = f"it does not publish one to everybody ({status})"
        raise errors.NotOpenShiftError(NOT_OPENSHIFT.format(url=url, reason=reason))
    if 300 <= status < 400:
        sentence = f"{url} redirects instead of answering; openshift_url must be the API itself."
        raise errors.BadDiscoveryError(sentence)
    sentence = f"{url} answered {status} when asked where to log in; try again in a moment."
    raise errors.ClusterError(sentence, status=status)


def parse_endpoints(body: bytes, url: str) -> Endpoints:
    """Read the document; raises BadDiscoveryError with a sentence for any that cannot be used."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise errors.BadDiscoveryError(f"{url} answered something that is not JSON.") from None
    if not isinstance(document, dict):
        raise errors.BadDiscoveryError(f"{url} answered JSON that is no object.")
    issuer = _read_url(document, "issuer", url)
    authorize = _read_url(document, "authorization_endpoint", url)
    token = _read_url(document, "token_endpoint", url)
    for name, found in (("authorization_endpoint", authorize), ("token_endpoint", token)):
        if found.netloc.lower() != issuer.netloc.lower():
            raise errors.BadDiscoveryError(
                f"{url} names the issuer {issuer.netloc[:260]}, but its {name} is on "
                f"{found.netloc[:260]}: nobody is sent to another host."
            )
    return Endpoints(issuer.geturl(), authorize.geturl(), token.geturl())


def _read_url(document: dict[str, Any], name: str, url: str) -> SplitResult:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise errors.BadDiscoveryError(f"{url} does not say its {name}.")
    try:
        parts = urlsplit(value)
        usable = parts.scheme == "https" and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or "@" in parts.netloc or any(c.isspace() or c == "\\" for c in value):
        raise errors.BadDiscoveryError(f"{url} says an {name} that is not a plain https URL.")
    return parts
