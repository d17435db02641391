"""The OAuth client's id and secret: from the settings, or the hub's own service account.

Called by authenticator.py. Secrets are read at each use and never kept: the mounted token is
bound to the pod and replaced under it about once an hour.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from . import errors

STANDARD_DIR = "/var/run/secrets/kubernetes.io/serviceaccount"
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


def judge_here(url: str, host: str) -> bool:
    """Is ``url`` the API of the cluster whose pods are told ``host`` ($KUBERNETES_SERVICE_HOST)?

    A service account is nobody in another cluster, and its token is none of that one's business.
    """
    name = urlsplit(url).hostname or ""
    services = ("kubernetes.default", "openshift.default")
    return bool(host) and (
        name == host.lower()
        or any(name == one or name.startswith(f"{one}.svc") for one in services)
    )


def read_text(path: str, what: str) -> str:
    """The file's text, stripped; raises Misconfigured with a sentence naming ``what``."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(65536).strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", "") or "it is not text"
        raise errors.Misconfigured(f"Cannot read {what} from {path}: {reason}.") from None
    if not text:
        raise errors.Misconfigured(f"Cannot read {what} from {path}: the file is empty.")
    return text


def read_token(folder: str) -> str:
    """The service account's current token. Raises Misconfigured."""
    return read_text(os.path.join(folder, "token"), "the service account's token")


def read_account(folder: str) -> Account | None:
    """Whom the mounted token belongs to; None where no token is mounted (outside a cluster)."""
    if not os.path.exists(os.path.join(folder, "token")):
        return None
    return make_account(_read_claims(read_token(folder)))


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


def _read_claims(token: str) -> dict[str, Any]:
    # Not verified, and need not be: it is our own credential, and the cluster checks it.
    parts = token.split(".")
    try:
        payload = parts[1] + "=" * (-len(parts[1]) % 4)
        claims = json.loads(base64.urlsafe_b64decode(payload))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}
