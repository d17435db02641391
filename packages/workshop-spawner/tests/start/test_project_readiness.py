"""A new project is waited for until it is ready, on a real API, and not for ever."""

from __future__ import annotations

import asyncio

import pytest

from workshop_spawner.manifests import budgets, resources
from workshop_spawner.model import errors
from workshop_spawner.rules import plan, readiness
from workshop_spawner.start import project_readiness, steps
from workshop_spawner.start.progress import Progress

MERGE = {"Content-Type": "application/merge-patch+json"}
RANGE = {"metadata": {"annotations": {readiness.UID_RANGE: "1000650000/10000"}}}
EXTRA = "{apiVersion: v1, kind: ConfigMap, metadata: {name: notes}}"


def annotate(site, namespace):
    """Be OpenShift's controller that allots user ids."""
    answer = site.pocket.request("PATCH", f"/api/v1/namespaces/{namespace}", RANGE, headers=MERGE)
    assert answer.status == 200


def make_plan(session):
    extras = resources.read_extras(EXTRA, session)
    spec = plan.SessionSpec(budget=budgets.parse_budget("small"), extras=extras)
    return plan.make_plan(session, spec, {})


def looks(site):
    """How often the hub has looked at its session's project."""
    name = site.session.project
    done = [(r.verb, r.resource, r.name) for r in site.pocket.requests]
    return done.count(("get", "namespaces", name))


async def run(site, kube):
    start = steps.Start(kube, site.session, Progress())
    await start.run(make_plan(site.session))


async def test_a_project_that_is_ready_takes_one_look(site, kube):
    await run(site, kube)
    done = [(r.verb, r.resource) for r in site.pocket.requests if r.user == site.hub.requestor]
    assert done.count(("list", "resourcequotas")) == 1
    assert done.count(("get", "serviceaccounts")) == 1
    assert site.as_admin(f"/api/v1/namespaces/{site.session.project}/configmaps/notes")


async def test_user_ids_are_waited_for_where_the_cluster_allots_them(site, kube):
    annotate(site, "workshops")
    running = asyncio.ensure_future(run(site, kube))
    await site.pocket.until(lambda: looks(site) >= 3)
    notes = f"/api/v1/namespaces/{site.session.project}/configmaps/notes"
    assert site.as_admin(notes) is None, "nothing is made before"
    annotate(site, site.session.project)
    await asyncio.wait_for(running, 120)
    assert site.as_admin(notes)


async def test_what_never_comes_ends_in_a_sentence_and_is_undone(site, kube, monkeypatch):
    annotate(site, "workshops")
    monkeypatch.setattr(project_readiness, "LONGEST", 0.2)
    start = steps.Start(kube, site.session, Progress())
    with pytest.raises(errors.TemporaryError, match="set up your project") as caught:
        await start.run(make_plan(site.session))
    assert readiness.UID_RANGE in caught.value.detail
    assert await start.undo() == []
    assert site.left() == []


@pytest.mark.parametrize("fault", [{"status": 500}, {"retry_after": 0}, {"drop": "before"}])
@pytest.mark.parametrize(
    ("verb", "resource"), [("list", "resourcequotas"), ("get", "serviceaccounts")]
)
async def test_a_busy_cluster_is_asked_again(site, kube, fault, verb, resource):
    seen = site.pocket.faults.add(verb=verb, resource=resource, **fault)
    await run(site, kube)
    assert seen.seen == 1


async def test_who_may_not_look_does_not_wait(site, kube):
    project = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "foreign"}}
    site.pocket.apply(project)
    await project_readiness.wait_ready(kube, "foreign", "workshops")


async def test_without_objects_to_make_nothing_is_waited_for(site, kube):
    todo = plan.make_plan(site.session, plan.SessionSpec(budget=budgets.parse_budget("small")), {})
    assert plan.READY not in [step.name for step in todo]


LATE = [
    "pods is forbidden: status unknown for quota: compute-resources, resources: limits.cpu",
    'pods "x" is forbidden: error looking up service account w/x: serviceaccount "x" not found',
    "pods is forbidden: unable to find annotation openshift.io/sa.scc.uid-range",
]


@pytest.mark.parametrize("words", LATE)
async def test_a_part_of_the_cluster_that_lags_is_asked_again(site, kube, words):
    seen = site.pocket.faults.add(
        verb="create", resource="configmaps", status=403, message=words, times=2
    )
    await run(site, kube)
    assert seen.seen == 2
