"""Settings that contradict each other, in sentences.

Any sentence stops the start, and each names its trait. What a single trait may hold is checked by
the trait itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from openshift_authenticator.cluster.rules import accounts
from openshift_authenticator.config.settings import FULL, Settings, make_scope
from openshift_authenticator.login.rules import access

ACCOUNT_SCOPES = (
    "user:info",
    "user:check-access",
    "user:list-projects",
    "user:list-scoped-projects",
)


def list_problems(settings: Settings) -> list[str]:
    """All that is wrong, one sentence each; an empty list lets the hub start."""
    checks = (_check_address, _check_client, _check_scope, _check_state, _check_rules, _check_rest)
    return [sentence for check in checks for sentence in check(settings)]


def _check_address(settings: Settings) -> Iterable[str]:
    if not settings.openshift_url:
        yield (
            "OpenShiftAuthenticator.openshift_url must be set: the hub does not run in a pod. "
            'Example: c.OpenShiftAuthenticator.openshift_url = "https://api.example.com:6443"'
        )
    for name in ("openshift_url", "authorize_url", "token_url"):
        value = getattr(settings, name)
        if value and (urlsplit(value).scheme != "https" or not urlsplit(value).hostname):
            yield f"OpenShiftAuthenticator.{name} must be an https:// address, not {value!r}."
    if bool(settings.authorize_url) != bool(settings.token_url):
        yield (
            "OpenShiftAuthenticator.authorize_url and token_url go together: set both to skip "
            "the discovery, or neither."
        )


def _check_client(settings: Settings) -> Iterable[str]:
    if not settings.client_id:
        yield (
            "OpenShiftAuthenticator.client_id must be set: no service account is mounted into "
            "this hub. Give the id of an OAuthClient and client_secret_file."
        )
        return
    if settings.client_secret and settings.client_secret_file:
        yield "OpenShiftAuthenticator.client_secret and client_secret_file contradict: keep one."
    if accounts.parse_account(settings.client_id) is None:
        if not settings.client_secret and not settings.client_secret_file:
            yield (
                "OpenShiftAuthenticator.client_secret_file must be set: the OAuthClient "
                f"{settings.client_id} needs its secret."
            )
    elif not (settings.client_secret or settings.client_secret_file or _is_own(settings)):
        yield (
            f"OpenShiftAuthenticator.client_id is the service account {settings.client_id}, but "
            "no token of it is mounted: set client_secret_file to a file that holds one."
        )


def _is_own(settings: Settings) -> bool:
    return settings.account is not None and settings.account.client_id == settings.client_id


def _check_scope(settings: Settings) -> Iterable[str]:
    account = accounts.parse_account(settings.client_id)
    needed = make_scope(settings)
    for scope in settings.scope:
        if scope == FULL and not settings.sessions_act_as_user:
            yield (
                "OpenShiftAuthenticator.scope asks for user:full, which only sessions that act "
                "as the user need: set sessions_act_as_user, or leave scope alone."
            )
        elif account and scope not in ACCOUNT_SCOPES and not _is_own_role(scope, account):
            yield (
                f"OpenShiftAuthenticator.scope asks for {scope}, which the cluster gives no "
                "service account: use an OAuthClient (client_id, client_secret_file)."
            )
    if account and settings.sessions_act_as_user:
        yield (
            "OpenShiftAuthenticator.sessions_act_as_user needs the scope user:full, which the "
            "cluster gives no service account: use an OAuthClient (client_id, client_secret_file)."
        )
    if FULL not in settings.scope:
        for scope in sorted(set(needed) - set(settings.scope)):
            yield f"OpenShiftAuthenticator.scope lacks {scope}, which the other settings need."


def _is_own_role(scope: str, account: accounts.Account) -> bool:
    return scope.startswith("role:") and scope.split(":")[2:3] == [account.namespace]


def _check_state(settings: Settings) -> Iterable[str]:
    if settings.sessions_act_as_user and not settings.enable_auth_state:
        reason = "is off" if settings.crypt_key else "needs JUPYTERHUB_CRYPT_KEY"
        yield (
            "OpenShiftAuthenticator.sessions_act_as_user keeps tokens in auth_state, and "
            f"enable_auth_state {reason}."
        )


def _check_rules(settings: Settings) -> Iterable[str]:
    for name in ("allowed_groups", "admin_groups"):
        if getattr(settings, name) and not settings.manage_groups:
            yield f"OpenShiftAuthenticator.{name} needs OpenShiftAuthenticator.manage_groups."
        for group in sorted(getattr(settings, name)):
            if group.startswith("system:"):
                yield (
                    f"OpenShiftAuthenticator.{name} names {group}, one of the cluster's own "
                    "groups, which are left out: use allow_all or allowed_access."
                )
    for name in ("allowed_users", "admin_users"):
        both = sorted(getattr(settings, name) & settings.blocked_users)
        if both:
            yield f"OpenShiftAuthenticator.{name} and blocked_users both name {', '.join(both)}."
    namespace = settings.account.namespace if settings.account else ""
    for name in ("allowed_access", "admin_access"):
        try:
            access.make_checks(getattr(settings, name), namespace)
        except ValueError as error:
            yield f"OpenShiftAuthenticator.{name} {error}."


def _check_rest(settings: Settings) -> Iterable[str]:
    for name, wrong in settings.bundles.items():
        if wrong:
            yield f"OpenShiftAuthenticator.{name}: {wrong}."
    if settings.unreadable:
        yield f"OpenShiftAuthenticator.client_secret_file: {settings.unreadable}"
    for sentence in settings.unused:
        yield f"OpenShiftAuthenticator.{sentence}"
    for name, target in settings.username_map.items():
        if settings.username_map.get(target, target) != target:
            yield (
                f"OpenShiftAuthenticator.username_map makes {name} into {target}, and {target} "
                "into something else: name the last one."
            )
    if not settings.enable_pkce:
        yield "OpenShiftAuthenticator.enable_pkce cannot be off: OpenShift supports PKCE."
