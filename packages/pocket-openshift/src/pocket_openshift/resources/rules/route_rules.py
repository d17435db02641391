"""What the cluster fills in and checks in a Route: its host, its weight, who may choose a host.
Pure.

The behaviour `routes` calls this at create and update.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pocket_openshift.vocabulary.errors import Cause

GENERATED = "openshift.io/host.generated"
HOST_DENIED = "you do not have permission to set the host field of the route"
TLS_DENIED = "you do not have permission to set certificate fields on the route"
_CERTIFICATE = ("certificate", "key", "caCertificate", "externalCertificate")
_LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_TERMINATIONS = ("edge", "passthrough", "reencrypt")
Permitted = Callable[[str], bool]
"""Whether the caller may `create` or `update` routes/custom-host."""


def make_host(name: str, namespace: str, subdomain: str) -> str:
    """The host of a route that does not ask for one."""
    return f"{name}-{namespace}.{subdomain}"


def fill_in(route: dict[str, Any], namespace: str, subdomain: str) -> None:
    """Default what is left out, in place."""
    spec = route.setdefault("spec", {})
    spec.setdefault("wildcardPolicy", "None")
    route.setdefault("status", {})
    target = spec.setdefault("to", {})
    target.setdefault("kind", "Service")
    if target.get("weight") is None:
        target["weight"] = 100
    if spec.get("tls") and not spec["tls"].get("termination"):
        spec["tls"]["termination"] = "edge"
    if spec.get("host") or spec.get("subdomain") or spec["wildcardPolicy"] == "Subdomain":
        return
    spec["host"] = make_host(route["metadata"]["name"], namespace, subdomain)
    metadata = route["metadata"]
    metadata["annotations"] = {**(metadata.get("annotations") or {}), GENERATED: "true"}


def _certificates(route: Mapping[str, Any]) -> dict[str, Any]:
    tls = route["spec"].get("tls") or {}
    return {part: tls[part] for part in _CERTIFICATE if tls.get(part)}


def find_new_host_causes(asked: Mapping[str, Any], permitted: Permitted) -> list[Cause]:
    """What is wrong with the host a new route asks for; `asked` is the route before `fill_in`."""
    spec = asked.get("spec") or {}
    route = {"spec": spec}
    if not (spec.get("host") or _certificates(route)) or permitted("create"):
        return []
    field, why = ("spec.host", HOST_DENIED) if spec.get("host") else ("spec.tls", TLS_DENIED)
    return [Cause(field, "FieldValueForbidden", f"Forbidden: {why}")]


def find_changed_host_causes(
    route: Mapping[str, Any], old: Mapping[str, Any], permitted: Permitted
) -> list[Cause]:
    """What is wrong with a change of host or certificates."""
    host, before = route["spec"].get("host", ""), old["spec"].get("host", "")
    if host != before and not permitted("update"):
        text = f'Invalid value: "{host}": field is immutable'
        return [Cause("spec.host", "FieldValueInvalid", text)]
    changed = _certificates(route) != _certificates(old)
    if changed and not (permitted("update") or permitted("create")):
        return [Cause("spec.tls", "FieldValueForbidden", f"Forbidden: {TLS_DENIED}")]
    return []


def find_causes(route: Mapping[str, Any]) -> list[Cause]:
    """What is wrong with a route that is filled in."""
    spec = route["spec"]
    wrong = []
    host = spec.get("host") or ""
    if host and (len(host) > 253 or not _HOST.fullmatch(host)):
        text = f'Invalid value: "{host}": host must conform to DNS 1123 naming conventions'
        wrong.append(Cause("spec.host", "FieldValueInvalid", text))
    if not spec["to"].get("name"):
        wrong.append(Cause("spec.to.name", "FieldValueRequired", "Required value"))
    if spec.get("path") and not spec["path"].startswith("/"):
        text = f'Invalid value: "{spec["path"]}": path must begin with /'
        wrong.append(Cause("spec.path", "FieldValueInvalid", text))
    termination = (spec.get("tls") or {}).get("termination")
    if termination and termination not in _TERMINATIONS:
        known = ", ".join(f'"{name}"' for name in _TERMINATIONS)
        text = f'Unsupported value: "{termination}": supported values: {known}'
        wrong.append(Cause("spec.tls.termination", "FieldValueNotSupported", text))
    return wrong
