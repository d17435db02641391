"""Service accounts: bound tokens by TokenRequest, and the old kind of token secret.

That one is made where somebody asks for it.
"""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime
from typing import Any

from pocket_openshift.access import tokens
from pocket_openshift.core import store
from pocket_openshift.core.behaviour import Behaviour, Call, Object, Reply
from pocket_openshift.vocabulary import errors, kinds
from workshop_kube.rules.times import render_time

_MINIMUM, _DEFAULT, _MAXIMUM = 600, 3600, 2**32
# What kubelets ask for on behalf of pods: the real server makes it a year, and does not say so.
_EXTENDED, _YEAR = 3607, 365 * 86400
_TEN_YEARS = 10 * 365 * 86400
_SECRET_TYPE = "kubernetes.io/service-account-token"  # noqa: S105 - a type's name
_ANNOTATION = "kubernetes.io/service-account.name"


class Accounts(Behaviour):
    """Tokens of service accounts."""

    resources = ("secrets",)

    def endpoints(self) -> dict:
        """What is answered here instead of by the store."""
        return {"create serviceaccounts/token": self.request_token}

    def request_token(self, call: Call) -> Reply:
        """TokenRequest: a token of the account, bound to a pod or secret if asked."""
        account = self.store.get(call.kind, call.namespace, call.name)
        spec = (call.body or {}).get("spec") or {}
        seconds = _seconds(spec)
        audiences = spec.get("audiences") or [self.plane.settings.audience]
        bound = self._bound(call, spec.get("boundObjectRef"))
        now = int(time.time())
        expires = now + (_YEAR if self._is_extended(seconds, audiences, bound) else seconds)
        claims = tokens.Claims(
            call.namespace,
            call.name,
            account["metadata"]["uid"],
            tokens.new_token_id(),
            tuple(audiences),
            expires,
            bound["kind"] if bound else "",
            bound["name"] if bound else "",
            bound["uid"] if bound else "",
        )
        token = self.plane.signer.issue(claims)
        return Reply(_answer(account, claims, (now, seconds), bound, token), 201)

    def _is_extended(self, seconds: int, audiences: list[str], bound: dict | None) -> bool:
        own = self.plane.settings.audience in audiences
        return own and seconds == _EXTENDED and bound is not None and bound["kind"] == "Pod"

    def _bound(self, call: Call, ref: dict[str, Any] | None) -> dict[str, Any] | None:
        if not ref:
            return None
        if ref.get("kind") not in ("Pod", "Secret"):
            raise errors.bad_request(
                f"cannot bind token for serviceaccount to type {ref.get('kind')}"
            )
        kind = kinds.named(ref["kind"].lower() + "s")
        found = self.store.get(kind, call.namespace, ref.get("name", ""))
        uid = found["metadata"]["uid"]
        if ref.get("uid") and ref["uid"] != uid:
            why = (
                f"the UID in the bound object reference ({ref['uid']}) does not match the UID "
                "in record. "
            )
            raise errors.conflict(
                kind, ref["name"], why + "The object might have been deleted and then recreated"
            )
        return {"kind": ref["kind"], "apiVersion": "v1", "name": ref["name"], "uid": uid}

    def changed(self, change: store.Change) -> None:
        """Fill a secret of the service-account-token type, as the token controller does."""
        secret = change.obj
        if (
            change.type == "DELETED"
            or secret.get("type") != _SECRET_TYPE
            or "token" in (secret.get("data") or {})
        ):
            return
        name = (secret["metadata"].get("annotations") or {}).get(_ANNOTATION, "")
        account = self.store.find("serviceaccounts", change.namespace, name)
        if account is not None:
            self._fill(secret, account)

    def _fill(self, secret: Object, account: Object) -> None:
        place, uid = secret["metadata"]["namespace"], account["metadata"]["uid"]
        claims = tokens.Claims(
            place,
            account["metadata"]["name"],
            uid,
            tokens.new_token_id(),
            (self.plane.settings.audience,),
            int(time.time()) + _TEN_YEARS,
            "Secret",
            secret["metadata"]["name"],
            secret["metadata"]["uid"],
        )
        values = {
            "token": self.plane.signer.issue(claims),
            "ca.crt": self.plane.settings.ca_pem,
            "namespace": place,
        }
        data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
        annotations = {
            **secret["metadata"]["annotations"],
            "kubernetes.io/service-account.uid": uid,
        }
        filled = store.with_metadata(secret, annotations=annotations)
        self.store.update(
            kinds.named("secrets"), {**filled, "data": {**(secret.get("data") or {}), **data}}
        )


def _seconds(spec: dict[str, Any]) -> int:
    seconds = spec.get("expirationSeconds", _DEFAULT)
    text = None
    if not isinstance(seconds, int) or seconds < _MINIMUM:
        text = "may not specify a duration less than 10 minutes"
    elif seconds > _MAXIMUM:
        text = "may not specify a duration larger than 2^32 seconds"
    if text:
        cause = errors.Cause(
            "spec.expirationSeconds", "FieldValueInvalid", f"Invalid value: {seconds}: {text}"
        )
        raise errors.invalid_of("authentication.k8s.io", "TokenRequest", "", [cause])
    return seconds


def _answer(
    account: Object, claims: tokens.Claims, time_of: tuple[int, int], bound: dict | None, token: str
) -> Object:
    now, seconds = time_of
    ends = render_time(datetime.fromtimestamp(now + seconds, UTC))
    return {
        "kind": "TokenRequest",
        "apiVersion": "authentication.k8s.io/v1",
        "metadata": {
            "name": claims.account,
            "namespace": claims.namespace,
            "uid": account["metadata"]["uid"],
            "creationTimestamp": store.now(),
        },
        "spec": {
            "audiences": list(claims.audiences),
            "expirationSeconds": seconds,
            "boundObjectRef": bound,
        },
        "status": {"token": token, "expirationTimestamp": ends},
    }
