"""Two hubs of one name: the second ends, unless it is told to take over. Real hubs."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.hub
LEASE = "/apis/coordination.k8s.io/v1/namespaces/workshops/leases/intro-hub"
PODS = "/api/v1/namespaces/workshops/pods"
BY_NAME = """
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.cleanup_servers = False
"""


async def ended(hub):
    return hub.process.returncode is not None


async def test_a_second_hub_of_the_name_ends_and_one_that_is_told_to_takes_over(site, workshop):
    site.pocket.start_node()
    first = await workshop(BY_NAME)
    await first.api("POST", "users/alice")
    assert (await first.start_server("alice"))[-1].get("ready"), first.log_text
    (pod,) = site.as_admin(PODS)["items"]
    lease = site.as_admin(LEASE)
    hub = "workshop.jupyter.org/hub"
    assert pod["metadata"]["annotations"][hub] == lease["spec"]["holderIdentity"]
    second = await workshop(BY_NAME)
    await second.until(lambda: ended(second))
    assert "Another hub runs with WorkshopSpawner.application = 'intro'" in second.log_text
    assert second.process.returncode == 1
    assert site.as_admin(PODS)["items"][0]["metadata"]["uid"] == pod["metadata"]["uid"]
    second.config += "c.WorkshopSpawner.take_over = True\n"
    await second.start()
    await first.until(lambda: ended(first))
    assert "Another hub has taken over" in first.log_text
    assert site.as_admin(PODS)["items"][0]["metadata"]["uid"] == pod["metadata"]["uid"]


async def test_a_hub_that_was_killed_is_followed_by_itself_at_once(site, workshop):
    hub = await workshop(BY_NAME)
    await site.pocket.until(lambda: site.as_admin(LEASE))
    await hub.kill()
    await hub.start()
    await hub.api("POST", "users/alice")
    site.pocket.start_node()
    assert (await hub.start_server("alice"))[-1].get("ready"), hub.log_text
    assert "Taking the place" not in hub.log_text
