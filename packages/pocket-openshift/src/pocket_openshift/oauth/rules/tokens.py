"""Codes and tokens: how they look, under which name they are kept, and the objects that keep them.

Pure but for the random bytes. A token is shown once; what the cluster stores is the SHA-256 of it,
as the name.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pocket_openshift.oauth.rules import authorize_rules, token_rules

PREFIX = "sha256~"
CODE_SECONDS = 300
ACCESS_SECONDS = 86_400
ACCESS_TOKENS = "oauthaccesstokens.oauth.openshift.io"
AUTHORIZE_TOKENS = "oauthauthorizetokens.oauth.openshift.io"
Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """Who logged in: the User's name and UID."""

    name: str
    uid: str


def make_token() -> str:
    """A new code or access token: 256 random bits behind the prefix that says how it is stored."""
    return PREFIX + secrets.token_urlsafe(32)


def name_of(token: str) -> str | None:
    """The name of the object that keeps a token; None when this cannot be a token."""
    body = token.removeprefix(PREFIX)
    if body == token or not body:
        return None
    digest = hashlib.sha256(body.encode()).digest()
    return PREFIX + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _owned(token: str, person: Person) -> Object:
    return {
        "metadata": {"name": name_of(token)},
        "userName": person.name,
        "userUID": person.uid,
    }


def make_code_object(
    code: str, person: Person, request: authorize_rules.Authorize, granted: Sequence[str]
) -> Object:
    """The OAuthAuthorizeToken of a code."""
    made = {
        **_owned(code, person),
        "clientName": request.client_id,
        "expiresIn": CODE_SECONDS,
        "scopes": list(granted),
        "redirectURI": request.redirect,
    }
    if request.state:
        made["state"] = request.state
    if request.challenge.value:
        made["codeChallenge"] = request.challenge.value
        made["codeChallengeMethod"] = request.challenge.method
    return made


def make_access_object(token: str, code: Mapping[str, Any], seconds: int) -> Object:
    """The OAuthAccessToken that a code (its object) is exchanged for.

    `seconds` of 0 means that it does not end.
    """
    person = Person(code["userName"], code["userUID"])
    return {
        **_owned(token, person),
        "clientName": code["clientName"],
        "expiresIn": seconds,
        "scopes": list(code["scopes"]),
        "redirectURI": code["redirectURI"],
        "authorizeToken": code["metadata"]["name"],
    }


def make_approval(person: Person, client: str, approved: Sequence[str]) -> Object:
    """The OAuthClientAuthorization that remembers what a person approved."""
    return {
        "metadata": {"name": approval_name(person.name, client)},
        "clientName": client,
        "userName": person.name,
        "userUID": person.uid,
        "scopes": list(approved),
    }


def approval_name(person: str, client: str) -> str:
    """The name of the object that `make_approval` makes."""
    return f"{person}:{client}"


def expires(obj: Mapping[str, Any]) -> float:
    """When a kept code or token ends, in seconds since 1970; infinity when it does not."""
    seconds = obj.get("expiresIn") or 0
    if seconds <= 0:
        return float("inf")
    return datetime.fromisoformat(obj["metadata"]["creationTimestamp"]).timestamp() + seconds


def parse_code(obj: Mapping[str, Any]) -> token_rules.Code:
    """A kept code as the rules see it."""
    return token_rules.Code(
        client=obj["clientName"],
        redirect=obj["redirectURI"],
        expires=expires(obj),
        challenge=authorize_rules.Challenge(
            obj.get("codeChallenge") or "", obj.get("codeChallengeMethod") or ""
        ),
    )


def is_valid_access(
    token: Mapping[str, Any] | None, user: Mapping[str, Any] | None, now: float
) -> bool:
    """Whether a kept access token still speaks for its user.

    It has not ended, and the user is the same person.
    """
    if token is None or user is None or now >= expires(token):
        return False
    return bool(user["metadata"]["uid"] == token["userUID"])
