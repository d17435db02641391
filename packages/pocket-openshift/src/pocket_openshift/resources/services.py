"""Services and claims: the defaults that the API server gives them, and cluster addresses."""

from __future__ import annotations

import ipaddress
import zlib
from typing import Any

from pocket_openshift.core.behaviour import Behaviour, Call, Object

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
            port.setdefault("targetPort", port.get("port", 0))
        obj.setdefault("status", {"loadBalancer": {}})
        if spec["type"] == "ExternalName":
            return
        spec.setdefault("internalTrafficPolicy", "Cluster")
        spec.setdefault("ipFamilies", ["IPv4"])
        spec.setdefault("ipFamilyPolicy", "SingleStack")
        kept = (old or {}).get("spec", {}).get("clusterIP")
        address = spec.get("clusterIP") or kept or _address(obj["metadata"])
        spec["clusterIP"], spec["clusterIPs"] = address, [address]


def _address(metadata: dict[str, Any]) -> str:
    """An address drawn from the service's name.

    Nothing listens on it: clients only want to see one.
    """
    number = zlib.crc32(f"{metadata.get('namespace')}/{metadata['name']}".encode())
    return str(_NETWORK[number % (_NETWORK.num_addresses - 2) + 1])


def _default_claim(obj: Object) -> None:
    obj["spec"] = obj.get("spec") or {}
    obj["spec"].setdefault("volumeMode", "Filesystem")
    obj.setdefault("status", {"phase": "Pending"})
