"""Notes of whose lasting things are under another name, in a real API."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from workshop_spawner.model.session import Session, make_lasting_names
from workshop_spawner.rules import lease_rules
from workshop_spawner.start.lasting_notes import LastingNotes

LOG = logging.getLogger("t")


@pytest.fixture
def notes(site, kube):
    lease = lease_rules.make_lease_reference("intro", "workshops")
    site.pocket.apply({**lease, "spec": {"holderIdentity": "me"}})
    return LastingNotes(kube, "workshops", "intro", LOG)


@pytest.fixture
def alice(site):
    """What alice had before she was renamed."""
    return make_lasting_names(Session(site.hub, "s" * 16, "alice"))


async def test_what_is_noted_is_read_until_it_is_moved_or_forgotten(notes, alice):
    await notes.move("alicia", "", alice, "alice")
    assert await notes.read() == {"alicia": alice}
    await notes.move("ada@example.com", "", alice, "alicia")
    ((slug, found),) = (await notes.read()).items()
    assert (slug[:3], found) == ("ada", alice)
    await notes.forget("ada@example.com", "")
    assert await notes.read() == {}


async def test_what_the_names_say_needs_no_note(notes, alice):
    await notes.keep("alice", "", alice)
    assert await notes.read() == {}
    other = replace(alice, project="intro-alice-x7k2")
    await notes.keep("alice", "", other)
    assert await notes.read() == {"alice": other}
    await notes.move("alice", "", alice)
    assert await notes.read() == {}


async def test_what_cannot_be_noted_or_read_is_told_and_no_error(site, notes, alice, caplog):
    site.pocket.faults.add(verb="patch", resource="leases", status=403)
    site.pocket.faults.add(verb="get", resource="leases", status=403)
    await notes.move("alicia", "", alice)
    assert await notes.read() == {}
    assert [r.levelname for r in caplog.records if r.name == "t"] == ["WARNING"] * 2
    lease = lease_rules.make_lease_reference("intro", "workshops")
    path = "/apis/coordination.k8s.io/v1/namespaces/workshops/leases/intro-hub"
    assert site.pocket.request("DELETE", path).status == 200, lease
    assert await notes.read() == {}
