"""What a pod may learn of itself: fieldRef and resourceFieldRef.

Pure; for env and downwardAPI volumes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Any

from workshop_kube.rules import quantities

_SUBSCRIPT = re.compile(r"^metadata\.(labels|annotations)\['([^']*)'\]$")


class UnknownFieldError(ValueError):
    """The fieldPath or resource is none that the downward API knows; the message says which."""


def field(pod: Mapping[str, Any], path: str, facts: Mapping[str, str]) -> str:
    """The text of a fieldPath; `facts` has what the status does not say yet, as `status.podIP`."""
    metadata, spec = pod["metadata"], pod["spec"]
    subscript = _SUBSCRIPT.match(path)
    if subscript:
        return str((metadata.get(subscript.group(1)) or {}).get(subscript.group(2), ""))
    if path in ("metadata.labels", "metadata.annotations"):
        return render_map(metadata.get(path.split(".")[1]) or {})
    values = {
        "metadata.name": metadata["name"],
        "metadata.namespace": metadata["namespace"],
        "metadata.uid": metadata["uid"],
        "spec.serviceAccountName": spec.get("serviceAccountName", "default"),
        **facts,
    }
    if path not in values:
        message = f"fieldRef: fieldPath {path!r} is not supported"
        raise UnknownFieldError(message)
    return str(values[path])


def render_map(values: Mapping[str, str]) -> str:
    """Labels or annotations as a file of the downward API: `key="value"`, a line each, sorted."""
    quoted = {
        key: value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        for key, value in values.items()
    }
    return "\n".join('{}="{}"'.format(*item) for item in sorted(quoted.items()))


def resource(
    pod: Mapping[str, Any], reference: Mapping[str, Any], own: str, capacity: Mapping[str, str]
) -> str:
    """The text of a resourceFieldRef of container `own`; without a limit the node's capacity."""
    name = reference.get("containerName") or own
    containers = [*pod["spec"].get("containers", []), *pod["spec"].get("initContainers", [])]
    resources = next(
        (one.get("resources") or {} for one in containers if one["name"] == name), None
    )
    kind, _, what = reference.get("resource", "").partition(".")
    if resources is None or kind not in ("limits", "requests") or not what:
        message = "resourceFieldRef: {!r} of container {!r} is not supported".format(
            reference.get("resource"),
            name,
        )
        raise UnknownFieldError(message)
    text = (resources.get(kind) or {}).get(what) or (
        capacity.get(what, "0") if kind == "limits" else "0"
    )
    return divide_up(quantities.parse(text), quantities.parse(reference.get("divisor") or "1"))


def divide_up(value: Decimal, divisor: Decimal) -> str:
    """How often `divisor` goes into `value`, rounded up, as resourceFieldRef wants it."""
    return str(int((value / (divisor or Decimal(1))).to_integral_value(ROUND_CEILING)))
