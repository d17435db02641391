"""Events that the cluster's own controllers write: what they did, and what did not let them.

A node writes its own (`node/events.py`), as a client. `resources/workloads` calls.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from pocket_openshift.core import store
from pocket_openshift.vocabulary import errors, kinds

Object = dict[str, Any]
_LIMIT = 1024


def make(
    about: Mapping[str, Any], reason: str, text: str, *, component: str, warning: bool = False
) -> Object:
    """A core/v1 Event about an object.

    Its name is made of what it says, so that the same event comes to the same name.
    """
    metadata = about["metadata"]
    said = repr((metadata["uid"], reason, text)).encode()
    return {
        "metadata": {
            "name": f"{metadata['name'][:220]}.{hashlib.sha256(said).hexdigest()[:16]}",
            "namespace": metadata["namespace"],
        },
        "involvedObject": {
            "apiVersion": about["apiVersion"],
            "kind": about["kind"],
            "name": metadata["name"],
            "namespace": metadata["namespace"],
            "uid": metadata["uid"],
        },
        "reason": reason,
        "message": text[:_LIMIT],
        "source": {"component": component},
        "reportingComponent": component,
        "reportingInstance": "",
        "type": "Warning" if warning else "Normal",
    }


def record(objects: store.Store, event: Object) -> None:
    """Write an event, or count it once more.

    Events are best effort: a namespace that is going takes none.
    """
    kind, metadata, now = kinds.named("events"), event["metadata"], store.now()
    namespace = objects.find("namespaces", "", metadata["namespace"])
    if namespace is None or "deletionTimestamp" in namespace["metadata"]:
        return
    known = objects.find("events", metadata["namespace"], metadata["name"])
    try:
        if known is None:
            moments = {"firstTimestamp": now, "lastTimestamp": now, "count": 1}
            objects.create(kind, {**event, **moments})
        else:
            count = known.get("count", 1) + 1
            objects.update(kind, {**known, "lastTimestamp": now, "count": count})
    except errors.StatusError:
        return
