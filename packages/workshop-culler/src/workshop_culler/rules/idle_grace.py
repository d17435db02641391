"""When the idle rule is on hold: sessions could not report yet what people do.

Pure; times are values. After a start of ours, after the hub was out of reach and after a
jump of the clock (a laptop that slept), the hub's last-activity times are behind the truth.
Sessions report about every five minutes, so the hold lasts a little longer than that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

JUMP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Hold:
    """On hold until `until` on the monotonic clock. `wall` and `mono` are the last look."""

    seconds: float
    until: float
    wall: float
    mono: float


def make_hold(seconds: float, wall: float, mono: float) -> Hold:
    """The hold after a start."""
    return Hold(seconds, mono + seconds, wall, mono)


def look(hold: Hold, wall: float, mono: float, *, outage: bool = False) -> Hold:
    """The hold as time goes on; it begins again after an outage or a jump of the clock."""
    jumped = abs((wall - hold.wall) - (mono - hold.mono)) > JUMP_SECONDS
    until = mono + hold.seconds if outage or jumped else hold.until
    return replace(hold, until=until, wall=wall, mono=mono)


def is_on(hold: Hold, mono: float) -> bool:
    """Whether the idle rule is on hold at this time."""
    return mono < hold.until
