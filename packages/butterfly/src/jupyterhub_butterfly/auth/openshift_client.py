"""The client of the cluster's API and login server, in the verbs of the gate.

Everything is bounded in time and size and follows no redirect.
"""

from __future__ import annotations

import json
import logging
import ssl
import time
import urllib.parse
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tornado import httpclient, simple_httpclient

from jupyterhub_butterfly.auth import RefusedError, UnansweredError
from jupyterhub_butterfly.rules import openshift_answers
from workshop_kube.openshift_login import endpoints, tokens

log = logging.getLogger(__name__)

REQUEST_SECONDS = 10.0
MOST_BYTES = 4 * 2**20
REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


@dataclass(frozen=True)
class Account:
    """The pod's account: where it is mounted, what it is called, where its API is."""

    folder: Path
    namespace: str
    name: str
    api_url: str

    @property
    def client_id(self) -> str:
        """What the OAuth server calls it."""
        return f"system:serviceaccount:{self.namespace}:{self.name}"

    def read_token(self) -> str:
        """Its token as it is mounted now: the kubelet replaces it about once an hour."""
        try:
            return (self.folder / "token").read_text().strip()
        except OSError as error:
            raise UnansweredError(
                "This terminal's own account cannot be read. Try again."
            ) from error


class OpenShiftClient:
    """Asks the cluster; raises `RefusedError` for a firm no, else `UnansweredError`."""

    def __init__(self, account: Account, ca_file: str = "") -> None:
        self.account = account
        self._client = simple_httpclient.SimpleAsyncHTTPClient(
            force_instance=True, max_clients=20, max_body_size=MOST_BYTES
        )
        self._ssl = ssl.create_default_context()
        for path in (account.folder / "ca.crt", Path(ca_file or "/")):
            if path.is_file():
                self._ssl.load_verify_locations(path)
        self._endpoints: endpoints.Endpoints | None = None
        self._found_at = 0.0

    async def discover(self) -> endpoints.Endpoints:
        """Where to log in."""
        age = time.monotonic() - self._found_at
        if self._endpoints is None or age > endpoints.KEEP_SECONDS:
            document = await self._call("GET", endpoints.WELL_KNOWN_PATH, "")
            url = self.account.api_url + endpoints.WELL_KNOWN_PATH
            try:
                self._endpoints = endpoints.parse_endpoints(document, url)
            except endpoints.EndpointsError as error:
                raise UnansweredError(str(error)) from error
            self._found_at = time.monotonic()
        return self._endpoints

    async def exchange(self, code: str, verifier: str, callback: str) -> str:
        """The token that a code is good for."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": callback,
            "code_verifier": verifier,
            "client_id": self.account.client_id,
            "client_secret": self.account.read_token(),
        }
        url = (await self.discover()).token
        body = urllib.parse.urlencode(form)
        answer = await self._fetch(url, (400, 401, 403), method="POST", body=body)
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            raise RefusedError("The cluster gave no token for this login. Open the terminal again.")
        return token

    async def get_name(self, token: str) -> str:
        """Whose token it is."""
        user = await self._call("GET", "/apis/user.openshift.io/v1/users/~", token, (401, 403))
        name = openshift_answers.read_name(user)
        if not name:
            raise UnansweredError("The cluster does not say who you are. Try again in a moment.")
        return name

    async def may_enter(self, token: str) -> bool:
        """Whether its owner administers the project; `RefusedError` for a token that ended."""
        review = openshift_answers.make_review(self.account.namespace)
        allowed = openshift_answers.read_review(
            await self._call("POST", REVIEWS, token, body=review)
        )
        if allowed is None:
            raise UnansweredError(
                "The cluster does not say what you may do. Try again in a moment."
            )
        return allowed

    async def revoke(self, token: str) -> None:
        """Give a token back. Failing is only told: it ends by itself, after a day."""
        name = tokens.make_token_name(token)
        try:
            if name:
                await self._call(
                    "DELETE", tokens.ALL_TOKENS_PATH + name, self.account.read_token(), (403, 404)
                )
        except RefusedError:
            log.info("A token of a login that ended is left to end by itself, or did so already")
        except UnansweredError as trouble:
            log.warning("A token of a login that ended was not revoked: %s", trouble)

    async def _call(
        self,
        method: str,
        path: str,
        token: str,
        firm: Collection[int] = (401,),
        body: Any = None,
    ) -> dict[str, Any]:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        text = None if body is None else json.dumps(body)
        url = self.account.api_url + path
        return await self._fetch(url, firm, method=method, headers=headers, body=text)

    async def _fetch(self, url: str, firm: Collection[int], **options: Any) -> dict[str, Any]:
        """Fetch a JSON object. The statuses `firm` are a refusal, all other trouble is none."""
        request = httpclient.HTTPRequest(
            url,
            ssl_options=self._ssl,
            connect_timeout=REQUEST_SECONDS,
            request_timeout=REQUEST_SECONDS,
            follow_redirects=False,
            **options,
        )
        try:
            answer = await self._client.fetch(request)
            found = json.loads(answer.body)
        except ssl.SSLCertVerificationError as error:
            raise UnansweredError(
                "The certificate of the cluster's login is not trusted: name its authority's "
                "certificate in OAUTH_CA_FILE."
            ) from error
        except httpclient.HTTPError as error:
            if error.code in firm:
                raise RefusedError(
                    "The cluster refused this login. Open the terminal again."
                ) from error
            raise UnansweredError(f"The cluster answers with {error.code}. Try again.") from error
        except (OSError, ValueError, RecursionError) as error:
            raise UnansweredError("The cluster does not answer. Try again in a moment.") from error
        return found if isinstance(found, dict) else {}
