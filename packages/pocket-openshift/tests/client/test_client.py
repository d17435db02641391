"""The door to the API, against the real emulator and its faults."""

import asyncio
import time

import pytest

from pocket_openshift.client import client as api
from pocket_openshift.client import kubeconfig, retries

PATH = "/api/v1/namespaces/ws/configmaps"


@pytest.fixture
async def client(ws):
    patience = retries.Patience(total=3, first=0.01)
    async with api.Cluster(kubeconfig.load(ws.cluster.kubeconfig), patience) as made:
        yield made


def config_map(name):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}


async def test_an_object_from_its_making_to_its_end(client):
    made = await client.create(PATH, config_map("a"))
    changed = await client.patch(PATH + "/a", {"data": {"k": "v"}})
    assert changed["data"] == {"k": "v"}
    assert (await client.find(PATH + "/a"))["metadata"]["uid"] == made["metadata"]["uid"]
    assert not await client.delete(PATH + "/a", "another-uid")
    assert await client.delete(PATH + "/a", made["metadata"]["uid"])
    assert await client.find(PATH + "/a") is None
    assert not await client.delete(PATH + "/a", made["metadata"]["uid"])


@pytest.mark.parametrize(
    "fault",
    [{"status": 500}, {"status": 503}, {"status": 429, "retry_after": 0}, {"drop": "before"}],
    ids=["500", "503", "429", "dropped"],
)
async def test_a_passing_fault_is_not_seen(ws, client, fault):
    ws.cluster.faults.add(verb="get", resource="configmaps", times=2, **fault)
    assert (await client.get(PATH))["kind"] == "ConfigMapList"


async def test_a_create_that_was_committed_unanswered_is_a_conflict(ws, client):
    ws.cluster.faults.add(verb="create", resource="configmaps", drop="after")
    with pytest.raises(api.ClusterError) as refused:
        await client.create(PATH, config_map("a"))
    assert (refused.value.status, refused.value.reason) == (409, "AlreadyExists")


async def test_only_a_firm_404_is_not_found(ws, client):
    ws.cluster.faults.add(verb="get", resource="configmaps", times=None, status=500)
    started = time.monotonic()
    with pytest.raises(api.ClusterError) as refused:
        await client.find(PATH + "/a")
    assert refused.value.status == 500
    assert time.monotonic() - started < 10


async def test_a_refusal_is_told_in_the_servers_words(client):
    with pytest.raises(api.ClusterError, match="not found") as refused:
        await client.get(PATH + "/none")
    assert (refused.value.status, refused.value.reason) == (404, "NotFound")


async def test_a_server_that_is_gone_is_given_up(ws, client):
    await asyncio.to_thread(ws.cluster.stop)
    with pytest.raises(api.ClusterError) as refused:
        await client.get(PATH)
    assert refused.value.status == 0


async def test_following_lists_and_then_tells(client):
    await client.create(PATH, config_map("early"))
    news = client.follow(PATH)
    first = await anext(news)
    assert "early" in [item["metadata"]["name"] for item in first.items]
    made = await client.create(PATH, config_map("late"))
    await client.delete(PATH + "/late", made["metadata"]["uid"])
    seen = [await anext(news) for _ in range(2)]
    assert [(one.kind, one.item["metadata"]["name"]) for one in seen] == [
        ("ADDED", "late"),
        ("DELETED", "late"),
    ]
    await news.aclose()


async def test_a_long_list_comes_in_pages(ws, client, monkeypatch):
    monkeypatch.setattr(api, "PAGE", 3)
    for number in range(7):
        await client.create(PATH, config_map(f"m{number}"))
    news = client.follow(PATH)
    names = [item["metadata"]["name"] for item in (await anext(news)).items]
    assert len([name for name in names if name.startswith("m")]) == 7
    await news.aclose()


async def test_a_list_without_the_right_is_refused_at_once(ws):
    ws.apply("ServiceAccount", "nobody")
    config = ws.cluster.kubeconfig_for(ws.cluster.token("ws", "nobody"))
    async with api.Cluster(kubeconfig.load(config)) as client:
        with pytest.raises(api.ClusterError) as refused:
            await anext(client.follow(PATH))
    assert refused.value.status == 403


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (("pods", "ns", "p"), "/api/v1/namespaces/ns/pods/p"),
        (("nodes",), "/api/v1/nodes"),
        (("pods", "a/b", "c?d"), "/api/v1/namespaces/a%2Fb/pods/c%3Fd"),
    ],
)
def test_paths(arguments, path):
    assert api.path_of(*arguments) == path
