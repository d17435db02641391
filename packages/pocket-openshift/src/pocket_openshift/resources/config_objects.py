"""ConfigMaps and Secrets: plain text becomes base64, a type is given, what is immutable stays."""

from __future__ import annotations

import base64

from pocket_openshift.core.behaviour import Behaviour, Call, Object


class Contents(Behaviour):
    """Both kinds that hold data."""

    resources = ("configmaps", "secrets")

    def default(self, call: Call, obj: Object, old: Object | None) -> None:
        """Fill in what the object leaves out."""
        if call.kind.resource != "secrets":
            return
        obj.setdefault("type", "Opaque")
        plain = obj.pop("stringData", None)
        if plain:
            coded = {k: base64.b64encode(str(v).encode()).decode() for k, v in plain.items()}
            obj["data"] = {**(obj.get("data") or {}), **coded}
