import time

from pocket_openshift.resources import events

PATH = "/api/v1/namespaces/default/events"
MERGE = {"Content-Type": "application/merge-patch+json"}


def write(cluster, name):
    cluster.request("POST", PATH, {"metadata": {"name": name}, "reason": "Started"})


def names(cluster):
    return [item["metadata"]["name"] for item in cluster.request("GET", PATH).body["items"]]


def expire(cluster, before):
    found = next(b for b in cluster.plane.behaviours if isinstance(b, events.Events))
    cluster.run(lambda: found.expire(before))


def test_an_event_goes_when_its_time_is_over(cluster):
    write(cluster, "old")
    moment = time.monotonic()
    write(cluster, "young")
    expire(cluster, moment)
    assert names(cluster) == ["young"]


def test_an_event_that_happens_again_has_its_time_anew(cluster):
    write(cluster, "again")
    moment = time.monotonic()
    cluster.request("PATCH", f"{PATH}/again", {"count": 2}, headers=MERGE)
    expire(cluster, moment)
    assert names(cluster) == ["again"]
    expire(cluster, time.monotonic())
    assert names(cluster) == []


def test_an_event_that_was_deleted_is_no_trouble(cluster):
    write(cluster, "gone")
    cluster.request("DELETE", f"{PATH}/gone")
    write(cluster, "gone")
    expire(cluster, time.monotonic())
    assert names(cluster) == []
