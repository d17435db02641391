"""What a hub does beside its sessions."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest
from prometheus_client import REGISTRY

from workshop_spawner.context import HubContext
from workshop_spawner.hub_tasks import background
from workshop_spawner.hub_tasks.background import HubTasks
from workshop_spawner.hub_tasks.pool import check_out
from workshop_spawner.manifests import exposure
from workshop_spawner.rules import plan
from workshop_spawner.rules.hub_settings import HubSettings
from workshop_spawner.rules.rights import Uses
from workshop_spawner.rules.warm_pods import PodFacts
from workshop_spawner.start import steps
from workshop_spawner.start.progress import Progress

LOG = logging.getLogger("t")
NO_PROJECT = plan.SessionSpec(project=plan.NONE)


@pytest.fixture
def context():
    return HubContext()


@pytest.fixture
def make(site, context, kube):
    def make(cluster=kube, **changes):
        async def find_hub():
            return site.hub

        settings = HubSettings(**{"namespace": site.hub.namespace, **changes})
        return HubTasks(context, cluster, settings, find_hub, LOG)

    return make


@pytest.fixture(autouse=True)
async def _end_tasks(context):
    yield
    for task in context.tasks:
        task.cancel()
        await asyncio.wait([task])


async def logged(caplog, text):
    """Wait until the log has the text."""
    news = asyncio.Event()

    class Handler(logging.Handler):
        def emit(self, _record):
            news.set()

    handler = Handler()
    LOG.addHandler(handler)
    try:
        async with asyncio.timeout(120):
            while text not in caplog.text:
                news.clear()
                await news.wait()
    finally:
        LOG.removeHandler(handler)


async def test_a_task_that_fails_is_tried_again_and_the_others_go_on(
    make, monkeypatch, caplog, tmp_path
):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(background, "FIRST_PAUSE", 0.01)
    missing = tmp_path / "resources.yaml"
    make(extra_resources=f"{missing}", reserved_sessions=1, uses=Uses(pool=True)).begin()
    await logged(caplog, "The hub cannot keep sessions ready; trying again in 0.01 s")
    await logged(caplog, "lacks rights")
    missing.write_text("")
    await logged(caplog, "No session was made ready")


async def test_a_cluster_that_is_away_when_the_hub_starts_is_waited_for(
    make, site, kube, monkeypatch, caplog
):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(background, "FIRST_PAUSE", 0.01)
    away = site.pocket.faults.add(status=503, times=6)
    make(kube.within(0), spec=NO_PROJECT).begin()
    await logged(caplog, "The hub cannot check the hub's rights; trying again in 0.01 s. ")
    await logged(caplog, "has all rights that it needs")
    assert away.seen == 6
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"spec": NO_PROJECT}, "it takes a temporary project"),
        ({"spec": plan.SessionSpec(identity=plan.USER_TOKEN)}, "it takes a temporary project"),
        ({"asks_visitor": True}, "must be values"),
        ({"project_api": "request"}, "where projects are requested"),
    ],
)
async def test_settings_without_effect_are_told(make, context, caplog, changes, why):
    await make(reserved_sessions=3, **changes).keep_pool()
    assert "reserved_sessions has no effect" in caplog.text
    assert why in caplog.text
    assert context.pool is None


async def test_why_no_pod_waits_is_told(make, context, caplog):
    make(reserved_pods=1).begin()
    await logged(caplog, "reserved_pods has no effect: pods wait in reserved sessions")
    assert context.pool is None
    await make(reserved_sessions=3, reserved_pods=1, project_api="request").keep_pool()
    assert "where projects are requested, nor reserved_pods" in caplog.text
    make(reserved_sessions=1, reserved_pods=1, pod_facts=PodFacts(home=True)).begin()
    await logged(caplog, "reserved_pods has no effect: each visitor's pod mounts a home")
    await logged(caplog, "No session was made ready")  # the rights of the template lack it


@pytest.mark.parametrize(
    ("names", "uses"), [(["example.com/team/app:1"], False), (["example.com/a:1", "app"], True)]
)
async def test_bare_names_of_images_take_a_right(make, site, caplog, names, uses):
    await make(spec=NO_PROJECT, image_names=tuple(names)).check_rights()
    assert ("imagestreams" in caplog.text) is uses


async def test_projects_are_counted_for_the_metrics(site, kube):
    todo = plan.make_plan(site.session, plan.SessionSpec(), {})
    await steps.Start(kube, site.session, Progress()).run(todo)
    counted = await background.count_projects(kube, site.hub)
    assert counted.alive == (site.session.project,)
    assert REGISTRY.get_sample_value("workshop_projects") == 1
    assert REGISTRY.get_sample_value("workshop_orphaned_projects") == 0


async def test_the_rights_of_all_workshops_are_looked_at(make, site, caplog):
    caplog.set_level(logging.INFO)
    tasks = make(spec=NO_PROJECT)
    await tasks.check_rights()
    assert "has all rights that it needs" in caplog.text
    by_route = exposure.Exposed(ports=(8080,), by=exposure.ROUTE, domain="apps.example.com")
    spec = replace(NO_PROJECT, exposed=by_route)
    tasks.of_workshops = (HubSettings(namespace=site.hub.namespace, spec=spec),)
    await tasks.check_rights()
    assert "lacks rights" in caplog.text
    assert "routes" in caplog.text


async def test_a_workshop_takes_a_reserved_session_that_is_as_the_hubs_own(site):
    class Shelf:
        is_empty = False

        def __init__(self):
            self.asked = []

        async def check_out(self, session, fingerprint="", *, wants_pod=False):
            self.asked.append(fingerprint)
            return session, {}

    shelf, spec = Shelf(), plan.SessionSpec()
    for session, made in (
        (site.session, spec),
        (site.session.of_workshop("git", "1"), spec),
        (site.session.of_workshop("git", "1"), replace(spec, parameters={"team": "red"})),
        (site.session.of_workshop("go", "1"), replace(spec, role="view")),
    ):
        await check_out(shelf, session, made)
    plain, of_git, with_parameter, other = shelf.asked
    assert plain == of_git == with_parameter
    assert other != plain
