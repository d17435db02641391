"""What is written on objects, and what is taken for ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from workshop_kube import labels
from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Hub, Session

HUB = Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub")
SESSION = Session(HUB, "s" * 16, "alice", expires=datetime(2026, 11, 21, 12, tzinfo=UTC))


def test_labels_and_annotations_are_the_contract():
    assert session_labels.make_labels(SESSION) == {
        "app": "intro",
        "class": "session",
        "user": "alice",
        "spawner": "learning-portal",
        "workshop.jupyter.org/session": "s" * 16,
    }
    assert session_labels.make_annotations(SESSION) == {
        "spawner/requestor": "system:serviceaccount:workshops:hub",
        "spawner/namespace": "workshops",
        "spawner/deployment": "intro",
        "spawner/account": "intro-alice",
        "spawner/session": "intro-user-alice",
        "hub.jupyter.org/username": "alice",
        "workshop.jupyter.org/expires": "2026-11-21T12:00:00Z",
    }


def test_a_named_server_is_annotated():
    named = replace(SESSION, server="second", expires=None)
    assert session_labels.make_annotations(named)["hub.jupyter.org/servername"] == "second"
    assert "workshop.jupyter.org/expires" not in session_labels.make_annotations(named)


def test_what_we_made_is_ours():
    assert session_labels.is_ours(session_labels.make_metadata(SESSION, "intro-alice"), HUB)
    assert session_labels.is_ours(
        session_labels.make_metadata(SESSION, "intro-alice", "workshops"), HUB
    )


@pytest.mark.parametrize("part", ["labels", "annotations"])
@pytest.mark.parametrize(
    "key",
    [
        "app",
        "class",
        "workshop.jupyter.org/session",
        "spawner/requestor",
        "spawner/namespace",
        "spawner/deployment",
    ],
)
def test_one_missing_mark_makes_it_somebody_elses(part, key):
    metadata = session_labels.make_metadata(SESSION, "intro-alice")
    if metadata[part].pop(key, None) is not None:
        assert not session_labels.is_ours(metadata, HUB)
        metadata[part][key] = "other" if key != labels.SESSION else ""
        assert not session_labels.is_ours(metadata, HUB)


@pytest.mark.parametrize("name", ["", "default", "kube-system", "openshift-ingress", "workshops"])
def test_namespaces_of_the_cluster_are_never_ours(name):
    assert not session_labels.is_ours(session_labels.make_metadata(SESSION, name), HUB)


@pytest.mark.parametrize("metadata", [{}, {"name": "x"}, {"name": "x", "labels": None}])
def test_bare_objects_are_not_ours(metadata):
    assert not session_labels.is_ours(metadata, HUB)
    assert not labels.is_of_session(metadata, "")


def test_another_session_of_the_same_user_is_not_this_one():
    metadata = session_labels.make_metadata(SESSION, "intro-alice")
    assert labels.is_of_session(metadata, SESSION.id)
    assert not labels.is_of_session(metadata, "t" * 16)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({}, True),
        ({labels.USERNAME: None}, True),
        ({labels.USERNAME: "mallory"}, False),
        ({labels.SERVERNAME: "second"}, False),
    ],
)
def test_whoever_has_the_same_label_is_not_therefore_the_same_user(change, same):
    """The label of another name may have the same hash, if somebody looked for one long enough."""
    lasting = session_labels.make_lasting(
        {"metadata": session_labels.make_metadata(SESSION, "a")}, SESSION
    )
    wanted = lasting["metadata"]
    notes = {**wanted["annotations"], **change}
    found = {**wanted, "annotations": {k: v for k, v in notes.items() if v is not None}}
    assert labels.is_same_owner(found, wanted) is same
