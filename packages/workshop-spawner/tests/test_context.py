"""What all sessions of one hub share."""

from __future__ import annotations

import asyncio

import pytest

from workshop_spawner.context import HubContext
from workshop_spawner.kube.cluster import make_patience
from workshop_spawner.model.errors import FullError


def test_there_is_one_for_each_hub():
    one, two = {}, {}
    assert HubContext.of(one) is HubContext.of(one)
    assert HubContext.of(one) is not HubContext.of(two)


def test_starts_count_towards_the_limit_until_they_are_over():
    context = HubContext()
    context.take_place("alice", set(), 1, 0)
    with pytest.raises(FullError, match="The only place is taken"):
        context.take_place("bob", set(), 1, 1)
    context.starting.discard("alice")
    with pytest.raises(FullError):
        context.take_place("bob", {"alice"}, 1, 2)
    context.take_place("bob", set(), 1, 3)


async def test_a_hub_has_one_client_of_its_cluster_which_it_closes(api, site):
    context, patience = HubContext(), make_patience(1, 8)
    kube = context.open_cluster(api.configuration, patience, None)
    assert context.open_cluster(api.configuration, patience, None) is kube
    assert (await kube.whoami()).name == site.hub.requestor
    assert kube.facts is context.facts
    pool = kube.pool.session
    (closing,) = context.tasks
    closing.cancel()
    await asyncio.wait([closing])
    assert pool.closed


async def test_a_task_is_kept_until_it_is_done():
    context, go = HubContext(), asyncio.Event()
    task = context.spawn_task(go.wait())
    assert task in context.tasks
    go.set()
    await task
    await asyncio.sleep(0)
    assert not context.tasks
