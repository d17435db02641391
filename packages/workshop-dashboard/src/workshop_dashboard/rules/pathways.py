"""The files of Educates that are no pages: `config.yaml`, and `resources/workshop.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workshop_dashboard.rules import workshopfile
from workshop_dashboard.rules.workshopfile import Workshop

# Groups of the resource that defines a workshop, of the system and its two older names.
GROUPS = ("training.educates.dev/", "training.eduk8s.io/", "learningcenter.tanzu.vmware.com/")


@dataclass(frozen=True)
class Definition:
    """What a workshop's definition says of it; any of it may be empty.

    `tabs` are (label, address) of the work area's own tabs.
    """

    name: str = ""
    title: str = ""
    description: str = ""
    tabs: tuple[tuple[str, str], ...] = ()


def read_definition(text: str) -> Definition | None:
    """Read `resources/workshop.yaml`; None where it is the definition of no workshop.

    It may be a template of another program, or hold several documents: what cannot be read says
    nothing.
    """
    import yaml  # when the first page is asked for

    try:
        documents = list(yaml.load_all(text, Loader=yaml.BaseLoader))
    except (yaml.YAMLError, RecursionError):
        if "\t" in text:
            return read_definition(text.replace("\t", "    "))
        return Definition() if any(group in text for group in GROUPS) else None
    for document in documents:
        if isinstance(document, dict) and str(document.get("apiVersion", "")).startswith(GROUPS):
            about, spec = _mapping(document, "metadata"), _mapping(document, "spec")
            return Definition(
                _text(about.get("name")),
                _text(spec.get("title")),
                _text(spec.get("description")),
                workshopfile.read_tabs(_mapping(spec, "session").get("dashboards")),
            )
    return None


def read_pathways(text: str, chosen: str, definition: Definition | None) -> Workshop:
    """Make a `Workshop` of `config.yaml`; `chosen` is the pathway, empty for the default one.

    Raises `workshopfile.WorkshopFileError` when the file is no YAML mapping.
    """
    config = workshopfile.read_mapping("config.yaml", text)
    pathways = _mapping(config, "pathways")
    paths = _mapping(pathways, "paths")
    name = chosen or (_text(pathways.get("default")) if paths else "")
    path = _mapping(paths, name)
    modules = _mapping(pathways, "modules")
    title = _text(path.get("title")) or (definition.title if definition else "")
    return Workshop(
        name=title,
        modules=tuple(_text(step) for step in _list(path, "steps")),
        titles={
            _text(page): _text(row["title"])
            for page, row in modules.items()
            if isinstance(row, dict) and row.get("title")
        },
        variables=(
            *workshopfile.read_variables("config.yaml", config.get("params")),
            *workshopfile.read_variables("config.yaml", path.get("params")),
            workshopfile.Variable("pathway_name", name),
            workshopfile.Variable("workshop_title", title),
        ),
        pathways=tuple(_text(each) for each in paths),
        tabs=definition.tabs if definition else (),
    )


def _mapping(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def _list(document: Mapping[str, Any], key: str) -> list[Any]:
    value = document.get(key)
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return "" if value is None else str(value)
