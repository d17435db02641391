"""Manifests: plain mappings as the API has them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

Manifest = Mapping[str, Any]
Object = dict[str, Any]

# What the server says of an object, and nobody asks for.
_NOT_COMPARED = frozenset({"apiVersion", "kind", "metadata", "status"})
# Whose keys are all ours, where a manifest has any.
_WHOLE_MAPS = frozenset({"data", "binaryData"})
_SERVERS_OWN_METADATA = frozenset({"uid", "resourceVersion", "creationTimestamp", "generateName"})


def make_reference(api_version: str, kind: str, name: str, namespace: str = "") -> Object:
    """A manifest that only names an object."""
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}


def find_head(manifest: Manifest) -> dict[str, str]:
    """Of what kind an object is."""
    return {"apiVersion": manifest["apiVersion"], "kind": manifest["kind"]}


def render_name(manifest: Manifest) -> str:
    """What a log line calls an object, such as `Pod web in class`."""
    metadata = manifest.get("metadata") or {}
    name = metadata.get("name") or metadata.get("generateName") or ""
    where = f" in {metadata['namespace']}" if metadata.get("namespace") else ""
    return f"{manifest['kind']} {name}".rstrip() + where


def is_part_of(wanted: Any, found: Any) -> bool:
    """Whether all that is wanted is there; what the API adds by itself does not matter."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(
            is_part_of(value, found.get(key)) for key, value in wanted.items()
        )
    if isinstance(wanted, list | tuple):
        return (
            isinstance(found, list | tuple)
            and len(wanted) == len(found)
            and all(map(is_part_of, wanted, found))
        )
    return bool(wanted == found)


def is_result_of(wanted: Manifest, found: Manifest) -> bool:
    """Whether an object is what a request for `wanted` makes, name, labels and all."""
    metadata = wanted.get("metadata") or {}
    said = {k: v for k, v in metadata.items() if k not in _SERVERS_OWN_METADATA}
    return is_up_to_date(wanted, found) and is_part_of(said, found.get("metadata") or {})


def is_up_to_date(wanted: Manifest, found: Manifest) -> bool:
    """Whether an object does what `wanted` says; its labels and annotations may be older."""
    said = {k: v for k, v in _encode(wanted).items() if k not in _NOT_COMPARED}
    return is_part_of(said, found)


def _encode(secret: Manifest) -> Manifest:
    """A manifest whose `stringData`, if it is a Secret's, is where it comes back: in `data`."""
    if "stringData" not in secret:
        return secret
    texts = (secret["stringData"] or {}).items()
    data = {key: base64.b64encode(str(text).encode()).decode() for key, text in texts}
    rest = {key: value for key, value in secret.items() if key != "stringData"}
    return {**rest, "data": {**(secret.get("data") or {}), **data}}


def make_patch(wanted: Manifest, version: str = "", found: Manifest | None = None) -> Object:
    """The merge patch that brings an object, if still at `version`, to what a manifest says.

    Entries of whole maps (data, a quota's limits) that are `found` and not wanted go.
    """
    patch = {k: v for k, v in wanted.items() if k not in ("apiVersion", "kind", "status")}
    for part in _WHOLE_MAPS & patch.keys():
        patch[part] = {**_find_stale(_encode(wanted), found or {}, part), **(patch[part] or {})}
    if (patch.get("spec") or {}).get("hard"):
        old = _find_stale(wanted["spec"], (found or {}).get("spec") or {}, "hard")
        patch["spec"] = {**patch["spec"], "hard": {**old, **patch["spec"]["hard"]}}
    metadata = wanted.get("metadata") or {}
    kept = {k: v for k, v in metadata.items() if k in ("labels", "annotations", "finalizers")}
    if version:
        kept["resourceVersion"] = version
    patch["metadata"] = kept
    return patch


def _find_stale(wanted: Manifest, found: Manifest, part: str) -> dict[str, None]:
    """What removes the entries of a map that are not wanted, in a merge patch."""
    return dict.fromkeys((found.get(part) or {}).keys() - (wanted.get(part) or {}).keys())


def has_other_role(wanted: Manifest, found: Manifest) -> bool:
    """Whether a binding binds another role than is wanted, which cannot be changed."""
    return bool(wanted.get("roleRef")) and wanted["roleRef"] != found.get("roleRef")
