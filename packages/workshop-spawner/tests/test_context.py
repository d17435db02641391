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
from workshop_spawner.rules.capacity import Cap, make_workshop_cap


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
    caps = [Cap("", 1)]
    context.take_place("alice", {}, caps, 0)
    with pytest.raises(FullError, match="The only place is taken"):
        context.take_place("bob", {}, caps, 1)
    context.leave_place("alice")
    with pytest.raises(FullError):
        context.take_place("bob", {"alice": frozenset()}, caps, 2)
    context.take_place("bob", {}, caps, 3)


def test_a_workshop_that_is_full_keeps_nobody_out_of_another():
    context, everybody = HubContext(), Cap("", 0)
    git = [everybody, make_workshop_cap("git", "Git basics", 1)]
    context.take_place("ann", {}, git, 0)
    with pytest.raises(FullError, match="The only place of Git basics is taken; you are next"):
        context.take_place("bob", {}, git, 1)
    context.take_place("cat", {}, [everybody, make_workshop_cap("go", "Go", 2)], 2)
    context.leave_place("ann")
    with pytest.raises(FullError, match="The only place of Git basics"):
        context.take_place("bob", {"ann": frozenset({"workshop/git"})}, git, 3)
    context.take_place("bob", {}, git, 4)


def test_a_full_profile_is_a_queue_of_its_own():
    context, gpu = HubContext(), Cap("profile/gpu", 1)
    everybody = Cap("", 3)
    context.take_place("alice", {}, [everybody, gpu], 0)
    context.move_place("alice", "pod-1")
    with pytest.raises(FullError, match="The only place of the profile gpu is taken; you are next"):
        context.take_place("bob", {}, [everybody, gpu], 1)
    context.take_place("cy", {}, [everybody], 2)
    running = {"pod-1": frozenset({"profile/gpu"}), "cy": frozenset()}
    context.leave_place("pod-1", "cy")
    with pytest.raises(FullError, match="of the profile gpu"):
        context.take_place("bob", running, [everybody, gpu], 3)
    del running["pod-1"]
    context.take_place("bob", running, [everybody, gpu], 4)
    assert context.starting == {"bob": frozenset({"", "profile/gpu"})}


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
