"""What the API answers about oneself.

`users/~` is the caller, `useroauthaccesstokens` are the caller's own tokens.
"""

from __future__ import annotations

from typing import Any

from pocket_openshift.core.behaviour import Behaviour, Call, Endpoint, Object, Reply
from pocket_openshift.oauth import checks, registry
from pocket_openshift.oauth.rules import tokens
from pocket_openshift.vocabulary import errors, kinds

OWN_TOKENS = "useroauthaccesstokens.oauth.openshift.io"


def make_virtual_user(name: str, uid: str, groups: list[str]) -> dict[str, Any]:
    """The User that a caller without a stored one is.

    That is a service account, or an administrator's certificate.
    """
    metadata: dict[str, Any] = {"name": name, "creationTimestamp": None}
    if uid:
        metadata["uid"] = uid
    return {
        "kind": "User",
        "apiVersion": "user.openshift.io/v1",
        "metadata": metadata,
        "identities": None,
        "groups": groups,
    }


class Users(Behaviour):
    """`users/~`: who am I, with the groups that hold now."""

    def endpoints(self) -> dict[str, Endpoint]:
        """The one answer; other names are the store's."""
        return {f"get {registry.USERS}": self._get}

    def _get(self, call: Call) -> Reply | None:
        if call.name != "~":
            return None
        user = call.user
        groups = sorted(user.groups)
        known = checks.USER_NAME.fullmatch(user.name)
        found = self.store.find(registry.USERS, "", user.name) if known else None
        if found is None:
            return Reply(make_virtual_user(user.name, user.uid, groups))
        return Reply({**found, "groups": groups})


class OwnTokens(Behaviour):
    """`useroauthaccesstokens`: people may see and revoke their own tokens, and nobody else's."""

    def endpoints(self) -> dict[str, Endpoint]:
        """get, list and delete."""
        return {
            f"get {OWN_TOKENS}": self._get,
            f"list {OWN_TOKENS}": self._list,
            f"delete {OWN_TOKENS}": self._delete,
        }

    def _is_own(self, call: Call, kept: Object) -> bool:
        return kept["userName"] == call.user.name and kept["userUID"] == call.user.uid

    def _own(self, call: Call) -> Object:
        kept = self.store.find(tokens.ACCESS_TOKENS, "", call.name)
        if kept is None or not self._is_own(call, kept):
            raise errors.not_found(kinds.named(OWN_TOKENS), call.name)
        return kept

    def _get(self, call: Call) -> Reply:
        return Reply({**self._own(call), "kind": "UserOAuthAccessToken"})

    def _list(self, call: Call) -> Reply:
        items = [
            {name: value for name, value in kept.items() if name not in ("kind", "apiVersion")}
            for kept in self.store.select(tokens.ACCESS_TOKENS)
            if self._is_own(call, kept)
        ]
        return Reply(
            {
                "kind": "UserOAuthAccessTokenList",
                "apiVersion": "oauth.openshift.io/v1",
                "metadata": {"resourceVersion": str(self.store.version)},
                "items": items,
            }
        )

    def _delete(self, call: Call) -> Reply:
        """The real server answers with the token's object, and its own kind."""
        kept = self._own(call)
        if not call.dry_run:
            self.store.remove(kinds.named(tokens.ACCESS_TOKENS), "", call.name)
        return Reply(kept)
