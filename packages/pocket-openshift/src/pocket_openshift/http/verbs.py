"""The verbs that every stored kind knows.

They are get, list, create, update, patch, delete and deletecollection.

No HTTP. `server` calls `VERBS[verb](plane, call)`; admission and reactions are the behaviours'.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from pocket_openshift.core import deletion, store
from pocket_openshift.core.behaviour import Call, Plane, Reply
from pocket_openshift.http import listing, patching, validation
from pocket_openshift.vocabulary import errors, kinds, names

# Set by the server; what a client says about them is not believed.
_SERVER_FIELDS = (
    *("uid", "resourceVersion", "creationTimestamp", "deletionTimestamp"),
    *("deletionGracePeriodSeconds", "generation", "managedFields", "selfLink"),
)
_COMPARED = (
    *("resourceVersion", "uid", "creationTimestamp", "deletionTimestamp"),
    "deletionGracePeriodSeconds",
)
_WITH_GENERATION = frozenset(
    {
        *("pods", "deployments.apps", "daemonsets.apps", "statefulsets.apps"),
        *("replicasets.apps", "jobs.batch", "cronjobs.batch", "replicationcontrollers"),
        *("routes.route.openshift.io", "ingresses.networking.k8s.io"),
        *("networkpolicies.networking.k8s.io", "poddisruptionbudgets.policy"),
        *("deploymentconfigs.apps.openshift.io", "imagestreams.image.openshift.io"),
    }
)
# Subresources that are a part of the stored object; all others need an endpoint of their own.
STORED_PARTS = frozenset({"status", "finalize"})
# The real server answers the object, not a Status, when one of these is deleted.
_SHOWN_WHEN_DELETED = frozenset(
    {
        *("pods", "services", "serviceaccounts", "persistentvolumeclaims"),
        *("persistentvolumes", "podtemplates", "resourcequotas"),
    }
)


def scope(call: Call) -> str:
    """The namespace in which the store keeps what the URL names."""
    return call.namespace if call.kind.namespaced else ""


def current(plane: Plane, call: Call) -> store.Object:
    """The object that the URL names; a 404 when there is none."""
    return plane.store.get(call.kind, scope(call), call.name)


def get(plane: Plane, call: Call) -> Reply:
    """One object, from its cached JSON."""
    return Reply(plane.store.encoded(current(plane, call)))


def check_body(call: Call, body: Any) -> store.Object:
    """The object in a request's body: an object, of this kind. A 400 otherwise."""
    kind = call.kind
    if body is None:
        raise errors.unrecognized(kind, "unexpected end of JSON input", b"")
    if not isinstance(body, dict):
        raise errors.bad_request("the body of the request must be an object")
    said = (body.get("apiVersion", kind.api_version), body.get("kind", kind.kind))
    if said != (kind.api_version, kind.kind):
        raise errors.another_kind(kind, said)
    metadata = body.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise errors.bad_request("metadata must be an object")
    return {**copy.deepcopy(body), "metadata": copy.deepcopy(metadata)}


def _place(call: Call, metadata: dict[str, Any]) -> None:
    if not call.kind.namespaced:
        metadata.pop("namespace", None)
        return
    metadata["namespace"] = metadata.get("namespace") or call.namespace
    if metadata["namespace"] != call.namespace:
        raise errors.bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )


def _hold_place(call: Call, metadata: dict[str, Any]) -> None:
    """A 400 for a body or patch that means another object than its URL.

    The store would write to that one, in whatever namespace.
    """
    _place(call, metadata)
    metadata["name"] = metadata.get("name") or call.name
    if metadata["name"] != call.name:
        raise errors.bad_request(
            f"the name of the object ({metadata['name']}) does not match the name on the "
            f"URL ({call.name})"
        )


def create(plane: Plane, call: Call) -> Reply:
    """A new object."""
    kind, obj = call.kind, check_body(call, call.body)
    metadata = obj["metadata"]
    _place(call, metadata)
    versioned = metadata.get("resourceVersion", "") not in ("", "0")
    for name in _SERVER_FIELDS:
        metadata.pop(name, None)
    if "status" in kind.subresources:
        obj.pop("status", None)
    if not metadata.get("name") and metadata.get("generateName"):
        metadata["name"] = _free_name(plane, kind, metadata)
    if kind.resource in _WITH_GENERATION:
        metadata["generation"] = 1
    return Reply(create_object(plane, call, obj, versioned=versioned), 201)


def _free_name(plane: Plane, kind: kinds.Kind, metadata: dict[str, Any]) -> str:
    place = metadata.get("namespace", "")
    for _ in range(8):
        name = names.generated(metadata["generateName"])
        if plane.store.find(kind.resource, place, name) is None:
            return name
    return name


def create_object(
    plane: Plane, call: Call, obj: store.Object, *, versioned: bool = False
) -> store.Object:
    """Admit an object and put it into the store (unless this is a dry run).

    One that came with a version (`versioned`) is no new one.
    """
    kind = call.kind
    obj["metadata"].setdefault("name", "")
    plane.admit(call, kind, obj, None)
    if call.dry_run:
        key = store.key_of(kind, obj)
        if plane.store.find(*key) is not None:
            raise errors.already_exists(kind, key.name)
        return {"apiVersion": kind.api_version, "kind": kind.kind, **obj}
    if versioned:
        raise errors.version_not_allowed()
    return plane.store.create(kind, obj)


def replace(plane: Plane, call: Call) -> Reply:
    """PUT: the whole object, or one subresource of it."""
    old = current(plane, call)
    new = check_body(call, call.body)
    _hold_place(call, new["metadata"])
    return Reply(write(plane, call, old, new))


def patch(plane: Plane, call: Call) -> Reply:
    """PATCH in any of the four formats; server-side apply creates what is not there."""
    media_type = _patch_type(call)
    old = plane.store.find(call.kind.resource, scope(call), call.name)
    if old is None and media_type == patching.APPLY and not call.target.subresource:
        call.body = check_body(call, validation.checked(call, call.body))
        _hold_place(call, call.body["metadata"])
        return create(plane, call)
    old = old or current(plane, call)
    made = patched(call, old)
    if media_type == patching.STRATEGIC:
        made = validation.checked_patch(call, made, patching.written(call.body))
    else:
        made = validation.checked_patch(call, made)
    new = check_body(call, made)
    _hold_place(call, new["metadata"])
    return Reply(write(plane, call, old, new))


def _patch_type(call: Call) -> str:
    media_type = call.headers.get("Content-Type", "").split(";")[0].strip()
    if media_type not in patching.TYPES:
        raise errors.unsupported_media_type(patching.TYPES)
    return media_type


def patched(call: Call, old: store.Object) -> Any:
    """An object with the patch of the request applied; a 400, 415 or 422 when that cannot be."""
    try:
        return patching.apply(_patch_type(call), old, call.body)
    except patching.FormError as error:
        raise errors.bad_request(str(error)) from error
    except patching.PatchError as error:
        raise errors.rejected() from error


def _keep_server_fields(old: store.Object, new: store.Object) -> None:
    """Fields that only the server changes stay as they were.

    What the caller says of those that may not change is left, to be compared: the version by the
    store, the others by the rules.
    """
    kept, metadata = old["metadata"], new["metadata"]
    for name in _SERVER_FIELDS:
        if name in _COMPARED:
            continue
        metadata.pop(name, None)
        if name in kept:
            metadata[name] = kept[name]
    for name in _COMPARED[2:]:
        if name in kept:
            metadata.setdefault(name, kept[name])
    if "deletionTimestamp" in kept:
        metadata["deletionTimestamp"] = kept["deletionTimestamp"]


def _with_part(old: store.Object, new: store.Object, part: str) -> store.Object:
    """The old object with only one part of the new one.

    The version is the caller's, to be compared.
    """
    said = {k: v for k, v in new["metadata"].items() if k in ("resourceVersion", "uid")}
    result = {**old, "metadata": {**old["metadata"], **said}}
    result.pop(part, None)
    return {**result, part: new[part]} if part in new else result


def _merged(call: Call, old: store.Object, new: store.Object) -> store.Object:
    subresource = call.target.subresource
    if subresource == "status":
        return _with_part(old, new, "status")
    if subresource == "finalize":
        return _with_part(old, new, "spec")
    if "status" in call.kind.subresources:
        new.pop("status", None)
        if "status" in old:
            new["status"] = old["status"]
    generation = old["metadata"].get("generation")
    if generation and new.get("spec") != old.get("spec"):
        new["metadata"]["generation"] = generation + 1
    return new


def write(plane: Plane, call: Call, old: store.Object, new: store.Object) -> store.Object:
    """Check a changed object and put it in the old one's place."""
    _keep_server_fields(old, new)
    new = copy.deepcopy(_merged(call, old, new))
    plane.admit(call, call.kind, new, old)
    if new.get("spec") == old.get("spec") and "generation" in old["metadata"]:
        new["metadata"]["generation"] = old["metadata"]["generation"]
    if call.dry_run:
        return new
    written = plane.store.update(call.kind, new)
    if "deletionTimestamp" in written["metadata"]:
        deletion.finish_if_done(plane.store, call.kind, written)
    return written


def _answer_deleted(kind: kinds.Kind, obj: store.Object, *, gone: bool) -> store.Object:
    if not gone or kind.resource in _SHOWN_WHEN_DELETED:
        return obj
    details = {"name": obj["metadata"]["name"], "kind": kind.plural, "uid": obj["metadata"]["uid"]}
    if kind.group:
        details["group"] = kind.group
    return errors.make_success(details)


def delete(plane: Plane, call: Call) -> Reply:
    """One object, at once or once nothing holds it."""
    obj = current(plane, call)
    options = deletion.options_from(call.query, call.body)
    if call.dry_run:
        deletion.check_preconditions(call.kind, obj, options)
        return Reply(obj)
    last, gone = deletion.delete(plane.store, call.kind, obj, options)
    return Reply(_answer_deleted(call.kind, last, gone=gone))


def delete_collection(plane: Plane, call: Call) -> Reply:
    """All objects that the selectors name."""
    options = deletion.options_from(call.query, call.body)
    found = listing.selected(plane, call)
    if not call.dry_run:
        for obj in found:
            deletion.delete(plane.store, call.kind, obj, options)
    return Reply(
        listing.render(plane, call.kind, found, {"resourceVersion": str(plane.store.version)})
    )


VERBS = {
    "get": get,
    "list": listing.list_,
    "create": create,
    "update": replace,
    "patch": patch,
    "delete": delete,
    "deletecollection": delete_collection,
}


def encode(obj: store.Object) -> bytes:
    """An object as JSON, for one that is not in the store."""
    return json.dumps(obj, separators=(",", ":")).encode()
