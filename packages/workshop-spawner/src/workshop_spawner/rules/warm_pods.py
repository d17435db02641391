"""Pods that run ahead of their visitors: how they are made, and what each one's state means.

Such a pod is what KubeSpawner and the administrator's settings make of a session, but for the
variables of whoever comes: those are handed over. A visitor may have it if their own pod would have
been the same, to the letter.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from workshop_kube import labels
from workshop_launch import settings as launch
from workshop_spawner.manifests import accounts
from workshop_spawner.model.session import Hub, Session
from workshop_spawner.rules import pod_state, pool_rules

KEY_FOLDER, KEY_FILE = "/run/workshop-launch", "key"
KEY_VOLUME = "workshop-launch"
API_TOKEN = "JUPYTERHUB_API_TOKEN"  # noqa: S105 - the name of a variable
# Variables that may be handed over wherever they come from: JupyterHub's, KubeSpawner's, ours.
NAMES = (
    "JUPYTERHUB_*",
    *("JUPYTER_IMAGE", "JUPYTER_IMAGE_SPEC", "MEM_LIMIT", "MEM_GUARANTEE"),
    *("CPU_LIMIT", "CPU_GUARANTEE", "WORKSHOP_NAME", "WORKSHOP_FILE", "PROJECT_NAMESPACE"),
    *("SPAWNER_NAMESPACE", "SPAWNER_APPLICATION", "CLUSTER_SUBDOMAIN", "CONFIGURATION_TYPE"),
    *("DEPLOYMENT_TYPE", "CONSOLE_URL", "RESTART_URL", "DOWNLOAD_URL", "SERVICE_ACCOUNT_DIR"),
)
# Labels and annotations that say whose a pod is, see session_labels.py and KubeSpawner.
_OWN = (labels.APP, labels.CLASS, labels.USER, labels.SPAWNER)
_OWN_PREFIXES = ("hub.jupyter.org/", "workshop.jupyter.org/", "spawner/")
# What a server that starts slowly may be silent for after the hand-over, in seconds, until its pod
# counts as not ready; nobody but Services looks at that.
_PROBE = {"periodSeconds": 1, "failureThreshold": 60}


# Until pods are made again after some have failed: at first, and at most.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=5)


Templates = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Launch:
    """How a pod waits: the launcher's command, the port, the names, and for how many seconds."""

    command: tuple[str, ...] = ("workshop-launch",)
    port: int = 8888
    names: tuple[str, ...] = ()
    seconds: int = 0


@dataclass(frozen=True)
class Prepared:
    """A pod that waits, and what its visitor is handed over; `problem` says why it cannot be.

    `templates` are "labels" and "annotations" as the settings have them, braces and all.
    """

    pod: Mapping[str, Any]
    environment: Mapping[str, str]
    problem: str | None = None
    templates: Templates = field(default_factory=dict)


def prepare(
    manifest: Mapping[str, Any],
    session: Session,
    how: Launch,
    templates: Templates | None = None,
) -> Prepared:
    """Take a session's pod apart: what waits, and what is handed over."""
    pod = deepcopy(dict(manifest))
    container = _find_container(pod)
    told, kept = _split(container.get("env") or [])
    container["env"] = sorted(kept, key=lambda one: str(one["name"])) + _make_settings(how)
    _put_before(container, how.command)
    container.setdefault(
        "readinessProbe", {"tcpSocket": {"port": how.port}, **_PROBE}
    )  # one that an administrator has set is answered by the launcher, too
    mount = {"name": KEY_VOLUME, "mountPath": KEY_FOLDER, "readOnly": True}
    container["volumeMounts"] = [*(container.get("volumeMounts") or []), mount]
    secret = {"secretName": get_secret_name(session), "defaultMode": 0o444}
    spec = pod["spec"]
    spec["volumes"] = [*(spec.get("volumes") or []), {"name": KEY_VOLUME, "secret": secret}]
    # A launcher that is restarted would wait for a hand-over that never comes.
    spec["restartPolicy"] = "Never"
    return Prepared(pod, told, _problem_with_references(told), templates or {})


def _find_container(pod: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(
        one for one in pod["spec"]["containers"] if one["name"] == pod_state.CONTAINER
    )
    return found


def _split(env: Iterable[Mapping[str, Any]]) -> tuple[dict[str, str], list[Mapping[str, Any]]]:
    """The variables with values, and those that the cluster fills in.

    Where the token comes from a Secret it is handed over instead: there is none yet.
    """
    told: dict[str, str] = {}
    kept: list[Mapping[str, Any]] = []
    for variable in env:
        if variable["name"] == API_TOKEN:
            continue
        if variable.get("valueFrom"):
            kept.append(variable)
        else:
            told[variable["name"]] = variable.get("value") or ""
    return told, kept


def _problem_with_references(told: Mapping[str, str]) -> str | None:
    """Why a hand-over would give other values than a pod does: the cluster expands `$(NAME)`."""
    found = sorted(name for name, value in told.items() if "$(" in value or "$$" in value)
    return f"{', '.join(found)} refers to other variables by $(NAME)" if found else None


def _make_settings(how: Launch) -> list[Mapping[str, Any]]:
    told = {
        launch.KEY: f"{KEY_FOLDER}/{KEY_FILE}",
        launch.PORT: str(how.port),
        launch.NAMES: ",".join((*NAMES, *sorted(set(how.names) - set(NAMES)))),
        launch.SECONDS: str(how.seconds),
    }
    fields = {launch.POD: "metadata.uid", launch.ADDRESS: "status.podIP"}
    return [
        *({"name": name, "value": value} for name, value in told.items()),
        *(
            {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}
            for name, path in fields.items()
        ),
    ]


def _put_before(container: dict[str, Any], launcher: Sequence[str]) -> None:
    """Put the launcher before the command; an image's own command does so by itself."""
    for key in ("command", "args"):
        if container.get(key):
            container[key] = [*launcher, "--", *container[key]]
            return


def make_fingerprint(prepared: Prepared) -> str:
    """Tell pods apart by all that they are made with, but not by whose they are.

    Labels and annotations count, as AppArmor, Istio and Multus read them when a pod is made; one
    that is named after its visitor counts as the settings have it.
    """
    kinds = ("labels", "annotations")
    written = [_list_templates(prepared, kind) for kind in kinds]
    text = json.dumps([prepared.pod["spec"], written], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _list_templates(prepared: Prepared, kind: str) -> dict[str, str]:
    found = prepared.pod["metadata"].get(kind) or {}
    templates = prepared.templates.get(kind, {})
    return {key: templates.get(key, found[key]) for key in found if not _is_own(key)}


def _is_own(key: str) -> bool:
    """Whether a label or an annotation is KubeSpawner's or ours: it says whose the pod is."""
    return key in _OWN or key.startswith(_OWN_PREFIXES)


def get_secret_name(session: Session) -> str:
    """The name of the Secret with the key of this reserved session."""
    return f"{session.account}-handover"


def make_key_secret(session: Session, key: bytes, owner: Mapping[str, Any]) -> dict[str, Any]:
    """The Secret with the key, which goes with the session's account."""
    made = accounts.make_secret(session, {})
    made["metadata"] |= {"name": get_secret_name(session), "ownerReferences": [dict(owner)]}
    made["data"] = {KEY_FILE: base64.b64encode(key).decode()}
    return pool_rules.take_into_pool(made)


def read_key(secret: Mapping[str, Any]) -> bytes:
    """The key in a Secret; empty where there is none."""
    return base64.b64decode((secret.get("data") or {}).get(KEY_FILE, ""))


def make_waiting_pod(
    prepared: Prepared, owner: Mapping[str, Any], fingerprint: str
) -> dict[str, Any]:
    """The pod as it is made: the pool's, of nobody, and to go with the session's account."""
    pod = pool_rules.take_into_pool(dict(prepared.pod))
    metadata = pod["metadata"]
    annotations = {**metadata["annotations"], labels.RECIPE: fingerprint}
    return {
        **pod,
        "metadata": {**metadata, "annotations": annotations, "ownerReferences": [dict(owner)]},
    }


def make_checkout(prepared: Prepared, pod: Mapping[str, Any]) -> dict[str, Any]:
    """The change that makes a waiting pod the visitor's, and no other pod of its name."""
    wanted, found = prepared.pod["metadata"], pod["metadata"]
    return {
        "metadata": {
            "uid": found["uid"],
            "labels": dict(wanted["labels"]),
            # What the cluster has written on it meanwhile (its network, its SCC) stays.
            "annotations": {**wanted["annotations"], labels.RECIPE: None},
        }
    }


@dataclass(frozen=True)
class StockRules:
    """How many pods are kept, until what age, and how long each may take to come up."""

    size: int
    age: timedelta
    patience: timedelta


@dataclass(frozen=True)
class PodStock:
    """The pods of a pool by their session's id, and those that are to be removed."""

    ready: Mapping[str, Mapping[str, Any]]
    growing: Mapping[str, Mapping[str, Any]]
    stale: tuple[Mapping[str, Any], ...]


def count_wanted(size: int, limit: int, running: int) -> int:
    """How many pods may wait: with those that run no more than the limit (0: none)."""
    return size if not limit else max(0, min(size, limit - running))


def render_limit(size: int, wanted: int, limit: int) -> str:
    """Why fewer pods wait than asked for, as a sentence; empty where as many do."""
    if wanted >= size:
        return ""
    return (
        f"Of {size} pods only {wanted} may wait: with the sessions that run, no more than "
        f"{limit} are allowed (session_limit)."
    )


def list_waiting(pods: Iterable[Mapping[str, Any]]) -> list[str]:
    """What pods that are not ready wait for, a sentence for each cause, the commonest first."""
    causes = Counter(pod_state.decide_start(pod, seen=True).waiting for pod in pods)
    return [
        f"{count} {'pod waits' if count == 1 else 'pods wait'} for {cause}."
        for cause, count in causes.most_common(5)
        if cause
    ]


def sort_pods(
    pods: Iterable[Mapping[str, Any]],
    sessions: Set[str],
    fingerprint: str,
    now: datetime,
    rules: StockRules,
) -> PodStock:
    """Sort the pool's pods out; `sessions` are the ids of those that can be handed out.

    What is beyond the size is to be removed, too, the pods that are not ready first.
    """
    ready: dict[str, Mapping[str, Any]] = {}
    growing: dict[str, Mapping[str, Any]] = {}
    stale: list[Mapping[str, Any]] = []
    for pod in pods:
        session = pod["metadata"]["labels"][labels.SESSION]
        if session not in sessions or problem_with_pod(pod, fingerprint, now, rules):
            stale.append(pod)
        else:
            (ready if is_ready(pod) else growing)[session] = pod
    kept = [*ready, *growing][: rules.size]
    for found in (ready, growing):
        stale += [found.pop(session) for session in list(found) if session not in kept]
    return PodStock(ready, growing, tuple(stale))


def problem_with_pod(
    pod: Mapping[str, Any], fingerprint: str, now: datetime, rules: StockRules
) -> str | None:
    """Why a waiting pod is of no use any more; None while it is, or may still be."""
    metadata = pod["metadata"]
    if (metadata.get("annotations") or {}).get(labels.RECIPE) != fingerprint:
        return "settings or image are others by now"
    age = now - datetime.fromisoformat(metadata["creationTimestamp"])
    if age >= rules.age:
        return "it is too old"
    verdict = pod_state.decide_start(pod, seen=True)
    if verdict.cause:
        return verdict.cause
    if not is_ready(pod) and age >= rules.patience:
        return "it is not ready, or no longer"
    return None


def find_failure(pod: Mapping[str, Any]) -> str:
    """Why a waiting pod has failed by itself; empty where it has not."""
    return pod_state.decide_start(pod, seen=True).cause


def find_pause(failures: int) -> timedelta:
    """How long no pod is made after so many looks in a row that found failed ones."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures - 1, 10)) if failures else timedelta()


def is_ready(pod: Mapping[str, Any]) -> bool:
    """Whether the pod waits for its visitor, on a node that answers."""
    conditions = (pod.get("status") or {}).get("conditions") or []
    lost = any(one.get("type") == "Ready" and one.get("status") != "True" for one in conditions)
    return not lost and pod_state.decide_start(pod, seen=True).ready


def is_waiting(pod: Mapping[str, Any], hub: Hub) -> bool:
    """Whether a pod is in this hub's pool, and not ending already."""
    metadata = pod["metadata"]
    return pool_rules.is_reserved(metadata, hub) and "deletionTimestamp" not in metadata


def is_running(pod: Mapping[str, Any]) -> bool:
    """Whether it is the pod of a session, neither ended nor ending: it has a place.

    The hub's own pods have the application's label, too, and a class of none.
    """
    metadata = pod["metadata"]
    return (
        (metadata.get("labels") or {}).get(labels.CLASS) == labels.CLASS_SESSION
        and "deletionTimestamp" not in metadata
        and (pod.get("status") or {}).get("phase") not in ("Failed", "Succeeded")
    )


def make_probe(session: Session) -> Session:
    """The visitor's session under the names of the one that fingerprints are made of."""
    sample = pool_rules.make_sample(session.hub)
    return replace(
        session,
        id=sample.id,
        account_name=sample.account,
        project_name=sample.project,
        pod_name=sample.pod,
    )


def list_differences(one: object, other: object, path: str = "spec") -> list[str]:
    """Where two specifications differ, as paths: what names its visitor."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        keys = sorted({*one, *other})
        pairs = [(one.get(key), other.get(key), f"{path}.{key}") for key in keys]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [(a, b, f"{path}[{i}]") for i, (a, b) in enumerate(zip(one, other, strict=True))]
    else:
        return [] if one == other else [path]
    return [found for pair in pairs for found in list_differences(*pair)]


@dataclass(frozen=True)
class PodFacts:
    """What the settings say of every session's pod. `asked` are traits that ask each visitor."""

    pool: bool = True
    home: bool = False
    console: bool = False
    services: bool = False
    certificates: bool = False
    asked: tuple[str, ...] = ()


def problem_with_settings(facts: PodFacts) -> str | None:
    """Why no pod can run ahead of its visitor; None where it can."""
    if not facts.pool:
        return "pods wait in reserved sessions, and none are kept"
    if facts.home:
        return "each visitor's pod mounts a home of their own"
    if facts.console:
        return "the web console in the pod is told the visitor's path when it starts"
    if facts.certificates:
        return "with internal_ssl each visitor's pod mounts certificates of its own"
    if facts.services:
        return "with services_enabled a pod is reached by a Service that is named after its visitor"
    if facts.asked:
        return f"{', '.join(facts.asked)} asks each visitor what their pod is"
    return None
