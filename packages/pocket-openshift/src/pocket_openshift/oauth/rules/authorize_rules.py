"""Verdicts on requests for a code: may a browser be sent to log in, what is granted, what is asked.

Pure: `handlers` reads the request, fetches client and code, asks here and does what the verdict
says. The order of the checks and the words of the errors are those of the real OAuth server
(openshift-api/oauth.json); PKCE is RFC 7636.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pocket_openshift.access import scope_names
from pocket_openshift.oauth.rules import clients, redirects

INVALID_REQUEST = "invalid_request"
UNAUTHORIZED_CLIENT = "unauthorized_client"
ACCESS_DENIED = "access_denied"
UNSUPPORTED_RESPONSE_TYPE = "unsupported_response_type"
UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
INVALID_SCOPE = "invalid_scope"
INVALID_GRANT = "invalid_grant"
SERVER_ERROR = "server_error"

DESCRIPTIONS: Mapping[str, str] = {
    INVALID_REQUEST: "The request is missing a required parameter, includes an invalid parameter "
    "value, includes a parameter more than once, or is otherwise malformed.",
    UNAUTHORIZED_CLIENT: "The client is not authorized to request a token using this method.",
    ACCESS_DENIED: "The resource owner or authorization server denied the request.",
    UNSUPPORTED_RESPONSE_TYPE: "The authorization server does not support obtaining a token using "
    "this method.",
    INVALID_SCOPE: "The requested scope is invalid, unknown, or malformed.",
    SERVER_ERROR: "The authorization server encountered an unexpected condition that prevented it "
    "from fulfilling the request.",
    UNSUPPORTED_GRANT_TYPE: "The authorization grant type is not supported by the authorization "
    "server.",
    INVALID_GRANT: "The provided authorization grant (e.g., authorization code, resource owner "
    "credentials) or refresh token is invalid, expired, revoked, does not match the redirection "
    "URI used in the authorization request, or was issued to another client.",
}
PLAIN, S256 = "plain", "S256"
PKCE = re.compile(r"[a-zA-Z0-9~._-]{43,128}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """The request is refused.

    With a `redirect` the browser takes the error to the client, else it is shown as JSON.
    """

    error: str
    description: str = ""
    state: str = ""
    redirect: str = ""

    def as_dict(self) -> dict[str, str]:
        """The parameters of the answer."""
        answer = {
            "error": self.error,
            "error_description": self.description or DESCRIPTIONS.get(self.error, ""),
        }
        return {**answer, "state": self.state} if self.state else answer

    def location(self) -> str:
        """Where to send the browser."""
        return redirects.with_query(self.redirect, self.as_dict())


@dataclass(frozen=True, slots=True)
class Challenge:
    """The PKCE half that came with the request for a code; the verifier comes with the code."""

    value: str = ""
    method: str = ""


NO_CHALLENGE = Challenge()


@dataclass(frozen=True, slots=True)
class Authorize:
    """A request to /oauth/authorize, as it was sent and then as it was found good."""

    client_id: str = ""
    response_type: str = ""
    redirect: str = ""
    state: str = ""
    scope: str = ""
    challenge: Challenge = NO_CHALLENGE
    error: str = ""

    @property
    def scopes(self) -> tuple[str, ...]:
        """What is asked for; nothing said means everything."""
        return scope_names.split(self.scope) or (scope_names.FULL,)


def parse_authorize(query: Mapping[str, str]) -> Authorize:
    """The parameters of a request to /oauth/authorize."""

    def get(name: str) -> str:
        return query.get(name, "")

    return Authorize(
        client_id=get("client_id"),
        response_type=get("response_type"),
        redirect=get("redirect_uri"),
        state=get("state"),
        scope=get("scope"),
        challenge=Challenge(get("code_challenge"), get("code_challenge_method")),
        error=get("error"),
    )


def decide_authorize(request: Authorize, client: clients.Client | None) -> Authorize | Refusal:
    """Whether a browser may be asked to log in for this.

    That takes the client, its redirect, the flow and PKCE.

    Returns the request with its redirect and PKCE method filled in.
    """
    if client is None or not (client.redirects or client.account):
        return Refusal(UNAUTHORIZED_CLIENT, state=request.state)
    if not client.redirects:
        return Refusal(SERVER_ERROR, clients.no_redirects(client), request.state)
    redirect = redirects.choose(client.redirects, request.redirect)
    if redirect is None:
        return Refusal(INVALID_REQUEST, state=request.state)
    refusal = Refusal("", state=request.state, redirect=redirect)
    if request.response_type != "code":
        return replace(refusal, error=UNSUPPORTED_RESPONSE_TYPE)
    wrong = _problem_with_challenge(request.challenge, public=client.public)
    if wrong:
        return replace(refusal, error=INVALID_REQUEST, description=wrong)
    challenge = request.challenge
    if challenge.value and not challenge.method:
        challenge = Challenge(challenge.value, PLAIN)
    if request.error:
        return replace(refusal, error=_known_error(request.error))
    return replace(request, redirect=redirect, challenge=challenge)


def _known_error(error: str) -> str:
    """What the approval page says when a person denies.

    No other words get into a redirect this way.
    """
    return ACCESS_DENIED if error == "grant_denied" or error not in DESCRIPTIONS else error


def _problem_with_challenge(challenge: Challenge, *, public: bool) -> str | None:
    if not challenge.value:
        return "code_challenge (rfc7636) required for public clients" if public else None
    if challenge.method not in ("", PLAIN, S256):
        return "code_challenge_method transform algorithm not supported (rfc7636)"
    if not PKCE.fullmatch(challenge.value):
        return "code_challenge invalid (rfc7636)"
    return None


@dataclass(frozen=True, slots=True)
class Granted:
    """A code may be made, for these scopes."""

    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """The person must approve these scopes first."""

    scopes: tuple[str, ...]


def decide_grant(
    request: Authorize, client: clients.Client, approved: Sequence[str]
) -> Granted | Ask | Refusal:
    """What a person who is logged in gives the client.

    `approved` are the scopes that were approved before.

    As on the real server, these refusals carry no state.
    """
    asked = request.scopes
    wrong = scope_names.problem_with_scopes(asked)
    if wrong:
        return Refusal(INVALID_SCOPE, wrong, redirect=request.redirect)
    denied = scope_names.denied_by(client.restrictions, asked)
    if denied:
        text = f"scope denied: {scope_names.join(denied)}"
        return Refusal(ACCESS_DENIED, text, redirect=request.redirect)
    if client.grant_method == clients.AUTO or set(asked) <= set(approved):
        return Granted(asked)
    if client.grant_method == clients.DENY:
        return Refusal(ACCESS_DENIED, state=request.state, redirect=request.redirect)
    return Ask(asked)


def problem_with_approval(
    client: clients.Client | None, asked: Sequence[str], redirect: str
) -> str | None:
    """Why a person is not asked (or not believed) about this; None when all is well."""
    if client is None:
        return "Could not find client for client_id"
    if redirects.choose(client.redirects, redirect) is None:
        return f"{client.name} did not register the address {redirect}"
    if scope_names.problem_with_scopes(asked) or scope_names.denied_by(client.restrictions, asked):
        return f"{client.name} requested illegal scopes ({scope_names.join(asked)})"
    return None
