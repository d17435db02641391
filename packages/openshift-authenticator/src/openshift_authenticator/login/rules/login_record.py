"""What the hub's database knows of a person: their UID, their token, their browsers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openshift_authenticator.cluster.rules import tokens

# Where auth_state keeps the user document; oauthenticator's own class calls it the same.
STATE_KEY = "openshift_user"
# Tokens of earlier logins that running sessions may still use; newest first.
OLDER_KEY = "older_tokens"
MOST_OLDER = 5
TOKEN_KEYS = (
    "access_token",
    "refresh_token",
    "id_token",
    "token_response",
    "expires_at",
    OLDER_KEY,
)


def read_uid(state: Mapping[str, Any] | None, user_info: object) -> str:
    """The UID that the hub learnt at an earlier login; empty if never.

    It is in auth_state and, for hubs without a key to encrypt that, in the user_info that
    JupyterHub 6 keeps in the clear.
    """
    document = (state or {}).get(STATE_KEY)
    metadata = document.get("metadata") if isinstance(document, dict) else None
    uid = metadata.get("uid") if isinstance(metadata, dict) else None
    if not uid and isinstance(user_info, dict) and isinstance(user_info.get("openshift"), dict):
        uid = user_info["openshift"].get("uid")
    return uid if isinstance(uid, str) else ""


def make_user_info(state: dict[str, Any]) -> dict[str, Any]:
    """What JupyterHub 6 may keep and show in the clear."""
    expires = tokens.render_time(state.get("expires_at") or 0)
    return {"openshift": {"uid": read_uid(state, None), "token_expires": expires}}


def read_token(state: dict[str, Any] | None) -> str:
    """The OpenShift token in an auth_state; empty if there is none."""
    token = (state or {}).get("access_token")
    return token if isinstance(token, str) else ""


def read_scope(state: dict[str, Any] | None) -> tuple[str, ...]:
    """The scopes that the token was given."""
    scope = (state or {}).get("scope")
    return tuple(scope) if isinstance(scope, list) else ()


def read_tokens(state: dict[str, Any] | None) -> list[str]:
    """All tokens in an auth_state, the current one first."""
    older = (state or {}).get(OLDER_KEY)
    older = [token for token in older if isinstance(token, str)] if isinstance(older, list) else []
    return [token for token in (read_token(state), *older) if token]


def without_token(state: dict[str, Any]) -> dict[str, Any]:
    """The auth_state of somebody who logged out: who they are stays known."""
    return {key: value for key, value in state.items() if key not in TOKEN_KEYS}
