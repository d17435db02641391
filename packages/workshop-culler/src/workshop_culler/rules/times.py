"""Times and spans as people and programs read them; `workshop_kube.rules.times` knows the form."""

from __future__ import annotations

from datetime import datetime, timedelta

from workshop_kube.rules import times


def render_time(time: datetime | None) -> str | None:
    """RFC 3339 in UTC with whole seconds, or None."""
    return times.render_time(time) if time else None


def span(delta: timedelta) -> str:
    """A time span in words people read at a glance: 42s, 5m10s, 3h05m, 2d04h."""
    seconds = max(int(delta.total_seconds()), 0)
    minutes, s = divmod(seconds, 60)
    hours, m = divmod(minutes, 60)
    days, h = divmod(hours, 24)
    if days:
        return f"{days}d{h:02}h"
    if hours:
        return f"{h}h{m:02}m"
    return f"{m}m{s:02}s" if minutes else f"{s}s"
