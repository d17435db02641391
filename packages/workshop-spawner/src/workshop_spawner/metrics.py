"""Figures in the hub's own Prometheus registry, at `/hub/metrics`."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

STARTS = Counter(
    "workshop_session_starts_total",
    "Starts of sessions, by how they ended: success, or the reason of the refusal",
    ["outcome"],
)
START_SECONDS = Histogram(
    "workshop_session_start_seconds",
    "From the request of a start to a pod that is ready",
    ["source"],
    buckets=(0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300),
)
STEP_SECONDS = Histogram(
    "workshop_session_step_seconds",
    "How long a step of a start takes",
    ["step"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
LOSSES = Counter(
    "workshop_session_losses_total",
    "Sessions that ended though nobody stopped them, by cause: memory, crash, evicted, node, "
    "deleted, ended",
    ["cause"],
)
RESERVE = Gauge("workshop_reserve_size", "Sessions that are ready to be handed out")
RESERVED_PODS = Gauge("workshop_reserve_pods", "Pods that run and wait for their visitor")
HAND_OVERS = Counter(
    "workshop_hand_overs_total",
    "Starts where pods are kept ahead, by what became of it: success, none (none was left), unfit "
    "(theirs is another pod), not_ready, lost, refused, no_answer",
    ["outcome"],
)
PROJECTS = Gauge("workshop_projects", "Projects of this workshop that are alive, when last counted")
ORPHANED = Gauge(
    "workshop_orphaned_projects",
    "Projects whose session is gone, when last counted; the culler removes them",
)
ORPHANS = Counter(
    "workshop_orphans_total", "Objects of dead sessions that the hub itself found and removed"
)
