"""What a stop removes, and what it leaves alone."""

from __future__ import annotations

import pytest

from workshop_spawner.manifests import budgets, home, network
from workshop_spawner.model.session import Session, rename
from workshop_spawner.rules import plan
from workshop_spawner.start import removal, steps
from workshop_spawner.start.progress import Journal

FULL = plan.Wishes(budget=budgets.parse_budget("small"), isolation=network.Rules(port=8888))


def make_plan(session, wishes=FULL):
    return plan.make_plan(session, wishes, {"key": "value"})


async def test_remove_finds_all_sessions_of_the_user_and_nobody_elses(place, door):
    first = place.session
    second = rename(Session(place.hub, "u" * 16, "alice"))
    bob = Session(place.hub, "b" * 16, "bob")
    for session in (first, second, bob):
        await steps.Start(door, session, Journal()).run(make_plan(session))
    assert await removal.remove_session(door, first) == []
    left = place.left()
    assert [name for name in left if "alice" in name] == []
    assert f"namespaces/{bob.project}" in left
    assert f"serviceaccounts/{bob.account}" in left
    assert await removal.remove_session(door, first) == []


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
    await removal.remove_session(door, place.session)
    assert place.as_admin(path) is not None


@pytest.mark.parametrize("status", [500, 403, 404])
async def test_remove_deletes_nothing_while_the_api_is_unwell(place, door, status):
    await steps.Start(door, place.session, Journal()).run(make_plan(place.session))
    place.pocket.faults.add(verb="list", resource="*", status=status, times=None)
    door._patience = 0.3
    problems = await removal.remove_session(door, place.session)
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
    await removal.remove_home(door, place.session, furniture)  # there is none: nothing to do
    claim = home.make_claim(place.session, furniture, lasting=True)
    foreign = {**claim, "metadata": {**claim["metadata"], "annotations": {}}}
    place.pocket.apply(foreign)
    await removal.remove_home(door, place.session, furniture)
    assert await door.get(claim), "the same name, but not ours"
    place.pocket.apply(claim)
    await removal.remove_home(door, place.session, furniture)
    assert await door.get(claim) is None
