"""Reviews: who is this token, what am I called, may somebody do this, what may I do at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pocket_openshift.access import rbac, scope_names
from pocket_openshift.core import store
from pocket_openshift.core.behaviour import Behaviour, Call, Object, Reply
from pocket_openshift.vocabulary import errors, identity

_AUTHN, _AUTHZ = "authentication.k8s.io", "authorization.k8s.io"


def without_empty(value: Any) -> Any:
    """A value as Go writes it with omitempty: no empty texts, lists or objects inside."""
    if isinstance(value, dict):
        cleaned = {name: without_empty(item) for name, item in value.items()}
        return {name: item for name, item in cleaned.items() if item not in ("", None, [], {})}
    return value


def act_from(spec: dict[str, Any]) -> rbac.Act | None:
    """The act that a review asks about; None when it names none."""
    attributes = spec.get("resourceAttributes")
    if attributes:
        return rbac.Act(
            attributes.get("verb", ""),
            attributes.get("group", ""),
            attributes.get("resource", ""),
            attributes.get("subresource", ""),
            attributes.get("namespace", ""),
            attributes.get("name", ""),
        )
    attributes = spec.get("nonResourceAttributes")
    if attributes:
        return rbac.Act(attributes.get("verb", ""), path=attributes.get("path", "/"))
    return None


class Reviews(Behaviour):
    """The kinds of authentication.k8s.io and authorization.k8s.io."""

    def endpoints(self) -> dict:
        """What is answered here instead of by the store."""
        return {
            f"create tokenreviews.{_AUTHN}": self.review_token,
            f"create selfsubjectreviews.{_AUTHN}": self.review_self,
            f"create subjectaccessreviews.{_AUTHZ}": self.review_access,
            f"create localsubjectaccessreviews.{_AUTHZ}": self.review_access,
            f"create selfsubjectaccessreviews.{_AUTHZ}": self.review_own_access,
            f"create selfsubjectrulesreviews.{_AUTHZ}": self.review_own_rules,
        }

    def review_token(self, call: Call) -> Reply:
        """TokenReview."""
        spec = _spec(call)
        wanted = spec.get("audiences") or [self.plane.settings.audience]
        status: Object = {"user": {}, "error": "[invalid bearer token, token lookup failed]"}
        user, audiences = self._user_for(str(spec.get("token", "")), wanted)
        if user is not None:
            status = {"authenticated": True, "user": user.as_user_info(), "audiences": audiences}
        return _reply(call, spec, status)

    def _user_for(self, token: str, wanted: list[str]) -> tuple[identity.User | None, list[str]]:
        own = self.plane.settings.audience
        if own in wanted:
            user = self.plane.user_of(token)
            if user is not None:
                return user, [own]
        claims = self.plane.signer.read(token)
        audiences = [a for a in wanted if claims is not None and a in claims.audiences]
        if claims is None or not audiences:
            return None, []
        return self.plane.authentication.account_of(claims), audiences

    def review_self(self, call: Call) -> Reply:
        """SelfSubjectReview."""
        body = {
            "kind": "SelfSubjectReview",
            "apiVersion": f"{_AUTHN}/v1",
            "metadata": {"creationTimestamp": store.now()},
            "status": {"userInfo": call.user.as_user_info()},
        }
        return Reply(body, 201)

    def review_access(self, call: Call) -> Reply:
        """SubjectAccessReview and LocalSubjectAccessReview: about somebody else."""
        spec = _spec(call)
        if not spec.get("user") and not spec.get("groups"):
            cause = errors.Cause(
                "spec.user",
                "FieldValueInvalid",
                'Invalid value: "": at least one of user or group must be specified',
            )
            raise errors.invalid(call.kind, "", [cause])
        extra = {name.lower(): tuple(values) for name, values in (spec.get("extra") or {}).items()}
        user = identity.User(
            spec.get("user", ""), tuple(spec.get("groups") or ()), spec.get("uid", ""), extra
        )
        if (
            call.namespace
            and (spec.get("resourceAttributes") or {}).get("namespace") != call.namespace
        ):
            raise errors.bad_request(
                "must match metadata.namespace: spec.resourceAttributes.namespace"
            )
        return self._review(call, _with_account_groups(user), spec)

    def review_own_access(self, call: Call) -> Reply:
        """SelfSubjectAccessReview."""
        user = call.user
        if user.scopes:
            # The real server sorts the scopes of the remembered review in place (later 403s show
            # it), and lets a token that is only for looking ask about its owner's rights.
            held = tuple(sorted(user.scopes))
            user.extra[identity.SCOPES] = held  # type: ignore[index]
            extra = {**user.extra, identity.SCOPES: scope_names.for_self_review(held)}
            user = replace(user, extra=extra)
        return self._review(call, user, _spec(call))

    def _review(self, call: Call, user: identity.User, spec: Object) -> Reply:
        act = act_from(spec)
        if act is None:
            text = (
                "Invalid value: null: exactly one of nonResourceAttributes or "
                "resourceAttributes must be specified"
            )
            cause = errors.Cause("spec.resourceAttributes", "FieldValueInvalid", text)
            raise errors.invalid(call.kind, "", [cause])
        verdict = self.plane.authorization.permit(user, act)
        status: Object = {"allowed": verdict.allowed}
        if verdict.reason:
            status["reason"] = verdict.reason
        if verdict.reason and not verdict.allowed:
            status["denied"] = True  # by the token's scopes, whatever other rules say
        return _reply(call, without_empty(spec), status)

    def review_own_rules(self, call: Call) -> Reply:
        """SelfSubjectRulesReview, for `kubectl auth can-i --list`."""
        spec = _spec(call)
        place = spec.get("namespace", "")
        if not place:
            raise errors.bad_request("no namespace on request")
        rules = self.plane.authorization.rules_for(call.user, place)
        status = {
            "resourceRules": [rule.as_dict() for rule in rules if not rule.paths],
            "nonResourceRules": [rule.as_dict() for rule in rules if rule.paths],
            "incomplete": False,
        }
        return _reply(call, {}, status)


def _with_account_groups(user: identity.User) -> identity.User:
    """A service account is in its groups even when the asker did not list them."""
    if not user.name.startswith("system:serviceaccount:") or user.groups:
        return user
    parts = user.name.split(":")
    if len(parts) != 4:
        return user
    return identity.service_account(parts[2], parts[3], user.uid, user.extra)


def _spec(call: Call) -> Object:
    body = call.body if isinstance(call.body, dict) else {}
    return body.get("spec") or {}


def _reply(call: Call, spec: Object, status: Object) -> Reply:
    body = {
        "kind": call.kind.kind,
        "apiVersion": call.kind.api_version,
        "metadata": {"namespace": call.namespace} if call.namespace else {},
        "spec": spec,
        "status": status,
    }
    return Reply(body, 201)
