"""The settings as one frozen value, as the rules see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openshift_authenticator.cluster.rules import accounts

FULL = "user:full"


@dataclass(frozen=True)
class Settings:
    """What is judged; each field is the trait of the same name unless said otherwise.

    `account` is the service account that the hub runs as, None outside a cluster; `crypt_key`
    tells whether auth_state can be encrypted; `bundles` maps the CA traits to what is wrong with
    their files (see trust.problem_with_bundle); `unreadable` is why the
    secret's file cannot be used.
    """

    openshift_url: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    client_secret_file: str = ""
    account: accounts.Account | None = None
    authorize_url: str = ""
    token_url: str = ""
    scope: tuple[str, ...] = ()
    sessions_act_as_user: bool = False
    enable_auth_state: bool = False
    crypt_key: bool = False
    manage_groups: bool = False
    allow_all: bool = False
    allowed_groups: frozenset[str] = frozenset()
    admin_groups: frozenset[str] = frozenset()
    allowed_users: frozenset[str] = frozenset()
    blocked_users: frozenset[str] = frozenset()
    admin_users: frozenset[str] = frozenset()
    allowed_access: tuple[Any, ...] = ()
    admin_access: tuple[Any, ...] = ()
    bundles: Mapping[str, str | None] = field(default_factory=dict)
    unreadable: str | None = None
    unused: tuple[str, ...] = ()
    username_map: Mapping[str, str] = field(default_factory=dict)
    enable_pkce: bool = True


@dataclass(frozen=True)
class ClusterSettings:
    """How to reach the cluster; fields are the traits of the same name.

    `has_account` tells whether the hub has an account of its own in that cluster.
    """

    openshift_url: str
    service_account_dir: str
    api_ca_file: str = ""
    oauth_ca_file: str = ""
    validate_server_cert: bool = True
    request_timeout: float = 10.0
    concurrent_refreshes: int = 10
    has_account: bool = False


def make_scope(settings: Settings) -> tuple[str, ...]:
    """The fewest scopes that the settings need."""
    if settings.sessions_act_as_user:
        return (FULL,)
    if settings.allowed_access or settings.admin_access:
        return ("user:info", "user:check-access")
    return ("user:info",)
