"""An OAuth client as the rules see it, made from an OAuthClient object or from a service account.

Pure. `registry` fetches the objects; `requests` judges with the result.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pocket_openshift.access import scope_names
from pocket_openshift.oauth.rules import addresses

WANT_CHALLENGES = "serviceaccounts.openshift.io/oauth-want-challenges"
PROMPT, AUTO, DENY = "prompt", "auto", "deny"
BROWSER = "openshift-browser-client"
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """The account that a client is."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Client:
    """What may be asked for in the name of `name`, and how.

    `access_seconds` is the life of its tokens (None: the server's default, 0: for ever); `secrets`
    are those written in the OAuthClient, a service account's are judged by the API.
    """

    name: str
    redirects: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    grant_method: str = PROMPT
    challenges: bool = False
    restrictions: tuple[scope_names.Restriction, ...] = ()
    access_seconds: int | None = None
    account: ServiceAccount | None = None

    @property
    def public(self) -> bool:
        """Whether it has no secret: a program on the person's own machine, which must use PKCE."""
        return self.account is None and not self.secrets

    def knows(self, secret: str) -> bool:
        """Whether this is one of the secrets, in a time that tells nothing."""
        if self.public:
            return secret == ""
        found = [hmac.compare_digest(secret.encode(), known.encode()) for known in self.secrets]
        return any(found)


def parse_account(client_id: str) -> ServiceAccount | None:
    """The service account that a client id names, or None."""
    parts = client_id.split(":")
    if len(parts) != 4 or parts[:2] != ["system", "serviceaccount"] or not all(parts):
        return None
    return ServiceAccount(parts[2], parts[3])


def of_object(client: Mapping[str, Any]) -> Client:
    """A client from its OAuthClient."""
    secrets = [client.get("secret") or "", *(client.get("additionalSecrets") or ())]
    return Client(
        name=client["metadata"]["name"],
        redirects=tuple(client.get("redirectURIs") or ()),
        secrets=tuple(secret for secret in secrets if secret),
        grant_method=client.get("grantMethod") or PROMPT,
        challenges=bool(client.get("respondWithChallenges")),
        restrictions=scope_names.parse_restrictions(client.get("scopeRestrictions")),
        access_seconds=client.get("accessTokenMaxAgeSeconds"),
    )


def of_service_account(account: Mapping[str, Any], find: addresses.Addresses) -> Client:
    """A client from a ServiceAccount; it has no redirects when the account says none."""
    metadata = account["metadata"]
    annotations = metadata.get("annotations") or {}
    who = ServiceAccount(metadata["namespace"], metadata["name"])
    return Client(
        name=f"system:serviceaccount:{who.namespace}:{who.name}",
        redirects=addresses.of_annotations(annotations, find),
        challenges=annotations.get(WANT_CHALLENGES) in _TRUE,
        restrictions=scope_names.for_service_account(who.namespace),
        account=who,
    )


def no_redirects(client: Client) -> str:
    """What to tell about a service account that nobody can log in through yet."""
    return (
        f"{client.name} has no redirectURIs; set {addresses.URI_ANNOTATION}<some-value>=<redirect> "
        f"or create a dynamic URI using {addresses.REFERENCE_ANNOTATION}<some-value>=<reference>"
    )


def make_own(issuer: str, secret: str) -> list[dict[str, Any]]:
    """The clients that every cluster has.

    One is for the page that shows a token (which has a secret, new at each start), one for `oc
    login` with a password, and one with a browser (`--web`).
    """
    return [
        {
            "metadata": {"name": BROWSER},
            "grantMethod": AUTO,
            "secret": secret,
            "redirectURIs": [f"{issuer}/oauth/token/display"],
        },
        {
            "metadata": {"name": "openshift-challenging-client"},
            "grantMethod": AUTO,
            "redirectURIs": [f"{issuer}/oauth/token/implicit"],
            "respondWithChallenges": True,
        },
        {
            "metadata": {"name": "openshift-cli-client"},
            "grantMethod": AUTO,
            "redirectURIs": ["http://127.0.0.1/callback", "http://[::1]/callback"],
        },
    ]
