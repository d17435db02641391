import asyncio
import json

import pytest

from pocket_openshift.core import store, watching
from pocket_openshift.vocabulary import errors, kinds, selectors

POD = kinds.named("pods")


def pod(name, namespace="a", **labels):
    return {"metadata": {"name": name, "namespace": namespace, "labels": labels}}


@pytest.fixture
def objects():
    return store.Store()


@pytest.fixture
def bus(objects):
    made = watching.Watching(history=5)
    objects.listeners.append(made.publish)
    return made


def follow(bus, version, namespace=None, labels=""):
    watch = watching.Watch(POD, namespace, selectors.make_matcher(labels, ""))
    bus.open(watch, version)
    return watch


async def events(watch, seconds=0.01):
    batch = await watch.next_batch(seconds)
    return [(what, obj["metadata"]["name"]) for what, obj in batch]


async def test_a_watch_replays_then_follows(objects, bus):
    objects.create(POD, pod("1"))
    start = objects.version
    objects.create(POD, pod("2"))
    watch = follow(bus, start)
    objects.create(POD, pod("3"))
    assert await events(watch) == [("ADDED", "2"), ("ADDED", "3")]


async def test_a_namespace_hears_only_of_its_own(objects, bus):
    watch = follow(bus, objects.version, "a")
    objects.create(POD, pod("1", "a"))
    objects.create(POD, pod("2", "b"))
    assert await events(watch) == [("ADDED", "1")]


async def test_leaving_the_selector_is_a_deletion_and_entering_an_addition(objects, bus):
    watch = follow(bus, objects.version, labels="app=x")
    made = objects.create(POD, pod("1"))
    made = objects.update(POD, store.with_metadata(made, labels={"app": "x"}))
    made = objects.update(POD, store.with_metadata(made, labels={"app": "x", "b": "c"}))
    made = objects.update(POD, store.with_metadata(made, labels={}))
    objects.remove(POD, "a", "1")
    assert [what for what, _ in await events(watch)] == ["ADDED", "MODIFIED", "DELETED"]


async def test_a_forgotten_version_is_gone(objects, bus):
    start = objects.version
    for number in range(7):
        objects.create(POD, pod(str(number)))
    with pytest.raises(errors.StatusError) as caught:
        follow(bus, start)
    assert caught.value.code == 410
    assert bus.open_watches == 0


async def test_compaction_forgets_for_all(objects, bus):
    objects.create(POD, pod("1"))
    bus.forget_before(objects.version)
    with pytest.raises(errors.StatusError):
        follow(bus, objects.version - 1)
    follow(bus, objects.version)


async def test_nothing_new_is_an_empty_batch_and_the_end_is_none(objects, bus):
    watch = follow(bus, objects.version)
    assert await watch.next_batch(0.01) == []
    bus.close_all()
    assert await watch.next_batch(1) is None


async def test_a_reader_is_woken(objects, bus):
    watch = follow(bus, objects.version)
    reading = asyncio.ensure_future(watch.next_batch(5))
    await asyncio.sleep(0)
    objects.create(POD, pod("1"))
    assert len(await reading) == 1


async def test_a_watch_that_nobody_reads_is_cut(objects, bus, monkeypatch):
    monkeypatch.setattr(watching, "BACKLOG", 3)
    watch = follow(bus, objects.version)
    for number in range(5):
        objects.create(POD, pod(str(number)))
    assert len(await watch.next_batch(0)) == 3
    assert await watch.next_batch(0) is None


async def test_a_dropped_watch_hears_no_more(objects, bus):
    watch = follow(bus, objects.version)
    bus.drop(watch)
    objects.create(POD, pod("1"))
    assert await watch.next_batch(0) == []
    assert bus.open_watches == 0


def test_the_last_changes_are_newest_first(objects, bus):
    for name in "123":
        objects.create(POD, pod(name))
    assert [change.key.name for change in bus.last_changes("pods", 2)] == ["3", "2"]


def test_lines():
    line = watching.render_event("ADDED", b'{"a":1}')
    assert json.loads(line) == {"type": "ADDED", "object": {"a": 1}}
    mark = json.loads(watching.render_bookmark(POD, 7, initial=True))
    assert mark["object"]["metadata"]["resourceVersion"] == "7"
    assert mark["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
