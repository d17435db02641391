"""Which projects are alive, and which are orphans."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from workshop_spawner.manifests import accounts, projects
from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Hub, Session
from workshop_spawner.rules import counts

HUB = Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub")
ALICE = Session(HUB, "s" * 16, "alice")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ACCOUNT = accounts.make_account(ALICE)


def make_project(age=timedelta(hours=1), lasting=False, hub=HUB, **changes):
    session = replace(ALICE, hub=hub)
    project = projects.make_namespace(session)
    project = session_labels.make_lasting(project, session) if lasting else project
    born = (NOW - age).strftime("%Y-%m-%dT%H:%M:%SZ")
    project["metadata"] = {**project["metadata"], "creationTimestamp": born, **changes}
    return project


@pytest.mark.parametrize(
    ("project", "found", "pile"),
    [
        (make_project(), [ACCOUNT], "alive"),
        (make_project(), [], "orphans"),
        (make_project(), [accounts.make_account(replace(ALICE, id="t" * 16))], "orphans"),
        (make_project(age=timedelta(minutes=4)), [], "alive"),
        (make_project(age=timedelta(minutes=6)), [], "orphans"),
        (make_project(lasting=True), [], "alive"),
        (make_project(deletionTimestamp="now"), [], None),
        (make_project(hub=replace(HUB, application="other")), [ACCOUNT], None),
        (make_project(hub=replace(HUB, requestor="somebody")), [], None),
        (make_project(hub=replace(HUB, application="other"), lasting=True), [], None),
        (make_project(labels={}), [], None),
    ],
)
def test_each_project_is_on_one_pile(project, found, pile):
    counted = counts.count([project], found, HUB, NOW)
    piles = {"alive": counted.alive, "orphans": counted.orphans}
    assert {name for name, names in piles.items() if names} == ({pile} if pile else set())
