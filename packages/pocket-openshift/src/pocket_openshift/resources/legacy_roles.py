"""authorization.openshift.io: RBAC's roles and bindings in their old shape, and old reviews."""

from __future__ import annotations

from dataclasses import replace

from pocket_openshift.access import rbac
from pocket_openshift.core.behaviour import Behaviour, Call, Endpoint, Object, Reply
from pocket_openshift.http import listing, verbs
from pocket_openshift.resources.rules import legacy_role_rules
from pocket_openshift.resources.rules.legacy_role_rules import NEW, OLD, PLURALS
from pocket_openshift.vocabulary import errors, identity, kinds

_VERBS = ("create", "delete", "get", "list", "patch", "update")


class LegacyRoles(Behaviour):
    """A view: what is written here is written to RBAC, by the same person and its rules."""

    def endpoints(self) -> dict[str, Endpoint]:
        """All verbs that the real server has; it has no watch."""
        found: dict[str, Endpoint] = {
            f"{verb} {plural}.{OLD}": self._answer for verb in _VERBS for plural in PLURALS
        }
        for plural in ("subjectaccessreviews", "localsubjectaccessreviews"):
            found[f"create {plural}.{OLD}"] = self._review
        return found

    def _answer(self, call: Call) -> Reply:
        twin = self._find_twin(call)
        verb = call.target.verb
        if verb == "list":
            items = [_without_kind(_show(one)) for one in listing.selected(self.plane, twin)]
            version = {"resourceVersion": str(self.store.version)}
            head = {"kind": f"{call.kind.kind}List", "apiVersion": f"{OLD}/v1"}
            return Reply({**head, "metadata": version, "items": items})
        if verb == "get":
            return Reply(_show(verbs.current(self.plane, twin)))
        if verb == "delete":
            return verbs.delete(self.plane, twin)
        body = call.body
        if verb == "patch":
            found = self.store.find(twin.kind.resource, call.namespace, call.name)
            body = verbs.patched(call, _show(found) if found else {})
            verb = "update" if found else "create"
            twin.target = replace(twin.target, verb=verb)
        twin.body = self._translate(call, verbs.check_body(call, body))
        done = verbs.VERBS[twin.target.verb](self.plane, twin)
        return Reply(_show(done.body), done.status)

    def _find_twin(self, call: Call) -> Call:
        """The request to RBAC that this one stands for; a 403 for who may not make that."""
        kind, target = kinds.named(f"{call.kind.plural}.{NEW}"), call.target
        act = rbac.Act(target.verb, NEW, kind.plural, "", call.namespace, call.name)
        verdict = self.plane.authorization.permit(call.user, act)
        if not verdict.allowed:
            what = (target.verb, NEW, kind.plural, "", call.namespace, call.name, verdict.reason)
            raise errors.denied(errors.Denied(call.user.name, *what))
        return replace(call, kind=kind, target=replace(target, group=NEW, kind=kind))

    def _translate(self, call: Call, body: Object) -> Object:
        try:
            return legacy_role_rules.make_rbac(body, call.namespace)
        except legacy_role_rules.ShapeError as error:
            raise errors.bad_request(str(error)) from error

    def _review(self, call: Call) -> Reply:
        """Whether somebody may; without a user and groups it is about the one who asks."""
        asked = call.body if isinstance(call.body, dict) else {}
        user, groups = asked.get("user") or "", tuple(asked.get("groups") or ())
        subject = identity.User(user, groups) if user or groups else call.user
        place = call.namespace or asked.get("namespace") or ""
        act = rbac.Act(
            asked.get("verb", ""),
            asked.get("resourceAPIGroup", ""),
            asked.get("resource", ""),
            "",
            place,
            asked.get("resourceName", ""),
        )
        verdict = self.plane.authorization.permit(subject, act)
        body = {"kind": "SubjectAccessReviewResponse", "apiVersion": f"{OLD}/v1"}
        return Reply({**body, "namespace": place, "allowed": verdict.allowed}, 201)


def _show(new: Object) -> Object:
    return legacy_role_rules.make_legacy(new)


def _without_kind(obj: Object) -> Object:
    return {name: value for name, value in obj.items() if name not in ("apiVersion", "kind")}
