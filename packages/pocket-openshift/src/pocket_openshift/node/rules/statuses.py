"""A pod's status from the states of its containers.

Pure.

The rules are those of the kubelet (https://kubernetes.io/docs/concepts/workloads/pods/pod-
lifecycle/).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pocket_openshift.node.rules import states
from workshop_kube.rules import times

OUR_CONDITIONS = ("PodScheduled", "Initialized", "ContainersReady", "Ready")


@dataclass(frozen=True)
class Facts:
    """What a status needs besides the containers."""

    pod_ip: str
    host_ip: str
    start_time: datetime
    restart_policy: str = "Always"
    over: str = ""  # a reason that ends the pod whatever its containers say, e.g. DeadlineExceeded
    over_message: str = ""
    stopping: bool = False  # being deleted: not ready any more


def make_status(
    facts: Facts,
    init: Sequence[states.View],
    main: Sequence[states.View],
    before: Iterable[Mapping[str, Any]],
    now: datetime,
) -> dict[str, Any]:
    """A pod's whole `status`; conditions that are as `before` keep their times."""
    phase = find_phase(facts, init, main)
    status: dict[str, Any] = {
        "phase": phase,
        "conditions": make_conditions(phase, facts, init, main, (list(before), now)),
        "hostIP": facts.host_ip,
        "hostIPs": [{"ip": facts.host_ip}],
        "startTime": times.render_time(facts.start_time),
        "containerStatuses": [make_container_status(view) for view in main],
    }
    if facts.pod_ip:
        status |= {"podIP": facts.pod_ip, "podIPs": [{"ip": facts.pod_ip}]}
    if init:
        status["initContainerStatuses"] = [make_container_status(view) for view in init]
    if facts.over:
        status |= {"reason": facts.over, "message": facts.over_message}
    return status


def find_phase(facts: Facts, init: Sequence[states.View], main: Sequence[states.View]) -> str:
    """Pending, Running, Succeeded or Failed."""
    if facts.over:
        return "Failed"
    if any(_failed_for_good(view, facts.restart_policy) for view in init if not view.sidecar):
        return "Failed"
    if not is_initialized(init):
        return "Pending"
    ended = [view.state for view in main if isinstance(view.state, states.Terminated)]
    if len(ended) == len(main) and any(isinstance(view.state, states.Running) for view in init):
        return "Running"  # its sidecars are still being stopped
    if len(ended) == len(main) and main:
        if facts.restart_policy == "Always":
            return "Running"
        if all(state.exit_code == 0 for state in ended):
            return "Succeeded"
        return "Failed" if facts.restart_policy == "Never" else "Running"
    if any(isinstance(view.state, states.Waiting) and view.last is None for view in main):
        return "Pending"
    return "Running"


def is_initialized(init: Sequence[states.View]) -> bool:
    """Whether the main containers may run: init containers are done, sidecars have started."""
    return all(_is_passed(view) for view in init)


def _is_passed(view: states.View) -> bool:
    """Whether an init container no longer keeps the others; a sidecar once started never does."""
    if not view.sidecar:
        return _succeeded(view)
    return view.started or view.last is not None or isinstance(view.state, states.Terminated)


def _succeeded(view: states.View) -> bool:
    return isinstance(view.state, states.Terminated) and view.state.exit_code == 0


def _failed_for_good(view: states.View, policy: str) -> bool:
    return (
        policy == "Never"
        and isinstance(view.state, states.Terminated)
        and view.state.exit_code != 0
    )


def make_conditions(
    phase: str,
    facts: Facts,
    init: Sequence[states.View],
    main: Sequence[states.View],
    clock: tuple[list[Mapping[str, Any]], datetime],
) -> list[dict[str, Any]]:
    """Our four conditions, then those of others as they were."""
    before, now = clock
    unready = [
        view.name for view in [*init, *main] if (view.sidecar or view in main) and not view.ready
    ]
    waiting = [view.name for view in init if not _is_passed(view)]
    over = phase in ("Succeeded", "Failed")
    not_ready = _not_ready(phase, unready, stopping=facts.stopping)
    wanted = [
        {"type": "PodScheduled", "status": "True"},
        _initialized(waiting, over=over, succeeded=phase == "Succeeded"),
        {"type": "ContainersReady", "status": "False" if not_ready else "True", **not_ready},
        {"type": "Ready", "status": "False" if not_ready else "True", **not_ready},
    ]
    known = {condition["type"]: condition for condition in before}
    others = [dict(condition) for kind, condition in known.items() if kind not in OUR_CONDITIONS]
    return [_timed(condition, known.get(condition["type"]), now) for condition in wanted] + others


def _initialized(waiting: Sequence[str], *, over: bool, succeeded: bool) -> dict[str, Any]:
    if waiting and not (over and succeeded):
        message = "containers with incomplete status: [{}]".format(" ".join(waiting))
        return {
            "type": "Initialized",
            "status": "False",
            "reason": "ContainersNotInitialized",
            "message": message,
        }
    return {"type": "Initialized", "status": "True"}


def _not_ready(phase: str, unready: Sequence[str], *, stopping: bool) -> dict[str, str]:
    if phase == "Succeeded":
        return {"reason": "PodCompleted"}
    if phase == "Failed":
        return {"reason": "PodFailed"}
    if unready or stopping:
        return {
            "reason": "ContainersNotReady",
            "message": "containers with unready status: [{}]".format(" ".join(unready)),
        }
    return {}


def _timed(
    wanted: dict[str, Any], known: Mapping[str, Any] | None, now: datetime
) -> dict[str, Any]:
    """The time of a condition is that of its last change of status."""
    same = (
        known is not None
        and known.get("status") == wanted["status"]
        and known.get("lastTransitionTime")
    )
    return {**wanted, "lastProbeTime": None, "lastTransitionTime": same or times.render_time(now)}


def make_container_status(view: states.View) -> dict[str, Any]:
    """One entry of containerStatuses."""
    return {
        "name": view.name,
        "image": view.image,
        "imageID": "",
        "containerID": view.container_id,
        "ready": view.ready,
        "started": view.started,
        "restartCount": view.restarts,
        "state": make_state(view.state),
        "lastState": make_state(view.last) if view.last else {},
    }


def make_state(state: states.State) -> dict[str, Any]:
    """One of `waiting`, `running`, `terminated`."""
    match state:
        case states.Waiting():
            return {
                "waiting": {"reason": state.reason}
                | ({"message": state.message} if state.message else {})
            }
        case states.Running():
            return {"running": {"startedAt": times.render_time(state.started_at)}}
    ended: dict[str, Any] = {
        "exitCode": state.exit_code,
        "reason": state.reason,
        "startedAt": times.render_time(state.started_at),
        "finishedAt": times.render_time(state.finished_at),
    }
    optional = {"message": state.message, "signal": state.signal, "containerID": state.container_id}
    return {"terminated": ended | {key: value for key, value in optional.items() if value}}
