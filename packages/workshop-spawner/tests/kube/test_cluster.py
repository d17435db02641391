"""A session's objects by the verbs of workshop_kube, with all that can go wrong on the way."""

from __future__ import annotations

import asyncio
import time

import pytest

from workshop_kube import errors
from workshop_spawner.manifests import accounts, budgets, network
from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Session
from workshop_spawner.rules import plan

FULL = plan.SessionSpec(budget=budgets.parse_budget("small"), isolation=network.Rules(port=8888))
NEIGHBOUR = "t" * 16

FAULTS = {
    "429": {"status": 429, "retry_after": 1},
    "500": {"status": 500},
    "503": {"status": 503},
    "no answer, nothing done": {"drop": "before"},
    "no answer, yet done": {"drop": "after"},
    "too late, yet done": {"delay": 1.3},
    "500 twice": {"status": 500, "times": 2},
    "409, somebody else was counted": {"status": 409},
}
TROUBLE = {name: fault for name, fault in FAULTS.items() if not name.startswith("409")}


def manifests(session):
    """Every object that a start makes, in an order in which it can be made."""
    steps = plan.make_plan(session, FULL, {"key": "value"})
    return [manifest for step in steps for manifest in step.manifests]


def plural(manifest):
    return {"NetworkPolicy": "networkpolicies"}.get(
        manifest["kind"], f"{manifest['kind'].lower()}s"
    )


async def ensure_all(kube, session):
    """Roots first, then the rest side by side, as a start does; in the order of `manifests`."""
    waves = ([], [])
    for manifest in manifests(session):
        waves[manifest["kind"] not in ("Namespace", "ServiceAccount")].append(manifest)
    made = [await asyncio.gather(*map(kube.ensure, wave)) for wave in waves]
    return [thing["metadata"]["uid"] for wave in made for thing in wave]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_everything_is_made_once_whatever_happens_on_the_way(site, kube, fault):
    script = {plural(manifest) for manifest in manifests(site.session)}
    faults = [site.pocket.faults.add(verb="create", resource=kind, **fault) for kind in script]
    made = await ensure_all(kube, site.session)
    assert all(fault.seen == fault.times for fault in faults)
    site.pocket.faults.clear()
    assert await ensure_all(kube, site.session) == made
    assert len(set(made)) == len(made) == len(manifests(site.session))


async def test_what_another_session_made_is_never_adopted(site, kube):
    neighbour = Session(site.hub, NEIGHBOUR, "alice")
    for manifest in manifests(neighbour):
        await kube.ensure(manifest)
    for manifest in manifests(site.session):
        with pytest.raises(errors.ExistsError):
            await kube.ensure(manifest)


async def test_a_project_that_is_ending_is_never_adopted(site, kube):
    manifest = dict(next(m for m in manifests(site.session) if m["kind"] == "Namespace"))
    manifest["metadata"] = {**manifest["metadata"], "finalizers": ["example.com/wait"]}
    made = await kube.ensure(manifest)
    await kube.delete_exactly({**manifest, **made})
    with pytest.raises(errors.ExistsError):
        await kube.ensure(manifest)


async def test_a_missing_right_names_the_rule(site, kube):
    with pytest.raises(errors.ForbiddenError) as caught:
        await kube.ensure(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": session_labels.make_metadata(site.session, "x", "workshops"),
            }
        )
    assert 'resources: ["configmaps"]' in caught.value.rule
    assert 'verbs: ["create"]' in caught.value.rule


async def test_delete_if_of_spares_another_session(site, kube):
    neighbour = Session(site.hub, NEIGHBOUR, "alice")
    manifest = accounts.make_account(neighbour)
    await kube.ensure(manifest)
    await kube.delete_if_of(accounts.make_account(site.session), site.session.id)
    assert await kube.find(manifest) is not None
    await kube.delete_if_of(manifest, NEIGHBOUR)
    assert await kube.find(manifest) is None
    await kube.delete_if_of(manifest, NEIGHBOUR)


QUOTAS = "/api/v1/namespaces/{}/resourcequotas/compute-resources"


def widen(site):
    """The rights of a hub with persistent projects, and with a pool."""
    path = "/apis/rbac.authorization.k8s.io/v1/clusterroles/workshop-hub-projects"
    role = site.as_admin(path)
    rbac = "rbac.authorization.k8s.io"
    for group, resource, verbs in (
        ("", "resourcequotas", ["patch"]),
        (rbac, "rolebindings", ["delete"]),
        ("", "namespaces", ["patch"]),
    ):
        role["rules"].append({"apiGroups": [group], "resources": [resource], "verbs": verbs})
    assert site.pocket.request("PUT", path, role).status == 200


def quota_of(session, budget):
    spec = plan.SessionSpec(budget=budgets.parse_budget(budget))
    (step,) = [step for step in plan.make_plan(session, spec, {}) if step.name == "budget"]
    return next(m for m in step.manifests if m["metadata"]["name"] == "compute-resources")


async def prepare(site, kube):
    """A project with a small quota, that is to be made large."""
    widen(site)
    await kube.ensure(manifests_of_kind(site.session, "Namespace"))
    await kube.ensure(quota_of(site.session, "small"))
    return quota_of(site.session, "large")


def manifests_of_kind(session, kind):
    return next(m for m in manifests(session) if m["kind"] == kind)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("verb", ["create", "patch"])
async def test_a_change_is_made_whatever_happens_on_the_way(site, kube, fault, verb):
    large = await prepare(site, kube)
    seen = site.pocket.faults.add(verb=verb, resource="resourcequotas", **fault)
    changed = await kube.converge(large)
    assert seen.seen == seen.times
    assert changed["spec"]["hard"]["limits.cpu"] == "4"
    assert site.as_admin(QUOTAS.format(site.session.project))["spec"] == changed["spec"]


async def test_a_change_that_always_conflicts_ends(site, kube):
    large = await prepare(site, kube)
    seen = site.pocket.faults.add(verb="patch", resource="resourcequotas", status=409, times=None)
    with pytest.raises(errors.ConflictError):
        await kube.converge(large)
    assert seen.seen == 5


@pytest.mark.parametrize("fault", TROUBLE.values(), ids=TROUBLE)
async def test_a_bindings_role_is_replaced_whatever_happens_on_the_way(site, kube, fault):
    widen(site)
    await kube.ensure(manifests_of_kind(site.session, "Namespace"))
    subject = accounts.make_session_subject(site.session)
    await kube.ensure(accounts.make_binding(site.session, "b", "edit", subject))
    seen = site.pocket.faults.add(verb="delete", resource="rolebindings", **fault)
    made = await kube.converge(accounts.make_binding(site.session, "b", "view", subject))
    assert seen.seen == seen.times
    assert made["roleRef"]["name"] == "view"


async def test_who_has_less_time_asks_for_less_long(site, kube):
    away = site.pocket.faults.add(verb="get", resource="namespaces", times=None, status=503)
    hurried, begun = kube.within(0.3), time.monotonic()
    with pytest.raises(errors.TemporaryError):
        await hurried.find(manifests_of_kind(site.session, "Namespace"))
    assert away.seen
    assert hurried.facts is kube.facts
    assert time.monotonic() - begun < kube.api.patience.total
    assert kube.within(100).api.patience == kube.api.patience


async def test_the_host_is_that_of_the_api(kube):
    assert kube.host == "127.0.0.1"
