"""Waiting on the watch."""

import asyncio

import pytest
from kubernetes_asyncio import config
from kubespawner.clients import _client_cache

from workshop_spawner.api.watching import PodWatch

PODS = "/api/v1/namespaces/workshops/pods"


def make_pod(name):
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "workshops", "labels": {"component": "x"}},
        "spec": {"containers": [{"name": "c", "image": "i"}]},
    }


async def close_shared_client():
    """KubeSpawner closes its shared client when its keeper is cancelled."""
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
        await asyncio.wait([task])
    await asyncio.sleep(0.1)  # aiohttp ends its TLS connections a moment later


@pytest.fixture
async def watch(place):
    await config.load_kube_config(str(place.kubeconfig))
    made = PodWatch(namespace="workshops", labels={"component": "x"})
    await made.start()
    yield made
    await made.stop()
    await close_shared_client()
    assert not _client_cache


async def test_a_change_is_seen_when_it_happens(place, watch):
    waiting = asyncio.ensure_future(watch.wait_until("workshops/p", lambda pod: pod))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await asyncio.to_thread(place.pocket.apply, make_pod("p"))
    pod = await asyncio.wait_for(waiting, 2)
    assert pod["metadata"]["name"] == "p"
    gone = asyncio.ensure_future(watch.wait_until("workshops/p", lambda pod: pod is None))
    await asyncio.to_thread(place.pocket.request, "DELETE", f"{PODS}/p", {"gracePeriodSeconds": 0})
    assert await asyncio.wait_for(gone, 2)


async def test_what_is_true_already_needs_no_news(place, watch):
    assert await watch.wait_until("workshops/none", lambda pod: pod is None)
    assert not watch._waiting


async def test_a_list_that_replaces_everything_is_news(watch):
    waiting = asyncio.ensure_future(watch.wait_until("workshops/q", lambda pod: pod))
    await asyncio.sleep(0)
    watch.resources = {"workshops/q": {"metadata": {"name": "q"}}}
    assert await asyncio.wait_for(waiting, 1)


async def test_who_gives_up_waiting_leaves_nothing_behind(watch):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await watch.wait_until("workshops/none", lambda pod: pod)
    assert not watch._waiting


async def test_a_watch_that_gave_up_is_known_to_be_dead(place, watch):
    assert not watch.is_dead
    await watch.stop()
    assert watch.is_dead


async def test_a_watch_that_never_came_up_is_known_to_be_dead(place):
    await config.load_kube_config(str(place.kubeconfig))
    place.pocket.faults.add(verb="list", resource="pods", status=500)
    broken = PodWatch(namespace="workshops", labels={"component": "x"})
    with pytest.raises(Exception, match="500"):
        await broken.start()
    with pytest.raises(Exception, match="500"):
        await broken.first_load_future
    assert broken.is_dead
    await close_shared_client()
