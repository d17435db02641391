"""A session whose pod is lost is over, leaves nothing, and everybody is told why: a real hub."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.hub
PODS = "/api/v1/namespaces/workshops/pods"
MERGE = {"Content-Type": "application/merge-patch+json"}
LOST = {
    "evicted": (
        # The kubelet of a node that runs out of memory leaves such a pod, without containers.
        {"phase": "Failed", "reason": "Evicted", "containerStatuses": None},
        "its node had no more room",
    ),
    "crashes again and again": (
        {
            "containerStatuses": [
                {
                    "name": "notebook",
                    "ready": False,
                    "restartCount": 4,
                    "image": "i",
                    "imageID": "",
                    "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                    "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137}},
                }
            ]
        },
        "it used more memory than it may, 4 times in a row",
    ),
    "deleted by hand": (None, "its pod was deleted"),
}


def lose(site, pod, status):
    """Be the kubelet, or a person with kubectl."""
    if status is None:
        return site.pocket.request("DELETE", pod)
    return site.pocket.request("PATCH", f"{pod}/status", {"status": status}, headers=MERGE)


@pytest.mark.parametrize(("status", "words"), LOST.values(), ids=LOST)
async def test_a_lost_session_leaves_nothing_and_says_why(site, workshop, visit, status, words):
    site.pocket.start_node()
    hub = await workshop("c.Spawner.poll_interval = 1\n")
    visitor = await visit(hub)
    await visitor.enter()
    assert lose(site, f"{PODS}/intro-user-{visitor.name}", status).status == 200
    assert words in await hub.logged(" is over: ")
    await hub.logged("server stopped, with exit code")
    await hub.logged("Finished stopping")
    await site.gone()
    _, page, url = await visitor.get(f"user/{visitor.name}/")
    assert "Your session ended: " in page
    assert words in page, "the visitor reads the cause"
    assert "<h1>Your session has ended</h1>" in page
    assert "Start a new session" in page
    assert "spawn-pending" in url
    _, user = await hub.api("GET", f"users/{visitor.name}")
    assert user["server"] is None, "who reads why is not thrown out"
    assert visitor.name in (await visitor.enter_again()), "the button starts it again"


async def test_a_session_that_was_started_anew_once_goes_on(site, workshop, visit):
    site.pocket.start_node()
    hub = await workshop("c.Spawner.poll_interval = 1\n")
    visitor = await visit(hub)
    await visitor.enter()
    pod = f"{PODS}/intro-user-{visitor.name}"
    container = site.as_admin(pod)["status"]["containerStatuses"][0]
    last = {"terminated": {"reason": "OOMKilled", "exitCode": 137}}
    status = {"containerStatuses": [{**container, "restartCount": 1, "lastState": last}]}
    assert lose(site, pod, status).status == 200
    line = await hub.logged("goes on after trouble")
    assert "restarted once: it used more memory than it may" in line
    assert f"hello from {visitor.name}" in (await visitor.get(f"user/{visitor.name}/"))[1]
    assert site.left()
