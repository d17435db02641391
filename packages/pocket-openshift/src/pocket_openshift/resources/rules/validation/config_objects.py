"""ConfigMaps and Secrets: keys, size, what a type of Secret must have, what is immutable. Pure."""

from __future__ import annotations

import base64
import json
from typing import Any

from pocket_openshift.resources.rules.validation import formats, object_meta
from pocket_openshift.vocabulary import bodies
from pocket_openshift.vocabulary.field_errors import (
    IMMUTABLE,
    Causes,
    Object,
    each_invalid,
    forbidden,
    invalid,
    part,
    required,
    too_long,
)

MOST = 1024 * 1024
_FIXED = "field is immutable when `immutable` is set"
_ACCOUNT = "kubernetes.io/service-account.name"
_NEEDED = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
}
_JSON = (".dockercfg", ".dockerconfigjson")
# Go's json package, of a text that is no object.


def config_map(obj: Object) -> Causes:
    """A ConfigMap."""
    yield from object_meta.of_new(obj, formats.dns_subdomain)
    data, binary = part(obj, "data"), part(obj, "binaryData")
    for key in sorted(data):
        yield from each_invalid(f"data[{key}]", key, formats.config_key(key))
        if key in binary:
            yield invalid(f"data[{key}]", key, "duplicate of key present in binaryData")
    for key in sorted(binary):
        yield from each_invalid(f"binaryData[{key}]", key, formats.config_key(key))
    size = sum(len(value.encode()) for value in data.values())
    size += sum(len(_content(value)) for value in binary.values())
    if size > MOST:
        yield too_long("[]", MOST)


def _content(value: str) -> bytes:
    """What base64 stands for; it was looked at when the body was decoded."""
    return base64.b64decode(value)


def secret(obj: Object) -> Causes:
    """A Secret, as it is stored: without `stringData`."""
    yield from object_meta.of_new(obj, formats.dns_subdomain)
    data = part(obj, "data")
    for key in sorted(data):
        yield from each_invalid(f"data[{key}]", key, formats.config_key(key))
    if sum(len(_content(value)) for value in data.values()) > MOST:
        yield too_long("data", MOST)
    yield from _by_type(obj, data)


def _by_type(obj: Object, data: Object) -> Causes:
    kind = obj.get("type", "")
    if kind == "kubernetes.io/service-account-token":
        if not part(obj["metadata"], "annotations").get(_ACCOUNT):
            yield required(f"metadata.annotations[{_ACCOUNT}]")
    elif kind == "kubernetes.io/basic-auth" and not {"username", "password"} & data.keys():
        yield required("data[username]")
        yield required("data[password]")
    for key in _NEEDED.get(kind, ()):
        if key not in data or (kind == "kubernetes.io/ssh-auth" and not data[key]):
            yield required(f"data[{key}]")
        elif key in _JSON:
            wrong = problem_with_map(_content(data[key]))
            if wrong:
                yield invalid(f"data[{key}]", "<secret contents redacted>", wrong)


def problem_with_map(raw: bytes) -> str | None:
    """What Go says of a text that is no object of JSON."""
    if wrong := bodies.problem_with_json(raw):
        return wrong
    found: Any = json.loads(raw)
    if isinstance(found, dict) or found is None:
        return None
    words = {bool: "bool", str: "string", list: "array"}
    word = words.get(type(found), "number")
    return f"json: cannot unmarshal {word} into Go value of type map[string]interface {{}}"


def _fixed(new: Object, old: Object, parts: tuple[str, ...]) -> Causes:
    if not old.get("immutable"):
        return
    if not new.get("immutable"):
        yield forbidden("immutable", _FIXED)
    for name in parts:
        if part(new, name) != part(old, name):
            yield forbidden(name, _FIXED)


def config_map_change(new: Object, old: Object) -> Causes:
    """A change of a ConfigMap."""
    yield from object_meta.of_change(new, old)
    yield from _fixed(new, old, ("data", "binaryData"))
    yield from config_map(new)


def secret_change(new: Object, old: Object) -> Causes:
    """A change of a Secret: its type stays."""
    yield from object_meta.of_change(new, old)
    if new.get("type") != old.get("type"):
        yield invalid("type", new.get("type", ""), IMMUTABLE)
    yield from _fixed(new, old, ("data",))
    yield from secret(new)
