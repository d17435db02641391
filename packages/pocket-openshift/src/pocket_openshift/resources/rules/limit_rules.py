"""Limit ranges: the defaults they give to containers, and what they forbid. Pure.

`resources/limits` applies them to pods and claims; the sentences are the real server's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pocket_openshift.resources.rules import pod_rules
from workshop_kube.rules import quantities

ANNOTATION = "kubernetes.io/limit-ranger"
Resources = Mapping[str, Any]


def fill_item(item: dict[str, Any]) -> None:
    """A limit range's own defaults.

    `default` is from `max`, `defaultRequest` from `default`, then `min`.
    """
    if item.get("type") != "Container":
        return
    limits = {**(item.get("max") or {}), **(item.get("default") or {})}
    requests = {**(item.get("min") or {}), **limits, **(item.get("defaultRequest") or {})}
    if limits:
        item["default"] = limits
    if requests:
        item["defaultRequest"] = requests


def fill_pod(pod: dict[str, Any], ranges: Iterable[Mapping[str, Any]]) -> None:
    """Give a pod's containers the defaults of the limit ranges, and say so in the annotation."""
    limits: dict[str, Any] = {}
    requests: dict[str, Any] = {}
    for one in ranges:
        for item in one.get("spec", {}).get("limits") or ():
            if item.get("type") == "Container":
                limits.update(item.get("default") or {})
                requests.update(item.get("defaultRequest") or {})
    spec, said = pod["spec"], []
    for word, field in (("container", "containers"), ("init container", "initContainers")):
        for container in spec.get(field) or ():
            said += _fill_container(word, container, requests, limits)
    if said:
        metadata = pod["metadata"]
        text = "LimitRanger plugin set: " + "; ".join(said)
        metadata["annotations"] = {**(metadata.get("annotations") or {}), ANNOTATION: text}


def _fill_container(
    word: str, container: dict, requests: Resources, limits: Resources
) -> list[str]:
    said = []
    resources = container["resources"] = container.get("resources") or {}
    for field, defaults, noun in (("requests", requests, "request"), ("limits", limits, "limit")):
        have = resources.get(field) or {}
        added = {name: value for name, value in defaults.items() if name not in have}
        if added:
            resources[field] = {**have, **added}
            said.append(f"{', '.join(sorted(added))} {noun} for {word} {container.get('name', '')}")
    return said


def _problem_with_minimum(
    name: str, kind: str, least: Any, requests: Resources, limits: Resources
) -> str | None:
    text = f"minimum {name} usage per {kind} is {least}"
    request, limit = requests.get(name), limits.get(name)
    if request is None:
        return f"{text}.  No request is specified"
    if quantities.parse(request) < quantities.parse(least):
        return f"{text}, but request is {request}"
    if limit is not None and quantities.parse(limit) < quantities.parse(least):
        return f"{text}, but limit is {limit}"
    return None


def _problem_with_maximum(
    name: str, kind: str, most: Any, requests: Resources, limits: Resources
) -> str | None:
    text = f"maximum {name} usage per {kind} is {most}"
    request, limit = requests.get(name), limits.get(name)
    if limit is None:
        return f"{text}.  No limit is specified"
    if quantities.parse(limit) > quantities.parse(most):
        return f"{text}, but limit is {limit}"
    if request is not None and quantities.parse(request) > quantities.parse(most):
        return f"{text}, but request is {request}"
    return None


def _problem_with_ratio(
    name: str, kind: str, ratio: Any, requests: Resources, limits: Resources
) -> str | None:
    text = f"{name} max limit to request ratio per {kind} is {ratio}"
    request = quantities.parse(requests.get(name, 0))
    if not request:
        return f"{text}, but no request is specified or request is 0"
    if name not in limits:
        return f"{text}, but no limit is specified or limit is 0"
    observed = quantities.parse(limits[name]) / request
    if observed > quantities.parse(ratio):
        return f"{text}, but provided ratio is {float(observed):f}"
    return None


def _find_problems(item: Mapping[str, Any], requests: Resources, limits: Resources) -> list[str]:
    kind = str(item["type"])
    found = [
        *(_problem_with_minimum(n, kind, v, requests, limits) for n, v in _sorted(item, "min")),
        *(_problem_with_maximum(n, kind, v, requests, limits) for n, v in _sorted(item, "max")),
        *(
            _problem_with_ratio(n, kind, v, requests, limits)
            for n, v in _sorted(item, "maxLimitRequestRatio")
        ),
    ]
    return [sentence for sentence in found if sentence]


def _sorted(item: Mapping[str, Any], field: str) -> list[tuple[str, Any]]:
    return sorted((item.get(field) or {}).items())


def find_pod_problems(pod: Mapping[str, Any], ranges: Iterable[Mapping[str, Any]]) -> list[str]:
    """What the limit ranges forbid about a pod; empty when nothing."""
    found: list[str] = []
    for one in ranges:
        for item in one.get("spec", {}).get("limits") or ():
            if item.get("type") == "Container":
                for container in pod_rules.containers(pod["spec"]):
                    found += _find_problems(item, *_asked(container))
            elif item.get("type") == "Pod":
                found += _find_problems(item, *pod_total(pod["spec"]))
    return found


def find_claim_problems(claim: Mapping[str, Any], ranges: Iterable[Mapping[str, Any]]) -> list[str]:
    """What the limit ranges forbid about a claim for storage."""
    requests = claim.get("spec", {}).get("resources", {}).get("requests") or {}
    found: list[str] = []
    for one in ranges:
        for item in one.get("spec", {}).get("limits") or ():
            if item.get("type") == "PersistentVolumeClaim":
                sentences = _find_problems(item, requests, requests)
                found += [s.replace("but limit is", "but request is") for s in sentences]
    return found


def _asked(container: Mapping[str, Any]) -> tuple[Resources, Resources]:
    resources = container.get("resources") or {}
    return resources.get("requests") or {}, resources.get("limits") or {}


def pod_total(spec: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """A pod's requests and limits: the sum of its containers, or its largest init container."""
    return _total(spec, "requests"), _total(spec, "limits")


def _total(spec: Mapping[str, Any], field: str) -> dict[str, str]:
    together = [(c.get("resources") or {}).get(field) or {} for c in spec.get("containers") or ()]
    alone = [(c.get("resources") or {}).get(field) or {} for c in spec.get("initContainers") or ()]
    names = {name for part in [*together, *alone] for name in part}
    return {name: _amount(name, together, alone) for name in names}


def _amount(name: str, together: Sequence[Resources], alone: Sequence[Resources]) -> str:
    values = [part[name] for part in [*together, *alone] if name in part]
    running = sum((quantities.parse(p[name]) for p in together if name in p), Decimal(0))
    starting = max((quantities.parse(p[name]) for p in alone if name in p), default=Decimal(0))
    return quantities.render(max(running, starting), binary=any(map(quantities.is_binary, values)))
