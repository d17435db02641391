"""What the hub is told of a session that runs; more of it in test_life.py and test_troubles.py."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.hub


async def test_an_api_that_is_unwell_deletes_nothing(site, workshop, visit):
    site.pocket.start_node()
    hub = await workshop(
        "c.Spawner.poll_interval = 1\nc.WorkshopSpawner.k8s_api_request_retry_timeout = 1\n"
    )
    visitor = await visit(hub)
    await visitor.enter()
    unwell = site.pocket.faults.add(verb="*", resource="*", status=500, times=None)
    await site.pocket.until(lambda: unwell.seen >= 5, 20)
    site.pocket.faults.clear()
    assert f"hello from {visitor.name}" in (await visitor.get(f"user/{visitor.name}/"))[1]
    assert site.left()
