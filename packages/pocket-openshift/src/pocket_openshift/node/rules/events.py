"""Events as a kubelet writes them. Pure; `recorder.py` posts them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from workshop_kube.rules import times

MESSAGE_LIMIT = 1024
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def make_event(
    pod: Mapping[str, Any],
    reason: str,
    message: str,
    *,
    source: tuple[str, str],
    container: str = "",
    warning: bool = False,
) -> dict[str, Any]:
    """A v1 Event about `pod` from (component, node); `stamp` adds its times and count."""
    metadata = pod["metadata"]
    component, node = source
    involved = {
        "apiVersion": "v1",
        "kind": "Pod",
        "name": metadata["name"],
        "namespace": metadata["namespace"],
        "uid": metadata["uid"],
    }
    if container:
        involved["fieldPath"] = f"spec.containers{{{container}}}"
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"namespace": metadata["namespace"]},
        "involvedObject": involved,
        "reason": reason,
        "message": message[:MESSAGE_LIMIT],
        "source": {"component": component, "host": node},
        "reportingComponent": component,
        "reportingInstance": node,
        "type": "Warning" if warning else "Normal",
    }


def stamp(event: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The event as first seen at `now`.

    Its name is made of time and content, so a repeated POST is a conflict; the time comes first, so
    that a list is in the order of what happened.
    """
    content = hashlib.sha256(repr(key_of(event)).encode()).hexdigest()[:4]
    moment, micros = times.render_time(now), (now - _EPOCH) // _MICROSECOND
    name = f"{event['involvedObject']['name'][:220]}.{micros * 1000:016x}{content}"
    return {
        **event,
        "metadata": {**event["metadata"], "name": name},
        "firstTimestamp": moment,
        "lastTimestamp": moment,
        "count": 1,
    }


def again(event: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The patch for an event that has come once more."""
    return {"count": event["count"] + 1, "lastTimestamp": times.render_time(now)}


def key_of(event: Mapping[str, Any]) -> tuple[str, ...]:
    """Two events with the same key are one event that is counted."""
    involved = event["involvedObject"]
    return (
        involved["uid"],
        involved.get("fieldPath", ""),
        event["reason"],
        event["type"],
        event["message"],
    )
