from datetime import UTC, datetime, timedelta

from pocket_openshift.node.rules import events

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
POD = {"metadata": {"name": "p", "namespace": "ns", "uid": "u"}}


def make(message="hello", **more):
    return events.make_event(POD, "Started", message, source=("kubelet", "node"), **more)


def test_an_event_names_its_pod_and_container():
    event = events.stamp(make(container="c", warning=True), NOW)
    assert event["involvedObject"] == {
        **{"apiVersion": "v1", "kind": "Pod", "name": "p", "namespace": "ns", "uid": "u"},
        "fieldPath": "spec.containers{c}",
    }
    assert event["type"] == "Warning"
    assert event["count"] == 1
    assert event["firstTimestamp"] == event["lastTimestamp"] == "2026-01-02T03:04:05Z"


def test_the_same_event_at_the_same_time_has_the_same_name():
    one, two = events.stamp(make(), NOW), events.stamp(make(), NOW)
    later = events.stamp(make(), NOW + timedelta(microseconds=1))
    assert one["metadata"]["name"] == two["metadata"]["name"] != later["metadata"]["name"]
    assert one["metadata"]["name"].startswith("p.")


def test_repeated_events_are_counted():
    event = events.stamp(make(), NOW)
    patch = events.again(event, NOW + timedelta(seconds=5))
    assert patch == {"count": 2, "lastTimestamp": "2026-01-02T03:04:10Z"}
    assert events.key_of(make()) == events.key_of(event)
    assert events.key_of(make()) != events.key_of(make("other"))


def test_a_message_is_bounded():
    assert len(make("x" * 5000)["message"]) == events.MESSAGE_LIMIT


def test_names_are_in_the_order_of_time():
    moments = [NOW + timedelta(microseconds=n) for n in (0, 1, 999_999, 10**9)]
    names = [events.stamp(make(), moment)["metadata"]["name"] for moment in moments]
    assert names == sorted(names)
