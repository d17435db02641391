"""Starts are made side by side, and undone when they fail."""

import asyncio

import pytest

from workshop_spawner import errors, plan, steps
from workshop_spawner.manifests import budgets, home, network
from workshop_spawner.progress import Journal
from workshop_spawner.session import Session, rename

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


async def test_remove_finds_all_sessions_of_the_user_and_nobody_elses(place, door):
    first = place.session
    second = rename(Session(place.hub, "u" * 16, "alice"))
    bob = Session(place.hub, "b" * 16, "bob")
    for session in (first, second, bob):
        await steps.Start(door, session, Journal()).run(make_plan(session))
    assert await steps.remove_session(door, first) == []
    left = place.left()
    assert [name for name in left if "alice" in name] == []
    assert f"namespaces/{bob.project}" in left
    assert f"serviceaccounts/{bob.account}" in left
    assert await steps.remove_session(door, first) == []


@pytest.mark.parametrize(
    "change",
    [
        {"annotations": {"spawner/requestor": "system:serviceaccount:other:hub"}},
        {"annotations": {"spawner/namespace": "other"}},
        {"annotations": {"spawner/deployment": "other"}},
        {"labels": {"class": "database"}},
        {"labels": {"app": "other"}},
    ],
)
async def test_remove_spares_what_is_not_ours_in_every_mark(place, door, change):
    await steps.Start(door, place.session, Journal()).run(make_plan(place.session))
    path = f"/api/v1/namespaces/{place.session.project}"
    headers = {"Content-Type": "application/merge-patch+json"}
    place.pocket.request("PATCH", path, {"metadata": change}, headers=headers)
    await steps.remove_session(door, place.session)
    assert place.as_admin(path) is not None


@pytest.mark.parametrize("status", [500, 403, 404])
async def test_remove_deletes_nothing_while_the_api_is_unwell(place, door, status):
    await steps.Start(door, place.session, Journal()).run(make_plan(place.session))
    place.pocket.faults.add(verb="list", resource="*", status=status, times=None)
    door._patience = 0.3
    problems = await steps.remove_session(door, place.session)
    assert len(problems) == 2
    place.pocket.faults.clear()
    assert f"namespaces/{place.session.project}" in place.left()


async def test_a_home_is_removed_with_its_user_and_nobody_elses(place, door):
    role = "/apis/rbac.authorization.k8s.io/v1/namespaces/workshops/roles/workshop-hub"
    found = place.as_admin(role)
    verbs = ["get", "create", "delete"]
    rule = {"apiGroups": [""], "resources": ["persistentvolumeclaims"], "verbs": verbs}
    found["rules"].append(rule)
    assert place.pocket.request("PUT", role, found).status == 200
    furniture = home.Home("1Gi")
    await steps.remove_home(door, place.session, furniture)  # there is none: nothing to do
    claim = home.make_claim(place.session, furniture, lasting=True)
    foreign = {**claim, "metadata": {**claim["metadata"], "annotations": {}}}
    place.pocket.apply(foreign)
    await steps.remove_home(door, place.session, furniture)
    assert await door.get(claim), "the same name, but not ours"
    place.pocket.apply(claim)
    await steps.remove_home(door, place.session, furniture)
    assert await door.get(claim) is None
