"""Verdicts on requests for a token: who the client is, whether the code is its own, and PKCE.

Pure: `flow` reads the request, fetches client and code, asks here and does what the verdict says.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from pocket_openshift.oauth.rules import authorize_rules, clients, redirects


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request to /oauth/token, and how the client says who it is."""

    grant_type: str = ""
    code: str = ""
    redirect: str = ""
    verifier: str = ""
    client_id: str = ""
    secret: str = ""
    credentials: bool = True


def parse_exchange(form: Mapping[str, str], authorization: str = "") -> Exchange:
    """The parameters of a request to /oauth/token; credentials come in the form or as Basic."""
    said = _basic(authorization)
    if "client_secret" in form or ("client_id" in form and said is None):
        said = (form.get("client_id", ""), form.get("client_secret", ""))
    name, secret = said or ("", "")
    return Exchange(
        grant_type=form.get("grant_type", ""),
        code=form.get("code", ""),
        redirect=form.get("redirect_uri", ""),
        verifier=form.get("code_verifier", ""),
        client_id=name,
        secret=secret,
        credentials=bool(name),
    )


def _basic(authorization: str) -> tuple[str, str] | None:
    """Name and secret of a Basic header, form-encoded as OAuth does it (RFC 6749, 2.3.1)."""
    found = parse_basic(authorization)
    return (unquote_plus(found[0]), unquote_plus(found[1])) if found else None


def parse_basic(authorization: str) -> tuple[str, str] | None:
    """Name and password of a Basic header, or None."""
    kind, _, text = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(text.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (name, secret) if colon else None


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code as it was kept."""

    client: str
    redirect: str
    expires: float
    challenge: authorize_rules.Challenge = authorize_rules.NO_CHALLENGE


def refuse_before_client(request: Exchange) -> authorize_rules.Refusal | None:
    """What can be said before the client is looked up."""
    if request.grant_type != "authorization_code":
        return authorize_rules.Refusal(authorize_rules.UNSUPPORTED_GRANT_TYPE)
    if not request.credentials:
        return authorize_rules.Refusal(authorize_rules.INVALID_REQUEST)
    if not request.code:
        return authorize_rules.Refusal(authorize_rules.INVALID_GRANT)
    return None


def refuse_exchange(
    request: Exchange, client: clients.Client, code: Code | None, now: float
) -> authorize_rules.Refusal | None:
    """Whether a client, known by its secret, gets the token for a code; None means yes.

    `now` is in seconds.
    """
    if code is None:
        return authorize_rules.Refusal(authorize_rules.UNAUTHORIZED_CLIENT)
    if now >= code.expires or code.client != client.name:
        return authorize_rules.Refusal(authorize_rules.INVALID_GRANT)
    redirect = request.redirect or next(iter(client.redirects), "")
    if redirect != code.redirect or redirects.choose(client.redirects, redirect) is None:
        return authorize_rules.Refusal(authorize_rules.INVALID_REQUEST)
    return _refuse_verifier(code.challenge, request.verifier)


def _refuse_verifier(
    challenge: authorize_rules.Challenge, verifier: str
) -> authorize_rules.Refusal | None:
    if not challenge.value:
        return None
    if not authorize_rules.PKCE.fullmatch(verifier):
        return authorize_rules.Refusal(
            authorize_rules.INVALID_REQUEST, "code_verifier invalid (rfc7636)"
        )
    if not hmac.compare_digest(transform(verifier, challenge.method), challenge.value):
        return authorize_rules.Refusal(
            authorize_rules.INVALID_GRANT, "code_verifier invalid (rfc7636)"
        )
    return None


def transform(verifier: str, method: str) -> str:
    """The challenge that belongs to a verifier."""
    if method != authorize_rules.S256:
        return verifier
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
