"""Where the OAuth server sends people back to, and whether it will.

An OAuth server answers a browser without a session by
its login page if client and redirect are registered, and by 400 if not: that is how the
self-check knows, without any right in the cluster (recorded in oauth.json).
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from openshift_authenticator import errors
from openshift_authenticator.cluster.rules import accounts

ANNOTATION = "serviceaccounts.openshift.io/oauth-redirecturi."
REFERENCE = "serviceaccounts.openshift.io/oauth-redirectreference."
CALLBACK_PATH = "hub/oauth_callback"


@dataclass(frozen=True)
class Request:
    """What the hub asks of the OAuth server at a login."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    # The redirect is what a browser's request named as the hub's address: anybody's words.
    guessed: bool = False


def make_callback(public_url: str, base_url: str = "/") -> str:
    """The callback below the hub's public address. `public_url` may or may not hold base_url."""
    parts = urlsplit(public_url)
    path = parts.path if len(parts.path) > 1 else base_url
    return f"{parts.scheme}://{parts.netloc}{path.rstrip('/')}/{CALLBACK_PATH}"


def find_registered(annotations: dict[str, Any]) -> str:
    """The one callback that a service account registers as a whole URL; empty if not just one."""
    found = {
        value
        for key, value in annotations.items()
        if key.startswith(ANNOTATION)
        and isinstance(value, str)
        and urlsplit(value).scheme in ("http", "https")
        and urlsplit(value).path.endswith("/oauth_callback")
    }
    return found.pop() if len(found) == 1 else ""


def find_route(annotations: dict[str, Any]) -> str:
    """The name of the one Route that a service account refers to; empty if not just one."""
    found = set()
    for key, value in annotations.items():
        if key.startswith(REFERENCE) and isinstance(value, str):
            found.add(_read_reference(value))
    found.discard("")
    return found.pop() if len(found) == 1 else ""


def _read_reference(text: str) -> str:
    try:
        reference = json.loads(text)["reference"]
        name = reference["name"] if reference.get("kind") == "Route" else ""
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""
    return name if isinstance(name, str) else ""


def make_route_callback(route: dict[str, Any], base_url: str) -> str:
    """The callback on a Route's admitted host; empty if it has none yet."""
    spec = route.get("spec")
    host = spec.get("host") if isinstance(spec, dict) else None
    if not isinstance(spec, dict) or not isinstance(host, str) or not host:
        return ""
    scheme = "https" if spec.get("tls") else "http"
    return make_callback(f"{scheme}://{host}", base_url)


def make_probe(authorize_url: str, request: Request) -> str:
    """The URL that asks without logging anybody in."""
    query = urlencode(
        {
            "client_id": request.client_id,
            "redirect_uri": request.redirect_uri,
            "response_type": "code",
            "scope": " ".join(request.scopes),
            "state": "self-check",
        }
    )
    return f"{authorize_url}{'&' if urlsplit(authorize_url).query else '?'}{query}"


def find_probe_problem(
    status: int, location: str, document: Mapping[str, Any] | None, request: Request
) -> errors.Problem | None:
    """What the answer to the probe means; None if people will be sent back.

    Raises ClusterError for an answer that settles nothing (429, 5xx), BadDocumentError for one
    that is not an OAuth server's.
    """
    if status in (301, 302, 303, 307):
        error = _find_error(location, request.redirect_uri)
        return explain_error(*error, request) if error else None
    if status in (200, 401):
        return None
    code = str((document or {}).get("error", ""))
    # What OpenShift says of an account without any redirect (in its log: "has no redirectURIs").
    bare = code == "server_error" and accounts.parse_account(request.client_id) is not None
    if status == 400 or bare:
        return _make_unregistered(code, request)
    if status == 429 or status >= 500:
        raise errors.ClusterError(f"The OAuth server answered {status}.", status=status)
    raise errors.BadDocumentError(
        f"The cluster's login page answered {status}, which no OAuth server does: something stands "
        "before it, or OpenShiftAuthenticator.authorize_url is wrong."
    )


def _find_error(location: str, redirect_uri: str) -> tuple[str, str] | None:
    if not location.startswith(redirect_uri):
        return None
    query = parse_qs(urlsplit(location).query)
    if "error" not in query:
        return None
    return query["error"][0], query.get("error_description", [""])[0]


def _make_unregistered(error: str, request: Request) -> errors.Problem:
    account = accounts.parse_account(request.client_id)
    if account:
        sentence = (
            f"The cluster does not send people back to {request.redirect_uri}: the service "
            f"account {account.name} of namespace {account.namespace} does not register it."
        )
        command = render_annotate(account, request.redirect_uri)
        return errors.Problem("redirect-not-registered", sentence, command, _lead(request))
    if error == "unauthorized_client":
        sentence = f"The cluster knows no OAuthClient {request.client_id}."
        return errors.Problem(
            "client-not-registered", sentence, render_client(request), _lead(request)
        )
    sentence = f"The OAuthClient {request.client_id} does not register {request.redirect_uri}."
    return errors.Problem(
        "redirect-not-registered", sentence, render_patch(request), _lead(request)
    )


def _lead(request: Request) -> str:
    # Whoever sends a Host header of their own must not get their address registered by an admin.
    if request.guessed:
        return "That address came with a browser's request. If it is this hub's own, run:"
    return "Run:"


def render_annotate(account: accounts.Account, redirect_uri: str) -> str:
    """The exact line that registers `redirect_uri` for a service account."""
    return (
        f"oc annotate serviceaccount {shlex.quote(account.name)} "
        f"--namespace {shlex.quote(account.namespace)} --overwrite "
        + shlex.quote(f"{ANNOTATION}jupyterhub={redirect_uri}")
    )


def render_patch(request: Request) -> str:
    """The exact line that adds the redirect to an OAuthClient."""
    patch = json.dumps([{"op": "add", "path": "/redirectURIs/-", "value": request.redirect_uri}])
    name = shlex.quote(request.client_id)
    return f"oc patch oauthclient {name} --type=json --patch {shlex.quote(patch)}"


def render_client(request: Request) -> str:
    """The exact line that makes an OAuthClient; the secret is left to whoever types it."""
    client = {
        "apiVersion": "oauth.openshift.io/v1",
        "kind": "OAuthClient",
        "metadata": {"name": request.client_id},
        "secret": "PUT-THE-SECRET-HERE",
        "redirectURIs": [request.redirect_uri],
        "grantMethod": "prompt",
    }
    return f"oc create --filename - <<< {shlex.quote(json.dumps(client))}"


def explain_error(error: str, description: str, request: Request) -> errors.Problem:
    """What the `error` that came back with the browser means, in a sentence of our own.

    Nothing of `description` is repeated: anybody can put words into an address.
    """
    account = accounts.parse_account(request.client_id)
    if error == "access_denied" and description.startswith("scope denied"):
        asked = " ".join(request.scopes)
        who = "a service account" if account else f"the OAuthClient {request.client_id}"
        sentence = (
            f"The cluster does not give {who} the scopes that this hub asks for ({asked})."
            + (" Only an OAuthClient may ask for user:full." if account else "")
        )
        return errors.Problem("scope-refused", sentence)
    if error == "access_denied":
        sentence = "You did not allow this hub to know who you are. Log in again, and allow it."
        return errors.Problem("access-denied", sentence)
    if error == "invalid_scope":
        sentence = (
            "The cluster does not know one of the scopes in OpenShiftAuthenticator.scope "
            f"({' '.join(request.scopes)})."
        )
        return errors.Problem("scope-unknown", sentence)
    if error in ("server_error", "temporarily_unavailable"):
        sentence = "The cluster's login does not work at the moment. Try again in a minute."
        return errors.Problem("cluster-unavailable", sentence)
    sentence = "The cluster's login page sent you back with an error. Log in again."
    return errors.Problem("login-failed", sentence)


def parse_exchange(
    status: int, document: Mapping[str, Any] | None, request: Request
) -> dict[str, Any]:
    """The token document of a successful exchange.

    Raises ClusterError (429, 5xx), MisconfiguredError (client or secret refused) or
    BadDocumentError.
    """
    if status == 429 or status >= 500:
        sentence = f"The cluster's login answered {status}. Try again in a minute."
        raise errors.ClusterError(sentence, status=status)
    if status != 200 or (document and "error" in document):
        raise _explain_exchange(document, request)
    if not document or not isinstance(document.get("access_token"), str):
        raise errors.BadDocumentError("The cluster's login answered no token.")
    if str(document.get("token_type", "Bearer")).lower() != "bearer":
        raise errors.BadDocumentError(
            "The cluster's login answered a token that is no Bearer token."
        )
    return {**document, "token_type": "Bearer"}


def _explain_exchange(
    document: Mapping[str, Any] | None, request: Request
) -> errors.MisconfiguredError:
    error = (document or {}).get("error")
    secret = (
        "the service account's token"
        if accounts.parse_account(request.client_id)
        else f"the secret of the OAuthClient {request.client_id}"
    )
    if error in ("unauthorized_client", "invalid_client", "invalid_grant", "access_denied"):
        sentence = (
            "The cluster did not take the login: it was used before or is too old - log in "
            f"again - or the hub has not {secret}."
        )
        return errors.MisconfiguredError(sentence, code="exchange-refused")
    return errors.MisconfiguredError(
        "The cluster did not take the login. Log in again.", code="exchange-refused"
    )
