"""What is held ahead of a class, noted in a real API that fails in all ways."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from workshop_kube.errors import KubeError
from workshop_spawner.context import HubContext
from workshop_spawner.hub_tasks import reserve as reserves
from workshop_spawner.hub_tasks.reserve import Reserve
from workshop_spawner.model.errors import PermanentError, TemporaryError
from workshop_spawner.rules import lease_rules
from workshop_spawner.rules.reserve.prestart import PrestartError
from workshop_spawner.rules.reserve.size import ReserveSize

LOG = logging.getLogger("t")
NOW = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)
BODY = {"places": 3, "until": "2026-12-01T09:30:00+01:00"}
LEASE = lease_rules.make_lease_reference("intro", "workshops")
TROUBLES = [
    *({"status": status} for status in (409, 422, 429, 500, 503)),
    {"drop": "before"},
    {"drop": "after"},
]


@pytest.fixture
async def make(kube, monkeypatch):
    monkeypatch.setattr(reserves, "PATIENCE", 0.3)
    spec = lease_rules.make_spec("hub", NOW)
    await kube.create({**LEASE, "spec": spec})

    def make(**options):
        usual = options.pop("usual", ReserveSize())
        made = Reserve(HubContext(), kube, LEASE, lambda _: usual, LOG, **options)
        made.now = NOW
        made.clock = lambda: made.now
        return made

    return make


async def test_what_was_asked_for_outlives_the_hub(make):
    before = make(usual=ReserveSize(1, 1))
    await before.load()
    assert before.find_size() == ReserveSize(1, 1)
    told = await before.ask(BODY)
    assert told["asked"] == {
        "places": 3,
        "pods": 3,
        "begins": "2026-12-01T07:00:00Z",
        "until": "2026-12-01T08:30:00Z",
        "used": 0,
    }
    before.count_use()
    await before.save()
    after = make(usual=ReserveSize(1, 1))
    await after.load()
    assert after.find_size() == ReserveSize(2, 2)
    after.now += timedelta(hours=2)
    assert after.find_size() == ReserveSize(1, 1)
    assert after.describe()["asked"] is None, "its time is over"


@pytest.mark.parametrize("fault", TROUBLES, ids=str)
async def test_what_cannot_be_noted_is_refused_and_changes_nothing(make, site, fault):
    kept = make()
    trouble = site.pocket.faults.add(verb="patch", resource="leases", times=None, **fault)
    with pytest.raises(TemporaryError, match="nothing was changed"):
        await kept.ask(BODY)
    assert kept.find_size() == ReserveSize()
    assert trouble.seen
    site.pocket.faults.clear()
    await kept.ask(BODY)
    site.pocket.faults.add(verb="patch", resource="leases", times=None, **fault)
    with pytest.raises(TemporaryError):
        await kept.cancel()
    assert kept.find_size() == ReserveSize(3, 3)


@pytest.mark.parametrize("fault", TROUBLES, ids=str)
async def test_a_count_that_cannot_be_noted_is_noted_later(make, site, fault):
    kept = make()
    await kept.ask(BODY)
    kept.count_use()
    site.pocket.faults.add(verb="patch", resource="leases", times=None, **fault)
    await kept.save()
    assert kept.find_size() == ReserveSize(2, 2)
    site.pocket.faults.clear()
    await kept.save()
    after = make()
    await after.load()
    assert after.find_size() == ReserveSize(2, 2)


async def test_a_hub_does_not_forget_what_it_cannot_read(make, site):
    await make().ask(BODY)
    site.pocket.faults.add(verb="get", resource="leases", status=500, times=None)
    with pytest.raises(KubeError):
        await make().load()
    site.pocket.faults.clear()
    site.pocket.faults.add(verb="get", resource="leases", status=403)
    kept = make(usual=ReserveSize(2))
    await kept.load()
    assert kept.find_size() == ReserveSize(2), "a hub without the right goes on"


async def test_what_cannot_be_held_is_refused_in_a_sentence(make):
    async def find_problems():
        return "no projects", None

    async def find_no_pods():
        return None, "No pod waits in them: a home."

    with pytest.raises(PermanentError, match="No place can be held ready here: no projects"):
        await make(find_problems=find_problems).ask(BODY)
    with pytest.raises(PrestartError, match="no more than 2 sessions"):
        await make(limit=2).ask(BODY)
    told = await make(find_problems=find_no_pods).ask(BODY)
    assert told["why"] == ["No pod waits in them: a home."]


async def test_who_waits_for_a_pool_is_woken(make):
    kept = make()
    waiting = asyncio.ensure_future(kept.wait_until_wanted(3600))
    await kept.ask(BODY)
    async with asyncio.timeout(30):
        await waiting
