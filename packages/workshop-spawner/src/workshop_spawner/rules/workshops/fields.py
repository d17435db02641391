"""The keys of a workshop, and what a value of each has to be like."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from workshop_spawner.model.workshop import CHOICE, NUMBER, SWITCH, TEXT

DIFFICULTIES = ("beginner", "intermediate", "advanced", "extreme")
# Settings of the spawner that a workshop may have of its own; the trait says what is right.
SETTINGS = (
    *("image", "image_pull_policy", "image_registry", "cmd", "default_url", "environment"),
    *("cpu_limit", "cpu_guarantee", "mem_limit", "mem_guarantee", "node_selector"),
    *("identity", "project", "project_template", "project_role", "session_rules", "hub_role"),
    *("pod_security", "project_labels", "project_annotations", "budget", "extra_resources"),
    *("exposed_ports", "exposed_by", "exposed_domain", "network_internet"),
    *("session_age", "session_age_limit", "workshop_name", "download_url", "workshop_file"),
)
# What a workshop adds to the hub's own, where other settings take their place.
MERGED = ("environment", "node_selector", "project_labels", "project_annotations")
# Words that people try first.
_MEANT = {
    **{"role": "project_role", "notes": "download_url", "content": "download_url"},
    **{"resources": "extra_resources", "objects": "extra_resources", "ports": "exposed_ports"},
    **{"level": "difficulty", "logo": "picture", "icon": "picture", "code": "access_code"},
    **{"password": "access_code", "memory": "mem_limit", "cpu": "cpu_limit", "env": "environment"},
    **{"name": "title", "summary": "description", "age": "session_age", "limit": "capacity"},
    **{"params": "parameters", "labels": "tags", "from": "visible_from", "until": "visible_until"},
}
_DURATION = re.compile(r"(?:(\d{1,3})\s*h(?:ours?)?)?\s*(?:(\d{1,4})\s*m(?:in(?:utes?)?)?)?")
_MOST_MINUTES = 60 * 24 * 31


def parse_text(most: int, *, lines: bool = False) -> Callable[[object], str]:
    """A parser of texts of at most so many characters; of one line unless `lines`."""

    def parse(value: object) -> str:
        if not isinstance(value, str):
            raise ValueError(f"is {_show(value)}; write a text, in quotation marks if need be")
        text = value.strip()
        if len(text) > most:
            raise ValueError(f"has {len(text)} characters, and {most} is the most")
        if any(ord(c) < 32 or ord(c) == 127 for c in text if not (lines and c in "\n\t")):
            raise ValueError("has control characters, or more lines than one; write plain text")
        return text

    return parse


def parse_texts(most: int, each: int) -> Callable[[object], tuple[str, ...]]:
    """A parser of lists of so many texts of so many characters."""
    parse_one = parse_text(each)

    def parse(value: object) -> tuple[str, ...]:
        if not isinstance(value, list | tuple):
            raise ValueError(f"is {_show(value)}; write a list, such as [one, two]")
        if len(value) > most:
            raise ValueError(f"has {len(value)} entries, and {most} is the most")
        made = tuple(parse_one(one) for one in value)
        if not all(made):
            raise ValueError("has an empty entry; remove it")
        return tuple(dict.fromkeys(made))

    return parse


def parse_minutes(value: object) -> int:
    """The minutes that it takes: a number of them, or a text such as `1h 30m`."""
    if isinstance(value, int) and not isinstance(value, bool):
        minutes = value
    else:
        found = _DURATION.fullmatch(value.strip().lower()) if isinstance(value, str) else None
        if found is None or not any(found.groups()):
            raise ValueError(f"is {_show(value)}; write minutes, or a text such as 1h 30m")
        minutes = int(found[1] or 0) * 60 + int(found[2] or 0)
    if not 0 < minutes <= _MOST_MINUTES:
        raise ValueError(f"is {_show(value)}; write 1 to {_MOST_MINUTES} minutes")
    return minutes


def parse_difficulty(value: object) -> str:
    """One of the words for how hard it is."""
    if value not in DIFFICULTIES:
        raise ValueError(f"is {_show(value)}; write one of {', '.join(DIFFICULTIES)}")
    return str(value)


def parse_code(value: object) -> str:
    """An access code, which is not nothing: that would let everybody in."""
    code = parse_text(200)(value)
    if not code:
        raise ValueError("is nothing but spaces, so anybody could come in; write a code")
    return code


def parse_picture(value: object) -> str:
    """The address of a picture: by https, or a path of the hub's own host."""
    text = parse_text(2000)(value)
    good = text.startswith("https://") or (text.startswith("/") and text[1:2] not in ("/", "\\"))
    if not good or re.search(r"[\s\"'<>\\]", text):
        raise ValueError(f"is {_show(value)}; write an address with https://, or a path with /")
    return text


def parse_time(value: object) -> datetime:
    """A moment with its time zone."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            raise ValueError(_wrong_time(value)) from None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError(_wrong_time(value))
    return value


def _wrong_time(value: object) -> str:
    shown = value.isoformat() if isinstance(value, date) else value
    return (
        f"is {_show(shown)}; write date, time and zone, such as 2027-03-01T09:00:00+01:00 or "
        "2027-03-01T08:00:00Z"
    )


def parse_count(value: object) -> int:
    """A number of sessions; 0 for no limit."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 10**6:
        raise ValueError(f"is {_show(value)}; write a whole number, 0 for no limit")
    return value


# Of what people read, and of who may start it.
FIELDS: Mapping[str, Callable[[object], Any]] = {
    "title": parse_text(120),
    "description": parse_text(4000, lines=True),
    "tags": parse_texts(12, 40),
    "duration": parse_minutes,
    "difficulty": parse_difficulty,
    "picture": parse_picture,
    "groups": parse_texts(100, 255),
    "access_code": parse_code,
    "visible_from": parse_time,
    "visible_until": parse_time,
    "capacity": parse_count,
}
PARAMETERS, DETAILS = "parameters", "details"
KEYS = (*FIELDS, PARAMETERS, DETAILS, *SETTINGS)
KINDS = (TEXT, NUMBER, SWITCH, CHOICE)
PARAMETER_KEYS = (
    *("kind", "label", "default", "required", "most", "pattern", "minimum", "maximum", "choices"),
)


def problem_with_key(key: object, known: tuple[str, ...] = KEYS) -> str | None:
    """Why a key means nothing, with the nearest one that does; None for one that is known."""
    if isinstance(key, str) and key in known:
        return None
    near = _find_nearest(f"{key}", known)
    hint = f"did you mean {near}?" if near else f"known are {', '.join(known)}."
    return f"{_show(key)} is no key of it; {hint}"


def _find_nearest(key: str, known: tuple[str, ...]) -> str:
    plain = key.strip().lower().replace("-", "_").replace(" ", "_")
    meant = _MEANT.get(plain, "")
    if meant in known:
        return meant
    # camelCase, as Kubernetes has it.
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower()
    close = difflib.get_close_matches(snake, known, n=1) or difflib.get_close_matches(plain, known)
    return close[0] if close else ""


def _show(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
