"""Starts are made side by side, and undone when they fail."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from workshop_kube import errors
from workshop_spawner.kube.cluster import make_patience
from workshop_spawner.manifests import budgets, network
from workshop_spawner.model.session import Session, rename
from workshop_spawner.rules import plan
from workshop_spawner.start import steps
from workshop_spawner.start.progress import Progress

FULL = plan.SessionSpec(budget=budgets.parse_budget("small"), isolation=network.Rules(port=8888))


def make_plan(session, spec=FULL):
    return plan.make_plan(session, spec, {"key": "value"})


async def test_a_start_makes_everything_and_says_so(site, kube):
    progress = Progress()
    start = steps.Start(kube, site.session, progress)
    todo = make_plan(site.session)
    await start.run(todo)
    assert len(progress.lines) == len(todo)
    assert {line["message"] for line in progress.lines} == {step.title for step in todo}
    project = site.session.project
    assert site.names(f"/api/v1/namespaces/{project}/resourcequotas") == [
        "compute-resources",
        "compute-resources-timebound",
        "object-counts",
    ]
    assert site.names(f"/apis/rbac.authorization.k8s.io/v1/namespaces/{project}/rolebindings")


async def test_one_request_makes_one_object(site, kube):
    before = len(site.pocket.requests)
    todo = make_plan(site.session)
    await steps.Start(kube, site.session, Progress()).run(todo)
    mine = [r for r in site.pocket.requests[before:] if r.user == site.hub.requestor]
    assert len(mine) == sum(len(step.manifests) for step in todo)


async def test_steps_that_do_not_need_each_other_run_side_by_side(site, kube):
    roots = ("serviceaccounts", "namespaces")
    slow = [site.pocket.faults.add(verb="create", resource=kind, delay=3) for kind in roots]
    start = steps.Start(kube.with_patience(make_patience(10, 10)), site.session, Progress())
    running = asyncio.ensure_future(start.run(make_plan(site.session)))
    await site.pocket.until(lambda: all(fault.seen for fault in slow), 3)
    assert not start.made, "both are asked for before either is there"
    await running


EVERYTHING = [
    "serviceaccounts",
    "secrets",
    "networkpolicies",
    "namespaces",
    "rolebindings",
    "limitranges",
    "resourcequotas",
]


@pytest.mark.parametrize("resource", EVERYTHING)
async def test_a_start_that_fails_anywhere_leaves_nothing(site, kube, resource):
    site.pocket.faults.add(verb="create", resource=resource, status=422, times=None)
    start = steps.Start(kube, site.session, Progress())
    with pytest.raises(errors.RefusedError):
        await start.run(make_plan(site.session))
    assert await start.undo() == []
    assert site.left() == []


@pytest.mark.parametrize("resource", ["serviceaccounts", "namespaces"])
async def test_what_was_made_without_an_answer_is_undone(site, kube, resource):
    """The answer is lost each time, so the start never learns that the object exists."""
    site.pocket.faults.add(verb="create", resource=resource, drop="after")
    site.pocket.faults.add(verb="create", resource=resource, status=422)
    start = steps.Start(kube, site.session, Progress())
    with pytest.raises(errors.RefusedError):
        await start.run(make_plan(site.session))
    assert await start.undo() == []
    assert site.left() == []


async def test_a_start_that_is_given_up_finishes_what_it_began_then_undoes(site, kube):
    late = site.pocket.faults.add(verb="create", resource="namespaces", delay=0.5)
    start = steps.Start(kube, site.session, Progress())
    running = asyncio.ensure_future(start.run(make_plan(site.session)))
    await site.pocket.until(lambda: late.seen)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await start.undo() == []
    done = [(r.verb, r.resource) for r in site.pocket.requests]
    assert done.index(("create", "namespaces")) < done.index(("delete", "namespaces"))
    assert site.left() == []


async def test_undo_leaves_a_neighbours_object_of_the_same_name(site, kube):
    neighbour = Session(site.hub, "t" * 16, "alice")
    await steps.Start(kube, neighbour, Progress()).run(make_plan(neighbour))
    mine = steps.Start(kube, site.session, Progress())
    with pytest.raises(errors.ExistsError):
        await mine.run(make_plan(site.session))
    before = site.left()
    assert await mine.undo() == []
    assert site.left() == before
    other = rename(site.session)
    await steps.Start(kube, other, Progress()).run(make_plan(other))


async def test_what_cannot_be_undone_is_told(site, kube):
    start = steps.Start(kube.within(2), site.session, Progress())
    await start.run(make_plan(site.session))
    site.pocket.faults.add(verb="delete", resource="namespaces", status=500, times=None)
    assert ["delete Namespace" in error.detail for error in await start.undo()] == [True]


OWNER = "intro-workshops-projects"
ROLES = "/apis/rbac.authorization.k8s.io/v1/clusterroles"


def add_owner(site):
    """A ClusterRole without rules, which the hub may look at."""
    api = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole"}
    site.pocket.apply({**api, "metadata": {"name": OWNER}, "rules": []})


async def test_projects_go_with_the_role_that_owns_them(site, kube):
    add_owner(site)
    todo = make_plan(site.session, replace(FULL, project_owner=OWNER))
    await steps.Start(kube, site.session, Progress()).run(todo)
    path = f"/api/v1/namespaces/{site.session.project}"
    owners = site.as_admin(path)["metadata"]["ownerReferences"]
    assert [(owner["kind"], owner["name"]) for owner in owners] == [("ClusterRole", OWNER)]
    assert site.pocket.request("DELETE", f"{ROLES}/{OWNER}").status == 200
    await site.pocket.until(lambda: site.pocket.request("GET", path).status == 404)


async def test_without_the_role_that_owns_them_nothing_starts(site, kube):
    start = steps.Start(kube, site.session, Progress())
    with pytest.raises(errors.GoneError, match=OWNER):
        await start.run(make_plan(site.session, replace(FULL, project_owner=OWNER)))
    assert await start.undo() == []


def test_a_requested_project_has_no_owner(site):
    todo = make_plan(site.session, replace(FULL, project_owner=OWNER, by_request=True))
    assert {step.owner for step in todo} == {""}
