"""The OAuth client's id and secret: from the settings, or the hub's own service account.

Secrets are read at each use and never kept: the mounted token is bound to the
pod and replaced under it about once an hour.
"""

from __future__ import annotations

import os

from openshift_authenticator import errors
from openshift_authenticator.cluster.rules import accounts

STANDARD_DIR = "/var/run/secrets/kubernetes.io/serviceaccount"


def read_text(path: str, what: str) -> str:
    """The file's text, stripped; raises MisconfiguredError with a sentence naming ``what``."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(65536).strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", "") or "it is not text"
        raise errors.MisconfiguredError(f"Cannot read {what} from {path}: {reason}.") from None
    if not text:
        raise errors.MisconfiguredError(f"Cannot read {what} from {path}: the file is empty.")
    return text


def read_token(folder: str) -> str:
    """The service account's current token. Raises MisconfiguredError."""
    return read_text(os.path.join(folder, "token"), "the service account's token")


def read_account(folder: str) -> accounts.Account | None:
    """Whom the mounted token belongs to; None where no token is mounted (outside a cluster)."""
    if not os.path.exists(os.path.join(folder, "token")):
        return None
    return accounts.make_account(accounts.read_claims(read_token(folder)))
