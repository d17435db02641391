"""Roles and bindings: nobody grants more than they hold.

Here are also the bootstrap ones, and aggregation by label.
"""

from __future__ import annotations

from collections.abc import Sequence

from pocket_openshift.access import bootstrap, rbac
from pocket_openshift.core import store
from pocket_openshift.core.behaviour import Behaviour, Call, Object, Plane
from pocket_openshift.vocabulary import errors, identity, kinds, selectors

_GROUP = "rbac.authorization.k8s.io"
_ROLES = (f"roles.{_GROUP}", f"clusterroles.{_GROUP}")
_BINDINGS = (f"rolebindings.{_GROUP}", f"clusterrolebindings.{_GROUP}")


class Roles(Behaviour):
    """Everything of rbac.authorization.k8s.io."""

    resources = (*_ROLES, *_BINDINGS)

    def __init__(self, plane: Plane) -> None:
        super().__init__(plane)
        self._aggregated: set[str] = set()

    def started(self) -> None:
        """The cluster roles and bindings that OpenShift starts with."""
        for role in self.store.select(f"clusterroles.{_GROUP}"):  # of a cluster that was kept
            if role.get("aggregationRule"):
                self._aggregated.add(role["metadata"]["name"])
        for role in bootstrap.ROLES:
            self.plane.ensure(f"clusterroles.{_GROUP}", role)
        for binding in bootstrap.BINDINGS:
            self.plane.ensure(f"clusterrolebindings.{_GROUP}", binding)
        for name in sorted(self._aggregated):
            self._aggregate(self.store.get(kinds.named(f"clusterroles.{_GROUP}"), "", name))

    def default(self, call: Call, obj: Object, old: Object | None) -> None:
        """Fill in what the object leaves out."""
        if call.kind.resource not in _BINDINGS:
            return
        obj.setdefault("roleRef", {}).setdefault("apiGroup", _GROUP)
        for subject in obj.get("subjects") or ():
            if subject.get("kind") in ("User", "Group"):
                subject.setdefault("apiGroup", _GROUP)

    def validate(self, call: Call, obj: Object, old: Object | None) -> None:
        """Refuse what may not be."""
        if call.kind.resource in _BINDINGS:
            self._check_binding(call, obj, old)
        elif old is None or old.get("rules") != obj.get("rules"):
            self._check_role(call, obj)

    def _check_binding(self, call: Call, obj: Object, old: Object | None) -> None:
        if old is None or old.get("subjects") != obj.get("subjects"):
            self._check_may_bind(call, obj)

    def _check_may_bind(self, call: Call, obj: Object) -> None:
        ref, place = obj["roleRef"], obj["metadata"].get("namespace", "")
        resource = "clusterroles" if ref["kind"] == "ClusterRole" else "roles"
        act = rbac.Act("bind", _GROUP, resource, "", place, ref["name"])
        if self._may(call.user, act):
            return
        rules = self.plane.authorization.rules_of_ref(ref, place)
        if rules is None:
            raise errors.not_found(call.kind, ref["name"])
        self._check_held(call, obj, rules)

    def _check_role(self, call: Call, obj: Object) -> None:
        place, name = obj["metadata"].get("namespace", ""), obj["metadata"]["name"]
        act = rbac.Act("escalate", _GROUP, call.kind.plural, "", place, name)
        if not self._may(call.user, act):
            self._check_held(call, obj, rbac.rules_from(obj))

    def _may(self, user: identity.User, act: rbac.Act) -> bool:
        return self.plane.authorization.permit(user, act).allowed

    def _check_held(self, call: Call, obj: Object, wanted: Sequence[rbac.Rule]) -> None:
        place = obj["metadata"].get("namespace", "")
        held = self.plane.authorization.rules_for(call.user, place)
        missing = rbac.missing_rules(held, wanted)
        if not missing:
            return
        groups = " ".join(f'"{group}"' for group in call.user.groups)
        why = (
            f'user "{call.user.name}" (groups=[{groups}]) is attempting to grant RBAC '
            "permissions not currently "
            f"held:\n{rbac.render_missing(missing)}"
        )
        raise errors.forbidden(call.kind, obj["metadata"]["name"], why)

    def changed(self, change: store.Change) -> None:
        """React to what was committed."""
        if change.kind.resource == f"clusterroles.{_GROUP}":
            self._note_aggregated(change)
            for name in sorted(self._aggregated):
                role = self.store.find(change.kind.resource, "", name)
                if role is not None and _concerned(role, change):
                    self._aggregate(role)

    def _note_aggregated(self, change: store.Change) -> None:
        """Which roles take from others: few, so that a change of a role asks few."""
        if change.type == "DELETED" or not change.obj.get("aggregationRule"):
            self._aggregated.discard(change.key.name)
        else:
            self._aggregated.add(change.key.name)

    def _aggregate(self, role: Object) -> None:
        """Give an aggregated role the rules of all roles that its selectors name."""
        chosen = role["aggregationRule"].get("clusterRoleSelectors") or ()
        wanted = [selectors.from_label_selector(selector) for selector in chosen]
        rules: list = []
        for other in self.store.select(f"clusterroles.{_GROUP}"):
            if other is not role and any(selectors.matches_labels(w, other) for w in wanted):
                rules += [rule for rule in other.get("rules") or () if rule not in rules]
        if rules != role.get("rules"):
            self.store.update(kinds.named(f"clusterroles.{_GROUP}"), {**role, "rules": rules})


def _concerned(role: Object, change: store.Change) -> bool:
    """Whether an aggregated role takes from the one that changed, or is that one."""
    rule = role.get("aggregationRule")
    if not rule:
        return False
    if role["metadata"]["name"] == change.key.name:
        return True
    seen = [change.obj] if change.old is None else [change.obj, change.old]
    return any(
        selectors.matches_labels(selectors.from_label_selector(selector), obj)
        for selector in rule.get("clusterRoleSelectors") or ()
        for obj in seen
    )
