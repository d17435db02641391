"""Pods that wait in the sessions of a pool: made, replaced, and nobody's twice. A real API."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest
from traitlets.config import Config

from workshop_kube import labels
from workshop_spawner import WorkshopSpawner
from workshop_spawner.hub_tasks.pod_template import NAMES, make_sample
from workshop_spawner.hub_tasks.pool import SessionPool, check_out
from workshop_spawner.hub_tasks.warm_pods import WarmPods, remove_all
from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Session
from workshop_spawner.rules import plan, warm_pods
from workshop_spawner.rules.warm_pods import Launch, StockRules
from workshop_spawner.start.progress import Progress

LOG = logging.getLogger("t")
PODS = "/api/v1/namespaces/workshops/pods"
ROLE = "/apis/rbac.authorization.k8s.io/v1/{}"
SPEC = plan.SessionSpec()


class Template:
    """Pods with an image that may change."""

    image = "one"

    async def prepare(self, session):
        metadata = session_labels.make_metadata(session, session.pod, "workshops")
        container = {"name": "notebook", "image": self.image, "args": ["serve"]}
        manifest = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": metadata,
            "spec": {"containers": [container]},
        }
        return warm_pods.prepare(manifest, session, Launch())


class Stock:
    """A pool of sessions, some with a pod."""

    def __init__(self, site, kube, size, pods, limit=0):
        self.site, self.template, self.now = site, Template(), timedelta()
        rules = StockRules(pods, timedelta(hours=6), timedelta(minutes=5))
        self.pods = WarmPods(
            kube, site.hub, self.template, rules, limit, LOG, lambda: datetime.now(UTC) + self.now
        )
        self.pool = SessionPool(
            kube, site.hub, lambda s: plan.make_ready_steps(s, SPEC), size, LOG, pods=self.pods
        )

    def list(self):
        """The pods that wait, by their session."""
        return {
            pod["metadata"]["labels"][labels.SESSION]: pod["metadata"]["uid"]
            for pod in self.site.as_admin(f"{PODS}?labelSelector=class%3Dreserve")["items"]
            if "deletionTimestamp" not in pod["metadata"]
        }

    def bring_up(self, *sessions, **status):
        """Say of pods that they are ready, as their node would."""
        for pod in self.site.as_admin(f"{PODS}?labelSelector=class%3Dreserve")["items"]:
            metadata = pod["metadata"]
            if sessions and metadata["labels"][labels.SESSION] not in sessions:
                continue
            found = {"name": "notebook", "ready": True, "state": {"running": {}}}
            more = {"image": "i", "imageID": "i", "restartCount": 0}
            said = {"phase": "Running", "podIP": "10.0.0.1", "containerStatuses": [found | more]}
            path = f"{PODS}/{metadata['name']}/status"
            answer = self.site.pocket.request("PUT", path, {**pod, "status": said | status})
            assert answer.status == 200, answer.body

    async def check_out(self, name, **options):
        session = Session(self.site.hub, f"{name:x>16}", name, checkout=f"{name:x>16}")
        return await self.pool.check_out(session, **options)


@pytest.fixture
def make(site, kube):
    for name, resource in (
        ("clusterroles/workshop-hub-projects", "namespaces"),
        ("namespaces/workshops/roles/workshop-hub", "serviceaccounts"),
    ):
        path = ROLE.format(name)
        role = site.as_admin(path)
        role["rules"].append({"apiGroups": [""], "resources": [resource], "verbs": ["patch"]})
        assert site.pocket.request("PUT", path, role).status == 200

    def make(size=3, pods=2, limit=0):
        return Stock(site, kube, size, pods, limit)

    return make


async def test_pods_wait_in_sessions_of_their_own_with_a_key_of_their_own(make, site):
    stock = make()
    await stock.pool.fill()
    waiting = stock.list()
    assert len(waiting) == 2
    assert stock.pods.is_growing
    secrets = site.as_admin("/api/v1/namespaces/workshops/secrets?labelSelector=class%3Dreserve")
    keys = {secret["data"]["key"] for secret in secrets["items"]}
    assert len(keys) == 2
    stock.bring_up()
    await stock.pool.fill()
    assert stock.list() == waiting, "none is recreated"
    assert not stock.pods.is_growing


async def test_who_wants_a_pod_gets_the_session_whose_pod_is_up(make):
    stock = make(size=3, pods=2)
    await stock.pool.fill()
    up = sorted(stock.list())[0]
    stock.bring_up(up)
    await stock.pool.fill()
    taken, _ = await stock.check_out("alice", wants_pod=True)
    assert taken.id == up
    assert stock.pool.take_pod(up)["metadata"]["uid"] == stock.list()[up]
    assert taken.pod == stock.pool.take_pod(up)["metadata"]["name"]
    taken, _ = await stock.check_out("bob")
    assert taken.id not in stock.list(), "who wants none gets a session without"
    assert taken.pod == "intro-user-bob"


async def test_none_is_taken_twice_nor_removed_while_it_is_handed_out(make):
    stock = make(size=2, pods=2)
    await stock.pool.fill()
    waiting = stock.list()
    given = await asyncio.gather(*(stock.check_out(name, wants_pod=True) for name in ("a1", "b2")))
    pods = {stock.pool.take_pod(taken.id)["metadata"]["uid"] for taken, _ in given}
    assert pods == set(waiting.values())
    assert await stock.check_out("c3", wants_pod=True) is None
    await stock.pool.fill()
    assert set(waiting.items()) <= set(stock.list().items()), "its visitor is about to have it"


async def test_what_a_dead_hub_was_handing_out_is_removed_by_the_next(make):
    stock = make(size=1, pods=1)
    await stock.pool.fill()
    (left,) = stock.list()
    await stock.check_out("alice", wants_pod=True)
    after = make(size=1, pods=1)
    await after.pool.fill()
    assert left not in after.list()
    assert len(after.list()) == 1


async def test_another_image_makes_them_anew_in_the_same_sessions(make):
    stock = make(size=2, pods=2)
    await stock.pool.fill()
    before = stock.list()
    stock.template.image = "two"
    await stock.pool.fill()
    await stock.pool.fill()
    assert set(stock.list()) == set(before)
    assert not set(stock.list().values()) & set(before.values())


@pytest.mark.parametrize(
    ("hours", "status"),
    [(6, {}), (0, {"phase": "Failed"}), (0.1, {"phase": "Pending", "containerStatuses": []})],
)
async def test_what_is_of_no_use_is_replaced(make, hours, status):
    stock = make(size=1, pods=1)
    await stock.pool.fill()
    before = stock.list()
    stock.bring_up(**status)
    stock.now = timedelta(hours=hours)
    await stock.pool.fill()
    stock.now = timedelta(minutes=1)
    await stock.pool.fill()
    assert set(stock.list()) == set(before)
    assert stock.list() != before


async def test_pods_that_fail_are_told_and_not_made_again_and_again(make, caplog):
    stock = make(size=1, pods=1)
    for seconds in (10, 20, 40):
        await stock.pool.fill()
        assert len(stock.list()) == 1
        stock.bring_up(phase="Failed")
        await stock.pool.fill()
        await stock.pool.fill()
        assert stock.list() == {}, "not before its time"
        assert f"Trying again in {seconds} s" in caplog.text
        stock.now += timedelta(seconds=seconds)
    await stock.pool.fill()
    stock.bring_up()
    await stock.pool.fill()
    stock.bring_up(phase="Failed")
    caplog.clear()
    await stock.pool.fill()
    assert "Trying again in 10 s" in caplog.text, "one that was ready in between begins again"


async def test_pods_that_wait_leave_room_for_sessions_that_run(make, site):
    stock = make(size=3, pods=3, limit=3)
    metadata = session_labels.make_metadata(site.session, site.session.pod, "workshops")
    spec = {"containers": [{"name": "notebook", "image": "i"}]}

    def apply(metadata, **status):
        site.pocket.apply({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
        if status:
            path = f"{PODS}/{metadata['name']}/status"
            found = {**site.as_admin(f"{PODS}/{metadata['name']}"), "status": status}
            assert site.pocket.request("PUT", path, found).status == 200

    for name in ("workshop-hub-1", "workshop-db-1"):
        apply({"name": name, "namespace": "workshops", "labels": {labels.APP: "intro"}})
    apply({**metadata, "name": "over"}, phase="Failed")
    await stock.pool.fill()
    assert len(stock.list()) == 3, "neither the hub's own pods nor what has ended has a place"
    apply(metadata)
    await stock.pool.fill()
    assert len(stock.list()) == 2


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 500}, {"drop": "before"}], ids=str)
@pytest.mark.parametrize("resource", ["pods", "secrets"])
async def test_a_pod_that_cannot_be_made_costs_no_session(make, site, caplog, resource, fault):
    stock = make(size=1, pods=1)
    site.pocket.faults.add(verb="create", resource=resource, times=None, **fault)
    stock.pods._cluster = stock.pods._cluster.within(0.3)
    await stock.pool.fill()
    assert stock.list() == {}
    assert "No pod was made ready" in caplog.text
    site.pocket.faults.clear()
    assert await stock.check_out("alice", wants_pod=True) is not None


async def test_a_session_that_is_not_handed_out_keeps_its_pod(make, site):
    stock = make(size=1, pods=1)
    await stock.pool.fill()
    before = stock.list()
    site.pocket.faults.add(verb="patch", resource="serviceaccounts", status=403, times=None)
    assert await stock.check_out("alice", wants_pod=True) is None
    site.pocket.faults.clear()
    await stock.pool.fill()
    assert stock.list() == before
    taken, _ = await stock.check_out("alice", wants_pod=True)
    assert stock.pool.take_pod(taken.id)["metadata"]["uid"] == before[taken.id]


async def test_a_start_given_up_while_a_pod_is_removed_leaves_nothing(
    make, site, kube, credentials, close_clients
):
    """Whose own pod is another one gets a reserved session all the same; its pod goes first."""
    stock = make(size=1, pods=1)
    await stock.pool.fill()
    stock.bring_up()
    await stock.pool.fill()
    traits = {"application": "intro", "namespace": "workshops", "image": "other", "cmd": ["serve"]}
    spawner = make_sample(WorkshopSpawner, Config(WorkshopSpawner=traits), None, LOG, NAMES[0])
    spawner.context.pool, spawner.context.cluster = stock.pool, kube
    spawner._progress = Progress()
    asked = site.pocket.faults.add(verb="delete", resource="pods", delay=30)
    session = Session(site.hub, "x" * 16, NAMES[0], checkout="x" * 16)
    starting = asyncio.ensure_future(spawner._start_session(session, SPEC, ""))
    await site.pocket.until(lambda: asked.seen)
    starting.cancel()
    await asyncio.wait([starting])
    assert starting.cancelled()
    await site.gone()


async def test_when_none_are_kept_any_more_they_go(make, site, kube):
    stock = make()
    await stock.pool.fill()
    await remove_all(kube, site.hub)
    assert stock.list() == {}


async def test_a_pool_without_pods_has_none(site, kube):
    pool = SessionPool(kube, site.hub, lambda _: (), 0, LOG)
    assert not pool.has_pods
    assert pool.problem_with_pod("f") == "unfit"
    assert pool.take_pod("s") is None
    assert await check_out(None, site.session, SPEC, wants_pod=True) == (site.session, None)
