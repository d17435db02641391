"""Label and field selectors. Pure: a text becomes a function from an object to yes or no."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pocket_openshift.vocabulary import label_syntax
from pocket_openshift.vocabulary.label_syntax import Requirement

_NAME = "metadata.name"
Matcher = Callable[[Mapping[str, Any]], bool]


# Fields that a kind's objects can be selected by, besides name and namespace.
_FIELDS = {
    "pods": (
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "spec.hostNetwork",
        "status.phase",
        "status.podIP",
        "status.podIPs",
        "status.nominatedNodeName",
    ),
    "events": (
        "involvedObject.kind",
        "involvedObject.namespace",
        "involvedObject.name",
        "involvedObject.uid",
        "involvedObject.apiVersion",
        "involvedObject.resourceVersion",
        "involvedObject.fieldPath",
        "reason",
        "reportingComponent",
        "source",
        "type",
    ),
    "namespaces": ("status.phase",),
    "nodes": ("spec.unschedulable",),
    "replicationcontrollers": ("status.replicas",),
    "secrets": ("type",),
    "services": ("spec.clusterIP", "spec.type"),
    "replicasets.apps": ("status.replicas",),
    "statefulsets.apps": ("status.successful",),
    "jobs.batch": ("status.successful",),
    "routes.route.openshift.io": ("spec.host", "spec.path", "spec.to.name"),
    "oauthaccesstokens.oauth.openshift.io": (
        "clientName",
        "userName",
        "userUID",
        "authorizeToken",
    ),
    "useroauthaccesstokens.oauth.openshift.io": (
        "clientName",
        "userName",
        "userUID",
        "authorizeToken",
    ),
    "oauthauthorizetokens.oauth.openshift.io": ("clientName", "userName", "userUID"),
    "oauthclientauthorizations.oauth.openshift.io": ("clientName", "userName", "userUID"),
    "identities.user.openshift.io": (
        "providerName",
        "providerUserName",
        "user.name",
        "user.uid",
    ),
    "imagestreams.image.openshift.io": (
        "spec.dockerImageRepository",
        "status.dockerImageRepository",
    ),
    "projects.project.openshift.io": ("status.phase",),
}
# What the server says of others, where it has a sentence of its own for the kind.
_UNKNOWN = {
    "jobs.batch": 'field label "{}" not supported for Job',
    "statefulsets.apps": "field label not supported for appsv1.StatefulSet: {}",
}


def problem_with_field(resource: str, path: str) -> str | None:
    """Why a kind's objects cannot be selected by this field, or None."""
    if path in ("metadata.name", "metadata.namespace") or path in _FIELDS.get(resource, ()):
        return None
    if resource in _UNKNOWN:
        return _UNKNOWN[resource].format(path)
    if resource in _FIELDS and "." not in resource:  # a kind of the core
        return f"field label not supported: {path}"
    known = 'only "metadata.name", "metadata.namespace"'
    return f'"{path}" is not a known field selector: {known}'


def is_met(requirement: Requirement, labels: Mapping[str, str]) -> bool:
    """Whether labels meet a condition. `notin` also holds where the label is missing."""
    value = labels.get(requirement.key)
    if requirement.op == "in":
        return value in requirement.values
    if requirement.op == "notin":
        return value not in requirement.values
    if requirement.op in ("gt", "lt"):
        number = int(next(iter(requirement.values)))
        if value is None or not re.fullmatch("[-+]?[0-9]+", value):
            return False
        return int(value) > number if requirement.op == "gt" else int(value) < number
    return (value is not None) == (requirement.op == "exists")


def parse_labels(text: str) -> tuple[Requirement, ...]:
    """`app=x,user!=b,tier in (a,b),!old` as requirements; ValueError for nonsense."""
    return label_syntax.parse(text)


def from_label_selector(selector: Mapping[str, Any] | None) -> tuple[Requirement, ...]:
    """The `matchLabels`/`matchExpressions` of a Deployment or NetworkPolicy as requirements."""
    selector = selector or {}
    pairs = [
        Requirement(key, "in", frozenset({value}))
        for key, value in (selector.get("matchLabels") or {}).items()
    ]
    operators = {"In": "in", "NotIn": "notin", "Exists": "exists", "DoesNotExist": "absent"}
    for item in selector.get("matchExpressions") or ():
        values = frozenset(item.get("values") or ())
        pairs.append(Requirement(item["key"], operators[item["operator"]], values))
    return tuple(pairs)


def matches_labels(requirements: tuple[Requirement, ...], obj: Mapping[str, Any]) -> bool:
    """Whether an object's labels meet all requirements."""
    labels = obj.get("metadata", {}).get("labels") or {}
    return all(is_met(requirement, labels) for requirement in requirements)


def field_value(obj: Mapping[str, Any], path: str) -> str:
    """The text at a dotted path; what is missing is the empty text, as in the real server."""
    value: Any = obj
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def parse_fields(text: str) -> tuple[tuple[str, bool, str], ...]:
    """`metadata.name=a,status.phase!=Failed` as (path, equal?, value); ValueError for nonsense."""
    found = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        match = re.match(r"^(?P<path>[\w.\[\]/-]+)\s*(?P<op>==|!=|=)\s*(?P<value>.*)$", part)
        if match is None:
            raise ValueError(f"invalid selector: '{text}'; can't understand '{part}'")
        found.append((match["path"], match["op"] != "!=", match["value"]))
    return tuple(found)


def only_name(fields: str) -> str | None:
    """The one name that a field selector asks for, or None when it may match several."""
    names = [value for path, equal, value in parse_fields(fields) if equal and path == _NAME]
    return names[0] if names else None


def make_matcher(labels: str, fields: str) -> Matcher | None:
    """One test for both selectors, or None when both are empty. ValueError for nonsense."""
    requirements, conditions = parse_labels(labels), parse_fields(fields)
    if not requirements and not conditions:
        return None

    def matches(obj: Mapping[str, Any]) -> bool:
        return matches_labels(requirements, obj) and all(
            (field_value(obj, path) == value) == equal for path, equal, value in conditions
        )

    return matches
