"""The project's Namespace."""

from __future__ import annotations

import pytest

from workshop_spawner.manifests import projects
from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Hub, Session

HUB = Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub")
SESSION = Session(HUB, "s" * 16, "alice")


def test_a_project_is_marked_from_its_first_moment():
    namespace = projects.make_namespace(SESSION)
    assert namespace["metadata"]["name"] == "intro-alice"
    assert session_labels.is_ours(namespace["metadata"], HUB)


def test_an_administrators_labels_do_not_hide_ours():
    namespace = projects.make_namespace(
        SESSION, {"app": "x", "team": "a"}, {"spawner/requestor": "x", "note": "b"}
    )
    metadata = namespace["metadata"]
    assert metadata["labels"]["team"] == "a"
    assert metadata["annotations"]["note"] == "b"
    assert session_labels.is_ours(metadata, HUB)


@pytest.mark.parametrize("level", projects.LEVELS)
def test_a_level_of_pod_security_is_enforced_warned_of_and_audited(level):
    assert projects.make_security_labels(level) == {
        "pod-security.kubernetes.io/enforce": level,
        "pod-security.kubernetes.io/warn": level,
        "pod-security.kubernetes.io/audit": level,
    }


def test_more_labels_leave_those_that_are_there():
    namespace = {"kind": "Namespace", "metadata": {"name": "x", "labels": {"a": "mine"}}}
    labelled = projects.add_labels(namespace, {"a": "theirs", "b": "new"})
    assert labelled["metadata"] == {"name": "x", "labels": {"a": "mine", "b": "new"}}
