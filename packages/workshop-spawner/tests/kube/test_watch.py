"""Waiting on the watch."""

from __future__ import annotations

import asyncio

import pytest

from workshop_spawner.kube.watch import PodWatch

PODS = "/api/v1/namespaces/workshops/pods"


def make_pod(name):
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "workshops", "labels": {"component": "x"}},
        "spec": {"containers": [{"name": "c", "image": "i"}]},
    }


@pytest.fixture
async def watch(watch_pods):
    return await watch_pods({"component": "x"})


async def test_pods_that_wait_for_their_visitors_are_not_sessions_that_run(watch):
    def make(name, kind, **status):
        return {"metadata": {"name": name, "labels": {"app": "a", "class": kind}}, "status": status}

    pods = [
        make("runs", "session", phase="Running"),
        make("starts", "session"),
        make("over", "session", phase="Failed"),
        make("waits", "reserve", phase="Running"),
    ]
    watch.resources = {f"workshops/{pod['metadata']['name']}": pod for pod in pods}
    pods[0]["metadata"]["annotations"] = {"workshop.jupyter.org/caps": '["profile/gpu"]'}
    pods[0]["metadata"]["labels"]["workshop.jupyter.org/workshop"] = "git"
    counted = watch.count({"app": "a"})
    assert counted == {"runs": frozenset({"profile/gpu", "workshop/git"}), "starts": frozenset()}
    assert watch.count({"app": "b"}) == {}


async def test_where_pods_are(watch):
    def make(name, **status):
        return {"metadata": {"name": name}, "status": status}

    pods = [
        make("new"),
        make("old cluster", podIP="10.0.0.1"),
        make("both", podIP="10.0.0.2", podIPs=[{"ip": "10.0.0.2"}, {"ip": "fd00::2"}]),
        make("over", phase="Failed", podIP="10.0.0.3"),
    ]
    watch.resources = {f"workshops/{pod['metadata']['name']}": pod for pod in pods}
    assert watch.list_addresses() == {"10.0.0.1", "10.0.0.2", "fd00::2"}


async def test_a_change_is_seen_when_it_happens(site, watch):
    waiting = asyncio.ensure_future(watch.wait_until("workshops/p", lambda pod: pod))
    await asyncio.to_thread(site.pocket.apply, make_pod("other"))
    assert await watch.wait_until("workshops/other", lambda pod: pod)
    assert not waiting.done(), "a neighbour's pod is no news"
    await asyncio.to_thread(site.pocket.apply, make_pod("p"))
    pod = await asyncio.wait_for(waiting, 2)
    assert pod["metadata"]["name"] == "p"
    gone = asyncio.ensure_future(watch.wait_until("workshops/p", lambda pod: pod is None))
    await asyncio.to_thread(site.pocket.request, "DELETE", f"{PODS}/p", {"gracePeriodSeconds": 0})
    assert await asyncio.wait_for(gone, 2)


async def test_what_is_true_already_needs_no_news(site, watch):
    assert await watch.wait_until("workshops/none", lambda pod: pod is None)
    assert not watch.is_waited_on


async def test_a_list_that_replaces_everything_is_news(watch):
    waiting = asyncio.ensure_future(watch.wait_until("workshops/q", lambda pod: pod))
    await asyncio.sleep(0)
    watch.resources = {"workshops/q": {"metadata": {"name": "q"}}}
    assert await asyncio.wait_for(waiting, 1)


async def test_what_comes_and_goes_at_once_is_not_missed(watch):
    """Events that were read together are all looked at, not only the last."""
    seen = []
    waiting = asyncio.ensure_future(
        watch.wait_until("workshops/q", lambda pod: seen.append(pod) or (len(seen) == 3 and seen))
    )
    await asyncio.sleep(0)
    watch.resources["workshops/q"] = {"metadata": {"name": "q"}}
    watch.resources.pop("workshops/q", None)
    assert await asyncio.wait_for(waiting, 1) == [None, {"metadata": {"name": "q"}}, None]


async def test_a_check_that_fails_fails_for_who_waits(watch):
    waiting = asyncio.ensure_future(
        watch.wait_until("workshops/q", lambda pod: pod and pod["none"])
    )
    other = asyncio.ensure_future(watch.wait_until("workshops/q", lambda pod: pod))
    await asyncio.sleep(0)
    watch.resources["workshops/q"] = {"metadata": {"name": "q"}}
    with pytest.raises(KeyError):
        await waiting
    assert await other
    assert not watch.is_waited_on


async def test_who_gives_up_waiting_leaves_nothing_behind(watch):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await watch.wait_until("workshops/none", lambda pod: pod)
    assert not watch.is_waited_on


async def test_a_watch_that_gave_up_is_known_to_be_dead(site, watch):
    assert not watch.is_dead
    await watch.stop()
    assert watch.is_dead


async def test_a_watch_that_dies_without_a_word_is_begun_anew(site, watch_pods):
    silent = site.pocket.faults.add(verb="watch", resource="pods", watch="silent", after_events=0)
    watch = await watch_pods({"component": "x"}, timeout_seconds=1)
    assert watch.request_timeout == 2
    await site.pocket.until(lambda: silent.seen)
    await asyncio.to_thread(site.pocket.apply, make_pod("p"))
    pod = await asyncio.wait_for(watch.wait_until("workshops/p", lambda pod: pod), 120)
    assert pod["metadata"]["name"] == "p"


async def test_a_watch_that_never_came_up_is_known_to_be_dead(site, watch_pods):
    site.pocket.faults.add(verb="list", resource="pods", status=500)
    broken = PodWatch(namespace="workshops", labels={"component": "x"})
    with pytest.raises(Exception, match="500"):
        await broken.start()
    with pytest.raises(Exception, match="500"):
        await broken.first_load_future
    assert broken.is_dead
