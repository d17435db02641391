"""Looking at a real API: objects, lists, rights, names and kinds."""

import asyncio

import pytest

from workshop_kube import client, errors, labels
from workshop_kube.rules.calls import Call
from workshop_kube.rules.manifests import make_reference
from workshop_kube.rules.retries import ONCE, Patience


def config(name="notes", **data):
    reference = make_reference("v1", "ConfigMap", name, "class")
    reference["metadata"]["labels"] = {labels.APP: "learn", labels.SESSION: "s1"}
    return {**reference, "data": data or {"text": "hello"}}


# Reading


async def test_an_object_is_read_or_firmly_gone(cluster, kube, space, fault):
    await kube.create(config())
    cluster.faults.add(verb="get", resource="configmaps", **fault)
    assert (await kube.get(config()))["data"] == {"text": "hello"}
    assert await kube.find(config("other")) is None
    with pytest.raises(errors.GoneError):
        await kube.get(config("other"))


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_only_a_firm_404_is_gone(cluster, kube, space, status):
    cluster.faults.add(verb="get", resource="configmaps", times=None, status=status)
    impatient = client.Cluster(kube.api.connection, kube.pool, patience=ONCE)
    with pytest.raises(errors.TemporaryError):
        await impatient.find(config("other"))


async def test_a_list_is_whole_and_says_of_what_kind_its_items_are(cluster, kube, space, fault):
    for number in range(3):
        await kube.create(config(f"notes-{number}"))
    cluster.faults.add(verb="list", resource="configmaps", **fault)
    found = await kube.list("v1", "ConfigMap", space, selector=f"{labels.SESSION}=s1")
    assert [item["metadata"]["name"] for item in found] == ["notes-0", "notes-1", "notes-2"]
    assert {item["kind"] for item in found} == {"ConfigMap"}


async def test_a_list_comes_page_by_page(kube, space, monkeypatch):
    from workshop_kube.client import watches

    monkeypatch.setattr(watches, "PAGE", 2)
    for number in range(5):
        await kube.create(config(f"notes-{number}"))
    before = kube.pool.count
    assert len(await kube.list("v1", "ConfigMap", space, selector="app=learn")) == 5
    assert kube.pool.count - before == 3


async def test_metadata_alone_may_be_asked_for(kube, space, monkeypatch):
    send, accepted = kube.api.send, []

    async def remember(call):
        accepted.append(call.accept)
        return await send(call)

    monkeypatch.setattr(kube.api, "send", remember)
    await kube.create(config())
    options = {"fields": "metadata.name=notes", "metadata_only": True}
    (found,) = await kube.list("v1", "ConfigMap", space, **options)
    assert (found["kind"], found["metadata"]["name"]) == ("ConfigMap", "notes")
    assert "as=PartialObjectMetadataList;g=meta.k8s.io;v=v1" in accepted[-1]


# Rights and names


async def test_what_one_may(as_hub, space):
    assert await as_hub.may(verb="get", resource="configmaps", namespace=space)
    assert not await as_hub.may(verb="delete", resource="configmaps", namespace=space)


async def test_who_one_is(cluster, kube, as_hub, space):
    assert (await kube.whoami()).name == "system:admin"
    found = await as_hub.whoami()
    assert found.name == f"system:serviceaccount:{space}:hub"
    assert "system:serviceaccounts" in found.groups
    with pytest.raises(errors.UnauthorizedError):
        await kube.as_owner_of("nonsense").whoami()


async def test_an_openshift_user(ada):
    assert (await ada.get_openshift_user())["metadata"]["name"] == "ada"
    assert (await ada.whoami()).name == "ada"


async def test_who_one_is_to_a_cluster_without_self_reviews(cluster, ada):
    script = cluster.faults.add(verb="create", resource="selfsubjectreviews", status=404)
    assert (await ada.whoami()).name == "ada"
    assert script.seen


async def unbind(kube, *names):
    for name in names:
        kind = ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding")
        await kube.delete_exactly(await kube.get(make_reference(*kind, name)))


async def test_who_one_is_when_the_token_does_not_cover_the_review(kube, ada):
    await unbind(kube, "system:basic-user")
    assert (await ada.whoami()).name == "ada"


async def test_who_may_not_be_told_who_they_are_is_told_the_first_refusal(kube, as_hub):
    await unbind(kube, "system:basic-user", "basic-users")
    with pytest.raises(errors.ForbiddenError) as caught:
        await as_hub.whoami()
    assert 'resources: ["selfsubjectreviews"]' in caught.value.rule


async def test_patience_may_be_another_for_a_while(kube):
    hurried = kube.with_patience(ONCE)
    assert hurried.api.patience == ONCE
    assert kube.api.patience != ONCE
    assert hurried.pool is kube.pool
    await hurried.close()
    assert await kube.whoami()


async def test_two_callers_share_a_pool_and_nothing_else(kube, as_hub):
    names = await asyncio.gather(*[who.whoami() for who in (kube, as_hub) for _ in range(10)])
    assert len({name.name for name in names}) == 2
    assert as_hub.pool is kube.pool
    await as_hub.close()
    assert await kube.whoami()


# Kinds


async def test_kinds_that_are_in_no_table(cluster, kube, space):
    kind = ("apps/v1", "Deployment")
    assert await kube.list(*kind, space) == []
    assert await kube.is_namespaced({"apiVersion": kind[0], "kind": kind[1]})
    assert not await kube.is_namespaced({"apiVersion": "v1", "kind": "Namespace"})
    with pytest.raises(errors.RefusedError, match="no Gizmo"):
        await kube.list("apps/v1", "Gizmo")
    assert await kube.has_api("route.openshift.io/v1")
    assert not await kube.has_api("gizmo.example/v1")


async def test_all_kinds_that_can_be_listed_and_patched(kube):
    found, broken = await kube.list_kinds("list", "patch")
    assert {"ConfigMap", "Route", "Deployment"} <= {kind.kind for kind in found}
    assert broken == []


# Time


async def test_patience_ends(cluster, kube):
    cluster.faults.add(verb="*", resource="*", times=None, status=500)
    for patience in (
        Patience(total=0.3, first_wait=0.05),
        Patience(tries=3, first_wait=0.01),
    ):
        impatient = client.Cluster(kube.api.connection, kube.pool, patience=patience)
        with pytest.raises(errors.TemporaryError):
            await impatient.whoami()


async def test_a_cluster_that_is_away_is_a_temporary_error(cluster, kube):
    cluster.stop()
    impatient = client.Cluster(kube.api.connection, kube.pool, patience=ONCE)
    with pytest.raises(errors.TemporaryError) as caught:
        await impatient.find(config())
    assert caught.value.status == 0


async def test_any_other_request(kube):
    assert (await kube.send(Call("GET", "/version"))).document["major"] == "1"
    assert kube.api.date is not None
