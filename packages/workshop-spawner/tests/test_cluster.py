"""The verbs against a real API, with everything that can go wrong on the way."""

import asyncio

import pytest

from workshop_spawner import accounts, budgets, errors, labels, network, plan
from workshop_spawner.cluster import make_reference
from workshop_spawner.session import Session

FULL = plan.Wishes(budget=budgets.parse_budget("small"), isolation=network.Rules(port=8888))
NEIGHBOUR = "t" * 16

FAULTS = {
    "429": {"status": 429, "retry_after": 1},
    "500": {"status": 500},
    "503": {"status": 503},
    "no answer, nothing done": {"drop": "before"},
    "no answer, yet done": {"drop": "after"},
    "too late, yet done": {"delay": 1.3},
    "500 twice": {"status": 500, "times": 2},
}


def manifests(session):
    """Every object that a start makes, in an order in which it can be made."""
    steps = plan.make_plan(session, FULL, {"key": "value"})
    return [manifest for step in steps for manifest in step.manifests]


def plural(manifest):
    return {"NetworkPolicy": "networkpolicies"}.get(
        manifest["kind"], f"{manifest['kind'].lower()}s"
    )


async def ensure_all(door, session):
    """Roots first, then the rest side by side, as a start does; in the order of `manifests`."""
    waves = ([], [])
    for manifest in manifests(session):
        waves[manifest["kind"] not in ("Namespace", "ServiceAccount")].append(manifest)
    made = [await asyncio.gather(*map(door.ensure, wave)) for wave in waves]
    return [thing["metadata"]["uid"] for wave in made for thing in wave]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_everything_is_made_once_whatever_happens_on_the_way(place, door, fault):
    script = {plural(manifest) for manifest in manifests(place.session)}
    faults = [place.pocket.faults.add(verb="create", resource=kind, **fault) for kind in script]
    made = await ensure_all(door, place.session)
    assert all(fault.seen == fault.times for fault in faults)
    place.pocket.faults.clear()
    assert await ensure_all(door, place.session) == made
    assert len(set(made)) == len(made) == len(manifests(place.session))


async def test_what_another_session_made_is_never_adopted(place, door):
    neighbour = Session(place.hub, NEIGHBOUR, "alice")
    for manifest in manifests(neighbour):
        await door.ensure(manifest)
    for manifest in manifests(place.session):
        with pytest.raises(errors.NameTakenError):
            await door.ensure(manifest)


async def test_a_project_that_is_ending_is_never_adopted(place, door):
    manifest = dict(next(m for m in manifests(place.session) if m["kind"] == "Namespace"))
    manifest["metadata"] = {**manifest["metadata"], "finalizers": ["example.com/wait"]}
    made = await door.ensure(manifest)
    await door.delete({**manifest, **made})
    with pytest.raises(errors.NameTakenError):
        await door.ensure(manifest)


async def test_patience_ends(place, api):
    from workshop_spawner.cluster import Cluster

    place.pocket.faults.add(verb="*", resource="*", times=None, status=500)
    impatient = Cluster(api, timeout=1, patience=0.5)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    with pytest.raises(errors.TemporaryError, match="just now"):
        await impatient.ensure(accounts.make_account(place.session))
    assert loop.time() - begun < 3


async def test_an_api_that_is_away_is_a_temporary_error(place, api):
    from workshop_spawner.cluster import Cluster

    place.pocket.stop()
    with pytest.raises(errors.TemporaryError, match="does not answer"):
        await Cluster(api, timeout=1, patience=0.5).find("v1", "Namespace")


async def test_a_missing_right_names_the_rule(place, door):
    with pytest.raises(errors.ForbiddenError) as caught:
        await door.ensure(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": labels.make_metadata(place.session, "x", "workshops"),
            }
        )
    assert 'resources: ["configmaps"]' in caught.value.rule
    assert 'verbs: ["create"]' in caught.value.detail


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_delete_deletes_once(place, door, fault):
    made = await door.ensure(accounts.make_account(place.session))
    manifest = {**accounts.make_account(place.session), **made}
    place.pocket.faults.add(verb="delete", resource="serviceaccounts", **fault)
    await door.delete(manifest)
    assert await door.get(manifest) is None
    await door.delete(manifest)


async def test_delete_spares_a_successor_of_the_same_name(place, door):
    manifest = accounts.make_account(place.session)
    first = await door.ensure(manifest)
    await door.delete({**manifest, **first})
    second = await door.ensure(manifest)
    await door.delete({**manifest, **first})
    found = await door.get(manifest)
    assert found is not None
    assert found["metadata"]["uid"] == second["metadata"]["uid"]


async def test_delete_if_of_spares_another_session(place, door):
    neighbour = Session(place.hub, NEIGHBOUR, "alice")
    manifest = accounts.make_account(neighbour)
    await door.ensure(manifest)
    await door.delete_if_of(accounts.make_account(place.session), place.session.id)
    assert await door.get(manifest) is not None
    await door.delete_if_of(manifest, NEIGHBOUR)
    assert await door.get(manifest) is None
    await door.delete_if_of(manifest, NEIGHBOUR)


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_only_a_firm_404_is_gone(place, api, status):
    from workshop_spawner.cluster import Cluster

    place.pocket.faults.add(verb="get", resource="pods", times=None, status=status)
    with pytest.raises(errors.TemporaryError):
        await Cluster(api, timeout=1, patience=0.3).get(
            make_reference("v1", "Pod", "x", "workshops")
        )


async def test_lists_come_whole_and_selected(place, door):
    sessions = [Session(place.hub, f"{n:016}", f"user{n}") for n in range(30)]
    await asyncio.gather(*(door.ensure(accounts.make_account(s)) for s in sessions))
    found = await door.find("v1", "ServiceAccount", "workshops", "class=session")
    assert len(found) == 30
    assert {thing["kind"] for thing in found} == {"ServiceAccount"}
    one = await door.find("v1", "ServiceAccount", "workshops", "user=user7")
    assert [thing["metadata"]["name"] for thing in one] == ["intro-user7"]


async def test_the_hub_knows_its_own_name(place, door):
    assert await door.find_self() == place.hub.requestor
