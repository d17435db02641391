"""What the OAuth server finds and keeps in the cluster: clients, users, codes, tokens, approvals.

The only module of this package that reads and writes the store for a login, on the server's loop.
Nothing here waits.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from collections.abc import Sequence
from typing import Any

from pocket_openshift.access import scope_names
from pocket_openshift.core.behaviour import Plane
from pocket_openshift.oauth.rules import addresses, authorize_rules, clients, tokens
from pocket_openshift.vocabulary import errors, identity, kinds

CLIENTS = "oauthclients.oauth.openshift.io"
APPROVALS = "oauthclientauthorizations.oauth.openshift.io"
USERS, GROUPS = "users.user.openshift.io", "groups.user.openshift.io"
IDENTITIES = "identities.user.openshift.io"
PROVIDER = "htpasswd"
BY_OAUTH = "system:authenticated:oauth"


class UnmappedError(Exception):
    """The password was right but there is no User to be had; `reason` is the login page's word."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(hint)
        self.reason = reason


class Registry:
    """The store as the OAuth server sees it."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._store = plane.store

    # Clients

    def client(self, client_id: str) -> clients.Client | None:
        """The client of an id: a service account's name, or an OAuthClient's.

        None when there is none.
        """
        account = clients.parse_account(client_id)
        if account is None:
            found = self._store.find(CLIENTS, "", client_id)
            return clients.of_object(found) if found else None
        found = self._store.find("serviceaccounts", account.namespace, account.name)
        if found is None:
            return None

        def find(reference: addresses.Reference) -> Sequence[addresses.Address]:
            return self._addresses(account.namespace, reference)

        return clients.of_service_account(found, find)

    def keep_client(self, client: dict[str, Any]) -> None:
        """Create an OAuthClient, or make the one of its name say the same."""
        kind = kinds.named(CLIENTS)
        found = self._store.find(CLIENTS, "", client["metadata"]["name"])
        if found is None:
            self._store.create(kind, client)
        else:
            self._store.update(kind, {**found, **client, "metadata": found["metadata"]})

    def _addresses(
        self, namespace: str, reference: addresses.Reference
    ) -> Sequence[addresses.Address]:
        if reference.kind == "Route":
            route = self._store.find("routes.route.openshift.io", namespace, reference.name)
            return addresses.of_route(route) if route else ()
        if reference.kind == "Ingress":
            ingress = self._store.find("ingresses.networking.k8s.io", namespace, reference.name)
            return addresses.of_ingress(ingress) if ingress else ()
        return ()

    def knows_secret(self, client: clients.Client, secret: str) -> bool:
        """Whether a client is who it says it is.

        A service account's secret is any token of it that the API takes.
        """
        if client.account is None:
            return client.knows(secret)
        if not secret:
            return False
        user = self._plane.user_of(secret)
        if user is not None and user.name == client.name:
            return True
        return self._is_token_secret(client.account, secret)

    def _is_token_secret(self, account: clients.ServiceAccount, secret: str) -> bool:
        """The old way: a Secret of type service-account-token that belongs to the account."""
        owner = self._store.find("serviceaccounts", account.namespace, account.name)
        if owner is None:
            return False
        return any(
            hmac.compare_digest(_token_in(kept, owner["metadata"]).encode(), secret.encode())
            for kept in self._store.select("secrets", account.namespace)
            if _token_in(kept, owner["metadata"])
        )

    # Users

    def ensure_user(self, name: str) -> tokens.Person:
        """The User of one who gave the right password, made at the first login.

        Raises `UnmappedError` when it cannot be.
        """
        provider_name = f"{PROVIDER}:{name}"
        found = self._store.find(IDENTITIES, "", provider_name)
        user = self._store.find(USERS, "", name)
        if found is not None:
            if user is None or found.get("user", {}).get("uid") != user["metadata"]["uid"]:
                hint = f"identity {provider_name} is of a user that is gone; delete the identity"
                raise UnmappedError("mapping_lookup_error", hint)
            return tokens.Person(name, user["metadata"]["uid"])
        user = self._claim_user(name, user, provider_name)
        self._store.create(kinds.named(IDENTITIES), _identity(name, user))
        return tokens.Person(name, user["metadata"]["uid"])

    def _claim_user(self, name: str, user: Any, provider_name: str) -> dict[str, Any]:
        kind = kinds.named(USERS)
        if user is None:
            made = {"metadata": {"name": name}, "identities": [provider_name], "groups": None}
            return self._store.create(kind, made)
        if user.get("identities"):
            hint = f"user {name} belongs to the identities {', '.join(user['identities'])}"
            raise UnmappedError("mapping_claim_error", hint)
        return self._store.update(kind, {**user, "identities": [provider_name]})

    def set_groups(self, name: str, groups: Sequence[str]) -> None:
        """Put a user name into these Groups and take it out of all others."""
        kind = kinds.named(GROUPS)
        for group in groups:
            self._plane.ensure(GROUPS, {"metadata": {"name": group}, "users": []})
        for found in self._store.select(GROUPS):
            users = list(found.get("users") or ())
            wanted = found["metadata"]["name"] in groups
            if wanted and name not in users:
                self._store.update(kind, {**found, "users": [*users, name]})
            elif not wanted and name in users:
                kept = [user for user in users if user != name]
                self._store.update(kind, {**found, "users": kept})

    def groups_of(self, name: str) -> list[str]:
        """The names of the Groups that a user is in."""
        return [
            group["metadata"]["name"]
            for group in self._store.select(GROUPS)
            if name in (group.get("users") or ())
        ]

    def user_of(self, token: str) -> identity.User | None:
        """The user of an OAuth token, for the API's authentication.

        None when it is none, has ended or was revoked.
        """
        name = tokens.name_of(token)
        kept = self._store.find(tokens.ACCESS_TOKENS, "", name) if name else None
        user = self._store.find(USERS, "", kept["userName"]) if kept else None
        if kept is None or not tokens.is_valid_access(kept, user, time.time()):
            return None
        groups = (*self.groups_of(kept["userName"]), BY_OAUTH, identity.AUTHENTICATED)
        extra = {identity.SCOPES: tuple(kept["scopes"])}
        return identity.User(kept["userName"], groups, kept["userUID"], extra)

    # Approvals

    def approved(self, person: tokens.Person, client: str) -> tuple[str, ...]:
        """The scopes that this very person (not one who had the name before) gave to a client."""
        found = self._store.find(APPROVALS, "", tokens.approval_name(person.name, client))
        if found is None or found.get("userUID") not in ("", None, person.uid):
            return ()
        return tuple(found.get("scopes") or ())

    def approve(self, person: tokens.Person, client: str, given: Sequence[str]) -> None:
        """Remember what a person gives to a client, besides what was given before."""
        kind = kinds.named(APPROVALS)
        before = self.approved(person, client)
        wanted = tokens.make_approval(person, client, tuple(dict.fromkeys((*before, *given))))
        found = self._store.find(APPROVALS, "", wanted["metadata"]["name"])
        if found is None:
            self._store.create(kind, wanted)
        else:
            self._store.update(kind, {**found, **wanted, "metadata": found["metadata"]})

    # Codes and tokens

    def make_code(
        self, person: tokens.Person, request: authorize_rules.Authorize, granted: Sequence[str]
    ) -> str:
        """A new code for a request that was found good."""
        code = tokens.make_token()
        kept = tokens.make_code_object(code, person, request, granted)
        self._store.create(kinds.named(tokens.AUTHORIZE_TOKENS), kept)
        return code

    def code(self, code: str) -> dict[str, Any] | None:
        """What was kept of a code; None when there is none, or it was used."""
        name = tokens.name_of(code)
        return self._store.find(tokens.AUTHORIZE_TOKENS, "", name) if name else None

    def exchange(self, kept: dict[str, Any], client: clients.Client) -> dict[str, Any]:
        """Use up a code; the token for it, as the answer of /oauth/token."""
        seconds = client.access_seconds
        if seconds is None:
            seconds = tokens.ACCESS_SECONDS
        self._store.remove(kinds.named(tokens.AUTHORIZE_TOKENS), "", kept["metadata"]["name"])
        token = self.make_token(kept, seconds)
        answer = {
            "access_token": token,
            "scope": scope_names.join(kept["scopes"]),
            "token_type": "Bearer",
        }
        return {**answer, "expires_in": seconds} if seconds else answer

    def make_token(self, kept: dict[str, Any], seconds: int) -> str:
        """A new access token for what a code says."""
        token = tokens.make_token()
        made = tokens.make_access_object(token, kept, seconds)
        self._store.create(kinds.named(tokens.ACCESS_TOKENS), made)
        return token

    def revoke(self, name: str) -> None:
        """Take a kept token away; nothing to do when it is gone."""
        try:
            self._store.remove(kinds.named(tokens.ACCESS_TOKENS), "", name)
        except errors.StatusError as error:
            if error.code != 404:
                raise


def _identity(name: str, user: dict[str, Any]) -> dict[str, Any]:
    return {
        "metadata": {"name": f"{PROVIDER}:{name}"},
        "providerName": PROVIDER,
        "providerUserName": name,
        "user": {"name": name, "uid": user["metadata"]["uid"]},
    }


def _token_in(secret: dict[str, Any], owner: dict[str, Any]) -> str:
    """The token of a service-account-token Secret of this very account, '' when it is not one."""
    annotations = secret["metadata"].get("annotations") or {}
    named = (
        annotations.get("kubernetes.io/service-account.name"),
        annotations.get("kubernetes.io/service-account.uid", owner["uid"]),
    )
    if secret.get("type") != "kubernetes.io/service-account-token":
        return ""
    if named != (owner["name"], owner["uid"]):
        return ""
    try:
        return base64.b64decode((secret.get("data") or {}).get("token") or "").decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
