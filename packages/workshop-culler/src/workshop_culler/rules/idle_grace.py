"""When the idle rule is suspended: sessions could not report yet what people do.

After a start of ours, after the hub was out of reach and after a jump of our clock or of the hub's
(a laptop that slept), the hub's last-activity times are behind the truth.
Sessions report about every five minutes, so the grace lasts a little longer than that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

JUMP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class IdleGrace:
    """Idleness ends nobody until `until` on the monotonic clock.

    `wall` and `mono` are the last look.
    """

    seconds: float
    until: float
    wall: float
    mono: float


def make_grace(seconds: float, wall: float, mono: float) -> IdleGrace:
    """The grace after a start."""
    return IdleGrace(seconds, mono + seconds, wall, mono)


def look(grace: IdleGrace, wall: float, mono: float, *, outage: bool = False) -> IdleGrace:
    """The grace as time goes on; it begins again after an outage or a jump of the clock."""
    jumped = has_jumped(wall - grace.wall, mono - grace.mono)
    until = mono + grace.seconds if outage or jumped else grace.until
    return replace(grace, until=until, wall=wall, mono=mono)


def has_jumped(wall_seconds: float, mono_seconds: float) -> bool:
    """Whether a clock has gone otherwise than the monotonic one between two looks."""
    return abs(wall_seconds - mono_seconds) > JUMP_SECONDS
