"""Times as the API writes them (RFC 3339, in UTC)."""

from __future__ import annotations

from datetime import UTC, datetime


def render_time(moment: datetime) -> str:
    """An aware time in whole seconds as text, such as 2026-11-30T08:00:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def render_micro_time(moment: datetime) -> str:
    """An aware time as a MicroTime, such as 2026-11-30T08:00:00.000000Z: of leases and events."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def render_timestamp(seconds: float) -> str:
    """Seconds since the epoch as text."""
    return render_time(datetime.fromtimestamp(seconds, UTC))


def parse_time(text: object) -> datetime:
    """The aware time that a text says; one without a zone is UTC. ValueError when it is none."""
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is not a time such as 2026-11-30T08:00:00Z")
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def find_time(text: object) -> datetime | None:
    """The aware time that a text says, None when it is none."""
    try:
        return parse_time(text)
    except ValueError:
        return None
