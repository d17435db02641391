"""From what is written to workshops: all that is wrong is told at once, a sentence each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from workshop_spawner.model.workshop import Parameter, Workshop
from workshop_spawner.rules.workshops import details, fields, parameters
from workshop_spawner.rules.workshops.documents import Document, parse_document

Workshops = Mapping[str, Workshop]

MOST_WORKSHOPS = 200
SUFFIXES = (".yaml", ".yml")
# A part of addresses, and the value of a label.
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


class WorkshopsError(ValueError):
    """What is wrong with the workshops: `problems` has a sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def parse_files(files: Mapping[str, str]) -> Workshops:
    """The workshops of a folder: a YAML file each, called `<name>.yaml`.

    `files` are their texts by name. WorkshopsError tells all that is wrong, with file and line.
    """
    documents, problems = {}, []
    for file in sorted(files):
        name = PurePath(file).stem
        if name in documents:
            problems.append(f"{file}: there is another file of the workshop {name}; remove one.")
            continue
        documents[name] = parse_document(files[file], file)
    return _parse_all(documents, problems)


def parse_mapping(written: Mapping[Any, Any]) -> Workshops:
    """The workshops of a mapping of names; WorkshopsError tells all that is wrong."""
    documents, problems = {}, []
    for name, values in written.items():
        if isinstance(values, Mapping):
            documents[name] = Document(values)
        else:
            problems.append(f"WorkshopSpawner.workshops[{name!r}] is no mapping.")
    return _parse_all(documents, problems)


def _parse_all(documents: Mapping[Any, Document], problems: list[str]) -> Workshops:
    if len(documents) > MOST_WORKSHOPS:
        problems.append(
            f"WorkshopSpawner.workshops has {len(documents)} entries, and {MOST_WORKSHOPS} is the "
            "most; divide them among hubs."
        )
        raise WorkshopsError(problems)
    made = {}
    for name, document in documents.items():
        found = list(_find_problems(name, document))
        problems += found
        if not found:
            made[name] = _make(name, document)
    if problems:
        raise WorkshopsError(problems)
    return made


def _find_problems(name: Any, document: Document) -> Iterator[str]:
    yield from document.problems
    where = Workshop(f"{name}", "", place=document.place, lines=document.lines)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield (
            f"{document.place or 'WorkshopSpawner.workshops'}: {name!r} is no name of a workshop; "
            "use a-z, 0-9 and inner hyphens, at most 40."
        )
    if document.problems:
        return
    for key, value in document.values.items():
        if problem := fields.problem_with_key(key):
            yield f"{where.locate(key)}: {problem}"
        elif problem := _problem_with_value(key, value):
            yield f"{where.locate(key)}: {key} {problem.rstrip('.')}."
    if not isinstance(document.values.get("title"), str) or not document.values["title"].strip():
        place = document.place or where.locate("title")
        yield f"{place}: it has no title; write title: Git basics."
    yield from _find_contradictions(where, document.values)


def _problem_with_value(key: str, value: Any) -> str | None:
    try:
        _parse_value(key, value)
    except ValueError as error:
        return str(error)
    return None


def _parse_value(key: str, value: Any) -> Any:
    if key == fields.PARAMETERS:
        return _parse_parameters(value)
    if key == fields.DETAILS:
        return details.parse_asked(value)
    return fields.FIELDS[key](value) if key in fields.FIELDS else value


def _parse_parameters(value: Any) -> tuple[Parameter, ...]:
    if not isinstance(value, Mapping):
        raise ValueError("is no mapping; write parameters: {team: {kind: text}}")
    if len(value) > parameters.MOST_PARAMETERS:
        most = parameters.MOST_PARAMETERS
        raise ValueError(f"has {len(value)} entries, and {most} is the most")
    return tuple(parameters.parse_declared(name, said) for name, said in value.items())


def _find_contradictions(where: Workshop, values: Mapping[Any, Any]) -> Iterator[str]:
    begin, end = values.get("visible_from"), values.get("visible_until")
    if begin is None or end is None:
        return
    try:
        late = fields.parse_time(begin) >= fields.parse_time(end)
    except ValueError:
        return  # told already
    if late:
        yield f"{where.locate('visible_until')}: visible_until is not after visible_from."


def _make(name: str, document: Document) -> Workshop:
    read = {key: _parse_value(key, value) for key, value in document.values.items()}
    shown = {key: value for key, value in read.items() if key not in fields.SETTINGS}
    if "duration" in shown:
        shown["minutes"] = shown.pop("duration")
    settings = {key: read[key] for key in fields.SETTINGS if key in read}
    made = Workshop(name, settings=settings, **shown)
    return replace(made, place=document.place, lines=dict(document.lines))
