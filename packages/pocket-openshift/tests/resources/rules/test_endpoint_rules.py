import pytest

from pocket_openshift.resources.rules import endpoint_rules

READY = [{"type": "Ready", "status": "True"}]


def service(**spec):
    ports = [{"port": 80, "targetPort": "http"}]
    return {
        "metadata": {"name": "s", "namespace": "a", "uid": "u"},
        "spec": {"selector": {"app": "x"}, "ports": ports, **spec},
    }


def pod(name="p", ip="127.0.0.9", *, ready=True, ports=(("http", 8080),), **metadata):
    ports = [{"name": name, "containerPort": number} for name, number in ports]
    metadata = {"labels": {"app": "x"}, **metadata}
    return {
        "metadata": {"name": name, "namespace": "a", "uid": f"u-{name}", **metadata},
        "spec": {"nodeName": "n", "containers": [{"name": "c", "ports": ports}]},
        "status": {"phase": "Running", "podIP": ip, "conditions": READY if ready else []},
    }


@pytest.mark.parametrize(
    ("selector", "labels", "found"),
    [
        ({"app": "x"}, {"app": "x", "more": "y"}, True),
        ({"app": "x", "tier": "web"}, {"app": "x"}, False),
        ({}, {"app": "x"}, False),
        (None, None, False),
    ],
)
def test_a_selector_names_pods_and_none_names_nobody(selector, labels, found):
    assert endpoint_rules.selects(service(selector=selector), pod(labels=labels)) is found


def test_ready_pods_and_those_that_are_not_yet():
    pods = [pod("b"), pod("a", "127.0.0.8", ready=False)]
    (subset,) = endpoint_rules.make_subsets(service(), pods)
    assert [address["ip"] for address in subset["addresses"]] == ["127.0.0.9"]
    assert [address["ip"] for address in subset["notReadyAddresses"]] == ["127.0.0.8"]
    assert subset["ports"] == [{"port": 8080, "protocol": "TCP"}]
    assert subset["addresses"][0]["targetRef"]["uid"] == "u-b"


def test_pods_with_other_numbers_for_a_port_are_apart():
    pods = [pod("a"), pod("b", ports=(("http", 9090),)), pod("c", ports=())]
    found = endpoint_rules.make_subsets(service(), pods)
    assert [subset.get("ports") for subset in found] == [
        [{"port": 8080, "protocol": "TCP"}],
        [{"port": 9090, "protocol": "TCP"}],
        None,
    ]


@pytest.mark.parametrize("why", ["no address", "ended", "deleted"])
def test_who_does_not_stand_there_is_left_out(why):
    one = pod(ip="" if why == "no address" else "127.0.0.9")
    if why == "ended":
        one["status"]["phase"] = "Failed"
    if why == "deleted":
        one["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    assert (
        endpoint_rules.make_subsets(service(), [one])
        == endpoint_rules.make_slices(service(), [one])
        == []
    )


def test_a_slice_says_the_same_and_belongs_to_its_service():
    (one,) = endpoint_rules.make_slices(service(), [pod(ready=False)])
    assert one["metadata"]["labels"][endpoint_rules.SERVICE_LABEL] == "s"
    assert one["metadata"]["ownerReferences"][0]["uid"] == "u"
    (endpoint,) = one["endpoints"]
    assert (endpoint["addresses"], endpoint["conditions"]["ready"]) == (["127.0.0.9"], False)
    (early,) = endpoint_rules.make_slices(
        service(publishNotReadyAddresses=True), [pod(ready=False)]
    )
    assert early["endpoints"][0]["conditions"]["ready"] is True
