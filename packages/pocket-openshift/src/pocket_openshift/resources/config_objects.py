"""ConfigMaps and Secrets: plain text becomes base64, a type is given, what is immutable stays."""

from __future__ import annotations

import base64
import binascii

from pocket_openshift.core.behaviour import Behaviour, Call, Object
from pocket_openshift.vocabulary import errors


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

    def validate(self, call: Call, obj: Object, old: Object | None) -> None:
        """Refuse what may not be."""
        name = obj["metadata"]["name"]
        if old is not None and old.get("immutable") and _content(old) != _content(obj):
            text = "Forbidden: field is immutable when `immutable` is set"
            cause = errors.Cause("data", "FieldValueForbidden", text)
            raise errors.invalid(call.kind, name, [cause])
        if call.kind.resource == "secrets":
            for key, value in (obj.get("data") or {}).items():
                _check_coded(key, value)


def _content(obj: Object) -> tuple:
    return obj.get("data"), obj.get("binaryData"), obj.get("immutable")


def _check_coded(key: str, value: object) -> None:
    try:
        base64.b64decode(str(value), validate=True)
    except binascii.Error as error:
        raise errors.bad_request(
            f'Secret in version "v1" cannot be handled as a Secret: data[{key}] is not base64: '
            f"{error}"
        ) from error
