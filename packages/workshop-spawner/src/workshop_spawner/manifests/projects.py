"""A session's project: its Namespace, and what an existing one means for us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Session

BASELINE = "baseline"
RESTRICTED = "restricted"
PRIVILEGED = "privileged"
LEVELS = (BASELINE, RESTRICTED, PRIVILEGED)
POD_SECURITY = "pod-security.kubernetes.io"


def make_security_labels(level: str) -> dict[str, str]:
    """The labels by which the cluster's Pod Security admission holds a project to a level.

    A Namespace without them is `privileged`: any pod in it may mount the node's disk. What is
    enforced is also what is warned of and written to the audit log.
    """
    return {f"{POD_SECURITY}/{mode}": level for mode in ("enforce", "warn", "audit")}


def add_labels(manifest: Mapping[str, Any], extra: Mapping[str, str]) -> dict[str, Any]:
    """A Namespace with more labels; those that it has stay as they are."""
    metadata = manifest["metadata"]
    return {**manifest, "metadata": {**metadata, "labels": {**extra, **metadata["labels"]}}}


def make_namespace(
    session: Session,
    extra_labels: Mapping[str, str] | None = None,
    extra_annotations: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The project as a Namespace, labelled and annotated from its first moment.

    Ours win over the extra ones: the culler finds a project by them.
    """
    metadata = session_labels.make_metadata(session, session.project)
    metadata["labels"] = {**(extra_labels or {}), **metadata["labels"]}
    metadata["annotations"] = {**(extra_annotations or {}), **metadata["annotations"]}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
