"""The workshop's extra resources: read, fill in, check - before anything is made.

config/extras.py reads the text; plan.py makes steps of the result.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from workshop_kube import labels
from workshop_spawner.manifests import accounts, budgets
from workshop_spawner.model import naming, session_labels
from workshop_spawner.model.errors import PermanentError
from workshop_spawner.model.session import Session

ROLE = "session/role"
BUDGET = "session/budget"
# Variables whose value is not known before there is a visitor.
_OF_VISITOR = {"username", "user_server"}
# Before the name of a parameter of the visitor's link.
PARAMETER = "parameter_"
_VARIABLE = re.compile(r"\$\{(\w+)\}|\{(username|project|user_server)\}")
_FIRST = (
    *("CustomResourceDefinition", "ServiceAccount", "Secret", "ConfigMap", "PersistentVolumeClaim"),
    *("Role", "ClusterRole", "Service", "LimitRange", "ResourceQuota"),
)
_SECOND = ("RoleBinding", "ClusterRoleBinding")
CLUSTER_SCOPED = {
    *("ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "PersistentVolume"),
    *("StorageClass", "PriorityClass", "IngressClass", "OAuthClient", "RuntimeClass", "CSIDriver"),
    *("SecurityContextConstraints", "ValidatingWebhookConfiguration", "APIService"),
    "MutatingWebhookConfiguration",
}


@dataclass(frozen=True)
class Extra:
    """One resource, ready to be made; `line` is where it begins in what the author wrote.

    `of_visitor` says that what the author wrote names the visitor.
    """

    manifest: Mapping[str, Any]
    line: int = 0
    role: str = ""
    budget: budgets.Budget | None = None
    of_visitor: bool = False

    @property
    def is_project(self) -> bool:
        """Whether it is an extra project of the session."""
        return bool(self.manifest["kind"] == "Namespace")


class ResourceError(PermanentError):
    """An extra resource that cannot be made: its kind, name and line are in the detail."""

    def __init__(self, problem: str, line: int, obj: object = None) -> None:
        where = f"line {line}" if line else "the list"
        kind, name = _describe(obj)
        what = f"{kind} {name}".strip() or "extra resources"
        super().__init__(
            f"The workshop's resources cannot be made ({what}, {where}: {problem}); "
            "please tell its organiser.",
            f"extra_resources, {where}: {what}: {problem}",
        )


def _describe(obj: object) -> tuple[str, str]:
    if not isinstance(obj, Mapping):
        return "", ""
    metadata = obj.get("metadata")
    name = metadata.get("name", "") if isinstance(metadata, Mapping) else ""
    return f"{obj.get('kind', '')}", f"{name}"


def make_variables(
    session: Session, registry: str = "", parameters: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What `${...}` and `{...}` in the resources stand for."""
    return {
        **{f"{PARAMETER}{name}": value for name, value in (parameters or {}).items()},
        "spawner_namespace": session.hub.namespace,
        "project_namespace": session.project,
        "image_registry": registry or "image-registry.openshift-image-registry.svc:5000",
        "service_account": session.account,
        "cluster_user": session.token_owner or accounts.make_account_name(session),
        "username": session.slug,
        "user_server": session.slug,
        "application_name": session.hub.application,
        "project": session.project,
        "session": session.id,
    }


def read_extras(
    source: str | Sequence[Any],
    session: Session,
    registry: str = "",
    parameters: Mapping[str, str] | None = None,
) -> tuple[Extra, ...]:
    """Read YAML (several documents), JSON, a List, or a list of dicts; fill in the variables.

    ResourceError names kind, name and line of the first resource that is wrong.
    """
    variables = make_variables(session, registry, parameters)
    extras: list[Extra] = []
    for obj, line in _parse(source):
        if obj is None:
            continue
        for item in _unpack(obj, line):
            made = _make_extra(_fill(item, variables, line), line, session)
            extras.append(replace(made, of_visitor=_is_of_visitor(item)))
    spaces = {session.project, session.hub.namespace}
    spaces |= {extra.manifest["metadata"]["name"] for extra in extras if extra.is_project}
    for extra in extras:
        _check_place(extra, spaces)
    return tuple(extras)


def _parse(source: str | Sequence[Any]) -> Iterator[tuple[Any, int]]:
    if not isinstance(source, str):
        yield from ((obj, 0) for obj in json.loads(json.dumps(list(source))))
        return
    loader = None
    try:
        loader = yaml.SafeLoader(source)
        while loader.check_node():
            node = loader.get_node()
            if node is None:
                continue
            # A sequence at the top is a list of resources, each with its own line.
            nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
            for each in nodes:
                yield loader.construct_document(each), each.start_mark.line + 1
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        raise ResourceError(f"not valid YAML: {error.problem or error.context}", line) from None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise ResourceError(f"not valid YAML: {error}", 0) from None
    finally:
        if loader is not None:
            loader.dispose()


def _fill(obj: object, variables: Mapping[str, str], line: int) -> object:
    def fill(text: str) -> str:
        def replace(match: re.Match[str]) -> str:
            name = match[1] or match[2]
            if name not in variables:
                known = ", ".join(sorted(variables))
                raise ResourceError(f"${{{name}}} is not known; known are {known}", line, obj)
            return variables[name]

        return _VARIABLE.sub(replace, text)

    def walk(part: object) -> object:
        if isinstance(part, str):
            return fill(part)
        if isinstance(part, Mapping):
            return {fill(f"{key}"): walk(value) for key, value in part.items()}
        return [walk(item) for item in part] if isinstance(part, list) else part

    return walk(obj)


def iterate_texts(part: object) -> Iterator[str]:
    """All texts in a value, keys too, however deep."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield f"{key}"
            yield from iterate_texts(value)
    elif isinstance(part, list):
        for item in part:
            yield from iterate_texts(item)


def _is_of_visitor(obj: object) -> bool:
    found = (match for text in iterate_texts(obj) for match in _VARIABLE.finditer(text))
    names = ((match[1] or match[2]) for match in found)
    return any(name in _OF_VISITOR or name.startswith(PARAMETER) for name in names)


def _unpack(obj: object, line: int) -> list[object]:
    if isinstance(obj, Mapping) and obj.get("kind") == "List":
        items = obj.get("items")
        if not isinstance(items, list):
            raise ResourceError("a List has items", line, obj)
        return items
    return obj if isinstance(obj, list) else [obj]


def _make_extra(obj: object, line: int, session: Session) -> Extra:
    if not isinstance(obj, Mapping):
        raise ResourceError("not a resource but a plain value", line)
    for key in ("apiVersion", "kind"):
        if not isinstance(obj.get(key), str) or not obj[key]:
            raise ResourceError(f"it has no {key}", line, obj)
    metadata = obj.get("metadata")
    if not isinstance(metadata, Mapping) or not isinstance(metadata.get("name"), str):
        raise ResourceError("it has no metadata.name", line, obj)
    marked = _mark(obj, session)
    if obj["kind"] != "Namespace":
        return Extra(marked, line)
    name, notes = metadata["name"], metadata.get("annotations") or {}
    if not naming.is_dns_label(name) or labels.is_protected(name, session.hub.namespace):
        raise ResourceError("not a name that a project may have", line, obj)
    if session.project not in name:
        problem = "its name must contain ${project_namespace}, or two sessions would share it"
        raise ResourceError(problem, line, obj)
    try:
        budget = budgets.parse_budget(notes[BUDGET]) if BUDGET in notes else None
    except ValueError as error:
        raise ResourceError(f"{BUDGET}: {error}", line, obj) from None
    return Extra(marked, line, f"{notes.get(ROLE, '')}", budget)


def _mark(obj: Mapping[str, Any], session: Session) -> dict[str, Any]:
    """The resource with this session's labels and annotations, in the project unless it says."""
    metadata = dict(obj["metadata"])
    metadata["labels"] = {**(metadata.get("labels") or {}), **session_labels.make_labels(session)}
    metadata["annotations"] = {
        **(metadata.get("annotations") or {}),
        **session_labels.make_annotations(session),
    }
    if obj["kind"] != "Namespace" and obj["kind"] not in CLUSTER_SCOPED:
        metadata.setdefault("namespace", session.project)
    return {**obj, "metadata": metadata}


def _check_place(extra: Extra, spaces: set[str]) -> None:
    place = extra.manifest["metadata"].get("namespace")
    if place and place not in spaces:
        problem = f"namespace {place} is none of this session's"
        raise ResourceError(problem, extra.line, extra.manifest)


def find_wave(extra: Extra) -> int:
    """Projects are 0; what is made next has a higher number than what it may lean on."""
    kind = extra.manifest["kind"]
    if extra.is_project:
        return 0
    return 1 if kind in _FIRST else 2 if kind in _SECOND else 3


def sort_waves(extras: Sequence[Extra]) -> list[tuple[int, tuple[Extra, ...]]]:
    """What others lean on first; within a wave the order does not matter."""
    waves: dict[int, list[Extra]] = {}
    for extra in extras:
        if not extra.is_project:
            waves.setdefault(find_wave(extra), []).append(extra)
    return [(wave, tuple(waves[wave])) for wave in sorted(waves)]


def render_kinds(extras: Sequence[Extra]) -> str:
    """What a wave makes, for the progress page: `2 ConfigMaps and 1 Secret`."""
    counts: dict[str, int] = {}
    for extra in extras:
        counts[extra.manifest["kind"]] = counts.get(extra.manifest["kind"], 0) + 1
    parts = [f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in sorted(counts.items())]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
