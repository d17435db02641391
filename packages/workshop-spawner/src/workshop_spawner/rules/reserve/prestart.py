"""Places that were asked for ahead of a class: what may be asked, and what is left of them.

They are kept as one annotation of the hub's Lease, so that a hub that restarts goes on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from workshop_kube.rules import times

MOST_PLACES = 1000
LONGEST_AHEAD, LONGEST_KEPT = timedelta(days=31), timedelta(days=1)
EXAMPLE = '{"places": 40, "begins": "2026-12-01T08:45:00+01:00", "until": "2026-12-01T09:30+01:00"}'


class PrestartError(ValueError):
    """What was asked for cannot be; the message tells the person what to change."""


@dataclass(frozen=True)
class Prestart:
    """So many `places`, of which `pods` with a pod, held from `begins` to `until` or until used."""

    places: int
    pods: int
    begins: datetime
    until: datetime
    used: int = 0


def parse_prestart(body: object, now: datetime, session_limit: int = 0) -> Prestart:
    """What a request asks for; times have a zone, one that is past means now. PrestartError."""
    if not isinstance(body, Mapping):
        raise PrestartError(f"Send JSON like {EXAMPLE}.")
    places = parse_count("places", body.get("places"))
    if session_limit and places > session_limit:
        raise PrestartError(
            f"'places' is {places}, and no more than {session_limit} sessions run at once here "
            "(WorkshopSpawner.session_limit). Ask for fewer, or have the limit raised."
        )
    pods = parse_count("pods", body.get("pods", places))
    begins = max(parse_moment("begins", body.get("begins"), now), now)
    if begins - now > LONGEST_AHEAD:  # before an hour is added, which the last year has no room for
        raise PrestartError(f"'begins' must be within {LONGEST_AHEAD.days} days.")
    until = parse_moment("until", body.get("until"), begins + timedelta(hours=1))
    if problem := problem_with_times(begins, until):
        raise PrestartError(problem)
    return Prestart(places, min(pods, places), begins, until)


def parse_count(name: str, value: object) -> int:
    """A number of places; PrestartError where it is none, or too many."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_PLACES:
        raise PrestartError(f"'{name}' must be a whole number from 0 to {MOST_PLACES}.")
    return value


def parse_moment(name: str, value: object, missing: datetime) -> datetime:
    """A time with its zone, or what stands for a `missing` one; PrestartError."""
    if value is None:
        return missing
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise PrestartError(
            f"'{name}' must be a date and time with its zone, such as 2026-12-01T09:00:00+01:00."
        )
    return moment


def problem_with_times(begins: datetime, until: datetime) -> str | None:
    """Why places cannot be held between these two; None where they can."""
    if until <= begins:
        return "'until' must be after 'begins', and not in the past."
    if until - begins > LONGEST_KEPT:
        return f"Places are held for {LONGEST_KEPT.days * 24} hours at most: set 'until' earlier."
    return None


def count_left(asked: Prestart | None, now: datetime) -> int:
    """How many places are to be held now: not before their time, nor after, nor those used."""
    if asked is None or not asked.begins <= now < asked.until:
        return 0
    return max(0, asked.places - asked.used)


def use_one(asked: Prestart | None, now: datetime) -> Prestart | None:
    """What is left once somebody has come, who counts only while places are held."""
    if asked is None or not count_left(asked, now):
        return asked
    return replace(asked, used=asked.used + 1)


def keep_count(asked: Prestart, before: Prestart | None) -> Prestart:
    """A request that is sent once more does not bring back places that were used."""
    if before is None or (asked.places, asked.until) != (before.places, before.until):
        return asked
    return replace(asked, used=before.used)


def render_note(asked: Prestart) -> str:
    """As it is kept."""
    return json.dumps(render_prestart(asked), sort_keys=True)


def render_prestart(asked: Prestart) -> dict[str, Any]:
    """As JSON has it, with times in UTC."""
    moments = {name: times.render_time(getattr(asked, name)) for name in ("begins", "until")}
    return {**asdict(asked), **moments}


def render_progress(
    asked: Prestart | None,
    sessions: int,
    pods: int,
    troubles: Sequence[str],
    *,
    has_pods: bool = True,
) -> dict[str, Any]:
    """How far it is: so many `ready` of `places`, those that were used included, and `why`.

    A place with a pod counts once that is up; one whose pod cannot be, once its session is ready.
    """
    if asked is None:
        return {"asked": None, "ready": 0, "why": []}
    left = max(0, asked.places - asked.used)
    ready = min(left, sessions)
    if has_pods:
        ready = min(ready, pods + max(0, left - min(left, asked.pods)))
    why = list(dict.fromkeys(each for each in troubles if each)) if ready < left else []
    return {"asked": render_prestart(asked), "ready": asked.used + ready, "why": why}


def read_note(text: object) -> Prestart | None:
    """What was kept; None for what is none."""
    try:
        model = json.loads(text) if isinstance(text, str) else {}
        counts = [parse_count(name, model[name]) for name in ("places", "pods", "used")]
        begins, until = (times.parse_time(model[name]) for name in ("begins", "until"))
    except (ValueError, KeyError, TypeError):
        return None
    places, pods, used = counts
    return Prestart(places, pods, begins, until, used)
