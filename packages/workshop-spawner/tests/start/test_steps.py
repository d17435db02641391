"""Starts are made side by side, and undone when they fail."""

from __future__ import annotations

import asyncio

import pytest

from workshop_spawner.manifests import budgets, network
from workshop_spawner.model import errors
from workshop_spawner.model.session import Session, rename
from workshop_spawner.rules import plan
from workshop_spawner.start import steps
from workshop_spawner.start.progress import Journal

FULL = plan.Wishes(budget=budgets.parse_budget("small"), isolation=network.Rules(port=8888))


def make_plan(session, wishes=FULL):
    return plan.make_plan(session, wishes, {"key": "value"})


async def test_a_start_makes_everything_and_says_so(place, door):
    journal = Journal()
    start = steps.Start(door, place.session, journal)
    todo = make_plan(place.session)
    await start.run(todo)
    assert len(journal.lines) == len(todo)
    assert {line["message"] for line in journal.lines} == {step.title for step in todo}
    project = place.session.project
    assert place.names(f"/api/v1/namespaces/{project}/resourcequotas") == [
        "compute-resources",
        "compute-resources-timebound",
        "object-counts",
    ]
    assert place.names(f"/apis/rbac.authorization.k8s.io/v1/namespaces/{project}/rolebindings")


async def test_one_request_makes_one_object(place, door):
    before = len(place.pocket.requests)
    todo = make_plan(place.session)
    await steps.Start(door, place.session, Journal()).run(todo)
    mine = [r for r in place.pocket.requests[before:] if r.user == place.hub.requestor]
    assert len(mine) == sum(len(step.manifests) for step in todo)


async def test_steps_that_do_not_need_each_other_run_side_by_side(place, door):
    roots = ("serviceaccounts", "namespaces")
    slow = [place.pocket.faults.add(verb="create", resource=kind, delay=3) for kind in roots]
    door._timeout = 10
    start = steps.Start(door, place.session, Journal())
    running = asyncio.ensure_future(start.run(make_plan(place.session)))
    await place.pocket.until(lambda: all(fault.seen for fault in slow), 3)
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
async def test_a_start_that_fails_anywhere_leaves_nothing(place, door, resource):
    place.pocket.faults.add(verb="create", resource=resource, status=422, times=None)
    start = steps.Start(door, place.session, Journal())
    with pytest.raises(errors.PermanentError):
        await start.run(make_plan(place.session))
    assert await start.undo() == []
    assert place.left() == []


@pytest.mark.parametrize("resource", ["serviceaccounts", "namespaces"])
async def test_what_was_made_without_an_answer_is_undone(place, door, resource):
    """The answer is lost each time, so the start never learns that the object exists."""
    place.pocket.faults.add(verb="create", resource=resource, drop="after")
    place.pocket.faults.add(verb="create", resource=resource, status=422)
    start = steps.Start(door, place.session, Journal())
    with pytest.raises(errors.PermanentError):
        await start.run(make_plan(place.session))
    assert await start.undo() == []
    assert place.left() == []


async def test_a_start_that_is_given_up_finishes_what_it_began_then_undoes(place, door):
    late = place.pocket.faults.add(verb="create", resource="namespaces", delay=0.5)
    start = steps.Start(door, place.session, Journal())
    running = asyncio.ensure_future(start.run(make_plan(place.session)))
    await place.pocket.until(lambda: late.seen)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await start.undo() == []
    done = [(r.verb, r.resource) for r in place.pocket.requests]
    assert done.index(("create", "namespaces")) < done.index(("delete", "namespaces"))
    assert place.left() == []


async def test_undo_leaves_a_neighbours_object_of_the_same_name(place, door):
    neighbour = Session(place.hub, "t" * 16, "alice")
    await steps.Start(door, neighbour, Journal()).run(make_plan(neighbour))
    mine = steps.Start(door, place.session, Journal())
    with pytest.raises(errors.NameTakenError):
        await mine.run(make_plan(place.session))
    before = place.left()
    assert await mine.undo() == []
    assert place.left() == before
    other = rename(place.session)
    await steps.Start(door, other, Journal()).run(make_plan(other))


async def test_what_cannot_be_undone_is_told(place, door):
    start = steps.Start(door, place.session, Journal())
    await start.run(make_plan(place.session))
    place.pocket.faults.add(verb="delete", resource="namespaces", status=500, times=None)
    door._patience = 0.5
    assert ["delete Namespace" in error.detail for error in await start.undo()] == [True]
