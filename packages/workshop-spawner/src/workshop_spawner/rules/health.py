"""How a session that was up is doing: it runs, it has had trouble, or it is lost, and why.

Works on pods as plain dicts. pod_loss.py acts on it, at each of JupyterHub's polls.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from workshop_spawner.rules import pod_state

# So often may the server of a session end and be started again before the session is given up.
CRASHES = 3
# So long after its time a pod that is to end may take: then its node no longer answers.
GONE_AFTER = timedelta(seconds=60)

MEMORY = "memory"
CRASH = "crash"
EVICTED = "evicted"
NODE = "node"
DELETED = "deleted"
ENDED = "ended"


@dataclass(frozen=True)
class Health:
    """`lost`: why the session is over. `trouble`: what it got over, or waits for.

    `kind` is a word for the hub's metrics: memory, crash, evicted, node, deleted, ended.
    """

    lost: str = ""
    trouble: str = ""
    kind: str = ""


_REASONS = {
    "Evicted": (EVICTED, "its node had no more room for it and evicted it"),
    "Preempting": (EVICTED, "its node needed the room for something more important"),
    "NodeLost": (NODE, "its node no longer answers"),
    "NodeShutdown": (NODE, "its node was shut down"),
    "Terminated": (NODE, "its node was shut down"),
    "DeadlineExceeded": (ENDED, "its time was up"),
}


def decide(pod: Mapping[str, Any] | None, now: datetime) -> Health:
    """How a session is doing by its pod as the cluster shows it now (None: it is not there)."""
    if pod is None:
        return Health(lost="its pod was deleted", kind=DELETED)
    status = pod.get("status") or {}
    if status.get("phase") in ("Failed", "Succeeded"):
        return _decide_ended(status)
    ending = pod["metadata"].get("deletionTimestamp")
    if ending and now - datetime.fromisoformat(ending) > GONE_AFTER:
        return Health(lost="its node no longer answers", kind=NODE)
    for container in status.get("containerStatuses") or []:
        if container.get("name") == pod_state.CONTAINER:
            return _decide_container(container)
    return Health()


def _decide_ended(status: Mapping[str, Any]) -> Health:
    if status.get("reason") in _REASONS:
        kind, cause = _REASONS[status["reason"]]
        return Health(lost=cause, kind=kind)
    cause = pod_state.render_ended(status)
    return Health(lost=cause, kind=MEMORY if cause == pod_state.OUT_OF_MEMORY else ENDED)


def _decide_container(container: Mapping[str, Any]) -> Health:
    state = container.get("state") or {}
    last = (container.get("lastState") or {}).get("terminated") or {}
    ended = state.get("terminated") or {}
    count = int(container.get("restartCount") or 0)
    if ended:
        return _decide_end(ended)
    waiting = (state.get("waiting") or {}).get("reason", "")
    cause = pod_state.render_end(last) if last else "its server ended"
    kind = MEMORY if cause == pod_state.OUT_OF_MEMORY else CRASH
    if waiting == "CrashLoopBackOff" and count >= CRASHES:
        return Health(lost=f"{cause}, {count} times in a row", kind=kind)
    if waiting in pod_state.HOPELESS and waiting != "CrashLoopBackOff":
        return Health(trouble=f"{pod_state.HOPELESS[waiting]} ({waiting})", kind=ENDED)
    if count:
        times = "once" if count == 1 else f"{count} times"
        return Health(trouble=f"it was restarted {times}: {cause}", kind=kind)
    return Health()


def _decide_end(ended: Mapping[str, Any]) -> Health:
    cause = pod_state.render_end(ended)
    if cause == pod_state.OUT_OF_MEMORY:
        return Health(lost=cause, kind=MEMORY)
    return Health(lost=cause, kind=CRASH if ended.get("exitCode") else ENDED)
