"""A session's project: its Namespace, and what an existing one means for us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workshop_spawner.model import labels
from workshop_spawner.model.session import Session


def make_namespace(
    session: Session,
    extra_labels: Mapping[str, str] | None = None,
    extra_annotations: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The project as a Namespace, labelled and annotated from its first moment.

    Ours win over the extra ones: the culler finds a project by them.
    """
    metadata = labels.make_metadata(session, session.project)
    metadata["labels"] = {**(extra_labels or {}), **metadata["labels"]}
    metadata["annotations"] = {**(extra_annotations or {}), **metadata["annotations"]}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
