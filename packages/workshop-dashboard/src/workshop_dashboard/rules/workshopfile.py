"""The files `workshop.yaml` and `modules.yaml`: a workshop's name, its pages and its variables.

Text in, a `Workshop` out. What `config.js` adds, the program that older workshops could bring
along, is read as data (`rules.configjs`) and never run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from workshop_dashboard.rules import configjs


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
    """What the files say. `modules` are the pages in their order, empty if not given.

    `titles` and `exit_signs` are keyed by page; `images_url` is where relative images are kept.
    `described` are the pages that modules.yaml knows, None where nothing describes pages.
    `engine` is the template engine that is asked for, `pathways` the names of all pathways,
    `is_old` whether the files are of the original system, `is_educates` whether of Educates.
    `unread` are (file, line from 1) of what is a program and was not run. `tabs` are (label,
    address) of the work area's own tabs.
    """

    name: str = ""
    modules: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    exit_signs: Mapping[str, str] = field(default_factory=dict)
    variables: tuple[Variable, ...] = ()
    images_url: str = ""
    described: frozenset[str] | None = None
    engine: str = ""
    pathways: tuple[str, ...] = ()
    is_old: bool = False
    is_educates: bool = False
    unread: tuple[tuple[str, int], ...] = ()
    tabs: tuple[tuple[str, str], ...] = ()


def read_workshop(workshop_text: str, modules_text: str = "") -> Workshop:
    """Make a `Workshop` of the texts of the two files (either may be empty).

    Raises `WorkshopFileError` when a file is no YAML mapping or a part has another shape.
    """
    workshop = read_mapping("workshop.yaml", workshop_text)
    modules = read_mapping("modules.yaml", modules_text)
    config = _part(modules, "modules.yaml", "config", {})
    about = _part(modules, "modules.yaml", "modules", {})
    activate = _part(_part(workshop, "workshop.yaml", "modules", {}), "modules", "activate", [])
    return Workshop(
        name=str(workshop.get("name") or ""),
        modules=tuple(str(page) for page in activate),
        titles=_column(about, "name"),
        exit_signs=_column(about, "exit_sign"),
        variables=_override(
            read_variables("modules.yaml", config.get("vars")),
            read_variables("workshop.yaml", workshop.get("vars")),
        ),
        images_url=str(config.get("images_url") or ""),
        described=frozenset(str(page) for page in about) if about else None,
        engine=str(config.get("template_engine") or ""),
        is_old=bool(modules),
        tabs=read_tabs(workshop.get("dashboards")),
    )


def read_tabs(given: Any) -> tuple[tuple[str, str], ...]:
    """Read `dashboards`, a list of `name:` and `url:` as Educates has it.

    What has another shape is left out, as it is there.
    """
    rows = [row for row in given if isinstance(row, dict)] if isinstance(given, list) else []
    pairs = ((_text(row.get("name")), _text(row.get("url"))) for row in rows)
    return tuple((name, url) for name, url in pairs if name and url)


def add_config(workshop: Workshop, config: configjs.Config) -> Workshop:
    """Add what `config.js` says to what the files say; its own words go before theirs."""
    added = (Variable(name, value, aliases) for name, value, aliases in config.variables if name)
    pages = [page for page, _, _ in config.modules if page]
    return replace(
        workshop,
        name=config.title or workshop.name,
        modules=(*workshop.modules, *pages) if pages else workshop.modules,
        titles={**workshop.titles, **{page: t for page, t, _ in config.modules if t}},
        exit_signs={**workshop.exit_signs, **{page: s for page, _, s in config.modules if s}},
        variables=_override(workshop.variables, tuple(added)),
        described=frozenset({*(workshop.described or ()), *pages}) or None,
        engine=config.engine or workshop.engine,
        is_old=True,
        unread=tuple(("config.js", line) for line in sorted(set(config.unread))),
    )


def _override(variables: tuple[Variable, ...], later: tuple[Variable, ...]) -> tuple[Variable, ...]:
    """Give the variables their later values; where these have no other names, they keep theirs."""
    found = {variable.name: variable for variable in variables}
    for variable in later:
        before = found.get(variable.name, variable)
        found[variable.name] = replace(
            variable,
            aliases=variable.aliases or before.aliases,
            first_command=variable.first_command,
        )
    return tuple(found.values())


def resolve(
    variables: tuple[Variable, ...],
    environment: Mapping[str, str],
    find_command: Callable[[str], bool],
) -> dict[str, str]:
    """Give each variable its value: the environment's, or what the workshop says.

    Of the environment, the first of the variable's other names counts, then its own name.
    `find_command(name)` says if the machine has a command. Aliases get the value of their name.
    """
    values: dict[str, str] = {}
    for variable in variables:
        names = (*variable.aliases, variable.name)
        given = next((environment[name] for name in names if name in environment), None)
        command = next((name for name in variable.first_command if find_command(name)), None)
        usual = command or variable.value or "".join(variable.first_command[:1])
        value = usual if given is None else given
        values.update(dict.fromkeys(names, value))
    return values


def read_mapping(file: str, text: str) -> dict[str, Any]:
    """Read a YAML file that is a mapping. Raises `WorkshopFileError`, which names the file.

    A tab is blanks, as it was to the older systems where YAML of today has none.
    """
    import yaml  # when the first page is asked for

    try:
        document = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        if "\t" in text:
            return read_mapping(file, text.replace("\t", "    "))
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


def read_variables(file: str, given: Any) -> tuple[Variable, ...]:
    """Read `vars` or `params`: a mapping, or a list of `name:` and `value:`."""
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
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
