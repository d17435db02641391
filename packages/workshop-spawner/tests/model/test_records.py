"""What the database remembers comes back as it was."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from workshop_kube import labels
from workshop_spawner.model import records, session_labels
from workshop_spawner.model.session import (
    Hub,
    Session,
    is_same_server,
    make_lasting_names,
    make_session,
    rename,
)

HUB = Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub", "id")


@pytest.mark.parametrize("server", ["", "one"])
def test_a_session_keeps_its_names_whatever_is_renamed(server):
    session = rename(make_session(HUB, "alice@example.com", server))
    session = replace(session, token_owner="Alice")
    kept = records.read_session(json.loads(json.dumps(records.write_session(session, "u"))))
    assert is_same_server(kept, session)
    for name in ("hub", "id", "account", "project", "pod", "secret", "token_owner"):
        assert getattr(kept, name) == getattr(session, name), name


@pytest.mark.parametrize("record", [None, "", [], {}, {"id": "x"}, {"user": 1}, 7])
def test_what_means_nothing_is_no_session(record):
    assert records.read_session(record) is None
    assert records.read_lasting(record) is None


def test_what_lasts_keeps_its_names():
    names = make_lasting_names(make_session(HUB, "alice"))
    assert (names.project, names.home) == ("intro-alice", "intro-user-alice")
    assert records.read_lasting(json.loads(json.dumps(asdict(names)))) == names


def make_pod(**changes):
    session = Session(HUB, "s" * 16, "alice", "one")
    metadata = session_labels.make_metadata(session, session.pod, "workshops")
    metadata["annotations"] |= changes
    return {"metadata": metadata}


def test_a_pod_says_whose_it_is_whatever_the_hub_is_called_now():
    now = Hub("second", "other", HUB.namespace, HUB.requestor)
    said = records.read_pod(make_pod(), now)
    assert (said.hub.application, said.user, said.server) == ("intro", "alice", "one")
    assert said.pod == make_pod()["metadata"]["name"]
    assert records.read_pod(make_pod(**{labels.REQUESTOR: "somebody"}), now) is None
    assert records.read_pod({"metadata": {"name": "jupyter-alice"}}, now) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"user": "alice"}', "null"])
def test_a_note_that_means_nothing_is_left_out(text):
    lasting = make_lasting_names(make_session(HUB, "alice", "one"))
    notes = {
        labels.LASTING + "alicia": records.render_note(lasting),
        labels.LASTING + "bob": text,
        "app": records.render_note(lasting),
    }
    assert records.read_notes(notes) == {"alicia": lasting}
