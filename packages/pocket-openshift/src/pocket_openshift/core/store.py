"""Objects, their versions and the indexes over them. No HTTP, no rules, one thread.

An object in the store is never changed: every write puts a new dictionary in its place, so a
reader may keep what it got. Callers copy before they change. `verbs` and the behaviours write
here; `watching` hears every change.
"""

from __future__ import annotations

import bisect
import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pocket_openshift.vocabulary import errors, kinds
from workshop_kube.rules.times import render_time

Object = dict[str, Any]


class Key(NamedTuple):
    """Where an object is: `resource` of its kind, namespace ('' for the cluster's own) and name."""

    resource: str
    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Change:
    """One commit: `type` is ADDED, MODIFIED or DELETED; `obj` is what is (or was last) there."""

    type: str
    kind: kinds.Kind
    key: Key
    obj: Object
    old: Object | None
    version: int

    @property
    def namespace(self) -> str:
        """The namespace of the object, '' for the cluster's own."""
        return self.key.namespace


def now() -> str:
    """The time as Kubernetes writes it: seconds, UTC."""
    return render_time(datetime.now(UTC))


def key_of(kind: kinds.Kind, obj: Object) -> Key:
    """The key of an object of this kind."""
    metadata = obj["metadata"]
    return Key(
        kind.resource, metadata.get("namespace", "") if kind.namespaced else "", metadata["name"]
    )


def with_metadata(obj: Object, **changes: Any) -> Object:
    """A copy of an object with other metadata; a value of None takes the field away."""
    metadata = {**obj["metadata"], **changes}
    return {
        **obj,
        "metadata": {name: value for name, value in metadata.items() if value is not None},
    }


class Store:
    """All objects of the cluster, found by key, by namespace, by owner and by UID."""

    def __init__(self) -> None:
        self.version = 1
        self._objects: dict[str, dict[str, dict[str, Object]]] = defaultdict(dict)
        # The namespaces that hold a kind, in order, and how many objects there are of it.
        self._places: dict[str, list[str]] = defaultdict(list)
        self._totals: dict[str, int] = defaultdict(int)
        self._by_uid: dict[str, Key] = {}
        self._by_owner: dict[str, set[Key]] = defaultdict(set)
        self._encoded: dict[str, tuple[str, bytes]] = {}
        self.listeners: list[Callable[[Change], None]] = []
        # Called first; when it raises, nothing has happened (persistence).
        self.journal: Callable[[Change], None] | None = None

    def find(self, resource: str, namespace: str, name: str) -> Object | None:
        """The object, or None."""
        return self._objects[resource].get(namespace, {}).get(name)

    def get(self, kind: kinds.Kind, namespace: str, name: str) -> Object:
        """The object; a 404 when there is none."""
        found = self.find(kind.resource, namespace if kind.namespaced else "", name)
        if found is None:
            raise errors.not_found(kind, name)
        return found

    def by_uid(self, uid: str) -> Object | None:
        """The living object of this UID, or None."""
        key = self._by_uid.get(uid)
        return self.find(*key) if key else None

    def select(self, resource: str, namespace: str | None = None) -> list[Object]:
        """Objects of a kind by namespace and name; of one namespace, or of all when it is None."""
        return list(self.walk(resource, namespace))

    def walk(
        self, resource: str, namespace: str | None = None, after: tuple[str, str] = ("", "")
    ) -> Iterator[Object]:
        """As `select`, one by one, from behind a (namespace, name); costs what is taken of it."""
        spaces, places = self._objects[resource], self._places[resource]
        if namespace is not None:
            chosen = [namespace] if namespace >= after[0] else []
        else:
            chosen = places[bisect.bisect_left(places, after[0]) :]
        for place in chosen:
            found = spaces.get(place, {})
            for name in sorted(found):
                if (place, name) > after:
                    yield found[name]

    def count(self, resource: str, namespace: str | None) -> int:
        """How many objects of a kind a namespace holds, or all when it is None."""
        if namespace is None:
            return self._totals[resource]
        return len(self._objects[resource].get(namespace, ()))

    def in_namespace(self, namespace: str) -> Iterator[Key]:
        """The keys of all that is in a namespace, whatever its kind."""
        for resource, spaces in list(self._objects.items()):
            for name in list(spaces.get(namespace, ())):
                yield Key(resource, namespace, name)

    def everything(self) -> Iterator[Key]:
        """The keys of all objects; for the start only, nothing that serves a request reads them."""
        for resource, spaces in self._objects.items():
            for namespace, found in spaces.items():
                for name in found:
                    yield Key(resource, namespace, name)

    def owned_by(self, uid: str) -> list[Key]:
        """The keys of the objects that name this UID among their owners."""
        return sorted(self._by_owner.get(uid, ()))

    def create(self, kind: kinds.Kind, obj: Object) -> Object:
        """Put a new object: gives it UID, version and time. A 409 when the name is taken."""
        key = key_of(kind, obj)
        old = self.find(*key)
        if old is not None:
            deleting = "deletionTimestamp" in old["metadata"]
            raise errors.already_exists(kind, key.name, deleting=deleting)
        fresh = with_metadata(
            obj,
            uid=obj["metadata"].get("uid") or str(uuid.uuid4()),
            creationTimestamp=now(),
            resourceVersion=str(self.version + 1),
        )
        fresh = {"apiVersion": kind.api_version, "kind": kind.kind, **_body(fresh)}
        return self._commit("ADDED", kind, key, fresh, None)

    def update(self, kind: kinds.Kind, obj: Object) -> Object:
        """Replace an object.

        A 404 when it is gone, a 409 when it names a version or UID that is not the stored one's.

        An object equal to the stored one makes no new version and no event.
        """
        key = key_of(kind, obj)
        old = self.get(kind, key.namespace, key.name)
        self._check_current(kind, old, obj["metadata"])
        kept = old["metadata"]
        obj = with_metadata(
            obj,
            uid=kept["uid"],
            creationTimestamp=kept["creationTimestamp"],
            resourceVersion=kept["resourceVersion"],
        )
        obj = {"apiVersion": kind.api_version, "kind": kind.kind, **_body(obj)}
        if obj == old:
            return old
        obj = with_metadata(obj, resourceVersion=str(self.version + 1))
        return self._commit("MODIFIED", kind, key, obj, old)

    @staticmethod
    def _check_current(kind: kinds.Kind, old: Object, metadata: Object) -> None:
        name, stored = old["metadata"]["name"], old["metadata"]
        uid = metadata.get("uid")
        if uid and uid != stored["uid"]:
            raise errors.conflict(
                kind,
                name,
                f"Precondition failed: UID in precondition: {uid}, UID in object meta: "
                f"{stored['uid']}",
            )
        if metadata.get("resourceVersion") not in (None, "", stored["resourceVersion"]):
            raise errors.conflict(kind, name)

    def remove(self, kind: kinds.Kind, namespace: str, name: str) -> Object:
        """Take an object out at once, whatever its finalizers; returns its last state."""
        old = self.get(kind, namespace, name)
        last = with_metadata(old, resourceVersion=str(self.version + 1))
        return self._commit("DELETED", kind, key_of(kind, old), last, old)

    def _commit(
        self, what: str, kind: kinds.Kind, key: Key, obj: Object, old: Object | None
    ) -> Object:
        change = Change(what, kind, key, obj, old, self.version + 1)
        if self.journal is not None:
            self.journal(change)
        self.version += 1
        self._index(key, obj, old, gone=what == "DELETED")
        for listener in self.listeners:
            listener(change)
        return obj

    def _index(self, key: Key, obj: Object, old: Object | None, *, gone: bool) -> None:
        if old is not None:
            self._encoded.pop(old["metadata"]["uid"], None)
            for uid in _owners(old):
                self._by_owner[uid].discard(key)
                if not self._by_owner[uid]:
                    del self._by_owner[uid]
        spaces = self._objects[key.resource]
        if gone:
            del self._by_uid[obj["metadata"]["uid"]]
            del spaces[key.namespace][key.name]
            self._totals[key.resource] -= 1
            if not spaces[key.namespace]:
                del spaces[key.namespace]
                places = self._places[key.resource]
                del places[bisect.bisect_left(places, key.namespace)]
            return
        if key.namespace not in spaces:
            spaces[key.namespace] = {}
            bisect.insort(self._places[key.resource], key.namespace)
        self._totals[key.resource] += key.name not in spaces[key.namespace]
        spaces[key.namespace][key.name] = obj
        self._by_uid[obj["metadata"]["uid"]] = key
        for uid in _owners(obj):
            self._by_owner[uid].add(key)

    def load(self, obj: Object) -> None:
        """Put back an object that was saved, with its own UID and version; nobody is told."""
        kind = kinds.of_object(obj)
        if kind is None:
            return
        self._index(key_of(kind, obj), obj, None, gone=False)
        self.version = max(self.version, int(obj["metadata"]["resourceVersion"]))

    def encoded(self, obj: Object) -> bytes:
        """An object as JSON, made once a version."""
        uid, version = obj["metadata"]["uid"], obj["metadata"]["resourceVersion"]
        cached = self._encoded.get(uid)
        if cached is None or cached[0] != version:
            cached = (version, json.dumps(obj, separators=(",", ":")).encode())
            if uid in self._by_uid:
                self._encoded[uid] = cached
        return cached[1]


def _body(obj: Object) -> Object:
    return {name: value for name, value in obj.items() if name not in ("apiVersion", "kind")}


def _owners(obj: Object) -> list[str]:
    return [owner["uid"] for owner in obj["metadata"].get("ownerReferences") or ()]
