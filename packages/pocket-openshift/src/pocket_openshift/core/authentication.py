"""From a bearer token to a user.

There are the admin's static token, service-account tokens, and what others add (OAuth).

A review is remembered for ten seconds, as in the real API server: a deleted account's token goes
on working that long. OpenShift's servers remember what their OAuth server said for two minutes:
that is a fault here (`review_cache`), for a test that wants it.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from pocket_openshift.access import tokens
from pocket_openshift.core import store
from pocket_openshift.core.faults import Faults
from pocket_openshift.core.settings import Settings
from pocket_openshift.vocabulary import identity

Authenticator = Callable[[str], identity.User | None]
REMEMBERED = 10_000


class Authentication:
    """Asks every authenticator in turn. The OAuth server adds its own with `add`."""

    def __init__(
        self, settings: Settings, objects: store.Store, signer: tokens.Signer, faults: Faults
    ) -> None:
        self._settings, self._objects, self.signer = settings, objects, signer
        self._faults = faults
        self.admin_token = secrets.token_urlsafe(32)
        self._others: list[Authenticator] = []
        self._reviews: dict[str, tuple[float, identity.User]] = {}

    def add(self, authenticator: Authenticator) -> None:
        """Also believe this function: token -> User or None."""
        self._others.append(authenticator)

    def forget(self) -> None:
        """Forget all reviews, so that a revoked token stops at once."""
        self._reviews.clear()

    def user_of(self, token: str) -> identity.User | None:
        """The user of a token, or None when nobody knows it."""
        now = time.monotonic()
        known = self._reviews.get(token)
        if known is not None and self._is_kept(now - known[0], known[1]):
            return known[1]
        user = self._review(token)
        self._remember(token, user, now)
        return user

    def _is_kept(self, age: float, user: identity.User) -> bool:
        """Whether a review of that age (seconds) still counts."""
        if age < self._settings.token_cache_seconds:
            return True
        return self._faults.next_for_review(user.name, age) is not None

    def _remember(self, token: str, user: identity.User | None, now: float) -> None:
        self._reviews.pop(token, None)
        if user is None:
            return
        if len(self._reviews) >= REMEMBERED:
            oldest = now - self._settings.token_cache_seconds
            self._reviews = {t: kept for t, kept in self._reviews.items() if kept[0] > oldest}
        if len(self._reviews) < REMEMBERED:
            self._reviews[token] = (now, user)

    def _review(self, token: str) -> identity.User | None:
        if secrets.compare_digest(token.encode(), self.admin_token.encode()):
            return identity.ADMIN
        claims = self.signer.read(token)
        if claims is not None:
            wanted = self._settings.audience
            return self.account_of(claims) if wanted in claims.audiences else None
        return next(filter(None, (other(token) for other in self._others)), None)

    def account_of(self, claims: tokens.Claims) -> identity.User | None:
        """The user of a token's claims while the account, and what the token is bound to, live."""
        find = self._objects.find
        account = find("serviceaccounts", claims.namespace, claims.account)
        if account is None or account["metadata"]["uid"] != claims.account_uid:
            return None
        extra = {"authentication.kubernetes.io/credential-id": (f"JTI={claims.token_id}",)}
        if claims.bound_kind:
            bound = find(claims.bound_kind.lower() + "s", claims.namespace, claims.bound_name)
            if bound is None or bound["metadata"]["uid"] != claims.bound_uid:
                return None
        if claims.bound_kind == "Pod":
            extra["authentication.kubernetes.io/pod-name"] = (claims.bound_name,)
            extra["authentication.kubernetes.io/pod-uid"] = (claims.bound_uid,)
        return identity.service_account(claims.namespace, claims.account, claims.account_uid, extra)
