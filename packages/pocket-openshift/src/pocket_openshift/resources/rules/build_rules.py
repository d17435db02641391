"""Builds of a BuildConfig: when one begins, what it looks like, and how it ends here."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

Object = dict[str, Any]
STRATEGIES = ("customStrategy", "dockerStrategy", "jenkinsPipelineStrategy", "sourceStrategy")
CONFIG, NUMBER = "openshift.io/build-config.name", "openshift.io/build.number"
REASON = "CannotCreateBuildPod"
_OF_A_BUILD = (
    *("source", "revision", "strategy", "output", "resources", "postCommit"),
    *("completionDeadlineSeconds", "nodeSelector", "serviceAccount"),
)
_CAUSES = {"ConfigChange": "Build configuration change", "ImageChange": "Image change"}


def fill_config(config: Object) -> None:
    """Give a BuildConfig what it leaves out, as the real server does."""
    spec = config.setdefault("spec", {})
    spec.setdefault("runPolicy", "Serial")
    spec.setdefault("triggers", [])
    spec.setdefault("successfulBuildsHistoryLimit", 5)
    spec.setdefault("failedBuildsHistoryLimit", 5)
    config.setdefault("status", {}).setdefault("lastVersion", 0)


def problem_with_strategy(spec: Mapping[str, Any]) -> str | None:
    """Why a build, or its config, cannot be run by one strategy."""
    strategy = spec.get("strategy") or {}
    if sum(strategy.get(name) is not None for name in STRATEGIES) == 1:
        return None
    return (
        "Invalid value: must provide a value for exactly one of sourceStrategy, customStrategy, "
        "dockerStrategy, or jenkinsPipelineStrategy"
    )


def find_first_cause(config: Mapping[str, Any]) -> str:
    """Why a new BuildConfig builds at once; "" if nothing of it triggers that."""
    kinds = {trigger.get("type") for trigger in config["spec"].get("triggers") or ()}
    return next((text for kind, text in _CAUSES.items() if kind in kinds), "")


def make_build(config: Mapping[str, Any], cause: str) -> Object:
    """The next build of a config, with its number and its owner."""
    metadata, spec = config["metadata"], config["spec"]
    number = config["status"]["lastVersion"] + 1
    owner = {
        "apiVersion": "build.openshift.io/v1",
        "kind": "BuildConfig",
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
    }
    labels = {"buildconfig": metadata["name"], CONFIG: metadata["name"]}
    labels["openshift.io/build.start-policy"] = spec["runPolicy"]
    kept = {name: copy.deepcopy(spec[name]) for name in _OF_A_BUILD if spec.get(name)}
    reference = {"kind": "BuildConfig", "namespace": metadata["namespace"]}
    return {
        "metadata": {
            "name": f"{metadata['name']}-{number}",
            "namespace": metadata["namespace"],
            "labels": {**(metadata.get("labels") or {}), **labels},
            "annotations": {CONFIG: metadata["name"], NUMBER: str(number)},
            "ownerReferences": [owner],
        },
        "spec": {**kept, "triggeredBy": [{"message": cause}]},
        "status": {"phase": "New", "config": {**reference, "name": metadata["name"]}},
    }


def explain_failure(build: Mapping[str, Any]) -> str:
    """What keeps a build from running, and what to do about it."""
    target = ((build.get("spec") or {}).get("output") or {}).get("to") or {}
    output = f", and name it in the {target['kind']} {target['name']}" if target.get("name") else ""
    return (
        "pocket-openshift builds no images: build this one elsewhere, push it to a "
        f"registry{output}"
    )


def make_failed_status(build: Mapping[str, Any], now: str) -> Object:
    """The status of a build that has failed before it began."""
    message = explain_failure(build)
    failed = {"type": "Failed", "status": "True", "reason": REASON, "message": message}
    moments = {"lastTransitionTime": now, "lastUpdateTime": now}
    return {
        **(build.get("status") or {}),
        "phase": "Failed",
        "reason": REASON,
        "message": message,
        "startTimestamp": now,
        "completionTimestamp": now,
        "conditions": [
            {"type": "New", "status": "False", **moments},
            {**failed, **moments},
        ],
    }
