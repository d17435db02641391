"""Which of two hubs has an application: each says so by a Lease, and renews it while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workshop_kube.rules import times
from workshop_kube.rules.manifests import make_reference

API = "coordination.k8s.io/v1"
# Seconds between two renewals, and without one until a hub counts as gone.
RENEW_AGAIN = 3
GONE_AFTER = 10


@dataclass(frozen=True)
class LeaseVerdict:
    """What a hub does about the Lease: `takes` it, or waits whether the `other` renews it."""

    takes: bool
    other: str = ""


def decide_lease(lease: Mapping[str, Any] | None, hub_id: str, *, takes_over: bool) -> LeaseVerdict:
    """Whether the Lease as it is found can be taken at once."""
    holder = str(((lease or {}).get("spec") or {}).get("holderIdentity") or "")
    if holder in ("", hub_id):
        return LeaseVerdict(takes=True)
    return LeaseVerdict(takes=takes_over, other=holder)


def was_renewed(before: Mapping[str, Any], now: Mapping[str, Any] | None) -> bool:
    """Whether somebody has written to the Lease meanwhile, whatever the clocks of the two say."""
    return now is not None and before["metadata"].get("resourceVersion") != (
        now["metadata"].get("resourceVersion")
    )


def make_lease_reference(application: str, namespace: str) -> dict[str, Any]:
    """Which Lease it is."""
    return make_reference(API, "Lease", f"{application}-hub", namespace)


def make_spec(hub_id: str, now: datetime) -> dict[str, Any]:
    """What a Lease says that is held now; a hub that leaves holds none (`hub_id` empty)."""
    renewed = times.render_micro_time(now)
    return {"holderIdentity": hub_id, "leaseDurationSeconds": GONE_AFTER, "renewTime": renewed}


def render_refusal(application: str, namespace: str) -> str:
    """Why a hub ends that finds another one."""
    return (
        f"Another hub runs with WorkshopSpawner.application = {application!r} in namespace "
        f"{namespace}: both would end each other's sessions. Give this one another name; if it is "
        "to take the other's place, set WorkshopSpawner.take_over = True."
    )
