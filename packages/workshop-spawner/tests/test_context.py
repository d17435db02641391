"""What all sessions of one hub share."""

from __future__ import annotations

import asyncio
import logging

import pytest
from traitlets.config import Config

from workshop_spawner import WorkshopSpawner
from workshop_spawner.context import HubContext
from workshop_spawner.hub_tasks.pod_template import NAMES, make_sample
from workshop_spawner.kube.cluster import make_patience
from workshop_spawner.model.errors import FullError
from workshop_spawner.model.workshop import Workshop


def test_there_is_one_for_each_hub():
    one, two = {}, {}
    assert HubContext.of(one) is HubContext.of(one)
    assert HubContext.of(one) is not HubContext.of(two)


async def test_the_pages_know_the_watch_of_the_sessions_pods(
    watch_pods, credentials, close_clients, monkeypatch
):
    watch = await watch_pods({"component": "singleuser-server"})
    config = Config(WorkshopSpawner={"namespace": "workshops", "image": "i"})
    spawner = make_sample(WorkshopSpawner, config, None, logging.getLogger("t"), NAMES[0])
    monkeypatch.setitem(WorkshopSpawner.reflectors, ("pods", "workshops"), watch)
    await spawner._start_watching_pods()
    assert HubContext.of(spawner.user.settings).pod_watch is watch


def test_starts_count_towards_the_limit_until_they_are_over():
    context = HubContext()
    context.take_place("alice", {}, 1, 0)
    with pytest.raises(FullError, match="The only place is taken"):
        context.take_place("bob", {}, 1, 1)
    context.starting.discard("alice")
    with pytest.raises(FullError):
        context.take_place("bob", {"alice": ""}, 1, 2)
    context.take_place("bob", {}, 1, 3)


def test_a_workshop_that_is_full_keeps_nobody_out_of_another():
    context = HubContext()
    context.workshops = {
        "git": Workshop("git", "Git basics", capacity=1),
        "go": Workshop("go", "Go", capacity=2),
    }
    context.take_place("ann", {}, 0, 0, "git")
    with pytest.raises(FullError, match="The only place of Git basics is taken; you are next"):
        context.take_place("bob", {}, 0, 1, "git")
    context.take_place("cat", {}, 0, 2, "go")
    # A pod that was taken over counts once, and in the workshop that it is of.
    context.move_place("ann", "pod")
    with pytest.raises(FullError, match="The only place of Git basics"):
        context.take_place("bob", {}, 0, 3, "git")
    context.starting.discard("pod")
    with pytest.raises(FullError, match="The only place of Git basics"):
        context.take_place("bob", {"pod": "git"}, 0, 4, "git")
    context.take_place("bob", {}, 0, 5, "git")


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
