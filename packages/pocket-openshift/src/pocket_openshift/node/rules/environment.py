"""The environment and the command line of a container's process. Pure.

Only what the pod says and a few basics reach the process: nothing of the agent's own environment
leaks.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pocket_openshift.node.rules import downward, expansion, translation

_NAME = re.compile(r"^[A-Za-z_.-][A-Za-z0-9_.-]*$")


class ConfigError(ValueError):
    """The container cannot be set up as its spec says; the kubelet's CreateContainerConfigError."""


@dataclass(frozen=True)
class Sources:
    """What the spec refers to, fetched beforehand. A missing object is None."""

    config_maps: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)
    secrets: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    capacity: Mapping[str, str] = field(default_factory=dict)


def data_of(kind: str, name: str, sources: Sources) -> dict[str, bytes] | None:
    """Keys and bytes of a config map (`configMap`) or secret (`secret`); None if there is none."""
    found = (sources.secrets if kind == "secret" else sources.config_maps).get(name)
    if found is None:
        return None
    plain = {key: str(value).encode() for key, value in (found.get("data") or {}).items()}
    if kind == "secret":
        return {key: base64.b64decode(value) for key, value in plain.items()}
    return plain | {
        key: base64.b64decode(value) for key, value in (found.get("binaryData") or {}).items()
    }


def make_environment(
    pod: Mapping[str, Any],
    container: Mapping[str, Any],
    sources: Sources,
    mounts: Mapping[str, str],
    basics: Mapping[str, str],
) -> dict[str, str]:
    """The environment: `basics`, then envFrom, then env. ConfigError when a source is missing."""
    values = dict(basics)
    for source in container.get("envFrom") or []:
        values |= {
            key: translation.translate(value, mounts)
            for key, value in _env_from(source, sources).items()
        }
    for entry in container.get("env") or []:
        value = _env_value(pod, container, entry, sources)
        if value is not None:
            # The text is translated before it is expanded: what it refers to is translated already.
            value = translation.translate(value, mounts)
            values[entry["name"]] = (
                value if "valueFrom" in entry else expansion.expand(value, values)
            )
    return values


def _env_from(source: Mapping[str, Any], sources: Sources) -> dict[str, str]:
    kind = "secret" if "secretRef" in source else "configMap"
    reference = source.get("secretRef") or source.get("configMapRef") or {}
    data = data_of(kind, reference.get("name", ""), sources)
    if data is None:
        if reference.get("optional"):
            return {}
        raise ConfigError('{} "{}" not found'.format(kind.lower(), reference.get("name", "")))
    prefix = source.get("prefix", "")
    pairs = {prefix + key: value.decode(errors="replace") for key, value in data.items()}
    return {key: value for key, value in pairs.items() if _NAME.match(key)}


def _env_value(
    pod: Mapping[str, Any], container: Mapping[str, Any], entry: Mapping[str, Any], sources: Sources
) -> str | None:
    origin = entry.get("valueFrom")
    if not origin:
        return str(entry.get("value", ""))
    try:
        if "fieldRef" in origin:
            return downward.field(pod, origin["fieldRef"]["fieldPath"], sources.facts)
        if "resourceFieldRef" in origin:
            return downward.resource(
                pod, origin["resourceFieldRef"], container["name"], sources.capacity
            )
    except ValueError as error:
        raise ConfigError(str(error)) from error
    for kind in ("configMap", "secret"):
        if kind + "KeyRef" in origin:
            return _key_value(kind, origin[kind + "KeyRef"], sources)
    raise ConfigError(
        "env {}: valueFrom names no source that this node knows".format(entry["name"])
    )


def _key_value(kind: str, reference: Mapping[str, Any], sources: Sources) -> str | None:
    name, key = reference.get("name", ""), reference["key"]
    data = data_of(kind, name, sources)
    if data is not None and key in data:
        return data[key].decode(errors="replace")
    if reference.get("optional"):
        return None
    if data is None:
        raise ConfigError(f'{kind.lower()} "{name}" not found')
    raise ConfigError(f"couldn't find key {key} in {kind} {name}")


def make_command(
    container: Mapping[str, Any], values: Mapping[str, str], mounts: Mapping[str, str]
) -> list[str]:
    """`command` and `args`, translated and expanded; empty when both are left to the image."""
    words = [*(container.get("command") or []), *(container.get("args") or [])]
    return [expansion.expand(translation.translate(word, mounts), values) for word in words]
