"""What a workshop asks people about themselves: their name, their e-mail address.

It is given to their session, told who sees it before they type it, and forgotten with the session.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from workshop_spawner.model.workshop import Workshop
from workshop_spawner.rules import visitor_identity

NAME, EMAIL = "name", "email"
TITLES = {NAME: "Your name", EMAIL: "Your e-mail address"}
EMAIL_LIMIT = 254
# What a program reads as an order is in nobody's name: notes may put names into commands.
_UNFIT = re.compile(r"""[<>&"$`;|(){}\[\]*?\\~=#!%^@/]""")
_EMAIL = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}@[A-Za-z0-9](?:[A-Za-z0-9-]*\.)+[A-Za-z]{2,24}"
)


class DetailError(ValueError):
    """What was typed cannot be taken; the text is a sentence for who typed it."""


def parse_asked(value: object) -> tuple[str, ...]:
    """Which details a workshop asks for: a list of `name` and `email`; ValueError else."""
    if not isinstance(value, list | tuple) or not all(
        isinstance(one, str) and one in TITLES for one in value
    ):
        raise ValueError(f"is {value!r:.60}; write a list of {' and '.join(TITLES)}")
    return tuple(one for one in TITLES if one in value)


def parse_details(workshop: Workshop, given: Mapping[str, object]) -> dict[str, str]:
    """What the workshop asks for, out of what was typed; DetailError where something lacks.

    What was not asked for is left out.
    """
    return {kind: _parse(kind, given.get(kind, "")) for kind in workshop.details}


def _parse(kind: str, typed: object) -> str:
    if not isinstance(typed, str):
        raise DetailError(f"{TITLES[kind]} must be a text.")
    text = visitor_identity.clean_name(unicodedata.normalize("NFC", typed[:1000]))
    if not text:
        raise DetailError(f"{TITLES[kind]} is missing. Please fill it in.")
    if kind == EMAIL:
        if len(text) > EMAIL_LIMIT or not _EMAIL.fullmatch(text):
            raise DetailError("This is no e-mail address. Please look at it again.")
        return text
    if len(text) > visitor_identity.NAME_LIMIT:
        raise DetailError(
            f"Please type a name of at most {visitor_identity.NAME_LIMIT} characters."
        )
    if _UNFIT.search(text) or not text[0].isalpha():
        raise DetailError("Please type your name with letters only.")
    return text


def render_notice(workshop: Workshop) -> str:
    """Who sees what somebody types, and for how long; empty where nothing is asked."""
    if not workshop.details:
        return ""
    asked = " and ".join(TITLES[kind].removeprefix("Your ") for kind in workshop.details)
    return (
        f"Your {asked} can be read by the programs of your session and by those who run this "
        "workshop. This hub forgets it when your session ends."
    )


def make_key(kind: str) -> str:
    """The key of the session's Secret that holds a detail."""
    return f"attendee-{kind}"


def make_environment(values: Mapping[str, str]) -> dict[str, str]:
    """The variables of a session that say who it is for, by the details that are known."""
    return {f"ATTENDEE_{kind.upper()}": value for kind, value in values.items()}
