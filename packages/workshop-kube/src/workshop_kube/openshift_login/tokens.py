"""What is to be known about an OAuth token without showing it to anybody."""

from __future__ import annotations

import base64
import hashlib

PREFIX = "sha256~"
OWN_TOKENS_PATH = "/apis/oauth.openshift.io/v1/useroauthaccesstokens/"
ALL_TOKENS_PATH = "/apis/oauth.openshift.io/v1/oauthaccesstokens/"


def make_challenge(verifier: str) -> str:
    """The PKCE challenge (S256) of a verifier."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def make_token_name(token: str) -> str:
    """The name of the object in the cluster that stands for a token; empty if it has none.

    Since OpenShift 4.6 a token is `sha256~` and a random text, and its object's name is `sha256~`
    and the unpadded base64url of that text's SHA-256.
    """
    if not token.startswith(PREFIX):
        return ""
    return PREFIX + make_challenge(token.removeprefix(PREFIX))
