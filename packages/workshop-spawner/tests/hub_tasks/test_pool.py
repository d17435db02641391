"""The pool against a real API: filled, handed out once, and finished by whoever comes after."""

from __future__ import annotations

import asyncio
import functools
import logging
from dataclasses import replace

import pytest

from workshop_kube import labels
from workshop_spawner.context import PoolState
from workshop_spawner.hub_tasks import pool
from workshop_spawner.hub_tasks.pool import SessionPool, check_out
from workshop_spawner.manifests import budgets, network
from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Session
from workshop_spawner.rules import plan, pool_rules
from workshop_spawner.rules.reserve.size import ReserveSize
from workshop_spawner.start import steps
from workshop_spawner.start.progress import Progress

LOG = logging.getLogger("t")
ROLE = "/apis/rbac.authorization.k8s.io/v1/{}/{}"
SPEC = plan.SessionSpec(budget=budgets.parse_budget("small"), isolation=network.Rules(port=8888))


@pytest.fixture
def patching(site):
    """The two rights that a pool needs beside those of the template."""
    for kind, name, resource in (
        ("clusterroles", "workshop-hub-projects", "namespaces"),
        ("namespaces/workshops/roles", "workshop-hub", "serviceaccounts"),
    ):
        path = ROLE.format(kind, name)
        role = site.as_admin(path)
        role["rules"].append({"apiGroups": [""], "resources": [resource], "verbs": ["patch"]})
        assert site.pocket.request("PUT", path, role).status == 200
    return site


@pytest.fixture
def make(patching, kube):
    def make(size=3, budget="small"):
        spec = plan.SessionSpec(budget=budgets.parse_budget(budget), isolation=SPEC.isolation)
        return SessionPool(
            kube, patching.hub, lambda session: plan.make_ready_steps(session, spec), size, LOG
        )

    return make


def allow_cluster_roles(site):
    """What a hub needs to make ClusterRoles for its visitors."""
    path = ROLE.format("clusterroles", "workshop-hub-projects")
    role = site.as_admin(path)
    groups = ["rbac.authorization.k8s.io"]
    role["rules"].append({"apiGroups": groups, "resources": ["clusterroles"], "verbs": ["create"]})
    assert site.pocket.request("PUT", path, role).status == 200


def visitor(site, name):
    return Session(site.hub, f"{name:x>16}", name, checkout=f"{name:x>16}")


async def stock(kube):
    found = await kube.list("v1", "ServiceAccount", "workshops", selector="class=reserve")
    return sorted(account["metadata"]["name"] for account in found)


async def test_a_reserve_is_filled_once(make, kube):
    kept = make()
    await kept.fill()
    first = await stock(kube)
    assert len(first) == 3
    await kept.fill()
    assert await stock(kube) == first
    projects = await kube.list("v1", "Namespace", selector="class=reserve")
    assert sorted(p["metadata"]["name"] for p in projects) == first


async def test_one_is_handed_out_whole_and_replaced(make, site, kube):
    kept = make()
    await kept.fill()
    before = len(site.pocket.requests)
    taken, account = await kept.check_out(visitor(site, "alice"))
    assert "create" not in {r.verb for r in site.pocket.requests[before:]}, "nothing is made"
    assert session_labels.is_ours(account["metadata"], site.hub)
    project = site.as_admin(f"/api/v1/namespaces/{taken.project}")["metadata"]
    assert session_labels.is_ours(project, site.hub)
    assert project["annotations"][labels.USERNAME] == "alice"
    assert site.names(f"/api/v1/namespaces/{taken.project}/resourcequotas")
    await kept.fill()
    assert len(await stock(kube)) == 3
    assert taken.account not in await stock(kube)


async def test_none_is_handed_out_twice_by_two_hubs(make, site):
    kept = make(size=4)
    await kept.fill()
    twin = make(size=4)
    await twin.fill()
    asked = [
        hub.check_out(visitor(site, f"user{number}{name}"))
        for number in range(4)
        for name, hub in (("a", kept), ("b", twin))
    ]
    handed = [given for given in await asyncio.gather(*asked) if given]
    names = [taken.account for taken, _ in handed]
    assert len(names) == len(set(names)) == 4


@pytest.mark.parametrize("fault", [{"drop": "after"}, {"drop": "before"}, {"status": 500}])
@pytest.mark.parametrize("resource", ["serviceaccounts", "namespaces"])
async def test_a_hand_out_whose_answer_is_lost_happens_once(make, site, fault, resource):
    kept = make(size=1)
    await kept.fill()
    site.pocket.faults.add(verb="patch", resource=resource, **fault)
    given = await kept.check_out(visitor(site, "alice"))
    assert given is not None
    assert await kept.check_out(visitor(site, "bob")) is None


REFUSALS = [{"status": status} for status in (400, 403, 404, 409, 410, 422)]
NO_ANSWERS = [{"status": 500}, {"status": 503}, {"drop": "before"}, {"drop": "after"}]


@pytest.mark.parametrize("fault", [*REFUSALS, *NO_ANSWERS[:3]], ids=str)
async def test_a_start_goes_on_without_a_session_that_cannot_be_handed_out(
    make, site, kube, monkeypatch, fault
):
    monkeypatch.setattr(pool, "PATIENCE", 0.5)
    kept = make(size=1)
    await kept.fill()
    before = await stock(kube)
    site.pocket.faults.add(verb="patch", resource="serviceaccounts", times=None, **fault)
    assert await kept.check_out(visitor(site, "alice")) is None
    site.pocket.faults.clear()
    assert site.left() == [], "nothing of the visitor's is left behind"
    await kept.fill()
    after = await stock(kube)
    assert len(after) == 1
    assert (after == before) is (fault in REFUSALS), "what was refused is there at the next pass"
    assert await kept.check_out(visitor(site, "alice")) is not None


@pytest.mark.parametrize("fault", [*REFUSALS, *NO_ANSWERS], ids=str)
async def test_a_hand_out_that_fails_half_way_leaves_nothing(make, site, monkeypatch, fault):
    monkeypatch.setattr(pool, "PATIENCE", 0.5)
    kept = make(size=1)
    await kept.fill()
    site.pocket.faults.add(verb="patch", resource="namespaces", times=None, **fault)
    assert await kept.check_out(visitor(site, "alice")) is None
    assert site.left() == []
    selector = "?labelSelector=app%3Dintro"
    found = site.as_admin(f"/api/v1/namespaces{selector}")["items"]
    assert [p for p in found if "deletionTimestamp" not in p["metadata"]] == []


async def test_one_that_is_gone_makes_room_for_the_next(make, site, kube):
    kept = make(size=2)
    await kept.fill()
    gone, left = (account["metadata"]["name"] for account in kept.ready)
    path = f"/api/v1/namespaces/workshops/serviceaccounts/{gone}"
    assert site.pocket.request("DELETE", path).status == 200
    taken, _ = await kept.check_out(visitor(site, "alice"))
    assert taken.account == left


async def test_who_needs_another_recipe_gets_none(make, site):
    kept = make(size=1)
    await kept.fill()
    assert not kept.is_empty
    sample = pool_rules.make_sample(site.hub)
    large = plan.SessionSpec(budget=budgets.parse_budget("large"), isolation=SPEC.isolation)
    other = pool_rules.make_fingerprint(plan.make_ready_steps(sample, large), sample)
    assert await kept.check_out(visitor(site, "alice"), other) is None
    same = pool_rules.make_fingerprint(plan.make_ready_steps(sample, SPEC), sample)
    assert await kept.check_out(visitor(site, "bob"), same) is not None
    assert kept.is_empty


async def test_an_empty_reserve_says_so(make, site):
    assert await make().check_out(visitor(site, "alice")) is None


async def test_a_hub_that_died_while_handing_out_is_finished(make, site, kube):
    kept = make(size=1)
    await kept.fill()
    (name,) = await stock(kube)
    account = kept.take()
    taken = pool_rules.take_over(account, visitor(site, "alice"))
    await kube.change(account, pool_rules.make_checkout(taken))
    await make(size=1).fill()
    project = site.as_admin(f"/api/v1/namespaces/{name}")["metadata"]
    assert session_labels.is_ours(project, site.hub)
    assert project["annotations"][labels.USERNAME] == "alice"


async def test_a_changed_setting_makes_them_anew(make, site, kube):
    await make(budget="small").fill()
    old = await stock(kube)
    await make(budget="large").fill()
    new = await stock(kube)
    assert len(new) == 3
    assert not set(old) & set(new)
    quota = site.as_admin(f"/api/v1/namespaces/{new[0]}/resourcequotas/compute-resources")
    assert quota["spec"]["hard"]["limits.cpu"] == "4"


async def test_a_reserve_that_cannot_be_made_leaves_nothing(make, site, kube):
    site.pocket.faults.add(verb="create", resource="limitranges", status=422, times=None)
    await make(size=2).fill()
    assert await stock(kube) == []
    assert await kube.list("v1", "Namespace", selector="class=reserve") == []


async def test_the_reserve_fills_itself_in_the_background(make, site, kube):
    kept = make(size=1)
    running = asyncio.ensure_future(kept.run())
    try:
        given = []
        for name in ("alice", "bob"):
            who = visitor(site, name)
            taken, _ = await site.pocket.until(functools.partial(kept.check_out, who))
            given.append(taken.account)
        assert given[0] != given[1]
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_the_reserve_is_filled_when_the_rush_is_over(make, site, kube, monkeypatch):
    monkeypatch.setattr(pool, "CALM", 0.01)
    looks, rush = asyncio.Event(), True

    def is_rush():
        looks.set()
        return rush

    kept = make(size=1)
    kept.is_rush = is_rush
    running = asyncio.ensure_future(kept.run())
    try:
        await site.pocket.until(functools.partial(kept.check_out, visitor(site, "alice")))
        await looks.wait()
        assert await stock(kube) == [], "visitors come first"
        rush = False
        await site.pocket.until(functools.partial(kept.check_out, visitor(site, "bob")))
        rush = True
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_an_api_that_is_away_does_not_end_the_reserve(make, site, kube, monkeypatch):
    spec = plan.SessionSpec()
    kept = SessionPool(kube.within(0.2), site.hub, lambda s: plan.make_ready_steps(s, spec), 1, LOG)
    monkeypatch.setattr(pool, "PAUSE", 0)
    away = site.pocket.faults.add(verb="list", resource="*", status=500, times=None)
    running = asyncio.ensure_future(kept.run())
    await site.pocket.until(lambda: away.seen >= 3)
    assert not running.done()
    running.cancel()
    await asyncio.wait([running])


async def test_a_reserve_that_is_lowered_shrinks(make, patching, kube):
    await make(3).fill()
    await make(1).fill()
    assert len(await stock(kube)) == 1
    await SessionPool(kube, patching.hub, lambda _: (), 0, LOG).fill()
    assert await stock(kube) == []


EXTRAS = """
{apiVersion: v1, kind: ConfigMap, metadata: {name: plain}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: mine}, data: {who: "${username}"}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: "${project_namespace}-b"}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole,
 metadata: {name: "${project_namespace}-more", annotations: {for: "{username}"}}}
"""


async def test_extra_resources_that_name_the_visitor_are_made_with_the_visitor(make, site, kube):
    allow_cluster_roles(site)
    spec = replace(SPEC, extra_resources=EXTRAS)

    def make_steps(session):
        return plan.make_ready_steps(session, plan.fill_in(spec, session))

    kept = SessionPool(kube, site.hub, make_steps, 1, LOG)
    await kept.fill()
    (name,) = await stock(kube)
    inside = f"/api/v1/namespaces/{name}/configmaps"
    assert {"plain"} <= set(site.names(inside))
    assert "mine" not in site.names(inside)
    session, account = await check_out(kept, visitor(site, "alice"), spec)
    assert session.project == name
    assert session_labels.is_ours(
        site.as_admin(f"/api/v1/namespaces/{name}-b")["metadata"], site.hub
    )
    start = steps.Start(kube, session, Progress())
    todo = start.take_over(plan.make_plan(session, plan.fill_in(spec, session), {}), account)
    await start.run(todo)
    assert site.as_admin(f"{inside}/mine")["data"] == {"who": "alice"}
    role = site.as_admin(f"/apis/rbac.authorization.k8s.io/v1/clusterroles/{name}-more")
    assert role["metadata"]["annotations"]["for"] == "alice"
    assert role["metadata"]["ownerReferences"][0]["name"] == name
    assert await start.undo() == []
    await site.gone()


async def test_a_hand_out_that_fails_takes_the_extra_projects_along(make, site, kube, monkeypatch):
    monkeypatch.setattr(pool, "PATIENCE", 0.5)
    spec = replace(SPEC, extra_resources=EXTRAS)

    def make_steps(session):
        return plan.make_ready_steps(session, plan.fill_in(spec, session))

    kept = SessionPool(kube, site.hub, make_steps, 1, LOG)
    await kept.fill()
    (name,) = await stock(kube)
    site.pocket.faults.add(verb="patch", resource="namespaces", status=500, times=None)
    assert await check_out(kept, visitor(site, "alice"), spec) == (visitor(site, "alice"), None)
    site.pocket.faults.clear()
    assert not {name, f"{name}-b"} & set(site.names("/api/v1/namespaces"))


class Changing:
    """A size that changes with the time of day."""

    now = ReserveSize(1)
    used = saved = 0

    def find_size(self):
        return self.now

    def count_use(self):
        self.used += 1

    async def save(self):
        self.saved += 1


async def test_its_size_changes_with_the_time_of_day(make, site, kube):
    sizes = Changing()
    kept = make(size=sizes)
    await kept.fill()
    assert len(await stock(kube)) == 1
    sizes.now = ReserveSize(3)
    await kept.fill()
    assert (len(await stock(kube)), kept.describe().sessions) == (3, 3)
    assert await kept.check_out(visitor(site, "alice"))
    sizes.now = ReserveSize(0)
    await kept.fill()
    assert await stock(kube) == []
    assert (sizes.used, sizes.saved) == (1, 3)


async def test_why_nothing_is_ready_is_told(make, site):
    site.pocket.faults.add(verb="create", resource="namespaces", status=500, times=None)
    kept = make(size=1)
    await kept.fill()
    assert kept.describe().troubles == (
        "No session could be made ready: The cluster cannot do this just now.",
    )
    site.pocket.faults.clear()
    await kept.fill()
    assert kept.describe() == PoolState(1)
