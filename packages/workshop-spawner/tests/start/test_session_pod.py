"""Pods come up, or say why not: with the test as the kubelet, who says how a pod is doing."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from workshop_spawner.manifests import accounts, pods
from workshop_spawner.model import labels
from workshop_spawner.model.errors import StartError
from workshop_spawner.model.session import Session
from workshop_spawner.start import session_pod

PODS = "/api/v1/namespaces/workshops/pods"


@pytest.fixture
async def watch(watch_pods):
    return await watch_pods({"app": "intro"})


@pytest.fixture
async def owner(place, door):
    return accounts.make_owner(await door.ensure(accounts.make_account(place.session)))


def make(session, owner):
    bare = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": session.pod},
        "spec": {"containers": [{"name": "notebook", "image": "i"}]},
    }
    return pods.dress(bare, session, owner, token="none")


async def say(place, state, ready=False, phase="Running"):
    """Be the kubelet."""

    def put():
        pod = place.as_admin(f"{PODS}/{place.session.pod}")
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
        answer = place.pocket.request("PUT", f"{PODS}/{place.session.pod}/status", pod)
        assert answer.status == 200, answer

    await asyncio.to_thread(put)


async def made(place):
    """Wait until the session's pod is there."""
    await place.pocket.until(lambda: place.as_admin(f"{PODS}/{place.session.pod}"))


async def test_a_pod_is_returned_as_soon_as_it_is_ready(place, door, watch, owner):
    pod = make(place.session, owner)
    starting = asyncio.ensure_future(session_pod.launch(door, watch, place.session, pod, 20))
    await made(place)
    await say(place, {"waiting": {"reason": "ContainerCreating"}}, phase="Pending")
    key = f"workshops/{place.session.pod}"
    await watch.wait_until(key, lambda pod: pod and pod["status"].get("containerStatuses"))
    assert not starting.done()
    await say(place, {"running": {}}, ready=True)
    up = await asyncio.wait_for(starting, 2)
    assert up["status"]["podIP"] == "127.1.2.3"


async def test_a_pod_that_will_not_come_up_is_told_at_once(place, door, watch, owner):
    pod = make(place.session, owner)
    starting = asyncio.ensure_future(session_pod.launch(door, watch, place.session, pod, 20))
    await made(place)
    await say(place, {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}})
    with pytest.raises(StartError, match="image could not be pulled") as caught:
        await asyncio.wait_for(starting, 2)
    assert "no such image" in caught.value.detail
    assert place.session.pod in caught.value.detail


async def test_a_pod_that_takes_too_long_says_what_for(place, door, watch, owner):
    pod = make(place.session, owner)
    starting = asyncio.ensure_future(session_pod.launch(door, watch, place.session, pod, 1.5))
    await made(place)
    await say(place, {"waiting": {"reason": "ContainerCreating"}}, phase="Pending")
    with pytest.raises(StartError, match="ContainerCreating"):
        await starting


BACK_OFF = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}}


async def test_a_pod_that_breaks_down_before_its_first_answer(place, door, watch, owner):
    pod = make(place.session, owner)
    starting = asyncio.ensure_future(session_pod.launch(door, watch, place.session, pod, 20))
    await made(place)
    await say(place, {"running": {}}, ready=True)
    uid = (await starting)["metadata"]["uid"]
    failing = asyncio.ensure_future(session_pod.wait_failed(watch, place.session, uid))
    await say(place, BACK_OFF)
    async with asyncio.timeout(20):
        assert "ends as soon as it is started" in str(await failing)
    gone = await session_pod.wait_failed(watch, place.session, "another")
    assert "deleted" in str(gone)


async def test_a_pod_deleted_by_hand_is_not_waited_for(place, door, watch, owner):
    pod = make(place.session, owner)
    starting = asyncio.ensure_future(session_pod.launch(door, watch, place.session, pod, 5))
    await made(place)
    await say(place, {"waiting": {"reason": "ContainerCreating"}}, phase="Pending")
    path = f"{PODS}/{place.session.pod}"
    await asyncio.to_thread(place.pocket.request, "DELETE", path, {"gracePeriodSeconds": 0})
    with pytest.raises(StartError, match="deleted"):
        await asyncio.wait_for(starting, 2)


async def test_an_old_pod_of_the_same_user_makes_room(place, door, watch, owner):
    old = Session(place.hub, "o" * 16, "alice")
    left = await door.ensure(make(old, owner))
    starting = asyncio.ensure_future(
        session_pod.launch(door, watch, place.session, make(place.session, owner), 20)
    )

    def another():
        now = place.as_admin(f"{PODS}/{place.session.pod}")
        return now if now and now["metadata"]["uid"] != left["metadata"]["uid"] else None

    now = await place.pocket.until(another)
    await say(place, {"running": {}}, ready=True)
    assert (await asyncio.wait_for(starting, 5))["metadata"]["uid"] == now["metadata"]["uid"]


async def test_a_strangers_pod_of_that_name_is_left_alone(place, door, watch, owner):
    stranger = make(place.session, owner)
    stranger["metadata"]["labels"] = {"app": "something-else"}
    place.pocket.apply(stranger)
    with pytest.raises(StartError, match="something else has its name"):
        await session_pod.launch(door, watch, place.session, make(place.session, owner), 5)
    assert place.as_admin(f"{PODS}/{place.session.pod}")


async def test_who_has_the_same_label_by_another_name_loses_no_pod(place, door, watch, owner):
    neighbour = make(place.session, owner)
    neighbour["metadata"]["annotations"][labels.USERNAME] = "a name of the same hash"
    place.pocket.apply(neighbour)
    with pytest.raises(StartError, match="something else has its name"):
        await session_pod.launch(
            door, watch, place.session, make(replace(place.session, id="o" * 16), owner), 5
        )
    await session_pod.remove(door, watch, place.session, 0, 10)
    assert place.names(PODS) == [place.session.pod]


async def test_pods_of_a_user_are_removed_and_a_neighbours_stay(place, door, watch, owner):
    bob = Session(place.hub, "b" * 16, "bob")
    await door.ensure(accounts.make_account(bob))
    for session in (place.session, bob):
        await door.ensure(make(session, owner))
    await session_pod.remove(door, watch, place.session, 0, 10)
    assert place.names(PODS) == [bob.pod]
    await session_pod.remove(door, watch, place.session, 0, 10)


async def test_a_pod_that_does_not_go_is_told_in_time(place, door, watch, owner):
    pod = make(place.session, owner)
    pod["metadata"]["finalizers"] = ["example.com/wait"]
    await door.ensure(pod)
    async with asyncio.timeout(30):
        await watch.wait_until(f"workshops/{place.session.pod}", bool)
    with pytest.raises(TimeoutError):
        await session_pod.remove(door, watch, place.session, 0, 0.3)
