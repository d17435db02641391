"""Lists that are kept up to date, whatever happens to the watch."""

import asyncio
import contextlib

import pytest

from workshop_kube import errors
from workshop_kube.client import watches
from workshop_kube.rules.events import Listed
from workshop_kube.rules.manifests import make_reference


def config(name):
    return {**make_reference("v1", "ConfigMap", name, "class"), "data": {}}


@pytest.fixture
async def changes(kube, space):
    async with contextlib.aclosing(
        kube.watch("v1", "ConfigMap", space, fields="metadata.name!=kube-root-ca.crt")
    ) as found:
        yield found


async def read(changes, seconds=20):
    async with asyncio.timeout(seconds):
        return await anext(changes)


async def find(changes, name):
    """What is said of an object of this name, in a change or a list."""
    while True:
        news = await read(changes)
        for item in news.items if isinstance(news, Listed) else [news.item]:
            if item["metadata"]["name"] == name:
                return news, item


async def test_a_list_and_what_changes_since(kube, changes):
    await kube.create(config("a"))
    first, item = await find(changes, "a")
    assert isinstance(first, Listed)
    assert (item["apiVersion"], item["kind"]) == ("v1", "ConfigMap")
    made = await kube.create(config("b"))
    assert (await read(changes)).kind == "ADDED"
    await kube.change(config("b"), {"data": {"x": "1"}})
    assert (await read(changes)).item["data"] == {"x": "1"}
    await kube.delete_exactly(made)
    assert (await read(changes)).kind == "DELETED"


@pytest.mark.parametrize(
    "fault",
    [
        {"watch": "cut"},
        {"watch": "expired"},
        {"status": 500},
        {"status": 410},
        {"drop": "before"},
        {"status": 429, "retry_after": 0},
    ],
    ids=str,
)
async def test_a_watch_that_ends_is_begun_anew(cluster, kube, changes, fault):
    script = cluster.faults.add(verb="watch", resource="configmaps", times=2, **fault)
    assert isinstance(await read(changes), Listed)
    for name in ("a", "b"):
        await kube.create(config(name))
        await find(changes, name)
    assert script.seen


async def test_a_watch_that_falls_silent_is_begun_anew(cluster, kube, changes, monkeypatch):
    monkeypatch.setattr(watches, "SILENCE_SECONDS", 0.3)
    cluster.faults.add(verb="watch", resource="configmaps", watch="silent")
    assert isinstance(await read(changes), Listed)
    await kube.create(config("a"))
    await find(changes, "a")


@pytest.mark.parametrize("fault", [{"watch": "expired"}, {"status": 410}], ids=str)
async def test_a_version_that_is_too_old_is_followed_by_a_new_list(cluster, changes, fault):
    cluster.faults.add(verb="watch", resource="configmaps", **fault)
    assert isinstance(await read(changes), Listed)
    assert isinstance(await read(changes), Listed)


async def test_a_page_that_expired_begins_the_list_anew(cluster, kube, space):
    await kube.create(config("a"))
    cluster.faults.add(verb="list", resource="configmaps", status=410, times=2)
    found = await kube.list("v1", "ConfigMap", space)
    assert "a" in {item["metadata"]["name"] for item in found}
    cluster.faults.add(verb="list", resource="configmaps", status=410, times=None)
    with pytest.raises(errors.UnknownError, match="410"):
        await kube.list("v1", "ConfigMap", space)


@pytest.mark.parametrize("rounds", [0, 1, 2, 5, 20, 100])
async def test_who_stops_listening_leaves_nothing_open(kube, space, rounds):
    async def listen(heard):
        async for news in kube.watch("v1", "ConfigMap", space):
            heard.set_result(news)

    heard = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(listen(heard))
    assert isinstance(await heard, Listed)
    for _ in range(rounds):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_is_wrong_from_the_start_is_said_at_once(kube, space):
    nobody = kube.as_owner_of("nonsense")
    with pytest.raises(errors.UnauthorizedError):
        await anext(nobody.watch("v1", "ConfigMap", space))
