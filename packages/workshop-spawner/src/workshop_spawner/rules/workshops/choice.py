"""What somebody has asked to start: a workshop's name and parameters, out of the hub's options.

JupyterHub's API lets everybody write any options; nothing in them is believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workshop_spawner.model.workshop import Workshop
from workshop_spawner.rules.workshops import access, details, fields, parameters

WORKSHOP, PARAMETERS, PROOF = "workshop", "parameters", "workshop_proof"
DETAILS = "details"
CHOOSE = "This hub offers several workshops. Choose one of them first, on the page of workshops."


class RefusedError(ValueError):
    """A start that is refused; the text is a sentence for who asked."""


@dataclass(frozen=True)
class Choice:
    """A workshop that may be started, with its parameters and what it asks about the person."""

    workshop: Workshop
    values: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)


def parse_choice(
    options: Mapping[str, Any],
    workshops: Mapping[str, Workshop],
    person: access.Person,
    now: datetime,
    key: bytes,
) -> Choice:
    """The workshop that `options` name, if this person may start it; else RefusedError."""
    name, proof = options.get(WORKSHOP), options.get(PROOF, "")
    if name in (None, ""):
        raise RefusedError(CHOOSE)
    found = workshops.get(name) if isinstance(name, str) else None
    said = proof if isinstance(proof, str) else ""
    if problem := access.problem_with_start(found, person, now, said, key):
        raise RefusedError(problem)
    assert found is not None  # noqa: S101 - has been refused else
    return make_choice(found, options.get(PARAMETERS, {}), options.get(DETAILS, {}))


def make_choice(workshop: Workshop, values: Any, told: Any) -> Choice:
    """A choice of this workshop, by what was given of parameters and details; else RefusedError."""
    for name, given in ((PARAMETERS, values), (DETAILS, told)):
        if not isinstance(given, Mapping):
            raise RefusedError(f"{name} must be a mapping of names to texts.")
    try:
        return Choice(
            workshop,
            parameters.parse_values(workshop, values),
            details.parse_details(workshop, told),
        )
    except (parameters.ParameterError, details.DetailError) as error:
        raise RefusedError(str(error)) from None


def make_options(
    choice: Choice, person: access.Person, key: bytes, *, with_code: bool
) -> dict[str, Any]:
    """The options of a start of this choice; `with_code` says that the access code was right."""
    made: dict[str, Any] = {WORKSHOP: choice.workshop.name}
    if choice.values:
        made[PARAMETERS] = dict(choice.values)
    if choice.details:
        made[DETAILS] = dict(choice.details)
    if choice.workshop.access_code and with_code:
        made[PROOF] = access.make_proof(key, person.name, choice.workshop)
    return made


def forget_details(options: Any) -> Any:
    """The options without what they say about the person."""
    if not isinstance(options, Mapping) or DETAILS not in options:
        return options
    return {name: value for name, value in options.items() if name != DETAILS}


def read_name(options: Any) -> str:
    """The name of the workshop that options of the hub name; empty where they name none."""
    name = options.get(WORKSHOP) if isinstance(options, Mapping) else None
    return name if isinstance(name, str) else ""


def merge_settings(workshop: Workshop, own: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of its sessions; `own` are the hub's values of the same names."""
    return {
        name: {**own[name], **value}
        if name in fields.MERGED and isinstance(value, Mapping) and isinstance(own[name], Mapping)
        else value
        for name, value in workshop.settings.items()
    }
