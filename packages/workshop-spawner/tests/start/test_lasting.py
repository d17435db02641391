"""A user's lasting project and home, found again."""

from __future__ import annotations

from workshop_spawner.manifests import projects
from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Session, make_lasting_names
from workshop_spawner.start import lasting


def nobody(_name):
    return False


def apply(site, name, user="alice", labels=None):
    session = Session(site.hub, "s" * 16, user, project_name=name)
    made = session_labels.make_lasting(projects.make_namespace(session), session)
    made["metadata"]["labels"] |= labels or {}
    site.pocket.apply(made)


async def find(site, kube, is_taken=nobody, noted=None):
    return await lasting.find(kube, site.session, False, True, is_taken, noted)


async def test_it_is_called_by_the_user_unless_there_is_one_already(site, kube):
    assert (await find(site, kube)).project == "intro-alice"
    apply(site, "intro-alice-other", "alicia")
    apply(site, "intro-alice-older", labels={"app": "older"})
    assert (await find(site, kube)).project == "intro-alice"
    apply(site, "intro-alice-x7k2")
    assert (await find(site, kube)).project == "intro-alice-x7k2"
    apply(site, "intro-alice")
    assert (await find(site, kube)).project == "intro-alice"


async def test_what_was_of_a_renamed_user_is_nobody_elses(site, kube):
    apply(site, "intro-alice")
    names = await find(site, kube, {"intro-alice", "intro-user-alice"}.__contains__)
    assert names.project.startswith("intro-alice-")
    assert names.home.startswith("intro-user-alice-")
    assert names.user == "alice"


def test_the_labels_of_what_lasts_are_those_of_when_it_was_made(site):
    names = lasting.choose_names(site.session, nobody)
    renamed = Session(site.hub, "t" * 16, "alicia", lasting=names, project_name=names.project)
    made = session_labels.make_lasting(projects.make_namespace(renamed), renamed)["metadata"]
    assert made["name"] == "intro-alice"
    assert made["labels"]["user"] == "alice"
    assert made["annotations"]["hub.jupyter.org/username"] == "alice"


async def test_what_is_noted_is_ones_own_and_nobody_elses(site, kube):
    apply(site, "intro-alice")
    theirs = make_lasting_names(site.session)
    assert await find(site, kube, noted={"alice": theirs}) == theirs
    names = await find(site, kube, noted={"alicia": theirs})
    assert names.project.startswith("intro-alice-")
    assert names.home.startswith("intro-user-alice-")
