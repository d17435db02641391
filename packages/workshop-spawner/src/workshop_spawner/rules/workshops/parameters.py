"""Parameters of a launch link: declared ones only, each of its kind and bounded.

A link may come from anybody, also from somebody who means harm, and its values go where programs
read them: into variables of a shell, into manifests, into notes. Text is therefore made of
characters that mean nothing there, unless the workshop says otherwise by a pattern of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workshop_spawner.model.workshop import CHOICE, NUMBER, SWITCH, TEXT, Parameter, Workshop
from workshop_spawner.rules.workshops import fields

MOST_PARAMETERS = 30
MOST_CHARACTERS = 1000
# No space, quotation mark, $, ~, =, ; and so on, and nothing that begins like an option.
PLAIN = re.compile(r"[\w@/.][\w@/.:+,-]*")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_NUMBER = re.compile(r"-?[0-9]{1,10}")
_SWITCH = {
    **dict.fromkeys(("true", "yes", "on", "1"), "true"),
    **dict.fromkeys(("false", "no", "off", "0"), "false"),
}
# Arguments of the page itself.
RESERVED = frozenset({"next", "code", "workshop", "profile", "error", "end", "left"})


class ParameterError(ValueError):
    """A value that is not to be used; the text is a sentence for who followed the link."""


def parse_declared(name: object, written: object) -> Parameter:
    """A parameter as a workshop declares it; ValueError with what is wrong."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name in RESERVED:
        raise ValueError(
            f"has a parameter {name!r}; a name is of a-z, 0-9 and _, at most 32, the first a "
            f"letter, and none of {', '.join(sorted(RESERVED))}"
        )
    said = {} if written is None else written
    if not isinstance(said, Mapping):
        raise ValueError(f"has a parameter {name} that is no mapping; write {name}: {{kind: text}}")
    for key in said:
        if problem := fields.problem_with_key(key, fields.PARAMETER_KEYS):
            raise ValueError(f"has a parameter {name}: {problem}")
    try:
        return _parse_declared(name, said)
    except (ValueError, TypeError) as error:
        raise ValueError(f"has a parameter {name} that {error}") from None


def _parse_declared(name: str, said: Mapping[str, Any]) -> Parameter:
    kind = said.get("kind", CHOICE if "choices" in said else TEXT)
    if kind not in fields.KINDS:
        raise ValueError(f"is of kind {kind!r}; write one of {', '.join(fields.KINDS)}")
    made = Parameter(
        name,
        kind,
        fields.parse_text(120)(said.get("label", "")),
        most=_parse_bound(said, "most", 64, 1, MOST_CHARACTERS),
        pattern=_parse_pattern(said.get("pattern", "")),
        minimum=_parse_bound(said, "minimum", -(10**9), -(10**9), 10**9),
        maximum=_parse_bound(said, "maximum", 10**9, -(10**9), 10**9),
        choices=_parse_choices(said.get("choices", ())),
    )
    if kind == CHOICE and not made.choices:
        raise ValueError("is a choice without choices; write choices: [one, two]")
    if made.minimum > made.maximum:
        raise ValueError(f"has minimum {made.minimum} above its maximum {made.maximum}")
    return _with_default(made, said)


def _with_default(made: Parameter, said: Mapping[str, Any]) -> Parameter:
    required, default = said.get("required", False), said.get("default")
    if not isinstance(required, bool):
        raise ValueError(f"has required {required!r}; write true or false")
    if required and default is not None:
        raise ValueError("is required and has a default; write one of them")
    if default is None:
        empty = {SWITCH: "false", CHOICE: made.choices[0] if made.choices else ""}
        return _replace_default(made, None if required else empty.get(made.kind, ""))
    text = str(default).lower() if isinstance(default, bool) else str(default)
    problem = _problem_with_value(made, _normalise(made, text))
    if problem:
        raise ValueError(f"has the default {text!r}: {problem}")
    return _replace_default(made, _normalise(made, text))


def _replace_default(made: Parameter, default: str | None) -> Parameter:
    return replace(made, default=default)


def _parse_bound(said: Mapping[str, Any], key: str, default: int, low: int, high: int) -> int:
    value = said.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"has {key} {value!r}; write a whole number from {low} to {high}")
    return value


def _parse_choices(value: object) -> tuple[str, ...]:
    if isinstance(value, list | tuple):
        value = [one if isinstance(one, str) else str(one) for one in value]
    return fields.parse_texts(200, 200)(value)


def _parse_pattern(value: object) -> str:
    text = fields.parse_text(200)(value)
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"has pattern {text!r}, which is none: {error}") from None
    if re.search(r"[+*}]\)*[+*{]", text):
        raise ValueError(
            f"has pattern {text!r} with a repetition of a repetition, which some values make slow; "
            "write it without"
        )
    return text


def parse_values(workshop: Workshop, given: Mapping[str, object]) -> dict[str, str]:
    """The value of each declared parameter, as given or by default.

    ParameterError for what was not declared, lacks, or is not as it was declared.
    """
    declared = {parameter.name: parameter for parameter in workshop.parameters}
    unknown = sorted(f"{name}"[:40] for name in given if name not in declared)
    if unknown:
        raise ParameterError(
            f"{workshop.title} takes no parameter {', '.join(unknown[:5])}. Ask for a new link."
        )
    return {name: _parse_value(one, given.get(name)) for name, one in declared.items()}


def _parse_value(parameter: Parameter, given: object) -> str:
    if given is None or given == "":
        if parameter.default is None:
            raise ParameterError(f"{parameter.title} is missing. Please fill it in.")
        return parameter.default
    if not isinstance(given, str):
        raise ParameterError(f"{parameter.title} must be a text.")
    value = _normalise(parameter, given)
    if problem := _problem_with_value(parameter, value):
        raise ParameterError(f"{parameter.title}: {problem}")
    return value


def _normalise(parameter: Parameter, text: str) -> str:
    text = unicodedata.normalize("NFC", text[: 4 * MOST_CHARACTERS]).strip(" ")
    return _SWITCH.get(text.lower(), text) if parameter.kind == SWITCH else text


def _problem_with_value(parameter: Parameter, value: str) -> str | None:
    """Why a value cannot be used, as a sentence; None where it can."""
    if parameter.kind == NUMBER:
        if not _NUMBER.fullmatch(value) or not parameter.minimum <= int(value) <= parameter.maximum:
            return f"write a whole number from {parameter.minimum} to {parameter.maximum}."
        return None
    if parameter.kind == SWITCH:
        return None if value in ("true", "false") else "write true or false."
    if parameter.kind == CHOICE:
        known = value in parameter.choices
        return None if known else f"write one of {', '.join(parameter.choices)}."
    return _problem_with_text(parameter, value)


def _problem_with_text(parameter: Parameter, value: str) -> str | None:
    if len(value) > parameter.most:
        return f"at most {parameter.most} characters."
    if any(unicodedata.category(c)[0] in "CZ" and c != " " for c in value):
        return "it has characters that cannot be seen."
    if parameter.pattern:
        fits = re.fullmatch(parameter.pattern, value)
        return None if fits else "it is not written as this workshop expects."
    if not PLAIN.fullmatch(value):
        return "use letters, digits and _ @ / . : + , - only, and no - at the beginning."
    return None


def make_sample(workshop: Workshop) -> dict[str, str]:
    """A value of each parameter, for a session that stands for any other."""
    samples = {NUMBER: "1", SWITCH: "true", TEXT: "sample"}
    return {
        one.name: one.default or (one.choices[0] if one.choices else samples[one.kind])
        for one in workshop.parameters
    }


def make_environment(values: Mapping[str, str]) -> dict[str, str]:
    """The variables of a session's shell and notes that say what its link said."""
    return {f"PARAMETER_{name.upper()}": value for name, value in values.items()}


def make_key(name: str) -> str:
    """The key of the session's Secret that holds a parameter."""
    return f"parameter-{name}"
