import http.client
import json
import ssl
import threading

import pytest

MAPS = "/api/v1/namespaces/a/configmaps"


@pytest.fixture(autouse=True)
def namespace(cluster):
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}})


def create(cluster, name, **labels):
    body = {"metadata": {"name": name, "labels": labels}}
    return cluster.request("POST", MAPS, body).body


class Follower:
    """A watch read line by line, as a client does."""

    def __init__(self, cluster, query):
        context = ssl.create_default_context(cafile=str(cluster.ca_file))
        host, port = cluster.url.removeprefix("https://").split(":")
        self._connection = http.client.HTTPSConnection(
            host, int(port), context=context, timeout=120
        )
        headers = {"Authorization": f"Bearer {cluster.admin_token}"}
        self._connection.request("GET", f"{MAPS}?watch=1&{query}", headers=headers)
        self._response = self._connection.getresponse()

    def next(self):
        line = self._response.readline()
        return json.loads(line) if line else None

    def rest(self):
        return self._response.read()

    def close(self):
        self._connection.close()


@pytest.fixture
def follow(cluster):
    made = []

    def start(query=""):
        made.append(Follower(cluster, query))
        return made[-1]

    yield start
    for follower in made:
        follower.close()


def version(cluster):
    return cluster.request("GET", MAPS).body["metadata"]["resourceVersion"]


def test_events_come_as_they_happen(cluster, follow):
    watch = follow(f"resourceVersion={version(cluster)}")
    create(cluster, "m")
    cluster.request("DELETE", f"{MAPS}/m")
    found = [watch.next() for _ in range(2)]
    assert [event["type"] for event in found] == ["ADDED", "DELETED"]
    assert found[0]["object"]["kind"] == "ConfigMap"


def test_without_a_version_what_exists_comes_first(cluster, follow):
    create(cluster, "m")
    watch = follow("fieldSelector=metadata.name%3Dm")
    assert watch.next()["object"]["metadata"]["name"] == "m"


def test_a_streaming_list_ends_with_a_bookmark(cluster, follow):
    create(cluster, "m", app="x")
    watch = follow(
        "labelSelector=app%3Dx&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan"
    )
    assert watch.next()["type"] == "ADDED"
    mark = watch.next()
    assert mark["type"] == "BOOKMARK"
    assert "k8s.io/initial-events-end" in mark["object"]["metadata"]["annotations"]


def test_a_watch_ends_at_its_time(cluster):
    events = cluster.request(
        "GET", f"{MAPS}?watch=1&timeoutSeconds=1&resourceVersion={version(cluster)}"
    )
    assert (events.status, events.body) == (200, "")


def test_bookmarks_tell_how_far_it_came(cluster, follow):
    cluster.plane.settings.bookmark_seconds = 0.05
    watch = follow(f"resourceVersion={version(cluster)}&allowWatchBookmarks=true")
    assert watch.next()["type"] == "BOOKMARK"


def test_a_forgotten_version_is_an_error_event(cluster, follow):
    start = version(cluster)
    create(cluster, "m")
    cluster.compact()
    event = follow(f"resourceVersion={start}").next()
    assert (event["type"], event["object"]["code"]) == ("ERROR", 410)


@pytest.mark.parametrize("query", ["resourceVersion=x", "timeoutSeconds=x"])
def test_nonsense_is_400(cluster, query):
    assert cluster.request("GET", f"{MAPS}?watch=1&{query}").status == 400


def test_one_object_by_its_name(cluster, follow):
    create(cluster, "m")
    create(cluster, "n")
    answer = cluster.request("GET", f"{MAPS}/n?watch=1&timeoutSeconds=1&resourceVersion=0")
    assert [event["object"]["metadata"]["name"] for event in answer.body] == ["n"]


def test_a_caller_that_leaves_is_forgotten(cluster, follow):
    watch = follow(f"resourceVersion={version(cluster)}")
    assert cluster.run(lambda: cluster.plane.watching.open_watches) == 1
    gone = threading.Event()
    drop = cluster.plane.watching.drop

    def dropped(opened):
        drop(opened)
        gone.set()

    cluster.plane.watching.drop = dropped
    watch.close()
    assert gone.wait(5)
    assert cluster.run(lambda: cluster.plane.watching.open_watches) == 0


def test_a_fault_cuts_a_watch_after_some_events(cluster, follow):
    cluster.faults.add(watch="cut", resource="configmaps", after_events=1)
    watch = follow(f"resourceVersion={version(cluster)}")
    create(cluster, "m")
    create(cluster, "n")
    assert watch.next()["object"]["metadata"]["name"] == "m"
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        watch.rest()


def test_a_fault_silences_a_watch(cluster, follow):
    cluster.faults.add(watch="silent", resource="configmaps")
    watch = follow(f"resourceVersion={version(cluster)}")
    watch._connection.sock.settimeout(0.3)
    create(cluster, "m")
    with pytest.raises(TimeoutError):
        watch.next()


def test_a_fault_expires_a_watch(cluster, follow):
    cluster.faults.add(watch="expired", resource="configmaps")
    event = follow(f"resourceVersion={version(cluster)}").next()
    assert (event["type"], event["object"]["code"]) == ("ERROR", 410)
