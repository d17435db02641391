"""The reserve against a real API: filled, handed out once, and finished by whoever comes after."""

import asyncio
import functools
import logging

import pytest

from workshop_spawner import errors, labels, plan
from workshop_spawner.api.cluster import Cluster
from workshop_spawner.manifests import budgets, network
from workshop_spawner.session import Session
from workshop_spawner.upkeep import reserve, reserving
from workshop_spawner.upkeep.reserve import Reserve

LOG = logging.getLogger("t")
ROLE = "/apis/rbac.authorization.k8s.io/v1/{}/{}"
WISHES = plan.Wishes(budget=budgets.parse_budget("small"), isolation=network.Rules(port=8888))


@pytest.fixture
def patching(place):
    """The two rights that a reserve needs beside those of the template."""
    for kind, name, resource in (
        ("clusterroles", "workshop-hub-projects", "namespaces"),
        ("namespaces/workshops/roles", "workshop-hub", "serviceaccounts"),
    ):
        path = ROLE.format(kind, name)
        role = place.as_admin(path)
        role["rules"].append({"apiGroups": [""], "resources": [resource], "verbs": ["patch"]})
        assert place.pocket.request("PUT", path, role).status == 200
    return place


@pytest.fixture
def make(patching, door):
    def make(size=3, budget="small"):
        wishes = plan.Wishes(budget=budgets.parse_budget(budget), isolation=WISHES.isolation)
        return Reserve(
            door, patching.hub, lambda session: plan.make_ready_steps(session, wishes), size, LOG
        )

    return make


def visitor(place, name):
    return Session(place.hub, f"{name:x>16}", name, claim=f"{name:x>16}")


async def stock(door):
    found = await door.find("v1", "ServiceAccount", "workshops", "class=reserve")
    return sorted(account["metadata"]["name"] for account in found)


async def test_a_reserve_is_filled_once(make, door):
    kept = make()
    await kept.fill()
    first = await stock(door)
    assert len(first) == 3
    await kept.fill()
    assert await stock(door) == first
    projects = await door.find("v1", "Namespace", selector="class=reserve")
    assert sorted(p["metadata"]["name"] for p in projects) == first


async def test_one_is_handed_out_whole_and_replaced(make, place, door):
    kept = make()
    await kept.fill()
    before = len(place.pocket.requests)
    taken, account = await kept.take(visitor(place, "alice"))
    assert "create" not in {r.verb for r in place.pocket.requests[before:]}, "nothing is made"
    assert labels.is_ours(account["metadata"], place.hub)
    project = place.as_admin(f"/api/v1/namespaces/{taken.project}")["metadata"]
    assert labels.is_ours(project, place.hub)
    assert project["annotations"][labels.USERNAME] == "alice"
    assert place.names(f"/api/v1/namespaces/{taken.project}/resourcequotas")
    await kept.fill()
    assert len(await stock(door)) == 3
    assert taken.account not in await stock(door)


async def test_none_is_handed_out_twice_by_two_hubs(make, place):
    kept = make(size=4)
    await kept.fill()
    twin = make(size=4)
    await twin.fill()
    asked = [
        hub.take(visitor(place, f"user{number}{name}"))
        for number in range(4)
        for name, hub in (("a", kept), ("b", twin))
    ]
    handed = [given for given in await asyncio.gather(*asked) if given]
    names = [taken.account for taken, _ in handed]
    assert len(names) == len(set(names)) == 4


@pytest.mark.parametrize("fault", [{"drop": "after"}, {"drop": "before"}, {"status": 500}])
@pytest.mark.parametrize("resource", ["serviceaccounts", "namespaces"])
async def test_a_hand_out_whose_answer_is_lost_happens_once(make, place, fault, resource):
    kept = make(size=1)
    await kept.fill()
    place.pocket.faults.add(verb="patch", resource=resource, **fault)
    given = await kept.take(visitor(place, "alice"))
    assert given is not None
    assert await kept.take(visitor(place, "bob")) is None


REFUSALS = [{"status": status} for status in (400, 403, 404, 409, 410, 422)]
NO_ANSWERS = [{"status": 500}, {"status": 503}, {"drop": "before"}, {"drop": "after"}]


@pytest.mark.parametrize("fault", [*REFUSALS, *NO_ANSWERS[:3]], ids=str)
async def test_a_start_goes_on_without_a_session_that_cannot_be_handed_out(
    make, place, door, monkeypatch, fault
):
    monkeypatch.setattr(reserve, "PATIENCE", 0.5)
    kept = make(size=1)
    await kept.fill()
    before = await stock(door)
    place.pocket.faults.add(verb="patch", resource="serviceaccounts", times=None, **fault)
    assert await kept.take(visitor(place, "alice")) is None
    place.pocket.faults.clear()
    assert place.left() == [], "nothing of the visitor's is left behind"
    await kept.fill()
    after = await stock(door)
    assert len(after) == 1
    assert (after == before) is (fault in REFUSALS), "what was refused is there at the next pass"
    assert await kept.take(visitor(place, "alice")) is not None


@pytest.mark.parametrize("fault", [*REFUSALS, *NO_ANSWERS], ids=str)
async def test_a_hand_out_that_fails_half_way_leaves_nothing(make, place, monkeypatch, fault):
    monkeypatch.setattr(reserve, "PATIENCE", 0.5)
    kept = make(size=1)
    await kept.fill()
    place.pocket.faults.add(verb="patch", resource="namespaces", times=None, **fault)
    assert await kept.take(visitor(place, "alice")) is None
    assert place.left() == []
    selector = "?labelSelector=app%3Dintro"
    found = place.as_admin(f"/api/v1/namespaces{selector}")["items"]
    assert [p for p in found if "deletionTimestamp" not in p["metadata"]] == []


async def test_one_that_is_gone_makes_room_for_the_next(make, place, door):
    kept = make(size=2)
    await kept.fill()
    gone, left = (account["metadata"]["name"] for account in kept._ready)
    path = f"/api/v1/namespaces/workshops/serviceaccounts/{gone}"
    assert place.pocket.request("DELETE", path).status == 200
    taken, _ = await kept.take(visitor(place, "alice"))
    assert taken.account == left


async def test_who_needs_another_recipe_gets_none(make, place):
    kept = make(size=1)
    await kept.fill()
    assert not kept.is_empty
    sample = reserving.make_sample(place.hub)
    large = plan.Wishes(budget=budgets.parse_budget("large"), isolation=WISHES.isolation)
    other = reserving.make_recipe(plan.make_ready_steps(sample, large), sample)
    assert await kept.take(visitor(place, "alice"), other) is None
    same = reserving.make_recipe(plan.make_ready_steps(sample, WISHES), sample)
    assert await kept.take(visitor(place, "bob"), same) is not None
    assert kept.is_empty


async def test_an_empty_reserve_says_so(make, place):
    assert await make().take(visitor(place, "alice")) is None


async def test_a_hub_that_died_while_handing_out_is_finished(make, place, door):
    kept = make(size=1)
    await kept.fill()
    (name,) = await stock(door)
    account = await door.get(kept._refer("ServiceAccount", name))
    taken = reserving.take_over(account, visitor(place, "alice"))
    await door.merge(kept._refer("ServiceAccount", name), reserving.make_claim(taken))
    await make(size=1).fill()
    project = place.as_admin(f"/api/v1/namespaces/{name}")["metadata"]
    assert labels.is_ours(project, place.hub)
    assert project["annotations"][labels.USERNAME] == "alice"


async def test_a_changed_setting_makes_them_anew(make, place, door):
    await make(budget="small").fill()
    old = await stock(door)
    await make(budget="large").fill()
    new = await stock(door)
    assert len(new) == 3
    assert not set(old) & set(new)
    quota = place.as_admin(f"/api/v1/namespaces/{new[0]}/resourcequotas/compute-resources")
    assert quota["spec"]["hard"]["limits.cpu"] == "4"


async def test_a_reserve_that_cannot_be_made_leaves_nothing(make, place, door):
    place.pocket.faults.add(verb="create", resource="limitranges", status=422, times=None)
    await make(size=2).fill()
    assert await stock(door) == []
    assert await door.find("v1", "Namespace", selector="class=reserve") == []


async def test_the_reserve_fills_itself_in_the_background(make, place, door):
    kept = make(size=1)
    running = asyncio.ensure_future(kept.run())
    try:
        given = []
        for name in ("alice", "bob"):
            who = visitor(place, name)
            taken, _ = await place.pocket.until(functools.partial(kept.take, who))
            given.append(taken.account)
        assert given[0] != given[1]
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_an_api_that_is_away_does_not_end_the_reserve(make, place, api, monkeypatch):
    wishes = plan.Wishes()
    door = Cluster(api, timeout=1, patience=0.2)
    kept = Reserve(door, place.hub, lambda s: plan.make_ready_steps(s, wishes), 1, LOG)
    monkeypatch.setattr(reserve, "PAUSE", 0)
    away = place.pocket.faults.add(verb="list", resource="*", status=500, times=None)
    running = asyncio.ensure_future(kept.run())
    await place.pocket.until(lambda: away.seen >= 3)
    assert not running.done()
    running.cancel()
    await asyncio.wait([running])
