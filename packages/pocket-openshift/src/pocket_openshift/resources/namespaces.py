"""A namespace's life: what it begins with, Terminating, emptied, gone.

It is gone once nothing in it holds a finalizer.
"""

from __future__ import annotations

import asyncio

from pocket_openshift.access import bootstrap
from pocket_openshift.core import deletion, store
from pocket_openshift.core.behaviour import Behaviour, Call, Object, Plane, Reply
from pocket_openshift.vocabulary import errors, kinds

_FIXED = ("default", "kube-public", "kube-system")
# A real cluster leaves a deleted namespace's content alone for five seconds. Here what nothing
# holds goes at once (see `namespace_seconds`); what is held is still seen unmarked for this long.
HELD_SECONDS = 1.0
_CA_MAPS = {"kube-root-ca.crt": "ca.crt", "openshift-service-ca.crt": "service-ca.crt"}


def terminating(namespace: Object) -> bool:
    """Whether a namespace is being deleted."""
    return "deletionTimestamp" in namespace["metadata"]


def _held_open(obj: Object) -> bool:
    """Whether a finalizer holds an object that nobody has deleted yet."""
    metadata = obj["metadata"]
    return bool(metadata.get("finalizers")) and "deletionTimestamp" not in metadata


def _freed(change: store.Change) -> bool:
    """Whether a change took the last finalizer of an object that nobody has deleted yet."""
    return change.old is not None and _held_open(change.old) and not _held_open(change.obj)


class Namespaces(Behaviour):
    """Creation, admission of content, deletion."""

    resources = ("*",)

    def __init__(self, plane: Plane) -> None:
        super().__init__(plane)
        self._ripe: set[str] = set()  # terminating, and their content may go

    def started(self) -> None:
        """The namespaces that every cluster has."""
        for name in bootstrap.NAMESPACES:
            self.plane.ensure("namespaces", self._fresh({"metadata": {"name": name}}))
        for namespace in self.store.select("namespaces"):
            # Of a cluster that was kept, and perhaps killed half-way.
            if terminating(namespace):
                self._empty(namespace["metadata"]["name"])
            else:
                self._ensure_defaults(namespace["metadata"]["name"])

    @staticmethod
    def _fresh(obj: Object) -> Object:
        metadata = obj["metadata"]
        labels = {**(metadata.get("labels") or {}), "kubernetes.io/metadata.name": metadata["name"]}
        spec = obj.get("spec") or {}
        return {
            **obj,
            "metadata": {**metadata, "labels": labels},
            "spec": {**spec, "finalizers": spec.get("finalizers") or ["kubernetes"]},
            "status": {"phase": "Active"},
        }

    def default(self, call: Call, obj: Object, old: Object | None) -> None:
        """Fill in what the object leaves out.

        That its namespace can take it comes before all other checks.
        """
        if call.kind.resource == "namespaces" and old is None:
            obj.update(self._fresh(obj))
        if old is None and call.kind.namespaced:
            self.check_open(call.kind, obj["metadata"]["namespace"], obj["metadata"]["name"])

    def check_open(self, kind: kinds.Kind, namespace: str, name: str) -> None:
        """A 404 when there is no such namespace, a 403 when it is being deleted."""
        found = self.store.get(kinds.named("namespaces"), "", namespace)
        if terminating(found):
            cause = errors.Cause(
                "metadata.namespace",
                "NamespaceTerminating",
                f"namespace {namespace} is being terminated",
            )
            why = (
                f"unable to create new content in namespace {namespace} because it is being "
                "terminated"
            )
            raise errors.forbidden(kind, name, why, [cause])

    def changed(self, change: store.Change) -> None:
        """React to what was committed."""
        if change.kind.resource == "namespaces":
            if change.type == "DELETED":
                self._ripe.discard(change.key.name)
            elif change.type == "ADDED":
                self._ensure_defaults(change.key.name)
            elif change.type == "MODIFIED" and terminating(change.obj):
                self._empty_soon(change)
        elif change.type == "DELETED" and change.namespace:
            self._after_removal(change)
        elif change.type == "MODIFIED" and _freed(change):
            self._after_release(change)

    def _ensure_defaults(self, name: str) -> None:
        """The accounts and CA that pods of the namespace count on."""
        self.plane.ensure("serviceaccounts", {"metadata": {"name": "default", "namespace": name}})
        for config_map in _CA_MAPS:
            self._ensure_ca(name, config_map)

    def _ensure_ca(self, namespace: str, name: str) -> None:
        data = {_CA_MAPS[name]: self.plane.settings.ca_pem}
        self.plane.ensure(
            "configmaps", {"metadata": {"name": name, "namespace": namespace}, "data": data}
        )

    def _after_removal(self, change: store.Change) -> None:
        namespace = self.store.find("namespaces", "", change.namespace)
        if namespace is None:
            return
        if terminating(namespace):
            if self._content_may_go(change.namespace):
                self._finish_if_empty(change.namespace)
        elif change.kind.resource == "serviceaccounts" and change.key.name == "default":
            self._ensure_defaults(change.namespace)
        elif change.kind.resource == "configmaps" and change.key.name in _CA_MAPS:
            self._ensure_ca(change.namespace, change.key.name)

    def _content_may_go(self, namespace: str) -> bool:
        return self.plane.settings.namespace_seconds <= 0 or namespace in self._ripe

    def _after_release(self, change: store.Change) -> None:
        """What is not held any more goes with its namespace."""
        namespace = self.store.find("namespaces", "", change.namespace)
        obj = self.store.find(*change.key)
        if namespace is None or obj is None or not terminating(namespace):
            return
        if self._content_may_go(change.namespace):
            deletion.delete(self.store, change.kind, obj, deletion.Options())

    def endpoints(self) -> dict:
        """What is answered here instead of by the store."""
        return {"delete namespaces": self.delete, "update namespaces/finalize": self.finalize}

    def delete(self, call: Call) -> Reply:
        """DELETE of a namespace: Terminating now, gone when it is empty."""
        obj = self.store.get(call.kind, "", call.name)
        deletion.check_preconditions(call.kind, obj, deletion.options_from(call.query, call.body))
        if call.name in _FIXED:
            raise errors.forbidden(call.kind, call.name, "this namespace may not be deleted")
        return Reply(obj if call.dry_run else self.terminate(obj))

    def terminate(self, obj: Object) -> Object:
        """Begin to delete a namespace; the object as it then is."""
        if terminating(obj):
            return obj
        obj = store.with_metadata(obj, deletionTimestamp=store.now())
        obj = {**obj, "status": {**obj.get("status", {}), "phase": "Terminating"}}
        return self.store.update(kinds.named("namespaces"), obj)

    def finalize(self, call: Call) -> Reply:
        """PUT of `namespaces/finalize`: another's finalizer in the spec is taken away."""
        old = self.store.get(call.kind, "", call.name)
        wanted = (call.body or {}).get("spec", {}).get("finalizers") or []
        new = self.store.update(call.kind, {**old, "spec": {**old["spec"], "finalizers": wanted}})
        self._remove_if_final(new)
        return Reply(new)

    def _empty_soon(self, change: store.Change) -> None:
        """At once, or after the setting's time when the deletion is new."""
        seconds, name = self.plane.settings.namespace_seconds, change.key.name
        new = change.old is not None and not terminating(change.old)
        if not new:
            if self._content_may_go(name):
                self._finish_if_empty(name)
            return
        if seconds <= 0 and not self._held(name):
            self._empty(name)
            return
        if seconds <= 0:
            self._empty(name, but_held=True)
        self.plane.run_beside(self._empty_later(name, seconds if seconds > 0 else HELD_SECONDS))

    def _held(self, namespace: str) -> bool:
        found = (self.store.find(*key) for key in self.store.in_namespace(namespace))
        return any(obj is not None and _held_open(obj) for obj in found)

    async def _empty_later(self, name: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        found = self.store.find("namespaces", "", name)
        if found is not None and terminating(found):
            self._ripe.add(name)
            self._empty(name)

    def _empty(self, name: str, *, but_held: bool = False) -> None:
        for key in self.store.in_namespace(name):
            obj = self.store.find(*key)
            if obj is not None and not (but_held and _held_open(obj)):
                deletion.delete(self.store, kinds.named(key.resource), obj, deletion.Options())
        self._finish_if_empty(name)

    def _finish_if_empty(self, name: str) -> None:
        if next(self.store.in_namespace(name), None) is not None:
            return
        obj = self.store.find("namespaces", "", name)
        if obj is None:
            return
        kept = [
            f for f in obj["spec"]["finalizers"] if f not in ("kubernetes", "openshift.io/origin")
        ]
        if kept != obj["spec"]["finalizers"]:
            obj = {**obj, "spec": {**obj["spec"], "finalizers": kept}}
            obj = self.store.update(kinds.named("namespaces"), obj)
        self._remove_if_final(obj)

    def _remove_if_final(self, obj: Object) -> None:
        metadata = obj["metadata"]
        held = metadata.get("finalizers") or obj["spec"].get("finalizers")
        if terminating(obj) and not held and self.store.find("namespaces", "", metadata["name"]):
            self.store.remove(kinds.named("namespaces"), "", metadata["name"])
