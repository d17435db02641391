"""The project's Namespace."""

from __future__ import annotations

from workshop_spawner.manifests import projects
from workshop_spawner.model import labels
from workshop_spawner.model.session import Hub, Session

HUB = Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub")
SESSION = Session(HUB, "s" * 16, "alice")


def test_a_project_is_marked_from_its_first_moment():
    namespace = projects.make_namespace(SESSION)
    assert namespace["metadata"]["name"] == "intro-alice"
    assert labels.is_ours(namespace["metadata"], HUB)


def test_an_administrators_labels_do_not_hide_ours():
    namespace = projects.make_namespace(
        SESSION, {"app": "x", "team": "a"}, {"spawner/requestor": "x", "note": "b"}
    )
    metadata = namespace["metadata"]
    assert metadata["labels"]["team"] == "a"
    assert metadata["annotations"]["note"] == "b"
    assert labels.is_ours(metadata, HUB)
