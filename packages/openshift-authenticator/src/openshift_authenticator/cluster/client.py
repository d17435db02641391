"""The only module that talks to the cluster: its API and its OAuth server.

Everything is asynchronous, bounded in time and size, follows no redirect and verifies TLS.
Answers come back as plain documents; whatever else happens is an error of errors.py.
"""

from __future__ import annotations

import json
import logging
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.simple_httpclient import (
    HTTPStreamClosedError,
    HTTPTimeoutError,
    SimpleAsyncHTTPClient,
)

from openshift_authenticator import errors

log = logging.getLogger(__name__)

MAX_BYTES = 4 * 2**20
"""No answer that we read is larger; a user in thousands of groups stays below."""

USER_PATH = "/apis/user.openshift.io/v1/users/~"
REVIEW_PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
OWN_TOKENS_PATH = "/apis/oauth.openshift.io/v1/useroauthaccesstokens/"
ALL_TOKENS_PATH = "/apis/oauth.openshift.io/v1/oauthaccesstokens/"


@dataclass(frozen=True)
class Answer:
    """What a server said: status, headers (case-insensitive mapping) and raw body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def document(self) -> dict[str, Any] | None:
        """The body as a JSON object; None if it is not one."""
        try:
            document = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return document if isinstance(document, dict) else None


@dataclass(frozen=True)
class Call:
    """One request: what to send where. ``token`` goes into the Authorization header only."""

    url: str
    method: str = "GET"
    token: str = field(default="", repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    body: Mapping[str, Any] | None = None


class HttpClient:
    """Sends calls; the one place where a connection is opened.

    ``context_for`` gives the TLS context of a URL, ``timeout`` bounds connecting, waiting and
    reading together, in seconds.
    """

    def __init__(self, context_for: Callable[[str], ssl.SSLContext], timeout: float = 10.0) -> None:
        self._context_for = context_for
        self._timeout = timeout
        # Not AsyncHTTPClient(): JupyterHub 5 may have configured that to be pycurl, which takes
        # no TLS context, and its ten slots are shared with everybody.
        self._client = SimpleAsyncHTTPClient(
            force_instance=True, max_clients=64, max_body_size=MAX_BYTES
        )

    def close(self) -> None:
        """Give back the client's resources."""
        self._client.close()

    async def send(self, call: Call) -> Answer:
        """Send ``call``; raises errors.ClusterError when no answer comes."""
        host = urlsplit(call.url).netloc
        try:
            request = self._make_request(call)
            response = await self._client.fetch(request, raise_error=False)
        except HTTPTimeoutError as error:
            sentence = f"{host} did not answer within {self._timeout:g} seconds."
            raise errors.ClusterError(sentence) from error
        except ssl.SSLCertVerificationError as error:
            raise errors.ClusterError(_explain_certificate(host, error)) from error
        except socket.gaierror as error:
            raise errors.ClusterError(f"The name {host} is not known here.") from error
        except (OSError, HTTPStreamClosedError, HTTPClientError, ValueError) as error:
            raise errors.ClusterError(f"No answer from {host}: {_reason(error)}.") from error
        return Answer(response.code, response.headers, response.body or b"")

    def _make_request(self, call: Call) -> HTTPRequest:
        headers = {"Accept": "application/json", "User-Agent": "jupyterhub-openshift-authenticator"}
        if call.token:
            headers["Authorization"] = f"Bearer {call.token}"
        body = None
        if call.form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(call.form)
        elif call.body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(call.body)
        return HTTPRequest(
            call.url,
            method=call.method,
            headers=headers,
            body=body,
            follow_redirects=False,
            connect_timeout=self._timeout,
            request_timeout=self._timeout,
            ssl_options=self._context_for(call.url),
        )


class Cluster:
    """The cluster's API in our verbs. ``url`` is its address without a trailing slash."""

    def __init__(self, url: str, http: HttpClient) -> None:
        self.url = url.rstrip("/")
        self._http = http

    async def get_user(self, token: str) -> dict[str, Any]:
        """The user document of the token's owner (users/~)."""
        return await self._document(Call(self.url + USER_PATH, token=token), "tell who you are")

    async def review_access(self, token: str, review: Mapping[str, Any]) -> dict[str, Any]:
        """Ask whether the token's owner may do what ``review``, a SelfSubjectAccessReview, says."""
        call = Call(self.url + REVIEW_PATH, "POST", token, body=review)
        return await self._document(call, "tell what you may do")

    async def get_object(self, path: str, token: str) -> dict[str, Any]:
        """Any object, by its path, with the hub's own token."""
        return await self._document(Call(self.url + path, token=token), f"show {path}")

    async def delete_own_token(self, name: str, token: str) -> None:
        """Revoke a token as its owner (needs the scope user:full)."""
        await self._delete(OWN_TOKENS_PATH + quote(name, safe="~"), token)

    async def delete_any_token(self, name: str, token: str) -> None:
        """Revoke a token as the hub (needs the right to delete oauthaccesstokens)."""
        await self._delete(ALL_TOKENS_PATH + quote(name, safe="~"), token)

    async def exchange_code(self, token_url: str, form: Mapping[str, str]) -> Answer:
        """Post the authorization code; the answer is judged by redirects.parse_exchange."""
        return await self._http.send(Call(token_url, "POST", form=form))

    async def probe(self, authorize_url: str) -> Answer:
        """What the OAuth server answers to a browser without a session."""
        return await self._http.send(Call(authorize_url))

    async def _delete(self, path: str, token: str) -> None:
        answer = await self._http.send(Call(self.url + path, "DELETE", token))
        if answer.status not in (200, 202, 404):
            raise _make_error(answer, "revoke a token")

    async def _document(self, call: Call, what: str) -> dict[str, Any]:
        answer = await self._http.send(call)
        if answer.status not in (200, 201):
            raise _make_error(answer, what)
        document = answer.document()
        if document is None:
            host = urlsplit(self.url).netloc
            raise errors.BadDocumentError(
                f"{host} was asked to {what} and answered no JSON object."
            )
        return document


def _make_error(answer: Answer, what: str) -> errors.ClusterError:
    message = str((answer.document() or {}).get("message", ""))[:300]
    detail = f": {message}" if message else ""
    return errors.ClusterError(
        f"The cluster was asked to {what} and answered {answer.status}{detail}",
        status=answer.status,
        retry_after=_read_seconds(answer.headers.get("Retry-After", "")),
    )


def _read_seconds(text: str) -> float | None:
    return min(float(text), 3600.0) if text.isascii() and text.isdigit() else None


def _explain_certificate(host: str, error: ssl.SSLCertVerificationError) -> str:
    return (
        f"The certificate of {host} is not trusted: {error.verify_message}. "
        "Give the bundle that signed it as OpenShiftAuthenticator.api_ca_file (API) "
        "or oauth_ca_file (login page)."
    )


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
