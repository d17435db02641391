import asyncio

import pytest

from pocket_openshift.node import recorder
from pocket_openshift.node.rules import events


@pytest.fixture
async def recording(client):
    made = recorder.Recorder(client)
    task = asyncio.create_task(made.run())
    yield made
    task.cancel()


def event(reason, message="m"):
    pod = {"metadata": {"name": "p", "namespace": "ws", "uid": "u"}}
    return events.make_event(pod, reason, message, source=("kubelet", "n"))


def written(ws):
    items = ws.cluster.request("GET", ws.path("events")).body["items"]
    return {one["reason"]: one["count"] for one in items}


async def test_the_same_again_is_counted(ws, recording):
    for reason in ("BackOff", "Started", "BackOff", "BackOff"):
        recording.record(event(reason))
    await recording.drain(10)
    assert written(ws) == {"BackOff": 3, "Started": 1}


async def test_one_that_is_refused_does_not_stop_the_others(ws, recording):
    ws.cluster.faults.add(verb="create", resource="events", times=1, status=403)
    recording.record(event("Lost"))
    recording.record(event("Kept"))
    await recording.drain(10)
    assert written(ws) == {"Kept": 1}
    recording.record(event("Lost"))
    await recording.drain(10)
    assert written(ws) == {"Kept": 1, "Lost": 1}


async def test_one_whose_answer_was_lost_is_written_once(ws, recording):
    ws.cluster.faults.add(verb="create", resource="events", times=1, drop="after")
    recording.record(event("Once"))
    await recording.drain(10)
    assert written(ws) == {"Once": 1}


async def test_a_full_queue_never_waits(ws):
    made = recorder.Recorder(None)
    for number in range(recorder.QUEUE + 10):
        made.record(event("Many", str(number)))
    assert made._queue.qsize() == recorder.QUEUE
