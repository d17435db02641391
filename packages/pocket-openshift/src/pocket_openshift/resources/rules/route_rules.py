"""What the cluster fills in a Route: its host, its weight; and who may choose a host. Pure.

The behaviour `routes` calls this at create and update.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pocket_openshift.vocabulary.errors import Cause

GENERATED = "openshift.io/host.generated"
HOST_DENIED = "you do not have permission to set the host field of the route"
TLS_DENIED = "you do not have permission to set certificate fields on the route"
_CERTIFICATE = ("certificate", "key", "caCertificate", "externalCertificate")
# Whether the caller may `create` or `update` routes/custom-host.
Permitted = Callable[[str], bool]


def make_host(name: str, namespace: str, subdomain: str) -> str:
    """The host of a route that does not ask for one."""
    return f"{name}-{namespace}.{subdomain}"


def fill_in(route: dict[str, Any]) -> None:
    """Default what is left out, in place; of a changed route too."""
    spec = route.setdefault("spec", {})
    spec.setdefault("wildcardPolicy", "None")
    route.setdefault("status", {})
    for target in [spec.setdefault("to", {}), *(spec.get("alternateBackends") or ())]:
        target.setdefault("kind", "Service")
        if target.get("weight") is None:
            target["weight"] = 100
    if spec.get("tls") and not spec["tls"].get("termination"):
        spec["tls"]["termination"] = "edge"


def give_host(route: dict[str, Any], namespace: str, subdomain: str) -> None:
    """Give a new route a host, in place, unless it says one."""
    spec = route["spec"]
    if spec.get("host") or spec.get("subdomain") or spec["wildcardPolicy"] == "Subdomain":
        return
    spec["host"] = make_host(route["metadata"]["name"], namespace, subdomain)
    metadata = route["metadata"]
    metadata["annotations"] = {**(metadata.get("annotations") or {}), GENERATED: "true"}


def _certificates(route: Mapping[str, Any]) -> dict[str, Any]:
    tls = route["spec"].get("tls") or {}
    return {part: tls[part] for part in _CERTIFICATE if tls.get(part)}


def find_new_host_causes(asked: Mapping[str, Any], permitted: Permitted) -> list[Cause]:
    """What is wrong with the host a new route asks for; `asked` is the route before `give_host`."""
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
