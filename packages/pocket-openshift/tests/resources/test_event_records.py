from pocket_openshift.resources import event_records

EVENTS = "/api/v1/namespaces/default/events"


def about(cluster):
    (obj,) = cluster.apply(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "default"}}
    )
    return obj


def say(cluster, obj, text):
    event = event_records.make(obj, "Reason", text, component="a-controller", warning=True)
    cluster.run(lambda: event_records.record(cluster.plane.store, event))


def test_the_same_event_is_counted_and_another_is_another(cluster):
    obj = about(cluster)
    say(cluster, obj, "one")
    say(cluster, obj, "one")
    say(cluster, obj, "two")
    found = {e["message"]: e["count"] for e in cluster.request("GET", EVENTS).body["items"]}
    assert found == {"one": 2, "two": 1}


def test_an_event_names_what_it_is_about(cluster):
    obj = about(cluster)
    say(cluster, obj, "x" * 5000)
    (event,) = cluster.request("GET", EVENTS).body["items"]
    assert event["involvedObject"]["uid"] == obj["metadata"]["uid"]
    assert (event["type"], len(event["message"])) == ("Warning", 1024)
    assert event["source"] == {"component": "a-controller"}


def test_a_namespace_that_is_gone_takes_none(cluster):
    obj = about(cluster)
    obj["metadata"]["namespace"] = "none-such"
    say(cluster, obj, "late")
    assert cluster.request("GET", "/api/v1/events").body["items"] == []
