"""Service accounts as OAuth clients: their names, and what a mounted token says of itself."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

PREFIX = "system:serviceaccount:"


@dataclass(frozen=True)
class Account:
    """The service account that the hub's pod runs as."""

    namespace: str
    name: str

    @property
    def client_id(self) -> str:
        """Its name as an OAuth client."""
        return f"{PREFIX}{self.namespace}:{self.name}"


def is_here(url: str, host: str) -> bool:
    """Is `url` the API of the cluster whose pods are told `host` ($KUBERNETES_SERVICE_HOST)?

    A service account is nobody in another cluster, and its token is none of that one's business.
    """
    name = urlsplit(url).hostname or ""
    services = ("kubernetes.default", "openshift.default")
    return bool(host) and (
        name == host.lower()
        or any(name == one or name.startswith(f"{one}.svc") for one in services)
    )


def make_account(claims: dict[str, Any]) -> Account | None:
    """The account that a token's claims name; None if they name none."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject.startswith(PREFIX):
        return None
    namespace, _, name = subject.removeprefix(PREFIX).partition(":")
    return Account(namespace, name) if namespace and name else None


def parse_account(client_id: str) -> Account | None:
    """The account that a client id means; None for an OAuthClient."""
    return make_account({"sub": client_id})


def read_claims(token: str) -> dict[str, Any]:
    """What a JWT says of itself; empty for anything strange."""
    # Not verified, and need not be: it is our own credential, and the cluster checks it.
    parts = token.split(".")
    try:
        payload = parts[1] + "=" * (-len(parts[1]) % 4)
        claims = json.loads(base64.urlsafe_b64decode(payload))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}
