"""How the API's `user.openshift.io` and `oauth.openshift.io` kinds behave, besides being stored.

`users/~` is the caller; `useroauthaccesstokens` are the caller's own tokens; codes and tokens leave
when they end.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from typing import TYPE_CHECKING, Any

from pocket_openshift import kinds, statuses, store
from pocket_openshift.behaviours import Behaviour, Call, Endpoint, Object, Reply

from . import registry, scopes, tokens

if TYPE_CHECKING:
    from pocket_openshift.control_plane import ControlPlane

OWN_TOKENS = "useroauthaccesstokens.oauth.openshift.io"
_USER_NAME = re.compile(r"[^:/%]+")
_LONGEST_TIMER = 86_400.0 * 7


def make_virtual_user(name: str, uid: str, groups: list[str]) -> dict[str, Any]:
    """The User that a caller without a stored one is: a service account, an administrator's
    certificate.
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
        known = _USER_NAME.fullmatch(user.name)
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
            raise statuses.not_found(kinds.named(OWN_TOKENS), call.name)
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


class Ends(Behaviour):
    """Codes and tokens are taken out of the store when their time is over."""

    resources = (tokens.ACCESS_TOKENS, tokens.AUTHORIZE_TOKENS)

    def __init__(self, plane: ControlPlane) -> None:
        super().__init__(plane)
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def started(self) -> None:
        """Those that were loaded end, too."""
        for resource in self.resources:
            for kept in self.store.select(resource):
                self._schedule(kinds.named(resource), kept)

    def stopped(self) -> None:
        """No timer outlives the cluster."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def changed(self, change: store.Change) -> None:
        """A new token gets a timer, one that is gone loses it."""
        uid = change.obj["metadata"]["uid"]
        timer = self._timers.pop(uid, None)
        if timer is not None:
            timer.cancel()
        if change.type != "DELETED":
            self._schedule(change.kind, change.obj)

    def _schedule(self, kind: kinds.Kind, kept: Object) -> None:
        left = tokens.expires(kept) - time.time()
        if left < math.inf:
            delay = min(max(left, 0.0), _LONGEST_TIMER)
            uid = kept["metadata"]["uid"]
            self._timers[uid] = asyncio.get_running_loop().call_later(delay, self._end, kind, uid)

    def _end(self, kind: kinds.Kind, uid: str) -> None:
        self._timers.pop(uid, None)
        kept = self.store.by_uid(uid)
        if kept is None:
            return
        if tokens.expires(kept) > time.time():
            self._schedule(kind, kept)
        else:
            self.store.remove(kind, "", kept["metadata"]["name"])


class Checks(Behaviour):
    """What the real server refuses to store: clients without sense, tokens with scopes that do not
    exist.
    """

    resources = (registry.CLIENTS, registry.APPROVALS, tokens.ACCESS_TOKENS, registry.USERS)

    def validate(self, call: Call, obj: Object, old: Object | None) -> None:
        """Judge one object."""
        wrong = judge_object(call.kind.kind, obj)
        if wrong:
            raise statuses.invalid(call.kind, obj["metadata"].get("name", ""), wrong)


def judge_object(kind: str, obj: Object) -> list[statuses.Cause]:
    """What is wrong with an object of one of these kinds."""
    if kind == "OAuthClient":
        return _judge_client(obj)
    if kind == "User":
        return _judge_user(obj)
    wrong = scopes.judge_scopes(obj.get("scopes") or ())
    causes = [statuses.Cause("scopes", "FieldValueInvalid", wrong)] if wrong else []
    name = obj["metadata"].get("name", "")
    expected = tokens.approval_name(obj.get("userName", ""), obj.get("clientName", ""))
    if kind == "OAuthClientAuthorization" and name != expected:
        text = f'Invalid value: "{name}": must be in the format <userName>:<clientName>'
        causes.append(statuses.Cause("metadata.name", "FieldValueInvalid", text))
    return causes


def _judge_client(obj: Object) -> list[statuses.Cause]:
    causes = []
    method = obj.get("grantMethod")
    if method not in (None, "", "auto", "prompt"):
        text = f'Unsupported value: "{method}": supported values: "auto", "prompt"'
        causes.append(statuses.Cause("grantMethod", "FieldValueNotSupported", text))
    for place, uri in enumerate(obj.get("redirectURIs") or ()):
        if "#" in uri or "://" not in uri:
            text = (
                f'Invalid value: "{uri}": must be an address with a scheme and without a fragment'
            )
            causes.append(statuses.Cause(f"redirectURIs[{place}]", "FieldValueInvalid", text))
    return causes


def _judge_user(obj: Object) -> list[statuses.Cause]:
    name = obj["metadata"].get("name", "")
    if _USER_NAME.fullmatch(name) and name not in ("~", ".", ".."):
        return []
    text = f'Invalid value: "{name}": may not be "~", and may not contain ":", "/" or "%"'
    return [statuses.Cause("metadata.name", "FieldValueInvalid", text)]
