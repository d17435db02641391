"""What is done once, when the hub starts."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.hub
async def test_a_missing_right_is_told_when_the_hub_starts(place, workshop):
    path = "/apis/rbac.authorization.k8s.io/v1/clusterroles/workshop-hub-projects"
    role = place.as_admin(path)
    role["rules"] = [rule for rule in role["rules"] if "resourcequotas" not in rule["resources"]]
    place.pocket.request("PUT", path, role)
    hub = await workshop()
    await hub.logged("lacks rights")
    assert 'resources: ["resourcequotas"]' in hub.log_text


@pytest.mark.hub
async def test_a_hub_with_its_rights_says_so(workshop):
    hub = await workshop()
    await hub.logged("has all rights that it needs")
    assert "Projects are made as Namespaces" in hub.log_text


@pytest.mark.hub
async def test_a_setting_that_cannot_work_ends_the_hub_at_once(workshop):
    with pytest.raises(AssertionError, match=r"WorkshopSpawner\.budget: 'tiny' is no budget"):
        await workshop('c.WorkshopSpawner.budget = "tiny"')


FREEZES = """
import asyncio, gc, types
from workshop_spawner.hub_tasks import startup

class Keeper:
    def __init__(self, **_): pass
    async def keep_house(self): pass

async def main():
    startup.begin(Keeper, None)
    print(gc.get_freeze_count())

asyncio.run(main())
"""


def test_what_is_loaded_when_the_hub_starts_is_not_collected_again_and_again():
    done = subprocess.run([sys.executable, "-c", FREEZES], capture_output=True, text=True)
    assert int(done.stdout) > 10_000, done.stderr
