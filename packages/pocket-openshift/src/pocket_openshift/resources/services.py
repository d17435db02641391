"""Services and claims: the defaults that the API server gives them, and cluster addresses."""

from __future__ import annotations

import ipaddress
import zlib
from typing import Any

from pocket_openshift.core.behaviour import Behaviour, Call, Object
from pocket_openshift.vocabulary import errors

_NETWORK = ipaddress.ip_network("10.0.0.0/16")


class Services(Behaviour):
    """What pods are found by, and what they keep data in."""

    resources = ("services", "persistentvolumeclaims")

    def default(self, call: Call, obj: Object, old: Object | None) -> None:
        """Fill in what the object leaves out."""
        if call.kind.resource == "services":
            self._default_service(obj, old)
        else:
            _default_claim(obj)

    def _default_service(self, obj: Object, old: Object | None) -> None:
        spec = obj["spec"] = obj.get("spec") or {}
        spec.setdefault("type", "ClusterIP")
        spec.setdefault("sessionAffinity", "None")
        for port in spec.get("ports") or ():
            port.setdefault("protocol", "TCP")
            port.setdefault("targetPort", port.get("port"))
        obj.setdefault("status", {"loadBalancer": {}})
        if spec["type"] == "ExternalName":
            return
        spec.setdefault("internalTrafficPolicy", "Cluster")
        spec.setdefault("ipFamilies", ["IPv4"])
        spec.setdefault("ipFamilyPolicy", "SingleStack")
        kept = (old or {}).get("spec", {}).get("clusterIP")
        address = spec.get("clusterIP") or kept or _address(obj["metadata"])
        spec["clusterIP"], spec["clusterIPs"] = address, [address]

    def validate(self, call: Call, obj: Object, old: Object | None) -> None:
        """Refuse what may not be."""
        if call.kind.resource == "services":
            causes = _wrong_in_service(obj, old)
            if causes:
                raise errors.invalid(call.kind, obj["metadata"]["name"], causes)


def _address(metadata: dict[str, Any]) -> str:
    """An address drawn from the service's name: nothing listens on it, clients only want to see
    one.
    """
    number = zlib.crc32(f"{metadata.get('namespace')}/{metadata['name']}".encode())
    return str(_NETWORK[number % (_NETWORK.num_addresses - 2) + 1])


def _default_claim(obj: Object) -> None:
    obj["spec"] = obj.get("spec") or {}
    obj["spec"].setdefault("volumeMode", "Filesystem")
    obj.setdefault("status", {"phase": "Pending"})


def _wrong_in_service(obj: Object, old: Object | None) -> list[errors.Cause]:
    spec, causes = obj["spec"], []
    headless = spec.get("clusterIP") == "None"
    if not spec.get("ports") and spec["type"] != "ExternalName" and not headless:
        causes.append(errors.Cause("spec.ports", "FieldValueRequired", "Required value"))
    for index, port in enumerate(spec.get("ports") or ()):
        number = port.get("port")
        if not isinstance(number, int) or not 0 < number < 65536:
            text = f"Invalid value: {number}: must be between 1 and 65535, inclusive"
            causes.append(errors.Cause(f"spec.ports[{index}].port", "FieldValueInvalid", text))
    before = (old or {}).get("spec", {}).get("clusterIP")
    if before and spec.get("clusterIP") != before and spec["type"] != "ExternalName":
        text = f'Invalid value: "{spec.get("clusterIP")}": may not change once set'
        causes.append(errors.Cause("spec.clusterIPs[0]", "FieldValueInvalid", text))
    return causes
