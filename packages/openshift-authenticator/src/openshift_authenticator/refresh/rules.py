"""What a refresh of somebody's login comes to.

A firm no (401) means log in again, and the session lives on meanwhile; a
cluster that cannot say (403, 429, 5xx, no answer) is put up with for a bounded time.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from workshop_kube.openshift_login.tolerance import TOLERANCE_SECONDS, is_tolerated, make_pause

# A check younger than this is not repeated, not even before a spawn.
YOUNG_SECONDS = 60.0
# No longer, in seconds, is a cluster left alone because it asks for it.
LONGEST_REQUEST = 600.0


class RefreshVerdict(enum.Enum):
    """What to tell the hub."""

    ASK = "ask the cluster"
    KEEP = "let them go on"
    LOGIN_AGAIN = "let them log in again"
    REFUSED = "they may not enter any more"


@dataclass(frozen=True)
class LoginRecord:
    """What is remembered of a login; times are seconds since the epoch, 0 if unknown."""

    has_token: bool = False
    expires_at: float = 0.0
    checked_at: float = 0.0


@dataclass(frozen=True)
class RefreshLimits:
    """The settings that count here, in seconds."""

    refresh_age: float = 300.0
    tolerance: float = TOLERANCE_SECONDS


@dataclass(frozen=True)
class CircuitBreaker:
    """How the cluster has been lately, the same for all users."""

    failures: int = 0
    quiet_until: float = 0.0


def read_record(state: Mapping[str, object] | None) -> LoginRecord:
    """Read the auth_state of a user; anything strange in it counts as unknown."""
    state = state or {}
    response = state.get("token_response")
    token = response.get("access_token") if isinstance(response, dict) else None
    return LoginRecord(
        has_token=isinstance(token, str) and bool(token),
        expires_at=_read_time(state.get("expires_at")),
        checked_at=_read_time(state.get("checked_at")),
    )


def _read_time(value: object) -> float:
    return float(value) if isinstance(value, int | float) and value > 0 else 0.0


def decide_before(
    record: LoginRecord, circuit: CircuitBreaker, limits: RefreshLimits, now: float
) -> RefreshVerdict:
    """Is there anything to ask the cluster at all?"""
    if not record.has_token:
        return RefreshVerdict.LOGIN_AGAIN
    if record.expires_at and now >= record.expires_at:
        return RefreshVerdict.LOGIN_AGAIN
    if 0 <= now - record.checked_at < min(YOUNG_SECONDS, limits.refresh_age):
        return RefreshVerdict.KEEP
    if now < circuit.quiet_until and decide_unconfirmed(record, limits, now) is RefreshVerdict.KEEP:
        return RefreshVerdict.KEEP
    # Also in bad circuit: nobody is sent away unasked for what happened to others.
    return RefreshVerdict.ASK


def decide_after_failure(
    status: int | None, record: LoginRecord, limits: RefreshLimits, now: float
) -> RefreshVerdict:
    """The cluster answered `status` instead of the user; None stands for no answer."""
    if status == 401:
        return RefreshVerdict.LOGIN_AGAIN
    return decide_unconfirmed(record, limits, now)


def decide_unconfirmed(record: LoginRecord, limits: RefreshLimits, now: float) -> RefreshVerdict:
    """How long a login is believed that nobody can confirm."""
    if is_tolerated(record.checked_at, now, limits.tolerance):
        return RefreshVerdict.KEEP
    return RefreshVerdict.LOGIN_AGAIN


def after_failure(circuit: CircuitBreaker, now: float, retry_after: float | None) -> CircuitBreaker:
    """The cluster is in trouble: nobody asks for a while, longer each time.

    Whoever asked before the trouble was known fails for the same reason, and it counts once.
    """
    asked = min(retry_after or 0.0, LONGEST_REQUEST)
    if now < circuit.quiet_until:
        return CircuitBreaker(circuit.failures, max(circuit.quiet_until, now + asked))
    failures = circuit.failures + 1
    return CircuitBreaker(failures, now + max(make_pause(failures), asked))


def after_success() -> CircuitBreaker:
    """The cluster answers."""
    return CircuitBreaker()
