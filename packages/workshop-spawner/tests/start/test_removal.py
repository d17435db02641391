"""What a stop removes, and what it leaves alone."""

from __future__ import annotations

import pytest

from workshop_spawner.manifests import budgets, home, network
from workshop_spawner.model.session import Session, rename
from workshop_spawner.rules import plan
from workshop_spawner.start import removal, steps
from workshop_spawner.start.progress import Progress

FULL = plan.SessionSpec(budget=budgets.parse_budget("small"), isolation=network.Rules(port=8888))


def make_plan(session, spec=FULL):
    return plan.make_plan(session, spec, {"key": "value"})


async def test_remove_finds_all_sessions_of_the_user_and_nobody_elses(site, kube):
    first = site.session
    second = rename(Session(site.hub, "u" * 16, "alice"))
    bob = Session(site.hub, "b" * 16, "bob")
    for session in (first, second, bob):
        await steps.Start(kube, session, Progress()).run(make_plan(session))
    assert await removal.remove_session(kube, first) == []
    left = site.left()
    assert [name for name in left if "alice" in name] == []
    assert f"namespaces/{bob.project}" in left
    assert f"serviceaccounts/{bob.account}" in left
    assert await removal.remove_session(kube, first) == []


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
async def test_remove_spares_what_is_not_ours_in_every_mark(site, kube, change):
    await steps.Start(kube, site.session, Progress()).run(make_plan(site.session))
    path = f"/api/v1/namespaces/{site.session.project}"
    headers = {"Content-Type": "application/merge-patch+json"}
    site.pocket.request("PATCH", path, {"metadata": change}, headers=headers)
    await removal.remove_session(kube, site.session)
    assert site.as_admin(path) is not None


@pytest.mark.parametrize("status", [500, 403, 404])
async def test_remove_deletes_nothing_while_the_api_is_unwell(site, kube, status):
    await steps.Start(kube, site.session, Progress()).run(make_plan(site.session))
    site.pocket.faults.add(verb="list", resource="*", status=status, times=None)
    problems = await removal.remove_session(kube.within(0.3), site.session)
    assert len(problems) == 2
    site.pocket.faults.clear()
    assert f"namespaces/{site.session.project}" in site.left()


async def test_a_home_is_removed_with_its_user_and_nobody_elses(site, kube):
    role = "/apis/rbac.authorization.k8s.io/v1/namespaces/workshops/roles/workshop-hub"
    found = site.as_admin(role)
    verbs = ["get", "create", "delete"]
    rule = {"apiGroups": [""], "resources": ["persistentvolumeclaims"], "verbs": verbs}
    found["rules"].append(rule)
    assert site.pocket.request("PUT", role, found).status == 200
    home_volume = home.Home("1Gi")
    await removal.remove_home(kube, site.session, home_volume)  # there is none: nothing to do
    claim = home.make_claim(site.session, home_volume, lasting=True)
    foreign = {**claim, "metadata": {**claim["metadata"], "annotations": {}}}
    site.pocket.apply(foreign)
    await removal.remove_home(kube, site.session, home_volume)
    assert await kube.find(claim), "the same name, but not ours"
    site.pocket.apply(claim)
    await removal.remove_home(kube, site.session, home_volume)
    assert await kube.find(claim) is None
