"""Owner references: dependents go with their owners.

In the background, before them, or they stay (orphan).
"""

from __future__ import annotations

from pocket_openshift.core import deletion, store
from pocket_openshift.core.behaviour import Behaviour, Object
from pocket_openshift.vocabulary import kinds


def _refs(obj: Object) -> list[Object]:
    return obj["metadata"].get("ownerReferences") or []


class Owners(Behaviour):
    """The garbage collector. Dependents are found by an index over owners' UIDs."""

    resources = ("*",)

    def started(self) -> None:
        """Of a cluster that was kept and perhaps killed half-way: end what it had begun."""
        for key in list(self.store.everything()):
            obj = self.store.find(*key)
            if obj is None:
                continue
            if "deletionTimestamp" in obj["metadata"]:
                self._go_on_deleting(kinds.named(key.resource), key, obj)
            elif _refs(obj):
                self._collect_if_ownerless(key)

    def changed(self, change: store.Change) -> None:
        """React to what was committed."""
        if change.type == "DELETED":
            self._collect_dependents(change.obj["metadata"]["uid"])
            self._tell_waiting_owners(change.obj)
            return
        if _refs(change.obj) and (change.old is None or _refs(change.old) != _refs(change.obj)):
            self._collect_if_ownerless(change.key)
        if "deletionTimestamp" in change.obj["metadata"]:
            self._finish_dependents(change.kind, change.key, change.obj)

    def _go_on_deleting(self, kind: kinds.Kind, key: store.Key, obj: Object) -> None:
        if not deletion.finish_if_done(self.store, kind, obj):
            self._finish_dependents(kind, key, obj)

    def _finish_dependents(self, kind: kinds.Kind, key: store.Key, obj: Object) -> None:
        """What the deletion of an owner says about its dependents."""
        finalizers = obj["metadata"].get("finalizers") or ()
        if deletion.ORPHAN in finalizers:
            self._orphan(kind, key)
        elif deletion.FOREGROUND in finalizers:
            self._delete_before(kind, key)

    def _lives(self, ref: Object, dependent: Object) -> bool:
        """Whether an owner is where it may be: the dependent's namespace, or the cluster's own."""
        owner = self.store.by_uid(ref["uid"])
        if owner is None:
            return False
        place = owner["metadata"].get("namespace", "")
        return place in ("", dependent["metadata"].get("namespace", ""))

    def _unresolvable(self, ref: Object, dependent: Object) -> bool:
        """A cluster's own object that names a namespaced owner is never collected."""
        kind = kinds.of_object(ref)
        return kind is None or (kind.namespaced and not dependent["metadata"].get("namespace"))

    def _collect_dependents(self, uid: str) -> None:
        for key in self.store.owned_by(uid):
            self._collect_if_ownerless(key)

    def _collect_if_ownerless(self, key: store.Key) -> None:
        obj = self.store.find(*key)
        if obj is None or "deletionTimestamp" in obj["metadata"]:
            return
        refs = _refs(obj)
        if any(self._lives(ref, obj) or self._unresolvable(ref, obj) for ref in refs):
            return
        deletion.delete(self.store, kinds.named(key.resource), obj, deletion.Options())

    def _orphan(self, kind: kinds.Kind, key: store.Key) -> None:
        owner = self.store.find(*key)
        if owner is None:
            return
        uid = owner["metadata"]["uid"]
        for dependent_key in self.store.owned_by(uid):
            dependent = self.store.find(*dependent_key)
            if dependent is not None:
                kept = [ref for ref in _refs(dependent) if ref["uid"] != uid]
                self.store.update(
                    kinds.named(dependent_key.resource),
                    store.with_metadata(dependent, ownerReferences=kept or None),
                )
        self._release(kind, key, deletion.ORPHAN)

    def _delete_before(self, kind: kinds.Kind, key: store.Key) -> None:
        """Foreground: delete the dependents; the owner waits for those that block it."""
        owner = self.store.find(*key)
        if owner is None:
            return
        uid = owner["metadata"]["uid"]
        for dependent_key in self.store.owned_by(uid):
            dependent = self.store.find(*dependent_key)
            if dependent is not None and "deletionTimestamp" not in dependent["metadata"]:
                options = deletion.Options(policy="Foreground")
                deletion.delete(self.store, kinds.named(dependent_key.resource), dependent, options)
        if not self._blocked(uid):
            self._release(kind, key, deletion.FOREGROUND)

    def _blocked(self, uid: str) -> bool:
        for key in self.store.owned_by(uid):
            dependent = self.store.find(*key)
            if dependent is not None and any(
                ref["uid"] == uid and ref.get("blockOwnerDeletion") for ref in _refs(dependent)
            ):
                return True
        return False

    def _release(self, kind: kinds.Kind, key: store.Key, finalizer: str) -> None:
        owner = self.store.find(*key)
        if owner is None:
            return
        kept = [name for name in owner["metadata"].get("finalizers") or () if name != finalizer]
        owner = self.store.update(kind, store.with_metadata(owner, finalizers=kept or None))
        deletion.finish_if_done(self.store, kind, owner)

    def _tell_waiting_owners(self, gone: Object) -> None:
        for ref in _refs(gone):
            owner = self.store.by_uid(ref["uid"])
            if owner is None or deletion.FOREGROUND not in (
                owner["metadata"].get("finalizers") or ()
            ):
                continue
            kind = kinds.of_object(owner)
            if kind is not None and not self._blocked(ref["uid"]):
                self._release(kind, store.key_of(kind, owner), deletion.FOREGROUND)
