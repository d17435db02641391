"""Deployments, ReplicaSets, StatefulSets, DaemonSets, ReplicationControllers. Pure."""

from __future__ import annotations

from typing import Any

from pocket_openshift.resources.rules.validation import (
    formats,
    label_selectors,
    object_meta,
    pods,
)
from pocket_openshift.vocabulary.field_errors import (
    NOT_NEGATIVE,
    Causes,
    Object,
    each_invalid,
    forbidden,
    invalid,
    not_negative,
    not_supported,
    part,
    required,
    unchanged,
)

_SET_FIXED = (
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
    "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
    "'minReadySeconds' are forbidden"
)
_SET_CHANGES = (
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
)


def int_or_percent(value: Any, place: str) -> Causes:
    """A number that is not negative, or a percentage."""
    if isinstance(value, str):
        yield from each_invalid(place, value, formats.percent(value))
    elif value is not None and value < 0:
        yield invalid(place, value, NOT_NEGATIVE)


def amount_of(value: Any) -> int:
    """The number in `3` or `25%`; 0 for what is none."""
    if isinstance(value, str):
        return int(value[:-1]) if not formats.percent(value) else 0
    return value or 0


def at_most_all(value: Any, place: str) -> Causes:
    """Not more than 100 %."""
    if isinstance(value, str) and amount_of(value) > 100:
        yield invalid(place, value, "must not be greater than 100%")


def _selector(spec: Object, word: str, *, needed: bool = True) -> Causes:
    selector = spec.get("selector")
    if selector is None:
        if needed:
            yield required("spec.selector")
        return
    yield from label_selectors.form(selector, "spec.selector")
    if label_selectors.is_empty(selector):
        yield invalid("spec.selector", selector, f"empty selector is invalid for {word}")


def _labels(spec: Object, selector: Object | None) -> Causes:
    """The template's labels must meet the selector."""
    labels = part(part(spec, "template"), "metadata").get("labels")
    if not label_selectors.is_met(selector, labels or {}):
        yield invalid("spec.template.metadata.labels", labels, label_selectors.MISMATCH)


def _restart(spec: Object, word: str) -> Causes:
    """Pods of these run until they are taken away."""
    found = part(part(spec, "template"), "spec")
    policy = found.get("restartPolicy", "Always")
    if policy != "Always":
        yield not_supported("spec.template.spec.restartPolicy", policy, ("Always",))
    if found.get("activeDeadlineSeconds") is not None:
        why = f"activeDeadlineSeconds in {word} is not Supported"
        yield forbidden("spec.template.spec.activeDeadlineSeconds", why)


def _deployment(spec: Object) -> Causes:
    yield from not_negative(spec, "replicas", "spec")
    yield from _selector(spec, "deployment")
    yield from _labels(spec, spec.get("selector"))
    yield from pods.template(part(spec, "template"), "spec.template")
    yield from _restart(spec, "ReplicaSet")
    yield from _strategy(part(spec, "strategy"))
    for name in ("minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"):
        yield from not_negative(spec, name, "spec")
    deadline = spec.get("progressDeadlineSeconds")
    if deadline is not None and deadline <= spec.get("minReadySeconds", 0):
        why = "must be greater than minReadySeconds"
        yield invalid("spec.progressDeadlineSeconds", deadline, why)


def _strategy(strategy: Object) -> Causes:
    kind, rolling = strategy.get("type", "RollingUpdate"), strategy.get("rollingUpdate")
    where = "spec.strategy.rollingUpdate"
    if kind == "Recreate":
        if rolling is not None:
            why = "may not be specified when strategy `type` is 'Recreate'"
            yield forbidden(where, why)
    elif kind == "RollingUpdate":
        yield from _rolling(rolling or {}, where)
    else:
        shown = {"Type": kind, "RollingUpdate": rolling}
        yield not_supported("spec.strategy", shown, ("Recreate", "RollingUpdate"))


def _rolling(rolling: Object, place: str) -> Causes:
    away, more = rolling.get("maxUnavailable", "25%"), rolling.get("maxSurge", "25%")
    yield from int_or_percent(away, f"{place}.maxUnavailable")
    yield from int_or_percent(more, f"{place}.maxSurge")
    if amount_of(away) == 0 and amount_of(more) == 0:
        yield invalid(f"{place}.maxUnavailable", away, "may not be 0 when `maxSurge` is 0")
    yield from at_most_all(away, f"{place}.maxUnavailable")


def deployment(obj: Object) -> Causes:
    """A Deployment."""
    yield from object_meta.of_new(obj, formats.dns_subdomain)
    yield from _deployment(part(obj, "spec"))


def deployment_change(new: Object, old: Object) -> Causes:
    """A change of a Deployment: its selector stays."""
    yield from object_meta.of_change(new, old)
    yield from _deployment(part(new, "spec"))
    yield from _same_selector(new, old)


def _same_selector(new: Object, old: Object) -> Causes:
    after, before = part(new, "spec").get("selector"), part(old, "spec").get("selector")
    yield from unchanged("spec.selector", after, before)


def _replica_set(spec: Object) -> Causes:
    for name in ("replicas", "minReadySeconds"):
        yield from not_negative(spec, name, "spec")
    yield from _selector(spec, "deployment")
    yield from _labels(spec, spec.get("selector"))
    yield from pods.template(part(spec, "template"), "spec.template")
    yield from _restart(spec, "ReplicaSet")


def replica_set(obj: Object) -> Causes:
    """A ReplicaSet."""
    yield from object_meta.of_new(obj, formats.dns_subdomain)
    yield from _replica_set(part(obj, "spec"))


def replica_set_change(new: Object, old: Object) -> Causes:
    """A change of a ReplicaSet: its selector stays."""
    yield from object_meta.of_change(new, old)
    yield from _replica_set(part(new, "spec"))
    yield from _same_selector(new, old)


def _controller(spec: Object) -> Causes:
    yield from not_negative(spec, "minReadySeconds", "spec")
    selector = spec.get("selector")
    if not selector:
        yield required("spec.selector")
    yield from not_negative(spec, "replicas", "spec")
    if spec.get("template") is None:
        yield required("spec.template")
        return
    if selector:
        yield from _labels(spec, {"matchLabels": selector})
    yield from pods.template(part(spec, "template"), "spec.template")
    yield from _restart(spec, "ReplicationController")


def replication_controller(obj: Object) -> Causes:
    """A ReplicationController."""
    yield from object_meta.of_new(obj, formats.dns_subdomain)
    yield from _controller(part(obj, "spec"))


def replication_controller_change(new: Object, old: Object) -> Causes:
    """A change of a ReplicationController."""
    yield from object_meta.of_change(new, old)
    yield from _controller(part(new, "spec"))


def _stateful_set(spec: Object) -> Causes:
    policy = spec.get("podManagementPolicy", "OrderedReady")
    if policy not in ("OrderedReady", "Parallel"):
        why = "must be 'OrderedReady' or 'Parallel'"
        yield invalid("spec.podManagementPolicy", policy, why)
    yield from _set_strategy(part(spec, "updateStrategy"))
    retention = part(spec, "persistentVolumeClaimRetentionPolicy")
    for name in ("whenDeleted", "whenScaled"):
        if retention.get(name, "Retain") not in ("Retain", "Delete"):
            field = f"spec.persistentVolumeClaimRetentionPolicy.{name}"
            yield not_supported(field, retention[name], ("Retain", "Delete"))
    for name in ("replicas", "minReadySeconds"):
        yield from not_negative(spec, name, "spec")
    yield from _selector(spec, "statefulset")
    yield from _labels(spec, spec.get("selector"))
    meta = part(part(spec, "template"), "metadata")
    yield from object_meta.of_labels(part(meta, "labels"), "spec.template.labels")
    yield from object_meta.of_annotations(part(meta, "annotations"), "spec.template.annotations")
    yield from _restart(spec, "StatefulSet")


def _set_strategy(strategy: Object) -> Causes:
    kind, rolling = strategy.get("type", "RollingUpdate"), strategy.get("rollingUpdate")
    where = "spec.updateStrategy"
    if kind == "OnDelete":
        if rolling is not None:
            why = "only allowed for updateStrategy 'RollingUpdate'"
            yield invalid(f"{where}.rollingUpdate", rolling, why)
    elif kind == "RollingUpdate":
        yield from not_negative(rolling or {}, "partition", f"{where}.rollingUpdate")
    else:
        shown = {"Type": kind, "RollingUpdate": rolling}
        yield invalid(where, shown, "must be 'RollingUpdate' or 'OnDelete'")


def stateful_set(obj: Object) -> Causes:
    """A StatefulSet. The server does not look at its pods before it makes them."""
    yield from object_meta.of_new(obj, formats.dns_label)
    yield from _stateful_set(part(obj, "spec"))


def stateful_set_change(new: Object, old: Object) -> Causes:
    """A change of a StatefulSet: little may change."""
    yield from object_meta.of_change(new, old)
    yield from _stateful_set(part(new, "spec"))
    fixed = [
        {name: value for name, value in part(each, "spec").items() if name not in _SET_CHANGES}
        for each in (new, old)
    ]
    if fixed[0] != fixed[1]:
        yield forbidden("spec", _SET_FIXED)


def _daemon_set(spec: Object) -> Causes:
    selector = spec.get("selector")
    yield from label_selectors.form(selector, "spec.selector")
    yield from _labels(spec, selector)
    if selector is not None and label_selectors.is_empty(selector):
        yield invalid("spec.selector", selector, "empty selector is invalid for daemonset")
    yield from pods.template(part(spec, "template"), "spec.template")
    yield from _restart(spec, "DaemonSet")
    yield from not_negative(spec, "minReadySeconds", "spec")
    yield from _daemon_strategy(part(spec, "updateStrategy"))
    yield from not_negative(spec, "revisionHistoryLimit", "spec")


def _daemon_strategy(strategy: Object) -> Causes:
    kind, where = strategy.get("type", "RollingUpdate"), "spec.updateStrategy"
    if kind == "OnDelete":
        return
    if kind != "RollingUpdate":
        shown = {"Type": kind, "RollingUpdate": strategy.get("rollingUpdate")}
        yield not_supported(where, shown, ("RollingUpdate", "OnDelete"))
        return
    rolling = part(strategy, "rollingUpdate")
    away, more = rolling.get("maxUnavailable", 1), rolling.get("maxSurge", 0)
    for name, value in (("maxUnavailable", away), ("maxSurge", more)):
        yield from int_or_percent(value, f"{where}.rollingUpdate.{name}")
    for name, value in (("maxUnavailable", away), ("maxSurge", more)):
        yield from at_most_all(value, f"{where}.rollingUpdate.{name}")
    if amount_of(away) and amount_of(more):
        why = "may not be set when maxUnavailable is non-zero"
        yield invalid(f"{where}.rollingUpdate.maxSurge", more, why)
    elif not amount_of(away) and not amount_of(more):
        why = "cannot be 0 when maxSurge is 0"
        yield required(f"{where}.rollingUpdate.maxUnavailable", why)


def daemon_set(obj: Object) -> Causes:
    """A DaemonSet."""
    yield from object_meta.of_new(obj, formats.dns_subdomain)
    yield from _daemon_set(part(obj, "spec"))


def daemon_set_change(new: Object, old: Object) -> Causes:
    """A change of a DaemonSet: its selector stays."""
    yield from object_meta.of_change(new, old)
    yield from _daemon_set(part(new, "spec"))
    yield from _same_selector(new, old)


def pod_template(obj: Object) -> Causes:
    """A PodTemplate."""
    yield from object_meta.of_new(obj, formats.dns_subdomain)
    yield from pods.template(part(obj, "template"), "template")


def pod_template_change(new: Object, old: Object) -> Causes:
    """A change of a PodTemplate."""
    yield from object_meta.of_change(new, old)
    yield from pods.template(part(new, "template"), "template")
