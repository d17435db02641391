"""Kubernetes' protobuf bodies, as kubectl's `create` and `auth` commands send them. Pure: bytes
to an object.

Only requests are read, only the kinds those commands make; answers are JSON, which every client
takes. A field that is not in the tables is an error, never dropped silently. The numbers are
those of the API's published .proto files.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

MAGIC = b"k8s\x00"
MEDIA_TYPE = "application/vnd.kubernetes.protobuf"

# message -> field number -> (name, type). A type is a scalar, another message, `[type]` for a
# list, `{type}` for a map from
# text.
_Field = tuple[str, str]
_METADATA = ("metadata", "ObjectMeta")
_BINDING: dict[int, _Field] = {
    1: _METADATA,
    2: ("subjects", "[Subject]"),
    3: ("roleRef", "RoleRef"),
}
_ROLE: dict[int, _Field] = {1: _METADATA, 2: ("rules", "[PolicyRule]")}
_ACCESS: dict[int, _Field] = {
    1: ("resourceAttributes", "ResourceAttributes"),
    2: ("nonResourceAttributes", "NonResourceAttributes"),
}
_TEMPLATED: dict[int, _Field] = {1: _METADATA, 2: ("spec", "PodSpec")}

MESSAGES: dict[str, dict[int, _Field]] = {
    "ObjectMeta": {
        1: ("name", "text"),
        2: ("generateName", "text"),
        3: ("namespace", "text"),
        5: ("uid", "text"),
        6: ("resourceVersion", "text"),
        7: ("generation", "int"),
        8: ("creationTimestamp", "Time"),
        11: ("labels", "{text}"),
        12: ("annotations", "{text}"),
        13: ("ownerReferences", "[OwnerReference]"),
        14: ("finalizers", "[text]"),
    },
    "OwnerReference": {
        1: ("kind", "text"),
        3: ("name", "text"),
        4: ("uid", "text"),
        5: ("apiVersion", "text"),
        6: ("controller", "bool"),
        7: ("blockOwnerDeletion", "bool"),
    },
    "DeleteOptions": {
        1: ("gracePeriodSeconds", "int"),
        2: ("preconditions", "Preconditions"),
        3: ("orphanDependents", "bool"),
        4: ("propagationPolicy", "text"),
        5: ("dryRun", "[text]"),
    },
    "Preconditions": {1: ("uid", "text"), 2: ("resourceVersion", "text")},
    "LabelSelector": {
        1: ("matchLabels", "{text}"),
        2: ("matchExpressions", "[LabelSelectorRequirement]"),
    },
    "LabelSelectorRequirement": {
        1: ("key", "text"),
        2: ("operator", "text"),
        3: ("values", "[text]"),
    },
    "Reference": {1: ("name", "text")},
    "ObjectReference": {
        1: ("kind", "text"),
        2: ("namespace", "text"),
        3: ("name", "text"),
        4: ("uid", "text"),
        5: ("apiVersion", "text"),
    },
    "Empty": {},
    "v1/Namespace": {1: _METADATA, 2: ("spec", "NamespaceSpec"), 3: ("status", "Empty")},
    "NamespaceSpec": {1: ("finalizers", "[text]")},
    "v1/ConfigMap": {
        1: _METADATA,
        2: ("data", "{text}"),
        3: ("binaryData", "{bytes}"),
        4: ("immutable", "bool"),
    },
    "v1/Secret": {
        1: _METADATA,
        2: ("data", "{bytes}"),
        3: ("type", "text"),
        4: ("stringData", "{text}"),
        5: ("immutable", "bool"),
    },
    "v1/ServiceAccount": {
        1: _METADATA,
        2: ("secrets", "[ObjectReference]"),
        3: ("imagePullSecrets", "[Reference]"),
        4: ("automountServiceAccountToken", "bool"),
    },
    "v1/ResourceQuota": {1: _METADATA, 2: ("spec", "QuotaSpec"), 3: ("status", "Empty")},
    "QuotaSpec": {1: ("hard", "{Quantity}"), 2: ("scopes", "[text]")},
    "v1/Service": {1: _METADATA, 2: ("spec", "ServiceSpec"), 3: ("status", "ServiceStatus")},
    "ServiceStatus": {1: ("loadBalancer", "Empty")},
    "ServiceSpec": {
        1: ("ports", "[ServicePort]"),
        2: ("selector", "{text}"),
        3: ("clusterIP", "text"),
        4: ("type", "text"),
        7: ("sessionAffinity", "text"),
        8: ("loadBalancerIP", "text"),
        10: ("externalName", "text"),
        11: ("externalTrafficPolicy", "text"),
        12: ("healthCheckNodePort", "int"),
        13: ("publishNotReadyAddresses", "bool"),
    },
    "ServicePort": {
        1: ("name", "text"),
        2: ("protocol", "text"),
        3: ("port", "int"),
        4: ("targetPort", "IntOrString"),
        5: ("nodePort", "int"),
    },
    "rbac.authorization.k8s.io/v1/Role": _ROLE,
    "rbac.authorization.k8s.io/v1/ClusterRole": {**_ROLE, 3: ("aggregationRule", "Aggregation")},
    "rbac.authorization.k8s.io/v1/RoleBinding": _BINDING,
    "rbac.authorization.k8s.io/v1/ClusterRoleBinding": _BINDING,
    "Aggregation": {1: ("clusterRoleSelectors", "[LabelSelector]")},
    "PolicyRule": {
        1: ("verbs", "[text]"),
        2: ("apiGroups", "[text]"),
        3: ("resources", "[text]"),
        4: ("resourceNames", "[text]"),
        5: ("nonResourceURLs", "[text]"),
    },
    "Subject": {
        1: ("kind", "text"),
        2: ("apiGroup", "text"),
        3: ("name", "text"),
        4: ("namespace", "text"),
    },
    "RoleRef": {1: ("apiGroup", "text"), 2: ("kind", "text"), 3: ("name", "text")},
    "authorization.k8s.io/v1/SelfSubjectAccessReview": {
        1: _METADATA,
        2: ("spec", "AccessSpec"),
        3: ("status", "ReviewStatus"),
    },
    "authorization.k8s.io/v1/SelfSubjectRulesReview": {
        1: _METADATA,
        2: ("spec", "RulesSpec"),
        3: ("status", "ReviewStatus"),
    },
    "AccessSpec": _ACCESS,
    "RulesSpec": {1: ("namespace", "text")},
    # What a client sends of a status is not read: flags that are false.
    "ReviewStatus": {number: (f"ignored{number}", "int") for number in range(1, 6)},
    "ResourceAttributes": {
        1: ("namespace", "text"),
        2: ("verb", "text"),
        3: ("group", "text"),
        4: ("version", "text"),
        5: ("resource", "text"),
        6: ("subresource", "text"),
        7: ("name", "text"),
    },
    "NonResourceAttributes": {1: ("path", "text"), 2: ("verb", "text")},
    "authentication.k8s.io/v1/SelfSubjectReview": {1: _METADATA, 2: ("status", "ReviewUser")},
    "ReviewUser": {1: ("userInfo", "ReviewUserInfo")},
    "ReviewUserInfo": {1: ("username", "text"), 2: ("uid", "text")},
    "authentication.k8s.io/v1/TokenRequest": {
        1: _METADATA,
        2: ("spec", "TokenSpec"),
        3: ("status", "TokenStatus"),
    },
    "TokenSpec": {
        1: ("audiences", "[text]"),
        3: ("boundObjectRef", "BoundReference"),
        4: ("expirationSeconds", "int"),
    },
    "TokenStatus": {1: ("token", "text"), 2: ("expirationTimestamp", "Time")},
    "BoundReference": {
        1: ("kind", "text"),
        2: ("apiVersion", "text"),
        3: ("name", "text"),
        4: ("uid", "text"),
    },
    "apps/v1/Deployment": {1: _METADATA, 2: ("spec", "DeploymentSpec"), 3: ("status", "Empty")},
    "DeploymentSpec": {
        1: ("replicas", "int"),
        2: ("selector", "LabelSelector"),
        3: ("template", "PodTemplate"),
        4: ("strategy", "Strategy"),
        5: ("minReadySeconds", "int"),
        7: ("paused", "bool"),
    },
    "Strategy": {1: ("type", "text")},
    "PodTemplate": _TEMPLATED,
    "PodSpec": {
        2: ("containers", "[Container]"),
        3: ("restartPolicy", "text"),
        6: ("dnsPolicy", "text"),
        8: ("serviceAccountName", "text"),
        9: ("serviceAccount", "text"),
        10: ("nodeName", "text"),
        11: ("hostNetwork", "bool"),
        12: ("hostPID", "bool"),
        13: ("hostIPC", "bool"),
        16: ("hostname", "text"),
        17: ("subdomain", "text"),
        19: ("schedulerName", "text"),
        24: ("priorityClassName", "text"),
    },
    "Container": {
        1: ("name", "text"),
        2: ("image", "text"),
        3: ("command", "[text]"),
        4: ("args", "[text]"),
        5: ("workingDir", "text"),
        6: ("ports", "[ContainerPort]"),
        7: ("env", "[EnvVar]"),
        8: ("resources", "Resources"),
        13: ("terminationMessagePath", "text"),
        14: ("imagePullPolicy", "text"),
        16: ("stdin", "bool"),
        17: ("stdinOnce", "bool"),
        18: ("tty", "bool"),
        20: ("terminationMessagePolicy", "text"),
    },
    "ContainerPort": {
        1: ("name", "text"),
        2: ("hostPort", "int"),
        3: ("containerPort", "int"),
        4: ("protocol", "text"),
        5: ("hostIP", "text"),
    },
    "EnvVar": {1: ("name", "text"), 2: ("value", "text")},
    "Resources": {1: ("limits", "{Quantity}"), 2: ("requests", "{Quantity}")},
    "batch/v1/Job": {1: _METADATA, 2: ("spec", "JobSpec"), 3: ("status", "Empty")},
    "JobSpec": {
        1: ("parallelism", "int"),
        2: ("completions", "int"),
        3: ("activeDeadlineSeconds", "int"),
        6: ("template", "PodTemplate"),
        7: ("backoffLimit", "int"),
    },
}
# The status that a client's new object carries says nothing.
_IGNORED = frozenset({"Empty", "ReviewStatus", "TokenStatus", "ReviewUser", "ServiceStatus"})
_NAMED = {"meta.k8s.io/v1/DeleteOptions": "DeleteOptions", "v1/DeleteOptions": "DeleteOptions"}


class ProtobufError(ValueError):
    """The bytes cannot be read here; the text says what to do."""


def is_protobuf(raw: bytes) -> bool:
    """Whether a body begins as Kubernetes' protobuf does."""
    return raw.startswith(MAGIC)


def decode(raw: bytes) -> dict[str, Any]:
    """The object in a body, as JSON would have it. ProtobufError for kinds or fields that are not
    in the tables.
    """
    if not is_protobuf(raw):
        raise ProtobufError("the body does not begin as Kubernetes' protobuf does")
    envelope = {number: value for number, _, value in _fields(raw[len(MAGIC) :])}
    about = {number: _text(value) for number, _, value in _fields(_bytes(envelope.get(1, b"")))}
    api_version, kind = about.get(1, ""), about.get(2, "")
    name = f"{api_version}/{kind}"
    message = _NAMED.get(name, name)
    if kind == "DeleteOptions":
        message = "DeleteOptions"
    if message not in MESSAGES:
        raise ProtobufError(
            f"{kind} is not read as protobuf here: send it as JSON (kubectl create -f)"
        )
    return {
        "apiVersion": api_version,
        "kind": kind,
        **_message(message, _bytes(envelope.get(2, b""))),
    }


def _message(name: str, raw: bytes) -> dict[str, Any]:
    table = MESSAGES[name]
    found: dict[str, Any] = {}
    if name in _IGNORED:
        return {}
    for number, _, value in _fields(raw):
        if number not in table and value in (0, b""):
            continue  # Go writes empty fields too; they say nothing
        if number not in table:
            raise ProtobufError(f"field {number} of {name} is not read as protobuf here: send JSON")
        field, kind = table[number]
        _store(found, field, kind, value)
    return {field: value for field, value in found.items() if value not in ("", None, {}, [])}


def _store(found: dict[str, Any], field: str, kind: str, value: int | bytes) -> None:
    if kind.startswith("["):
        found.setdefault(field, []).append(_value(kind[1:-1], value))
    elif kind.startswith("{"):
        entry = {number: item for number, _, item in _fields(_bytes(value))}
        found.setdefault(field, {})[_text(entry.get(1, b""))] = _value(
            kind[1:-1], entry.get(2, b"")
        )
    else:
        found[field] = _value(kind, value)
        if (kind == "int" and value == 0 and field != "replicas") or (
            kind == "bool" and not value and field != "automountServiceAccountToken"
        ):
            del found[field]


def _value(kind: str, value: int | bytes) -> Any:
    if kind == "text":
        return _text(value)
    if kind == "int":
        return _signed(value)
    if kind == "bool":
        return bool(value)
    if kind == "bytes":
        return base64.b64encode(_bytes(value)).decode()
    parts = {number: item for number, _, item in _fields(_bytes(value))} if kind in _SPECIAL else {}
    return _SPECIAL[kind](parts) if kind in _SPECIAL else _message(kind, _bytes(value))


def _time(parts: dict[int, Any]) -> str | None:
    if not parts.get(1):
        return None
    moment = datetime.fromtimestamp(_signed(parts[1]), UTC) if _signed(parts[1]) > 0 else None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def _int_or_string(parts: dict[int, Any]) -> int | str:
    return _text(parts.get(3, b"")) if parts.get(1) == 1 else _signed(parts.get(2, 0))


_SPECIAL: dict[str, Callable[[dict[int, Any]], Any]] = {
    "Time": _time,
    "IntOrString": _int_or_string,
    "Quantity": lambda parts: _text(parts.get(1, b"")),
}


def _bytes(value: int | bytes) -> bytes:
    if not isinstance(value, bytes):
        raise ProtobufError("a number stands where bytes should")
    return value


def _text(value: int | bytes) -> str:
    try:
        return _bytes(value).decode()
    except UnicodeDecodeError as error:
        raise ProtobufError("a text is not UTF-8") from error


def _signed(value: int | bytes) -> int:
    if not isinstance(value, int):
        raise ProtobufError("bytes stand where a number should")
    return value - (1 << 64) if value >= 1 << 63 else value


def _varint(raw: bytes, start: int) -> tuple[int, int]:
    value, shift, place = 0, 0, start
    while place < len(raw) and shift < 70:
        byte = raw[place]
        value |= (byte & 0x7F) << shift
        place += 1
        if byte < 0x80:
            return value, place
        shift += 7
    raise ProtobufError("a number is cut off")


def _fields(raw: bytes) -> Iterator[tuple[int, int, int | bytes]]:
    """Number, wire type and value of each field."""
    place = 0
    while place < len(raw):
        tag, place = _varint(raw, place)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            value, place = _varint(raw, place)
            yield number, wire, value
        elif wire == 2:
            size, place = _varint(raw, place)
            if place + size > len(raw):
                raise ProtobufError("the body is cut off")
            yield number, wire, raw[place : place + size]
            place += size
        else:
            raise ProtobufError(f"wire type {wire} is not used by Kubernetes")
