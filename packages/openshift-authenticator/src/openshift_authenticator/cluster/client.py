"""The cluster's API and OAuth server, in our verbs and with our errors.

Requests are those of workshop_kube: bounded in time and size, without redirects, TLS verified. Each
is sent once: somebody waits in front of a browser.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from openshift_authenticator import errors
from openshift_authenticator.cluster.rules import trouble
from workshop_kube import client as kube
from workshop_kube.errors import CredentialsError, GoneError, KubeError
from workshop_kube.openshift_login import endpoints, tokens
from workshop_kube.rules.answers import Answer
from workshop_kube.rules.calls import Call
from workshop_kube.rules.retries import Patience

# No answer that we read is larger; a user in thousands of groups stays below.
MAX_BYTES = 4 * 2**20
FORM = "application/x-www-form-urlencoded"

MakeContext = Callable[[], ssl.SSLContext]


class Cluster:
    """One cluster. `api_tls` is whom we trust to be its API, `oauth_tls` its OAuth server.

    `timeout` bounds each request, from connecting to reading, in seconds.
    """

    def __init__(
        self, url: str, api_tls: MakeContext, oauth_tls: MakeContext, timeout: float = 10.0
    ) -> None:
        self.url = url.rstrip("/")
        self._tls = {urlsplit(self.url).netloc: api_tls}
        self._oauth_tls = oauth_tls
        self._timeout = timeout
        self._pool = kube.Transport(most_bytes=MAX_BYTES)
        once = Patience(total=timeout, timeout=timeout, tries=1)
        self._kube = kube.Cluster(kube.Connection(self.url, tls=api_tls), self._pool, patience=once)

    async def close(self) -> None:
        """Close the connections that are kept open."""
        await self._pool.close()

    async def get_user(self, token: str) -> dict[str, Any]:
        """The user document of the token's owner (users/~)."""
        with self._explaining("tell who you are"):
            return await self._kube.as_owner_of(token).get_openshift_user()

    async def may(self, token: str, attributes: Mapping[str, str]) -> bool:
        """Whether the token's owner has a right in the cluster (a SelfSubjectAccessReview)."""
        with self._explaining("tell what you may do"):
            return await self._kube.as_owner_of(token).may(**attributes)

    async def get_object(self, path: str, token: str) -> dict[str, Any]:
        """Any object, by its path, with the hub's own token."""
        with self._explaining(f"show {path}"):
            answer = await self._kube.as_owner_of(token).send(Call("GET", path))
        return dict(answer.document or {})

    async def delete_own_token(self, name: str, token: str) -> None:
        """Revoke a token as its owner (needs the scope user:full)."""
        await self._delete(tokens.OWN_TOKENS_PATH, name, token)

    async def delete_any_token(self, name: str, token: str) -> None:
        """Revoke a token as the hub (needs the right to delete oauthaccesstokens)."""
        await self._delete(tokens.ALL_TOKENS_PATH, name, token)

    async def _delete(self, folder: str, name: str, token: str) -> None:
        call = Call("DELETE", folder + quote(name, safe="~"), "revoke a token")
        with self._explaining("revoke a token"), contextlib.suppress(GoneError):
            await self._kube.as_owner_of(token).send(call)

    async def discover(self) -> Answer:
        """The API's answer to where its OAuth server is, whatever its status."""
        return await self._fetch("GET", self.url + endpoints.WELL_KNOWN_PATH)

    async def exchange_code(self, token_url: str, form: Mapping[str, str]) -> Answer:
        """Post the authorization code; the answer is read by redirects.parse_exchange."""
        return await self._fetch("POST", token_url, form)

    async def probe(self, authorize_url: str) -> Answer:
        """What the OAuth server answers to a browser without a session."""
        return await self._fetch("GET", authorize_url)

    async def _fetch(self, method: str, url: str, form: Mapping[str, str] | None = None) -> Answer:
        """Any answer at all; errors.ClusterError when none comes."""
        headers = {"Accept": "application/json", **({} if form is None else {"Content-Type": FORM})}
        body = None if form is None else urlencode(form).encode()
        with self._explaining("answer"):
            context = self._tls.get(urlsplit(url).netloc, self._oauth_tls)()
            answer = await self._pool.fetch(
                method, url, headers=headers, body=body, context=context, seconds=self._timeout
            )
        if not answer.status:
            raise trouble.make_silence(answer.message)
        return answer

    @contextlib.contextmanager
    def _explaining(self, what: str) -> Iterator[None]:
        """Turn the errors of workshop_kube into those of a login."""
        try:
            yield
        except CredentialsError as error:
            raise errors.MisconfiguredError(
                f"{error}, so the cluster cannot be trusted."
            ) from error
        except KubeError as error:
            raise trouble.make_error(error, what, urlsplit(self.url).netloc) from error
