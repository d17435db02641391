"""Jobs and CronJobs. Pure."""

from __future__ import annotations

import re
import zoneinfo
from functools import cache

from pocket_openshift.resources.rules.validation import (
    formats,
    label_selectors,
    object_meta,
    pods,
    schedules,
)
from pocket_openshift.vocabulary.field_errors import (
    NIL,
    Causes,
    Object,
    invalid,
    not_negative,
    not_supported,
    one_of,
    part,
    required,
)

_AT_LEAST_NONE = (
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
    "backoffLimitPerIndex",
    "maxFailedIndexes",
)
_FIXED = (
    "completionMode",
    "podFailurePolicy",
    "backoffLimitPerIndex",
    "managedBy",
    "successPolicy",
)
_POLICIES = ("Allow", "Forbid", "Replace")
# The controller adds eleven characters to a CronJob's name for a Job's.
_CRON_NAME = 52


def job(obj: Object) -> Causes:
    """A Job."""
    yield from object_meta.of_new(obj, formats.dns_subdomain)
    spec = part(obj, "spec")
    if spec.get("selector") is not None and not spec.get("manualSelector"):
        yield invalid("spec.selector", spec["selector"], "`selector` not auto-generated")
    yield from _spec(spec, "spec")
    yield from _manual(spec)
    if spec.get("completionMode") == "Indexed" and spec.get("completions", 0) > 0:
        name = obj["metadata"].get("name", "")
        last = f"{name}-{spec['completions'] - 1}"
        if formats.dns_label(last):
            why = f"will not able to create pod with invalid DNS label: {last}"
            yield invalid("metadata.name", name, why)


def _manual(spec: Object) -> Causes:
    """A selector of one's own; others are made by the server and always fit."""
    if not spec.get("manualSelector"):
        return
    if spec.get("selector") is None:
        yield required("spec.selector")
    yield from label_selectors.form(spec.get("selector"), "spec.selector")
    labels = part(part(spec, "template"), "metadata").get("labels")
    if not label_selectors.is_met(spec.get("selector"), labels or {}):
        yield invalid("spec.template.metadata.labels", labels, label_selectors.MISMATCH)


def _spec(spec: Object, place: str) -> Causes:
    for name in _AT_LEAST_NONE:
        yield from not_negative(spec, name, place)
    if spec.get("maxFailedIndexes") is not None and spec.get("backoffLimitPerIndex") is None:
        yield required(f"{place}.backoffLimitPerIndex", "when maxFailedIndexes is specified")
    yield from _completion(spec, place)
    yield from one_of(spec, "podReplacementPolicy", place, ("Failed", "TerminatingOrFailed"))
    yield from pods.template(part(spec, "template"), f"{place}.template")
    yield from _restart(spec, f"{place}.template.spec.restartPolicy")


def _completion(spec: Object, place: str) -> Causes:
    mode = spec.get("completionMode", "NonIndexed")
    if mode not in ("NonIndexed", "Indexed"):
        yield not_supported(f"{place}.completionMode", mode, ("NonIndexed", "Indexed"))
    if mode == "Indexed" and spec.get("completions") is None:
        yield required(f"{place}.completions", "when completion mode is Indexed")
    if mode == "Indexed" and spec.get("parallelism", 0) > 100_000:
        why = "must be less than or equal to 100000 when completion mode is Indexed"
        yield invalid(f"{place}.parallelism", spec["parallelism"], why)
    if mode == "NonIndexed":
        for name in ("backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"):
            if spec.get(name) is not None:
                yield invalid(f"{place}.{name}", spec[name], "requires indexed completion mode")


def _restart(spec: Object, place: str) -> Causes:
    policy = part(part(spec, "template"), "spec").get("restartPolicy", "Always")
    if policy == "Always":
        yield required(place, 'valid values: "OnFailure", "Never"')
    elif policy not in ("OnFailure", "Never"):
        yield not_supported(place, policy, ("OnFailure", "Never"))
    elif spec.get("podFailurePolicy") is not None and policy != "Never":
        why = 'only "Never" is supported when podFailurePolicy is specified'
        yield invalid(place, policy, why)


def job_change(new: Object, old: Object) -> Causes:
    """A change of a Job: how much is done at once, and little else."""
    yield from job(new)
    yield from object_meta.of_change(new, old)
    after, before = part(new, "spec"), part(old, "spec")
    yield from _spec(after, "spec")
    yield from _manual(after)
    indexed = after.get("completionMode") == "Indexed"
    fixed = () if indexed else ("completions",)
    yield from object_meta.same_parts(after, before, (*fixed, "selector"), "spec")
    if indexed and after.get("completions") not in (
        before.get("completions"),
        after.get("parallelism"),
        None,
    ):
        why = "can only be modified in tandem with spec.parallelism"
        yield invalid("spec.completions", after.get("completions", NIL), why)
    yield from object_meta.same_parts(after, before, ("template", *_FIXED), "spec")


def cron_job(obj: Object) -> Causes:
    """A CronJob."""
    yield from object_meta.of_new(obj, formats.dns_subdomain)
    yield from _cron(part(obj, "spec"), None)
    name = obj["metadata"].get("name", "")
    if len(name) > _CRON_NAME:
        yield invalid("metadata.name", name, f"must be no more than {_CRON_NAME} characters")


def cron_job_change(new: Object, old: Object) -> Causes:
    """A change of a CronJob."""
    yield from object_meta.of_change(new, old)
    yield from _cron(part(new, "spec"), part(old, "spec"))


def _cron(spec: Object, before: Object | None) -> Causes:
    schedule = spec.get("schedule", "")
    if schedule:
        yield from _schedule(schedule)
    else:
        yield required("spec.schedule")
    yield from not_negative(spec, "startingDeadlineSeconds", "spec")
    if before is None or before.get("timeZone") != spec.get("timeZone"):
        yield from _zone(spec.get("timeZone"))
    yield from one_of(spec, "concurrencyPolicy", "spec", _POLICIES)
    inner = part(part(spec, "jobTemplate"), "spec")
    yield from _spec(inner, "spec.jobTemplate.spec")
    if inner.get("selector") is not None:
        why = "`selector` will be auto-generated"
        yield invalid("spec.jobTemplate.spec.selector", inner["selector"], why)
    if inner.get("manualSelector"):
        yield not_supported("spec.jobTemplate.spec.manualSelector", True, ("nil", "false"))
    for name in ("successfulJobsHistoryLimit", "failedJobsHistoryLimit"):
        yield from not_negative(spec, name, "spec")


def _schedule(text: str) -> Causes:
    wrong = schedules.problem_with_schedule(text)
    if wrong:
        yield invalid("spec.schedule", text, wrong)
    if "TZ" in text:
        why = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
        yield invalid("spec.schedule", text, why)


def _zone(zone: str | None) -> Causes:
    if zone is None:
        return
    if not zone:
        yield invalid("spec.timeZone", zone, "timeZone must be nil or non-empty string")
    elif any(
        part_ in (".", "..") or not re.fullmatch(r"(?!-)[A-Za-z.\-_0-9+]{1,14}", part_)
        for part_ in zone.split("/")
    ):
        yield invalid("spec.timeZone", zone, f"unknown time zone {zone}")
    elif zone.lower() == "local":
        why = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"
        yield invalid("spec.timeZone", zone, why)
    elif _zones() and zone not in _zones():
        yield invalid("spec.timeZone", zone, f"unknown time zone {zone}")


@cache
def _zones() -> frozenset[str]:
    """The zones that this machine knows; any will do where it knows none."""
    return frozenset(zoneinfo.available_timezones())
