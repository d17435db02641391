import asyncio

import pytest

from pocket_openshift.node import publisher
from workshop_kube import errors


def patches(ws):
    return [one for one in ws.cluster.requests if one.resource == "pods/status"]


async def test_many_changes_become_few_writes_and_the_last_one_counts(ws, client):
    pod, number = ws.run(["true"]), 0
    made = publisher.Publisher(client, pod, lambda: {"message": str(number)}, lambda: None)
    task = asyncio.create_task(made.run())
    for number in range(1, 200):
        made.changed()
        if number % 50 == 0:
            await asyncio.sleep(0)
    async with asyncio.timeout(120):
        while ws.get().body["status"].get("message") != "199":
            await asyncio.sleep(0.01)
    assert len(patches(ws)) < 20
    task.cancel()


async def test_what_is_written_already_is_not_written_again(ws, client):
    pod = ws.run(["true"])
    made = publisher.Publisher(client, pod, lambda: {"message": "same"}, lambda: None)
    await made.publish()
    await made.publish()
    assert len(patches(ws)) == 1


async def test_a_pod_of_the_same_name_is_left_alone(ws, client):
    gone = []
    old = ws.run(["true"])
    ws.delete(body={"gracePeriodSeconds": 0})
    ws.run(["true"])
    made = publisher.Publisher(client, old, lambda: {"message": "old"}, lambda: gone.append(1))
    await made.publish()
    assert gone == [1]
    assert "message" not in ws.get().body["status"]


async def test_trouble_is_not_taken_for_gone(ws, client):
    gone = []
    pod = ws.run(["true"])
    made = publisher.Publisher(client, pod, lambda: {"message": "x"}, lambda: gone.append(1))
    ws.cluster.faults.add(verb="patch", resource="pods/status", times=None, status=500)
    with pytest.raises(errors.TemporaryError):
        await made.publish()
    assert gone == []
    ws.cluster.faults.clear()
    await made.publish()
    assert ws.get().body["status"]["message"] == "x"
