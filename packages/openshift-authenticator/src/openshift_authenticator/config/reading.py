"""From traitlets to plain values: what was configured, and what rules.py says about it.

Reads files only to see that they can be read.
"""

from __future__ import annotations

import dataclasses
import os
from typing import Any

from jupyterhub import crypto, orm
from oauthenticator.oauth2 import OAuthenticator
from traitlets.config import Config

from openshift_authenticator import errors
from openshift_authenticator.cluster import credentials, trust
from openshift_authenticator.config import rules, settings
from workshop_kube.rules import unknown_settings

# The settings that say who may enter.
WHO = frozenset(
    {
        "allow_all",
        "allow_existing_users",
        "allowed_users",
        "allowed_groups",
        "allowed_access",
        "admin_users",
        "admin_groups",
        "admin_access",
    }
)

# Settings of the base class that do nothing here, or harm.
UNUSED = {
    "allowed_scopes": "would let everybody in, as everybody is given the scopes: use allow_all",
    "auth_state_groups_key": "is not used: groups are the cluster's",
    "basic_auth": "is not used by OpenShift's OAuth server",
    "http_request_kwargs": "is not used: see api_ca_file, oauth_ca_file and request_timeout",
    "token_params": "is not used by OpenShift's OAuth server",
    "userdata_from_id_token": "is not used: OpenShift gives no id token",
    "userdata_params": "is not used: users are read from the cluster's API",
    "userdata_token_method": "is not used: a token goes into no address",
    "userdata_url": "is not used: users are read from the cluster's API",
    "username_claim": "is not used: see username_map",
}

SAME = (
    "openshift_url",
    "client_id",
    "client_secret",
    "client_secret_file",
    "authorize_url",
    "token_url",
    "sessions_act_as_user",
    "manage_groups",
    "allow_all",
    "username_map",
    "enable_pkce",
)


def find_sections(config: Config, cls: type) -> dict[str, set[str]]:
    """The names configured for `cls`, by section; sections of other classes are left out."""
    return {
        name: {key for key in config[name] if not key[:1].isupper()}
        for name in list_sections(cls)
        if name in config
    }


def list_sections(cls: type) -> list[str]:
    """The sections that `cls` reads."""
    return [parent.__name__ for parent in cls.__mro__ if hasattr(parent, "section_names")]


def find_names(config: Config, cls: type) -> frozenset[str]:
    """All names configured for `cls`."""
    return frozenset().union(*find_sections(config, cls).values())


def has_crypt_key() -> bool:
    """Can JupyterHub encrypt auth_state?"""
    try:
        crypto.CryptKeeper.instance().check_available()
    except crypto.EncryptionUnavailable:
        return False
    return True


def has_user_info() -> bool:
    """Does this JupyterHub keep user_info in the clear? Version 6 does."""
    return hasattr(orm.User, "user_info")


def problem_with_secret(path: str) -> str | None:
    """Why the file of the client's secret cannot be used; None if it can, or there is none."""
    try:
        if path:
            credentials.read_text(path, "the secret")
    except errors.MisconfiguredError as error:
        return str(error)
    return None


def read_cluster_settings(auth: OAuthenticator) -> settings.ClusterSettings:
    """How to reach the cluster, as a plain value."""
    names = {field.name for field in dataclasses.fields(settings.ClusterSettings)} - {"has_account"}
    values: dict[str, Any] = {name: getattr(auth, name) for name in names}
    return settings.ClusterSettings(**values, has_account=auth.account is not None)


def read_settings(auth: OAuthenticator, **known: object) -> settings.Settings:
    """The authenticator's settings as a plain value; `known` ones are not read from it."""
    values: dict[str, Any] = {
        "account": auth.account,
        "crypt_key": has_crypt_key(),
        "bundles": {
            name: trust.problem_with_bundle(getattr(auth, name))
            for name in ("api_ca_file", "oauth_ca_file")
            if getattr(auth, name)
        },
        "unreadable": problem_with_secret(auth.client_secret_file),
        "unused": tuple(
            f"{name} {UNUSED[name]}."
            for name in sorted(find_names(auth.config, type(auth)) & UNUSED.keys())
        ),
        **known,
    }
    for name in SAME:
        values.setdefault(name, getattr(auth, name))
    for name in ("allowed_users", "admin_users", "blocked_users", "allowed_groups", "admin_groups"):
        values.setdefault(name, frozenset(getattr(auth, name)))
    for name in ("allowed_access", "admin_access", "scope"):
        if name not in values:
            values[name] = tuple(getattr(auth, name))
    if "enable_auth_state" not in values:
        values["enable_auth_state"] = auth.enable_auth_state
    return settings.Settings(**values)


def list_problems(auth: OAuthenticator) -> list[str]:
    """All that is wrong with the settings, in sentences."""
    cls = type(auth)
    known = dict.fromkeys(list_sections(cls), auth.trait_names(config=True))
    return [
        *unknown_settings.list_unknown(auth.config, known, [cls.__name__]),
        *rules.list_problems(read_settings(auth)),
    ]


def list_warnings(auth: OAuthenticator) -> list[str]:
    """What works, but should be known, in sentences."""
    warnings = []
    if not auth.validate_server_cert:
        warnings.append(
            "OpenShiftAuthenticator.validate_server_cert is off: ANYBODY between this hub and the "
            "cluster can log in as anybody. Use api_ca_file and oauth_ca_file instead."
        )
    elif os.environ.get("OAUTH_TLS_VERIFY") == "0":
        warnings.append("OAUTH_TLS_VERIFY=0 is not heeded: certificates are verified.")
    if not auth.enable_auth_state and not has_user_info():
        warnings.append(
            "Without auth_state, this version of JupyterHub cannot remember whom a name belongs "
            "to: an account deleted in the cluster and made again gets the old one's server. "
            "Set JUPYTERHUB_CRYPT_KEY, or use JupyterHub 6."
        )
    if not auth.enable_auth_state:
        warnings.append(
            "auth_state is off, so groups and rights are judged at login only. Set "
            "JUPYTERHUB_CRYPT_KEY (openssl rand -hex 32) to judge them again while people work."
        )
    return warnings
