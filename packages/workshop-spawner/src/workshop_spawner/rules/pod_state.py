"""How a starting pod is doing, and why a container has ended, as the cluster shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# KubeSpawner's name of the container whose end is the session's end.
CONTAINER = "notebook"

OUT_OF_MEMORY = "it used more memory than it may"
HOPELESS = {
    "InvalidImageName": "its image's name is not valid",
    "ErrImageNeverPull": "its image is not on the node and may not be pulled",
    "ImagePullBackOff": "its image could not be pulled",
    "CreateContainerConfigError": "its configuration is not complete",
    "CreateContainerError": "its container could not be created",
    "RunContainerError": "its command could not be run",
    "CrashLoopBackOff": "its command ends as soon as it is started",
}


@dataclass(frozen=True)
class StartVerdict:
    """How a pod is doing: `ready`, or failed for a `cause`, or else `waiting` for something."""

    ready: bool = False
    cause: str = ""
    detail: str = ""
    waiting: str = ""


def decide_start(pod: Mapping[str, Any] | None, seen: bool = False) -> StartVerdict:
    """How a starting pod is doing, as the API shows it (None: not), `seen` before or not."""
    if pod is None and not seen:
        return StartVerdict(waiting="the cluster to take note of the pod")
    if pod is None or "deletionTimestamp" in pod["metadata"]:
        return StartVerdict(cause="it was deleted while it was starting")
    status = pod.get("status") or {}
    if status.get("phase") in ("Failed", "Succeeded"):
        return _decide_ended(status)
    containers = status.get("containerStatuses") or []
    for container in [*(status.get("initContainerStatuses") or []), *containers]:
        verdict = _decide_container(container)
        if verdict.cause:
            return verdict
    ready = bool(containers) and all(container.get("ready") for container in containers)
    if status.get("phase") == "Running" and status.get("podIP") and ready:
        return StartVerdict(ready=True)
    return StartVerdict(waiting=_render_waiting(status))


def _decide_ended(status: Mapping[str, Any]) -> StartVerdict:
    return StartVerdict(cause=render_ended(status), detail=status.get("message") or "")


def render_ended(status: Mapping[str, Any]) -> str:
    """Why a pod whose phase says that it is over has ended, in words."""
    reason = status.get("reason", "")
    for container in status.get("containerStatuses") or []:
        ended = (container.get("state") or {}).get("terminated")
        if ended and not reason:
            return render_end(ended)
    return f"it ended: {reason or 'no reason was given'}"


def _decide_container(container: Mapping[str, Any]) -> StartVerdict:
    waiting = (container.get("state") or {}).get("waiting") or {}
    why = HOPELESS.get(waiting.get("reason", ""))
    if why is None:
        return StartVerdict()
    last = (container.get("lastState") or {}).get("terminated") or {}
    detail = f"{waiting['reason']}: {waiting.get('message', '')}"
    if last:
        return StartVerdict(cause=f"{why} ({render_end(last)})", detail=detail)
    return StartVerdict(cause=why, detail=detail)


def render_end(ended: Mapping[str, Any]) -> str:
    """Why a container ended (its state `terminated`), in words."""
    if ended.get("reason") == "OOMKilled":
        return OUT_OF_MEMORY
    return f"its command ended with exit code {ended.get('exitCode', 'unknown')}"


def _render_waiting(status: Mapping[str, Any]) -> str:
    for condition in status.get("conditions") or []:
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            return f"a node with room for it ({condition.get('message', 'none yet')})"
    for container in status.get("containerStatuses") or []:
        waiting = (container.get("state") or {}).get("waiting")
        if waiting:
            return f"its container ({waiting.get('reason', 'waiting')})"
    return "its containers to be ready"
