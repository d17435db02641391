"""Schedules of CronJobs, and what cron's parser says of those that are none. Pure.

The sentences are those of robfig/cron, which the API server asks; cron libraries of Python have
words of their own.
"""

from __future__ import annotations

import re

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
# Least and most of a field, and names for its numbers.
_FIELDS: tuple[tuple[int, int, dict[str, int]], ...] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    (0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_DESCRIPTORS = (
    "@yearly",
    "@annually",
    "@monthly",
    "@weekly",
    "@daily",
    "@midnight",
    "@hourly",
)
_DURATION = re.compile(r"([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)")


class ScheduleError(ValueError):
    """What is wrong with a schedule, as the parser says it."""


def problem_with_schedule(text: str) -> str | None:
    """What is wrong with a schedule such as `*/5 * * * *`, or None."""
    try:
        _check(text)
    except ScheduleError as error:
        return str(error)
    return None


def _check(text: str) -> None:
    text = re.sub(r"^(CRON_)?TZ=\S* ?", "", text)
    if text.startswith("@"):
        _check_descriptor(text)
        return
    fields = text.split()
    if len(fields) != len(_FIELDS):
        found = f"[{' '.join(fields)}]"
        raise ScheduleError(f"expected exactly 5 fields, found {len(fields)}: {found}")
    for field, (low, high, names) in zip(fields, _FIELDS, strict=True):
        for one in filter(None, field.split(",")):
            _check_range(one, low, high, names)


def _check_descriptor(text: str) -> None:
    if text in _DESCRIPTORS:
        return
    every, _, duration = text.partition(" ")
    if every != "@every" or not duration:
        raise ScheduleError(f"unrecognized descriptor: {text}")
    if not re.fullmatch(f"[-+]?({_DURATION.pattern})+|0", duration):
        why = f'time: invalid duration "{duration}"'
        raise ScheduleError(f"failed to parse duration {text}: {why}")


def _check_range(text: str, low: int, high: int, names: dict[str, int]) -> None:
    bounds, *steps = text.split("/")
    start, *ends = bounds.split("-")
    if start in ("*", "?"):
        first, last = low, high
    else:
        first = last = _number(start, names)
        if len(ends) > 1:
            raise ScheduleError(f"too many hyphens: {text}")
        if ends:
            last = _number(ends[0], names)
    if len(steps) > 1:
        raise ScheduleError(f"too many slashes: {text}")
    step = _number(steps[0], {}) if steps else 1
    if steps and not ends:
        last = high
    _check_bounds((first, last, step), (low, high), text)


def _check_bounds(found: tuple[int, int, int], allowed: tuple[int, int], text: str) -> None:
    (first, last, step), (low, high) = found, allowed
    if first < low:
        raise ScheduleError(f"beginning of range ({first}) below minimum ({low}): {text}")
    if last > high:
        raise ScheduleError(f"end of range ({last}) above maximum ({high}): {text}")
    if first > last:
        raise ScheduleError(f"beginning of range ({first}) beyond end of range ({last}): {text}")
    if step == 0:
        raise ScheduleError(f"step of range should be a positive number: {text}")


def _number(text: str, names: dict[str, int]) -> int:
    if text.lower() in names:
        return names[text.lower()]
    if not re.fullmatch("[-+]?[0-9]+", text):
        why = f'strconv.Atoi: parsing "{text}": invalid syntax'
        raise ScheduleError(f"failed to parse int from {text}: {why}")
    if int(text) < 0:
        raise ScheduleError(f"negative number ({int(text)}) not allowed: {text}")
    return int(text)
