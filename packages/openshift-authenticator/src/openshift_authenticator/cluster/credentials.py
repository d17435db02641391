"""The OAuth client's id and secret: from the settings, or the hub's own service account.

Secrets are read at each use and never kept: the mounted token is bound to the
pod and replaced under it about once an hour.
"""

from __future__ import annotations

import os
from pathlib import Path

from openshift_authenticator import errors
from openshift_authenticator.cluster.rules import accounts
from workshop_kube.client import connections
from workshop_kube.errors import CredentialsError

STANDARD_DIR = str(connections.STANDARD_FOLDER)


def read_text(path: str, what: str) -> str:
    """The file's text, stripped; raises MisconfiguredError with a sentence naming `what`."""
    try:
        return connections.read_text(Path(path))
    except CredentialsError as error:
        raise errors.MisconfiguredError(f"Cannot read {what}: {error}.") from None


def read_token(folder: str) -> str:
    """The service account's current token. Raises MisconfiguredError."""
    return read_text(str(Path(folder, "token")), "the service account's token")


def read_account(folder: str) -> accounts.Account | None:
    """Whom the mounted token belongs to; None where no token is mounted (outside a cluster)."""
    # `Path.exists` raises where one may not look.
    if not os.path.exists(f"{folder}/token"):  # noqa: PTH110
        return None
    return accounts.make_account(accounts.read_claims(read_token(folder)))
