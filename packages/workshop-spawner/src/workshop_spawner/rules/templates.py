"""Settings in which KubeSpawner fills in fields: a brace that is none fails each start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workshop_spawner.model import naming

# What KubeSpawner fills in (KubeSpawner._expand_user_properties); a test asks the installed one.
FIELDS = (
    "userid",
    "username",
    "servername",
    "user_server",
    "hubnamespace",
    "namespace",
    "pod_name",
    "pvc_name",
    "unescaped_username",
    "unescaped_servername",
    "safe_username",
    "safe_servername",
    "safe_user_server",
    "escaped_username",
    "escaped_servername",
    "escaped_user_server",
)
_SAMPLE = {**dict.fromkeys(FIELDS, "x"), "userid": 1}
# Settings that have fields in all their texts, however deep.
TEMPLATED = (
    "environment",
    "extra_annotations",
    "extra_labels",
    "extra_containers",
    "extra_pod_config",
    "init_containers",
    "pod_name_template",
    "project_template",
    "pvc_name_template",
    "secret_name_template",
    "storage_extra_annotations",
    "storage_extra_labels",
    "storage_selector",
    "volume_mounts",
    "volumes",
    "working_dir",
)
# Settings with fields of their own.
_OTHERS: Mapping[str, Mapping[str, Any]] = {
    "dns_name_template": {"namespace": "x", "name": "x"},
    "slow_spawn_message": {"seconds": 1},
}
NAMES = (*TEMPLATED, *_OTHERS)


def problem_with_template(text: str, sample: Mapping[str, Any] = _SAMPLE) -> str | None:
    """Why the fields of a text cannot be filled in; None where they can."""
    try:
        text.format(**sample)
    except (LookupError, ValueError, AttributeError, TypeError) as error:
        fields = ", ".join(f"{{{name}}}" for name in sample)
        return (
            f"{text!r} has braces that are no field ({type(error).__name__}: {error}). Write {{{{ "
            f"and }}}} for braces of your own; the fields are {fields}."
        )
    return None


def problem_with_project(text: str) -> str | None:
    """Why no project can have a name that `project_template` makes; None where some can."""
    if problem_with_template(text) or naming.is_dns_label(text.format(**_SAMPLE)):
        return None
    return (
        f"WorkshopSpawner.project_template is {text!r}, which makes no name for an object: 1-63 of "
        "a-z, 0-9 and inner '-'."
    )


def list_problems(name: str, value: Any) -> list[str]:
    """What is wrong with the texts of a setting, each with its path in it."""
    if name not in NAMES:
        return []
    sample = _OTHERS.get(name, _SAMPLE)
    found = ((path, problem_with_template(text, sample)) for path, text in _walk(name, value))
    return [f"{path}: {problem}" for path, problem in found if problem]


def _walk(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """The texts in a value, and where they are; names of a mapping have no fields."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _walk(f"{path}[{key!r}]", inner)
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _walk(f"{path}[{number}]", inner)
