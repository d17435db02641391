"""A class that is to be ready when it begins: what may be asked for, and how far it is.

Named people get their servers started for them; for anonymous visitors the hub holds places ready
(`/hub/api/workshop/prestart` of WorkshopSpawner).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from workshop_culler.rules import texts
from workshop_culler.rules.times import render_time
from workshop_kube.rules.times import find_time

MOST_PEOPLE, MOST_PLACES, LONGEST_NAME = 500, 1000, 255
LONGEST_AHEAD = timedelta(days=31)
# Seconds before a class in which it is prepared, and after its begin in which all is held.
LEAD, LONGEST_LEAD = 900, 4 * 3600
GRACE, LONGEST_GRACE = 1800, 12 * 3600
EXAMPLE = '{"places": 40, "people": ["ada"], "at": "2026-12-01T09:00:00+01:00"}'

WAITING, STARTING, READY, FAILED = "waiting", "starting", "ready", "failed"


class BadPrestartError(ValueError):
    """What was asked for cannot be; the message tells the person what to change."""


@dataclass(frozen=True, slots=True)
class Prestart:
    """`people` by name and anonymous `places`, ready when a class begins `at`.

    It is prepared from `begins` on. Until `until` places are held, and nobody is judged idle.
    """

    people: tuple[str, ...]
    places: int
    at: datetime
    begins: datetime
    until: datetime
    author: str = ""


@dataclass(frozen=True, slots=True)
class PersonState:
    """How far one person's server is, and `why` not further, in a sentence."""

    state: str = WAITING
    why: str = ""


@dataclass(frozen=True, slots=True)
class PlacesState:
    """How many anonymous places are ready, those that were used included, and why not all."""

    ready: int = 0
    used: int = 0
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far all of it is."""

    places: PlacesState = PlacesState()
    people: Mapping[str, PersonState] = field(default_factory=dict)


def make_prestart(body: object, author: str, now: datetime) -> Prestart:
    """What a request asks for; a time that is past means now. BadPrestartError."""
    if not isinstance(body, Mapping):
        raise BadPrestartError(f"Send JSON like {EXAMPLE}.")
    unknown = sorted(set(body) - {"people", "places", "at", "lead_seconds", "grace_seconds"})
    if unknown:
        raise BadPrestartError(f"{str(unknown[0])[:80]!a} is not known. Send JSON like {EXAMPLE}.")
    people = parse_people(body.get("people") or ())
    places = _parse_number(body, "places", 0, MOST_PLACES)
    if not people and not places:
        raise BadPrestartError("Say who is to be ready: 'people' by name, or how many 'places'.")
    if len(people) + places > MOST_PLACES:
        raise BadPrestartError(f"'places' and 'people' are more than {MOST_PLACES} together.")
    at = max(_parse_at(body.get("at"), now), now)
    if at - now > LONGEST_AHEAD:
        raise BadPrestartError(f"'at' must be within {LONGEST_AHEAD.days} days.")
    lead = timedelta(seconds=_parse_number(body, "lead_seconds", LEAD, LONGEST_LEAD))
    grace = timedelta(seconds=_parse_number(body, "grace_seconds", GRACE, LONGEST_GRACE, least=60))
    return Prestart(people, places, at, max(at - lead, now), at + grace, author)


def parse_people(value: object) -> tuple[str, ...]:
    """Names from a list, or from a text with spaces, commas or lines between them; each once."""
    listed = value.replace(",", " ").split() if isinstance(value, str) else value
    if not isinstance(listed, list | tuple) or not all(isinstance(each, str) for each in listed):
        raise BadPrestartError("'people' must be a list of names.")
    names = tuple(dict.fromkeys(name for each in listed if (name := each.strip())))
    if len(names) > MOST_PEOPLE:
        raise BadPrestartError(f"'people' has {len(names)} names; {MOST_PEOPLE} are the most.")
    for name in names:
        if len(name) > LONGEST_NAME or name != texts.clean_line(name) or name in (".", ".."):
            raise BadPrestartError(f"{name[:80]!a} is no name of a user.")
    return names


def _parse_number(
    body: Mapping[str, Any], name: str, missing: int, most: int, *, least: int = 0
) -> int:
    value = body.get(name)
    if value is None:
        return missing
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise BadPrestartError(f"'{name}' must be a whole number from {least} to {most}.")
    return value


def _parse_at(value: object, now: datetime) -> datetime:
    if value is None:
        return now
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadPrestartError(
            "'at' must be a date and time with its zone, such as 2026-12-01T09:00:00+01:00."
        )
    return moment


def is_repeated(asked: Prestart, before: Prestart | None, now: datetime) -> bool:
    """Whether it was asked for before: a class that begins now is another time each time."""
    if before is None or now >= before.until:
        return False
    what = (asked.people, asked.places, asked.until - asked.at)
    if what != (before.people, before.places, before.until - before.at):
        return False
    return asked.at == before.at or (asked.at <= now and before.at <= now)


def make_places_request(asked: Prestart) -> dict[str, Any]:
    """What the hub is asked for: also a place for each of the people, who start from its pool."""
    times = {"begins": render_time(asked.begins), "until": render_time(asked.until)}
    return {"places": asked.places + len(asked.people), **times}


def read_places(model: Mapping[str, Any]) -> PlacesState:
    """What the hub has answered."""
    asked = model.get("asked") or {}
    why = tuple(str(each) for each in model.get("why") or ())
    return PlacesState(int(model.get("ready") or 0), int(asked.get("used") or 0), why)


def find_awaited_until(asked: Prestart | None, user: str, server: str) -> datetime | None:
    """Until when idleness does not end this server, as its person may not have come; None."""
    return asked.until if asked and not server and user in asked.people else None


def list_to_start(asked: Prestart, done: Collection[str]) -> list[str]:
    """Whose servers are still to be started: who was ready once is left alone."""
    return [name for name in asked.people if name not in done]


def render_progress(
    asked: Prestart | None, progress: Progress, now: datetime
) -> dict[str, Any] | None:
    """As JSON, or None where nothing is asked for, or all of it is over."""
    if asked is None or now >= asked.until:
        return None
    people = [(name, progress.people.get(name, PersonState())) for name in asked.people]
    here = sum(each.state == READY for _, each in people)
    places = _without_people(asked, progress.places, here)
    return {
        "at": render_time(asked.at),
        "begins": render_time(asked.begins),
        "until": render_time(asked.until),
        "author": asked.author,
        "wanted": len(asked.people) + asked.places,
        "ready": here + places.ready,
        "places": {"wanted": asked.places, "ready": places.ready, "used": places.used},
        "people": [{"user": name, "state": one.state, "why": one.why} for name, one in people],
        "why": [] if now < asked.begins else [*progress.places.why, *_list_causes(people)],
    }


def _without_people(asked: Prestart, held: PlacesState, here: int) -> PlacesState:
    """The places of those who are not named; the hub does not tell who has used one."""
    ready = min(asked.places, max(0, held.ready - here))
    return PlacesState(ready, min(asked.places, max(0, held.used - here)), held.why)


def _list_causes(people: Iterable[tuple[str, PersonState]]) -> list[str]:
    """Why people's servers are not ready, a sentence for each cause, with their names."""
    by_cause: dict[str, list[str]] = {}
    for name, one in people:
        if one.why:
            by_cause.setdefault(one.why, []).append(name)
    return [f"{_join(names)}: {why}" for why, names in by_cause.items()]


def _join(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown


def render_saved(asked: Prestart, done: Iterable[str]) -> dict[str, Any]:
    """As it is kept over a restart."""
    moments = {name: render_time(getattr(asked, name)) for name in ("at", "begins", "until")}
    rest = {"people": list(asked.people), "places": asked.places, "author": asked.author}
    return {**rest, **moments, "done": sorted(done)}


def read_saved(model: object) -> tuple[Prestart, frozenset[str]] | None:
    """Back from JSON as it was kept; None for what is none."""
    if not isinstance(model, Mapping):
        return None
    at, begins, until = (find_time(model.get(name)) for name in ("at", "begins", "until"))
    people, done, places = model.get("people"), model.get("done"), model.get("places")
    if not (at and begins and until and isinstance(people, list) and isinstance(done, list)):
        return None
    if not isinstance(places, int):
        return None
    names = tuple(map(str, people))
    asked = Prestart(names, places, at, begins, until, str(model.get("author", "")))
    return asked, frozenset(map(str, done))
