"""Deleting: preconditions, grace, finalizers, propagation.

`verbs`, owners and namespaces all delete through here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pocket_openshift.core import store
from pocket_openshift.vocabulary import errors, field_errors, kinds
from workshop_kube.rules.times import render_time

FOREGROUND = "foregroundDeletion"
ORPHAN = "orphan"
_FINALIZER_OF = {"Foreground": FOREGROUND, "Orphan": ORPHAN}
_POLICIES = ("Foreground", "Background", "Orphan")


@dataclass(frozen=True, slots=True)
class Options:
    """DeleteOptions.

    `grace` is seconds, None for the object's own; `policy` is Background, Foreground or Orphan.
    """

    grace: int | None = None
    policy: str = "Background"
    uid: str = ""
    version: str = ""


NOW = Options(grace=0)


def options_from(query: Mapping[str, str], body: Any) -> Options:
    """From the body of a DELETE, or its query. A 400 for what is none."""
    body = body if isinstance(body, dict) else {}
    grace = body.get("gracePeriodSeconds", query.get("gracePeriodSeconds"))
    asked = body.get("propagationPolicy") or query.get("propagationPolicy")
    orphan = body.get("orphanDependents") or query.get("orphanDependents") == "true"
    policy = asked or ("Orphan" if orphan else "Background")
    preconditions = body.get("preconditions") or {}
    try:
        seconds = None if grace is None else int(grace)
    except (TypeError, ValueError):
        raise errors.bad_request(f"invalid gracePeriodSeconds: {grace!r}") from None
    causes = []
    if asked and orphan:
        why = "orphanDependents and deletionPropagation cannot be both set"
        causes.append(field_errors.invalid("propagationPolicy", asked, why))
    if policy not in _POLICIES:
        known = (*_POLICIES, "nil")
        causes.append(field_errors.not_supported("propagationPolicy", policy, known))
    if (dry := body.get("dryRun")) and dry != ["All"]:
        causes.append(field_errors.not_supported("dryRun", dry, ("All",)))
    if causes:
        raise errors.invalid_of("meta.k8s.io", "DeleteOptions", "", causes)
    return Options(
        seconds, policy, preconditions.get("uid", ""), preconditions.get("resourceVersion", "")
    )


def check_preconditions(kind: kinds.Kind, obj: store.Object, options: Options) -> None:
    """A 409 when the caller means another object than the one that is there."""
    metadata = obj["metadata"]
    if options.uid and options.uid != metadata["uid"]:
        raise errors.uid_conflict(kind, metadata["name"], options.uid, metadata["uid"])
    if options.version and options.version != metadata["resourceVersion"]:
        why = (
            f"the ResourceVersion in the precondition ({options.version}) does not match the "
            "ResourceVersion "
            f"in record ({metadata['resourceVersion']}). The object might have been modified"
        )
        raise errors.conflict(kind, metadata["name"], why)


def grace_of(kind: kinds.Kind, obj: store.Object, options: Options) -> int:
    """How long an object stays to end in peace: only a pod that a node runs gets any time."""
    if kind.resource != "pods":
        return 0
    spec, status = obj.get("spec", {}), obj.get("status", {})
    if not spec.get("nodeName") or status.get("phase") in ("Succeeded", "Failed"):
        return 0
    grace = (
        options.grace
        if options.grace is not None
        else spec.get("terminationGracePeriodSeconds", 30)
    )
    return max(0, int(grace))


def _marked(obj: store.Object, grace: int, finalizers: list[str]) -> store.Object:
    """The object with its deletion written on it."""
    end = datetime.now(UTC) + timedelta(seconds=grace)
    metadata = obj["metadata"]
    generation = metadata.get("generation")
    return store.with_metadata(
        obj,
        deletionTimestamp=render_time(end),
        deletionGracePeriodSeconds=grace,
        finalizers=finalizers or None,
        generation=generation + 1 if generation else None,
    )


def delete(
    objects: store.Store, kind: kinds.Kind, obj: store.Object, options: Options
) -> tuple[store.Object, bool]:
    """Delete an object or begin to. Returns its last state and whether it is gone."""
    check_preconditions(kind, obj, options)
    finalizers = list(obj["metadata"].get("finalizers") or ())
    wanted = _FINALIZER_OF.get(options.policy)
    if wanted and wanted not in finalizers:
        finalizers.append(wanted)
    grace = grace_of(kind, obj, options)
    if not finalizers and grace == 0:
        return _remove(objects, kind, obj), True
    if "deletionTimestamp" in obj["metadata"]:
        left = obj["metadata"].get("deletionGracePeriodSeconds", 0)
        if grace >= left and finalizers == list(obj["metadata"].get("finalizers") or ()):
            return obj, False
        grace = min(grace, left)
    return objects.update(kind, _marked(obj, grace, finalizers)), False


def _remove(objects: store.Store, kind: kinds.Kind, obj: store.Object) -> store.Object:
    metadata = obj["metadata"]
    if kind.resource == "pods" and metadata.get("deletionGracePeriodSeconds") != 0:
        obj = objects.update(kind, _marked(obj, 0, []))
    last = objects.remove(kind, metadata.get("namespace", ""), metadata["name"])
    return last if kind.resource == "pods" else obj


def finish_if_done(objects: store.Store, kind: kinds.Kind, obj: store.Object) -> bool:
    """Take out an object that is being deleted and that nothing holds any more.

    Returns whether it did.
    """
    metadata = obj["metadata"]
    waiting = "deletionTimestamp" not in metadata or metadata.get("finalizers")
    if (
        waiting
        or metadata.get("deletionGracePeriodSeconds", 0) > 0
        or kind.resource == "namespaces"
    ):
        return False
    objects.remove(kind, metadata.get("namespace", ""), metadata["name"])
    return True
