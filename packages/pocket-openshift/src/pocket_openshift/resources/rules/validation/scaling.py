"""PodDisruptionBudgets and HorizontalPodAutoscalers. Pure."""

from __future__ import annotations

from pocket_openshift.resources.rules.validation import (
    amounts,
    formats,
    label_selectors,
    object_meta,
    workloads,
)
from pocket_openshift.vocabulary.field_errors import (
    NOT_POSITIVE,
    Causes,
    Object,
    each_invalid,
    forbidden,
    invalid,
    items,
    not_supported,
    one_of,
    part,
    required,
)
from workshop_kube.rules import quantities

_METRICS = {
    "ContainerResource": "containerResource",
    "External": "external",
    "Object": "object",
    "Pods": "pods",
    "Resource": "resource",
}
_ONLY_ONE = "must populate the given metric source only"
_EVICTIONS = ("AlwaysAllow", "IfHealthyBudget")
_LONGEST_WINDOW, _LONGEST_PERIOD = 3600, 1800


def budget(obj: Object) -> Causes:
    """A PodDisruptionBudget. Its name may be any that fits into a URL."""
    spec = part(obj, "spec")
    yield from _budget(spec)


def budget_change(new: Object, old: Object) -> Causes:
    """A change of a PodDisruptionBudget."""
    return budget(new)


def _budget(spec: Object) -> Causes:
    least, most = spec.get("minAvailable"), spec.get("maxUnavailable")
    if least is not None and most is not None:
        shown = {
            "MinAvailable": least,
            "Selector": spec.get("selector"),
            "MaxUnavailable": most,
            "UnhealthyPodEvictionPolicy": spec.get("unhealthyPodEvictionPolicy"),
        }
        yield invalid("spec", shown, "minAvailable and maxUnavailable cannot be both set")
    for name, value in (("minAvailable", least), ("maxUnavailable", most)):
        yield from workloads.int_or_percent(value, f"spec.{name}")
        yield from workloads.at_most_all(value, f"spec.{name}")
    yield from label_selectors.form(spec.get("selector"), "spec.selector")
    yield from one_of(spec, "unhealthyPodEvictionPolicy", "spec", _EVICTIONS)


def autoscaler(obj: Object) -> Causes:
    """A HorizontalPodAutoscaler."""
    yield from object_meta.of_new(obj, formats.dns_subdomain)
    yield from _scaler(part(obj, "spec"))


def autoscaler_change(new: Object, old: Object) -> Causes:
    """A change of a HorizontalPodAutoscaler."""
    yield from object_meta.of_change(new, old)
    yield from _scaler(part(new, "spec"))


def _scaler(spec: Object) -> Causes:
    least, most = spec.get("minReplicas", 1), spec.get("maxReplicas", 0)
    if least < 1:
        yield invalid("spec.minReplicas", least, "must be greater than or equal to 1")
    if most < 1:
        yield invalid("spec.maxReplicas", most, "must be greater than 0")
    if most < least:
        why = "must be greater than or equal to `minReplicas`"
        yield invalid("spec.maxReplicas", most, why)
    yield from _reference(part(spec, "scaleTargetRef"), "spec.scaleTargetRef")
    for where, metric in items(spec, "metrics", "spec"):
        yield from _metric(metric, where)
    behavior = part(spec, "behavior")
    for name in ("scaleUp", "scaleDown"):
        if behavior.get(name) is not None:
            yield from _rules(behavior[name], f"spec.behavior.{name}")


def _reference(ref: Object, place: str) -> Causes:
    for name in ("kind", "name"):
        value = ref.get(name, "")
        if value:
            yield from each_invalid(f"{place}.{name}", value, formats.path_segment(value))
        else:
            yield required(f"{place}.{name}")


def _metric(metric: Object, place: str) -> Causes:
    kind = metric.get("type", "")
    if not kind:
        yield required(f"{place}.type", "must specify a metric source type")
    if kind not in _METRICS:
        yield not_supported(f"{place}.type", kind, sorted(_METRICS))
    given = [name for name in _METRICS.values() if metric.get(name) is not None]
    if len(given) == 1 and given[0] in ("resource", "containerResource"):
        yield from _resource(metric[given[0]], f"{place}.{given[0]}")
    wanted = _METRICS.get(kind)
    if wanted is None:
        yield not_supported(f"{place}.type", kind, sorted(_METRICS))
    elif wanted not in given:
        why = "must populate information for the given metric source"
        yield required(f"{place}.{wanted}", why)
    if len(given) != 1:
        for name in sorted({*given} - {wanted}):
            yield forbidden(f"{place}.{name}", _ONLY_ONE)


def _resource(source: Object, place: str) -> Causes:
    name, target = source.get("name", ""), part(source, "target")
    if name:
        yield from amounts.container_name(name, f"{place}.name")
    else:
        yield required(f"{place}.name", "must specify a resource name")
    where = f"{place}.target"
    yield from _target(target, where)
    share, amount = target.get("averageUtilization"), target.get("averageValue")
    if share is None and amount is None:
        why = "must set either a target raw value or a target utilization"
        yield required(f"{where}.averageUtilization", why)
    if share is not None and amount is not None:
        why = "may not set both a target raw value and a target utilization"
        yield forbidden(f"{where}.averageValue", why)


def _target(target: Object, place: str) -> Causes:
    kind, known = target.get("type", ""), ("AverageValue", "Utilization", "Value")
    if not kind:
        yield required(f"{place}.type", "must specify a metric target type")
    elif kind not in known:
        text = f"must be either {', '.join(known[1:])}, or {known[0]}"
        yield invalid(f"{place}.type", kind, text)
    for name in ("value", "averageValue"):
        amount = target.get(name)
        if amount is not None and quantities.parse(amount) <= 0:
            yield invalid(f"{place}.{name}", amount, "must be positive")
    share = target.get("averageUtilization")
    if share is not None and share < 1:
        yield invalid(f"{place}.averageUtilization", share, "must be greater than 0")


def _rules(rules: Object, place: str) -> Causes:
    window = rules.get("stabilizationWindowSeconds", 0)
    where = f"{place}.stabilizationWindowSeconds"
    if window < 0:
        yield invalid(where, window, "must be greater than or equal to zero")
    if window > _LONGEST_WINDOW:
        yield invalid(where, window, f"must be less than or equal to {_LONGEST_WINDOW}")
    yield from one_of(rules, "selectPolicy", place, ("Disabled", "Max", "Min"))
    for one, policy in items(rules, "policies", place):
        kind = policy.get("type", "")
        if kind not in ("Percent", "Pods"):
            yield not_supported(f"{one}.type", kind, ("Percent", "Pods"))
        for name in ("value", "periodSeconds"):
            if policy.get(name, 0) <= 0:
                yield invalid(f"{one}.{name}", policy.get(name, 0), NOT_POSITIVE)
        if policy.get("periodSeconds", 0) > _LONGEST_PERIOD:
            why = f"must be less than or equal to {_LONGEST_PERIOD}"
            yield invalid(f"{one}.periodSeconds", policy["periodSeconds"], why)
