"""The files `workshop.yaml` and `modules.yaml`: a workshop's name, its pages and its variables.

Text in, a `Workshop` out. `config.js`, the program that older workshops could bring along instead,
is never run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


class WorkshopFileError(ValueError):
    """A workshop file that cannot be used; the message names the file and says what to mend."""


@dataclass(frozen=True)
class Variable:
    """One variable of a workshop: its default, other names for it, and commands to look for.

    With `first_command`, the value is the first of these commands that the machine has.
    """

    name: str
    value: str = ""
    aliases: tuple[str, ...] = ()
    first_command: tuple[str, ...] = ()


@dataclass(frozen=True)
class Workshop:
    """What the two files say. `modules` are the pages in their order, empty if not given.

    `titles` and `exit_signs` are keyed by page; `images_url` is where relative images are kept.
    """

    name: str = ""
    modules: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    exit_signs: Mapping[str, str] = field(default_factory=dict)
    variables: tuple[Variable, ...] = ()
    images_url: str = ""


def read_workshop(workshop_text: str, modules_text: str = "") -> Workshop:
    """Make a `Workshop` of the texts of the two files (either may be empty).

    Raises `WorkshopFileError` when a file is no YAML mapping or a part has another shape.
    """
    workshop = _mapping("workshop.yaml", workshop_text)
    modules = _mapping("modules.yaml", modules_text)
    config = _part(modules, "modules.yaml", "config", {})
    about = _part(modules, "modules.yaml", "modules", {})
    activate = _part(_part(workshop, "workshop.yaml", "modules", {}), "modules", "activate", [])
    return Workshop(
        name=str(workshop.get("name") or ""),
        modules=tuple(str(page) for page in activate),
        titles=_column(about, "name"),
        exit_signs=_column(about, "exit_sign"),
        variables=(
            *_variables("modules.yaml", config.get("vars")),
            *_variables("workshop.yaml", workshop.get("vars")),
        ),
        images_url=str(config.get("images_url") or ""),
    )


def resolve(
    variables: tuple[Variable, ...],
    environment: Mapping[str, str],
    find_command: Callable[[str], bool],
) -> dict[str, str]:
    """Give each variable its value: the environment first, then the last definition of it.

    `find_command(name)` says if the machine has a command. Aliases get the value of their name.
    """
    values: dict[str, str] = {}
    for variable in variables:
        names = (variable.name, *variable.aliases)
        given = next((environment[name] for name in names if environment.get(name)), None)
        command = next((name for name in variable.first_command if find_command(name)), None)
        value = given or command or variable.value or "".join(variable.first_command[:1])
        values.update(dict.fromkeys(names, value))
    return values


def _mapping(file: str, text: str) -> dict[str, Any]:
    import yaml  # when the first page is asked for

    try:
        document = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark else ""
        raise WorkshopFileError(f"{file} is not YAML{line}; correct it there.") from error
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise WorkshopFileError(f"{file} must be a mapping, such as `name: My workshop`.")
    return document


def _part(document: Mapping[str, Any], file: str, key: str, default: Any) -> Any:
    value = document.get(key)
    if value is None:
        return default
    if not isinstance(value, type(default)):
        kind = "list" if isinstance(default, list) else "mapping"
        raise WorkshopFileError(f"`{key}` in {file} must be a {kind}.")
    return value


def _column(about: Mapping[str, Any], key: str) -> dict[str, str]:
    rows = {str(page): row for page, row in about.items() if isinstance(row, dict)}
    return {page: str(row[key]) for page, row in rows.items() if row.get(key)}


def _variables(file: str, given: Any) -> tuple[Variable, ...]:
    if isinstance(given, dict):
        return tuple(Variable(str(name), _text(value)) for name, value in given.items())
    if given is None:
        return ()
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise WorkshopFileError(f"`vars` in {file} must be a list of `name:` and `value:`.")
    return tuple(_variable(file, item) for item in given)


def _variable(file: str, item: Mapping[str, Any]) -> Variable:
    if not item.get("name"):
        raise WorkshopFileError(f"each of `vars` in {file} needs a `name:`.")
    return Variable(
        name=str(item["name"]),
        value=_text(item.get("value")),
        aliases=tuple(str(name) for name in _part(item, file, "aliases", [])),
        first_command=tuple(str(name) for name in _part(item, file, "first_command", [])),
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)
