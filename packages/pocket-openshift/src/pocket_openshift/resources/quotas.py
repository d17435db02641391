"""ResourceQuotas: `status.used` kept true, and what does not fit refused.

Each quota has a running count, changed by what changes: nothing recounts a namespace but a
new quota.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pocket_openshift.core import store
from pocket_openshift.core.behaviour import Behaviour, Call, Object, Plane
from pocket_openshift.resources.rules import quota_rules
from pocket_openshift.vocabulary import errors, kinds


class Quotas(Behaviour):
    """Counts by quota. Listed last: only what passed all other checks is counted."""

    resources = ("*",)

    def __init__(self, plane: Plane) -> None:
        super().__init__(plane)
        self._used: dict[str, quota_rules.Usage] = {}  # by the quota's UID

    def started(self) -> None:
        """Count what a kept cluster holds."""
        for quota in self.store.select("resourcequotas"):
            uid, place = quota["metadata"]["uid"], quota["metadata"]["namespace"]
            self._used[uid] = quota_rules.total_used(quota, self._content(place))
            self._show(quota)

    def default(self, call: Call, obj: Object, old: Object | None) -> None:
        """Fill in what the object leaves out."""
        if call.kind.resource == "resourcequotas" and old is None:
            obj["status"] = {}

    def _quotas(self, namespace: str) -> list[Object]:
        return self.store.select("resourcequotas", namespace) if namespace else []

    def validate(self, call: Call, obj: Object, old: Object | None) -> None:
        """Refuse what may not be."""
        kind, name = call.kind, obj["metadata"]["name"]
        for quota in self._quotas(obj["metadata"].get("namespace", "")):
            if not quota_rules.in_scope(quota, kind, obj):
                continue
            if kind.resource == "pods" and old is None:
                silent = quota_rules.missing_in(quota, obj)
                if silent:
                    why = f"failed quota: {quota['metadata']['name']}: must specify {silent}"
                    raise errors.forbidden(kind, name, why)
            before = quota_rules.usage_of(kind, old) if old is not None else {}
            more = quota_rules.subtract(quota_rules.usage_of(kind, obj), before)
            used = self._used.get(quota["metadata"]["uid"], {})
            if problem := quota_rules.problem_with_request(quota, used, more):
                raise errors.forbidden(kind, name, problem)

    def changed(self, change: store.Change) -> None:
        """Show the counts. They were taken at the commit itself, see `counted`."""
        for quota in self._quotas(change.namespace):
            self._show(quota)

    def counted(self, change: store.Change) -> None:
        """Count a commit at once, so that the next check sees it."""
        if change.kind.resource == "resourcequotas":
            self._quota_changed(change)
        for quota in self._quotas(change.namespace):
            if quota["metadata"]["uid"] != change.obj["metadata"]["uid"]:
                self._count(quota, change)

    def _quota_changed(self, change: store.Change) -> None:
        uid = change.obj["metadata"]["uid"]
        if change.type == "DELETED":
            self._used.pop(uid, None)
        elif change.old is None or change.old.get("spec") != change.obj.get("spec"):
            self._used[uid] = quota_rules.total_used(change.obj, self._content(change.namespace))

    def _content(self, namespace: str) -> Iterator[tuple[kinds.Kind, Object]]:
        for key in self.store.in_namespace(namespace):
            obj = self.store.find(*key)
            if obj is not None:
                yield kinds.named(key.resource), obj

    def _count(self, quota: Object, change: store.Change) -> None:
        more = _share(quota, change.kind, None if change.type == "DELETED" else change.obj)
        less = _share(quota, change.kind, change.old)
        if more != less:
            uid = quota["metadata"]["uid"]
            difference = quota_rules.subtract(more, less)
            self._used[uid] = quota_rules.add(self._used.get(uid, {}), difference)

    def _show(self, quota: Object) -> None:
        used = quota_rules.render_used(quota, self._used.get(quota["metadata"]["uid"], {}))
        status = {"hard": quota_rules.hard_of(quota), "used": used}
        if status != quota.get("status"):
            self.store.update(kinds.named("resourcequotas"), {**quota, "status": status})


def _share(quota: Object, kind: kinds.Kind, obj: Object | None) -> dict[str, Decimal]:
    if obj is None or not quota_rules.in_scope(quota, kind, obj):
        return {}
    return quota_rules.usage_of(kind, obj)
