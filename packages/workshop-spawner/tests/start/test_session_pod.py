"""Pods come up, or say why not: with the test as the kubelet, who says how a pod is doing."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from workshop_kube import labels
from workshop_spawner.manifests import accounts, pods
from workshop_spawner.model.errors import StartError
from workshop_spawner.model.session import Session
from workshop_spawner.start import session_pod

PODS = "/api/v1/namespaces/workshops/pods"


@pytest.fixture
async def watch(watch_pods):
    return await watch_pods({"app": "intro"})


@pytest.fixture
async def owner(site, kube):
    return accounts.make_owner(await kube.ensure(accounts.make_account(site.session)))


def make(session, owner):
    bare = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": session.pod},
        "spec": {"containers": [{"name": "notebook", "image": "i"}]},
    }
    return pods.finalize_manifest(bare, session, owner, token="none")


async def say(site, state, ready=False, phase="Running"):
    """Be the kubelet."""

    def put():
        pod = site.as_admin(f"{PODS}/{site.session.pod}")
        pod["status"] = {
            "phase": phase,
            "podIP": "127.1.2.3",
            "containerStatuses": [
                {
                    "name": "notebook",
                    "ready": ready,
                    "state": state,
                    "restartCount": 0,
                    "image": "i",
                    "imageID": "",
                }
            ],
        }
        answer = site.pocket.request("PUT", f"{PODS}/{site.session.pod}/status", pod)
        assert answer.status == 200, answer

    await asyncio.to_thread(put)


async def made(site):
    """Wait until the session's pod is there."""
    await site.pocket.until(lambda: site.as_admin(f"{PODS}/{site.session.pod}"))


async def test_a_pod_is_returned_as_soon_as_it_is_ready(site, kube, watch, owner):
    pod = make(site.session, owner)
    starting = asyncio.ensure_future(session_pod.launch(kube, watch, site.session, pod, 20))
    await made(site)
    await say(site, {"waiting": {"reason": "ContainerCreating"}}, phase="Pending")
    key = f"workshops/{site.session.pod}"
    await watch.wait_until(key, lambda pod: pod and pod["status"].get("containerStatuses"))
    assert not starting.done()
    await say(site, {"running": {}}, ready=True)
    up = await asyncio.wait_for(starting, 2)
    assert up["status"]["podIP"] == "127.1.2.3"


async def test_a_pod_that_will_not_come_up_is_told_at_once(site, kube, watch, owner):
    pod = make(site.session, owner)
    starting = asyncio.ensure_future(session_pod.launch(kube, watch, site.session, pod, 20))
    await made(site)
    await say(site, {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}})
    with pytest.raises(StartError, match="image could not be pulled") as caught:
        await asyncio.wait_for(starting, 2)
    assert "no such image" in caught.value.detail
    assert site.session.pod in caught.value.detail


async def test_a_pod_that_takes_too_long_says_what_for(site, kube, watch, owner):
    pod = make(site.session, owner)
    starting = asyncio.ensure_future(session_pod.launch(kube, watch, site.session, pod, 1.5))
    await made(site)
    await say(site, {"waiting": {"reason": "ContainerCreating"}}, phase="Pending")
    with pytest.raises(StartError, match="ContainerCreating"):
        await starting


BACK_OFF = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}}


async def test_a_pod_that_breaks_down_before_its_first_answer(site, kube, watch, owner):
    pod = make(site.session, owner)
    starting = asyncio.ensure_future(session_pod.launch(kube, watch, site.session, pod, 20))
    await made(site)
    await say(site, {"running": {}}, ready=True)
    uid = (await starting)["metadata"]["uid"]
    failing = asyncio.ensure_future(session_pod.wait_failed(watch, site.session, uid))
    await say(site, BACK_OFF)
    async with asyncio.timeout(120):
        assert "ends as soon as it is started" in str(await failing)
    gone = await session_pod.wait_failed(watch, site.session, "another")
    assert "deleted" in str(gone)


async def test_a_pod_deleted_by_hand_is_not_waited_for(site, kube, watch, owner):
    pod = make(site.session, owner)
    starting = asyncio.ensure_future(session_pod.launch(kube, watch, site.session, pod, 5))
    await made(site)
    await say(site, {"waiting": {"reason": "ContainerCreating"}}, phase="Pending")
    path = f"{PODS}/{site.session.pod}"
    await asyncio.to_thread(site.pocket.request, "DELETE", path, {"gracePeriodSeconds": 0})
    with pytest.raises(StartError, match="deleted"):
        await asyncio.wait_for(starting, 2)


async def test_an_old_pod_of_the_same_user_makes_room(site, kube, watch, owner):
    old = Session(site.hub, "o" * 16, "alice")
    left = await kube.ensure(make(old, owner))
    starting = asyncio.ensure_future(
        session_pod.launch(kube, watch, site.session, make(site.session, owner), 20)
    )

    def another():
        now = site.as_admin(f"{PODS}/{site.session.pod}")
        return now if now and now["metadata"]["uid"] != left["metadata"]["uid"] else None

    now = await site.pocket.until(another)
    await say(site, {"running": {}}, ready=True)
    assert (await asyncio.wait_for(starting, 120))["metadata"]["uid"] == now["metadata"]["uid"]


async def test_a_strangers_pod_of_that_name_is_left_alone(site, kube, watch, owner):
    stranger = make(site.session, owner)
    stranger["metadata"]["labels"] = {"app": "something-else"}
    site.pocket.apply(stranger)
    with pytest.raises(StartError, match="something else has its name"):
        await session_pod.launch(kube, watch, site.session, make(site.session, owner), 5)
    assert site.as_admin(f"{PODS}/{site.session.pod}")


async def test_who_has_the_same_label_by_another_name_loses_no_pod(site, kube, watch, owner):
    neighbour = make(site.session, owner)
    neighbour["metadata"]["annotations"][labels.USERNAME] = "a name of the same hash"
    site.pocket.apply(neighbour)
    with pytest.raises(StartError, match="something else has its name"):
        await session_pod.launch(
            kube,
            watch,
            site.session,
            make(replace(site.session, id="o" * 16), owner),
            5,
        )
    await session_pod.remove(kube, watch, site.session, 0, 10)
    assert site.names(PODS) == [site.session.pod]


async def test_pods_of_a_user_are_removed_and_a_neighbours_stay(site, kube, watch, owner):
    bob = Session(site.hub, "b" * 16, "bob")
    await kube.ensure(accounts.make_account(bob))
    for session in (site.session, bob):
        await kube.ensure(make(session, owner))
    await session_pod.remove(kube, watch, site.session, 0, 10)
    assert site.names(PODS) == [bob.pod]
    await session_pod.remove(kube, watch, site.session, 0, 10)


async def test_a_pod_that_does_not_go_is_told_in_time(site, kube, watch, owner):
    pod = make(site.session, owner)
    pod["metadata"]["finalizers"] = ["example.com/wait"]
    await kube.ensure(pod)
    async with asyncio.timeout(120):
        await watch.wait_until(f"workshops/{site.session.pod}", bool)
    with pytest.raises(TimeoutError):
        await session_pod.remove(kube, watch, site.session, 0, 0.3)
