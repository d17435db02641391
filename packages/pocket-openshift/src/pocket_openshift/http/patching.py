"""JSON patch, JSON merge patch and Kubernetes' strategic merge patch.

Pure: (object, patch) -> new object.
"""

from __future__ import annotations

import copy
from typing import Any

import jsonpatch
import jsonpointer

JSON = "application/json-patch+json"
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
APPLY = "application/apply-patch+yaml"
TYPES = (JSON, MERGE, STRATEGIC, APPLY)

# Lists that are merged by an item's key, as the tags of the Kubernetes types say; all other lists
# are replaced.
_KEYS = {
    "addresses": "type",
    "conditions": "type",
    "containers": "name",
    "env": "name",
    "ephemeralContainers": "name",
    "hostAliases": "ip",
    "imagePullSecrets": "name",
    "initContainers": "name",
    "ownerReferences": "uid",
    "podIPs": "ip",
    "secrets": "name",
    "taints": "key",
    "topologySpreadConstraints": "topologyKey",
    "volumeDevices": "devicePath",
    "volumeMounts": "mountPath",
    "volumes": "name",
}
_PRIMITIVE_SETS = frozenset({"finalizers"})
_GO_OBJECT = "map[string]interface {}"


class PatchError(ValueError):
    """The patch cannot be applied; the text says why."""


class FormError(PatchError):
    """What was sent is no patch of its media type; the text is the server's."""


def apply(media_type: str, obj: dict[str, Any], patch: Any) -> dict[str, Any]:
    """The object with the patch applied; the given object is left alone.

    PatchError when that cannot be.
    """
    if media_type == JSON:
        return _json_patch(obj, patch)
    if not isinstance(patch, dict):
        go = f"json: cannot unmarshal {_word(patch)} into Go value of type {_GO_OBJECT}"
        raise FormError(wrong_form(media_type, go))
    merge = merge_patch if media_type == MERGE else strategic_merge
    try:
        return merge(obj, patch)
    except (TypeError, AttributeError) as error:  # a directive or key that is none
        raise PatchError(f"the patch cannot be understood: {error}") from error


def wrong_form(media_type: str, why: str) -> str:
    """What the server says of a patch that cannot be read."""
    return why if media_type == STRATEGIC else f"error decoding patch: {why}"


def _word(value: Any) -> str:
    words = {str: "string", int: "number", float: "number", list: "array", dict: "object"}
    return "bool" if isinstance(value, bool) else words.get(type(value), "null")


def written(patch: Any) -> str:
    """A patch as Go prints a map, which the server shows of a strategic merge patch."""
    if isinstance(patch, dict):
        parts = (f"{name}:{written(value)}" for name, value in sorted(patch.items()))
        return f"map[{' '.join(parts)}]"
    if isinstance(patch, list):
        return f"[{' '.join(map(written, patch))}]"
    if patch is None or isinstance(patch, bool):
        return {None: "<nil>", True: "true", False: "false"}[patch]
    return str(patch)


def _json_patch(obj: dict[str, Any], patch: Any) -> dict[str, Any]:
    if not isinstance(patch, list):
        word = _word(patch)
        go = f"json: cannot unmarshal {word} into Go value of type []handlers.jsonPatchOp"
        raise FormError(wrong_form(JSON, go))
    try:
        result = jsonpatch.apply_patch(obj, patch, in_place=False)
    except (
        jsonpatch.JsonPatchException,
        jsonpointer.JsonPointerException,
        TypeError,
        KeyError,
    ) as error:
        raise PatchError(
            f"the server rejected our request due to an error in our request: {error}"
        ) from error
    if not isinstance(result, dict):
        raise PatchError("a patch must leave an object")
    return result


def merge_patch(obj: Any, patch: Any) -> Any:
    """RFC 7386."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(obj) if isinstance(obj, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge_patch(result.get(name), value)
    return result


def strategic_merge(obj: Any, patch: Any) -> Any:
    """Like a merge patch, but lists with a merge key are merged item by item.

    Knows `$patch` and its relatives.
    """
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    if patch.get("$patch") == "replace":
        return {name: value for name, value in patch.items() if name != "$patch"}
    result = dict(obj) if isinstance(obj, dict) else {}
    _retain(result, patch.get("$retainKeys"))
    for name, value in patch.items():
        if not name.startswith("$"):
            _merge_field(result, name, value)
    for name, value in patch.items():
        _directive(result, name, value)
    return result


def _retain(result: dict[str, Any], kept: list[str] | None) -> None:
    if kept is not None:
        for name in set(result) - set(kept):
            del result[name]


def _merge_field(result: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        result.pop(name, None)
    elif isinstance(value, list):
        old = result.get(name)
        result[name] = _merge_list(name, old if isinstance(old, list) else [], value)
    else:
        result[name] = strategic_merge(result.get(name), value)


def _directive(result: dict[str, Any], name: str, value: Any) -> None:
    word, _, field = name.partition("/")
    if word == "$deleteFromPrimitiveList":
        old = result.get(field)
        result[field] = [item for item in old if item not in value] if isinstance(old, list) else []
    elif word == "$setElementOrder" and isinstance(result.get(field), list):
        result[field] = _ordered(field, result[field], value)


def _key_for(field: str, items: list[Any]) -> str | None:
    if field == "ports":
        first = next(
            (item for item in items if isinstance(item, dict) and "$patch" not in item), {}
        )
        return "containerPort" if "containerPort" in first else "port"
    return _KEYS.get(field)


def _merge_list(field: str, old: list[Any], new: list[Any]) -> list[Any]:
    if field in _PRIMITIVE_SETS:
        return [*old, *(item for item in new if item not in old)]
    key = _key_for(field, [*new, *old])
    if key is None or not all(isinstance(item, dict) for item in [*old, *new]):
        return copy.deepcopy(new)
    if any(item.get("$patch") == "replace" and key not in item for item in new):
        return [copy.deepcopy(item) for item in new if "$patch" not in item]
    return _merge_items(key, old, new)


def _merge_items(key: str, old: list[dict], new: list[dict]) -> list[dict]:
    merged = {item.get(key): item for item in old}
    for item in new:
        if item.get("$patch") == "delete":
            merged.pop(item.get(key), None)
        else:
            merged[item.get(key)] = strategic_merge(merged.get(item.get(key)), item)
    return list(merged.values())


def _ordered(field: str, items: list[Any], order: list[Any]) -> list[Any]:
    key = _key_for(field, items)
    places = {
        (item.get(key) if isinstance(item, dict) else item): n for n, item in enumerate(order)
    }

    def place(item: Any) -> int:
        name = item.get(key) if isinstance(item, dict) else item
        return places.get(name, len(places))

    return sorted(items, key=place)
