"""The verbs against a real API, with everything that can go wrong on the way."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from aiohttp import test_utils, web
from kubernetes_asyncio import client

from workshop_spawner.kube.client import Cluster, make_reference
from workshop_spawner.manifests import accounts, budgets, network
from workshop_spawner.model import errors, labels
from workshop_spawner.model.session import Hub, Session
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
        with pytest.raises(errors.NameTakenError):
            await kube.ensure(manifest)


async def test_a_project_that_is_ending_is_never_adopted(site, kube):
    manifest = dict(next(m for m in manifests(site.session) if m["kind"] == "Namespace"))
    manifest["metadata"] = {**manifest["metadata"], "finalizers": ["example.com/wait"]}
    made = await kube.ensure(manifest)
    await kube.delete({**manifest, **made})
    with pytest.raises(errors.NameTakenError):
        await kube.ensure(manifest)


async def test_patience_ends(site, api):
    from workshop_spawner.kube.client import Cluster

    site.pocket.faults.add(verb="*", resource="*", times=None, status=500)
    impatient = Cluster(api, timeout=1, patience=0.5)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    with pytest.raises(errors.TemporaryError, match="just now"):
        await impatient.ensure(accounts.make_account(site.session))
    assert loop.time() - begun < 3


async def test_an_api_that_is_away_is_a_temporary_error(site, api):
    from workshop_spawner.kube.client import Cluster

    site.pocket.stop()
    with pytest.raises(errors.TemporaryError, match="does not answer"):
        await Cluster(api, timeout=1, patience=0.5).find("v1", "Namespace")


async def test_a_missing_right_names_the_rule(site, kube):
    with pytest.raises(errors.ForbiddenError) as caught:
        await kube.ensure(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": labels.make_metadata(site.session, "x", "workshops"),
            }
        )
    assert 'resources: ["configmaps"]' in caught.value.rule
    assert 'verbs: ["create"]' in caught.value.detail


@pytest.mark.parametrize("fault", TROUBLE.values(), ids=TROUBLE)
async def test_delete_deletes_once(site, kube, fault):
    made = await kube.ensure(accounts.make_account(site.session))
    manifest = {**accounts.make_account(site.session), **made}
    site.pocket.faults.add(verb="delete", resource="serviceaccounts", **fault)
    await kube.delete(manifest)
    assert await kube.get(manifest) is None
    await kube.delete(manifest)


async def test_delete_spares_a_successor_of_the_same_name(site, kube):
    manifest = accounts.make_account(site.session)
    first = await kube.ensure(manifest)
    await kube.delete({**manifest, **first})
    second = await kube.ensure(manifest)
    await kube.delete({**manifest, **first})
    found = await kube.get(manifest)
    assert found is not None
    assert found["metadata"]["uid"] == second["metadata"]["uid"]


async def test_delete_if_of_spares_another_session(site, kube):
    neighbour = Session(site.hub, NEIGHBOUR, "alice")
    manifest = accounts.make_account(neighbour)
    await kube.ensure(manifest)
    await kube.delete_if_of(accounts.make_account(site.session), site.session.id)
    assert await kube.get(manifest) is not None
    await kube.delete_if_of(manifest, NEIGHBOUR)
    assert await kube.get(manifest) is None
    await kube.delete_if_of(manifest, NEIGHBOUR)


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_only_a_firm_404_is_gone(site, api, status):
    from workshop_spawner.kube.client import Cluster

    site.pocket.faults.add(verb="get", resource="pods", times=None, status=status)
    with pytest.raises(errors.TemporaryError):
        await Cluster(api, timeout=1, patience=0.3).get(
            make_reference("v1", "Pod", "x", "workshops")
        )


async def test_lists_come_whole_and_selected(site, kube):
    sessions = [Session(site.hub, f"{n:016}", f"user{n}") for n in range(30)]
    await asyncio.gather(*(kube.ensure(accounts.make_account(s)) for s in sessions))
    found = await kube.find("v1", "ServiceAccount", "workshops", "class=session")
    assert len(found) == 30
    assert {thing["kind"] for thing in found} == {"ServiceAccount"}
    one = await kube.find("v1", "ServiceAccount", "workshops", "user=user7")
    assert [thing["metadata"]["name"] for thing in one] == ["intro-user7"]


async def test_the_hub_knows_its_own_name(site, kube):
    assert await kube.find_self() == site.hub.requestor


QUOTAS = "/api/v1/namespaces/{}/resourcequotas/compute-resources"


def widen(site):
    """The rights of a hub with persistent projects, and with a pool."""
    path = "/apis/rbac.authorization.k8s.io/v1/clusterroles/workshop-hub-projects"
    role = site.as_admin(path)
    rbac = "rbac.authorization.k8s.io"
    for group, resource, verbs in (
        ("", "resourcequotas", ["update"]),
        (rbac, "rolebindings", ["update", "delete"]),
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
@pytest.mark.parametrize("verb", ["create", "update"])
async def test_a_change_is_made_whatever_happens_on_the_way(site, kube, fault, verb):
    large = await prepare(site, kube)
    seen = site.pocket.faults.add(verb=verb, resource="resourcequotas", **fault)
    changed = await kube.converge(large)
    assert seen.seen == seen.times
    assert changed["spec"]["hard"]["limits.cpu"] == "4"
    assert site.as_admin(QUOTAS.format(site.session.project))["spec"] == changed["spec"]


async def test_a_change_that_always_conflicts_ends(site, kube):
    large = await prepare(site, kube)
    seen = site.pocket.faults.add(verb="update", resource="resourcequotas", status=409, times=None)
    with pytest.raises(errors.TemporaryError) as caught:
        await kube.converge(large)
    assert "somebody else changes it" in caught.value.detail
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


@pytest.mark.parametrize("fault", TROUBLE.values(), ids=TROUBLE)
async def test_a_patch_is_made_whatever_happens_on_the_way(site, kube, fault):
    widen(site)
    project = manifests_of_kind(site.session, "Namespace")
    await kube.ensure(project)
    seen = site.pocket.faults.add(verb="patch", resource="namespaces", **fault)
    made = await kube.merge(project, {"metadata": {"annotations": {"mine": "1"}}})
    assert seen.seen == seen.times
    assert made["metadata"]["annotations"]["mine"] == "1"


@pytest.mark.parametrize("fault", TROUBLE.values(), ids=TROUBLE)
@pytest.mark.parametrize("guarded", [True, False])
async def test_a_guarded_patch_never_passes_for_another(site, kube, fault, guarded):
    """What carries a version may report a conflict after a lost answer, but is made once."""
    widen(site)
    project = manifests_of_kind(site.session, "Namespace")
    version = (await kube.ensure(project))["metadata"]["resourceVersion"]
    site.pocket.faults.add(verb="patch", resource="namespaces", **fault)
    guard = {"resourceVersion": version} if guarded else {}
    change = {"metadata": {**guard, "annotations": {"mine": "1"}}}
    if guarded and "after" in fault.values():
        with pytest.raises(errors.NameTakenError):
            await kube.merge(project, change)
    elif guarded and "delay" in fault:  # the first or the second try comes in first
        with contextlib.suppress(errors.NameTakenError):
            await kube.merge(project, change)
    else:
        await kube.merge(project, change)
    assert (await kube.get(project))["metadata"]["annotations"]["mine"] == "1"
    with pytest.raises(errors.NameTakenError):
        await kube.merge(project, {"metadata": {"resourceVersion": "1", "labels": {"x": "y"}}})


@pytest.mark.parametrize("fault", TROUBLE.values(), ids=TROUBLE)
async def test_rights_and_names_are_asked_for_whatever_happens_on_the_way(site, kube, fault):
    for resource in ("selfsubjectaccessreviews", "selfsubjectreviews"):
        site.pocket.faults.add(verb="create", resource=resource, **fault)
    assert await kube.may({"group": "", "resource": "namespaces", "verb": "create"})
    assert await kube.find_self() == site.hub.requestor


@pytest.mark.parametrize("text", ["<html>Please log in</html>", "", "[]"])
async def test_a_page_in_the_place_of_the_api_is_no_answer(session_of_nobody, text):
    """With status 200, as a proxy or a portal may have it: nothing is there, gone or deleted."""

    async def answer(_request):
        return web.Response(text=text, content_type="text/html")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with test_utils.TestServer(app, host="127.0.0.1") as server:
        settings = client.Configuration(host=f"http://127.0.0.1:{server.port}")
        async with client.ApiClient(settings) as api:
            kube = Cluster(api, timeout=1, patience=0.3)
            account = accounts.make_account(session_of_nobody)
            found = {**account, "metadata": {**account["metadata"], "uid": "u"}}
            for verb in (kube.get(account), kube.ensure(account), kube.delete(found)):
                with pytest.raises(errors.TemporaryError):
                    await verb
            with pytest.raises(errors.TemporaryError):
                await kube.find("v1", "ServiceAccount", "workshops")


@pytest.fixture
def session_of_nobody():
    hub = Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub")
    return Session(hub, "s" * 16, "alice")
