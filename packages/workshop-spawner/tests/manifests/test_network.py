"""Who may talk to whom, tried by a small evaluator of NetworkPolicies."""

from __future__ import annotations

import ipaddress

import pytest

from workshop_kube import labels
from workshop_spawner.manifests import network
from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Hub, Session

HUB = Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub")
MINE = Session(HUB, "s" * 16, "alice")
OTHER = Session(HUB, "t" * 16, "bob")


def pod(namespace, pod_labels, ip="10.1.2.3", **namespace_labels):
    return {
        "namespace": namespace,
        "labels": pod_labels,
        "ip": ip,
        "namespace_labels": {"kubernetes.io/metadata.name": namespace, **namespace_labels},
    }


def outside(ip):
    return {"namespace": None, "labels": {}, "ip": ip, "namespace_labels": {}}


def selects(selector, values):
    wanted = selector.get("matchLabels", {})
    absent = [e["key"] for e in selector.get("matchExpressions", [])]
    return all(values.get(k) == v for k, v in wanted.items()) and not set(absent) & set(values)


def is_peer(peer, thing, home):
    if "ipBlock" in peer:
        address = ipaddress.ip_address(thing["ip"])
        inside = [ipaddress.ip_network(peer["ipBlock"]["cidr"])]
        but = [ipaddress.ip_network(n) for n in peer["ipBlock"].get("except", [])]
        return any(address in n for n in inside) and not any(address in n for n in but)
    if thing["namespace"] is None:
        return False
    if "namespaceSelector" in peer:
        if not selects(peer["namespaceSelector"], thing["namespace_labels"]):
            return False
    elif thing["namespace"] != home:
        return False
    return selects(peer.get("podSelector", {}), thing["labels"])


def allows(policy, direction, thing, port, protocol="TCP"):
    home = policy["metadata"]["namespace"]
    key = "from" if direction == "ingress" else "to"
    for rule in policy["spec"].get(direction, []):
        ports = rule.get("ports")
        if ports and {"port": port, "protocol": protocol} not in ports:
            continue
        if any(is_peer(peer, thing, home) for peer in rule[key]):
            return True
    return False


THE_HUB = pod("workshops", {"app": "intro", "class": "hub"})
NEIGHBOUR = pod("workshops", session_labels.make_labels(OTHER))
STRANGER = pod("elsewhere", {})
DATABASE = pod("workshops", {"app": "postgres"})
ROUTER = pod("openshift-ingress", {}, **{"network.openshift.io/policy-group": "ingress"})
OWN = pod("intro-alice", {}, **{labels.SESSION: MINE.id})
THEIRS = pod("intro-bob", {}, **{labels.SESSION: OTHER.id})


@pytest.mark.parametrize(
    ("who", "port", "allowed"),
    [
        (THE_HUB, 8888, True),
        (THE_HUB, 22, False),
        (NEIGHBOUR, 8888, False),
        (STRANGER, 8888, False),
        (ROUTER, 8888, False),
        (ROUTER, 8080, True),
        (OWN, 8888, False),
        (outside("198.51.100.1"), 8888, False),
    ],
)
def test_who_reaches_a_session(who, port, allowed):
    policy = network.make_session_policy(MINE, network.Rules(port=8888, exposed=(8080,)))
    assert allows(policy, "ingress", who, port) is allowed


def test_only_the_labelled_hub_where_it_has_labels():
    rules = network.Rules(port=8888, hub_labels={"class": "hub"})
    policy = network.make_session_policy(MINE, rules)
    assert allows(policy, "ingress", THE_HUB, 8888)
    assert not allows(policy, "ingress", DATABASE, 8888)


@pytest.mark.parametrize("internet", [True, False])
@pytest.mark.parametrize(
    ("who", "port", "allowed"),
    [
        (THE_HUB, 8081, True),
        (DATABASE, 5432, False),
        (NEIGHBOUR, 8888, False),
        (NEIGHBOUR, 8081, False),
        (OWN, 8080, True),
        (THEIRS, 8080, False),
        (STRANGER, 8080, False),
        (outside("169.254.169.254"), 80, False),
        (outside("169.254.169.254"), 443, False),
        (outside("fd00:ec2::254"), 80, False),
        (outside("fd00:ec2::254"), 443, False),
        (outside("10.0.0.1"), 6443, True),
        (outside("192.168.1.1"), 443, "internet"),
        (outside("10.128.3.4"), 443, "internet"),
        (outside("198.51.100.1"), 443, "internet"),
        (outside("198.51.100.1"), 6443, "internet"),
        (outside("2001:db8::1"), 443, "internet"),
        (pod("openshift-image-registry", {}), 5000, True),
        (outside("10.0.0.1"), 22, False),
        (outside("198.51.100.1"), 22, "internet"),
        (outside("2001:db8::1"), 22, "internet"),
    ],
)
def test_whom_a_session_reaches(who, port, allowed, internet):
    rules = network.Rules(port=8888, internet=internet, api_networks=("10.0.0.1/32",))
    expected = internet if allowed == "internet" else allowed
    session = network.make_session_policy(MINE, rules)
    assert allows(session, "egress", who, port) is expected
    project = network.make_project_policy(MINE, rules)
    assert project["spec"]["policyTypes"] == ["Ingress", "Egress"]
    in_project = expected and who is not THE_HUB
    assert allows(project, "egress", who, port) is in_project, "a pod there is no way round"


def test_a_rule_without_peers_would_be_open_to_all():
    rules = network.Rules(port=8888, internet=False)
    for policy in (
        network.make_session_policy(MINE, rules),
        network.make_project_policy(MINE, rules),
    ):
        assert all(rule["to"] for rule in policy["spec"]["egress"])
        assert not allows(policy, "egress", outside("10.0.0.1"), 443)


def test_pods_of_a_requested_project_reach_each_other():
    policy = network.make_project_policy(MINE, network.Rules(port=8888, internet=False))
    assert allows(policy, "egress", pod("intro-alice", {}), 5432)


def test_names_are_looked_up_anywhere():
    policy = network.make_session_policy(MINE, network.Rules(port=8888))
    assert allows(policy, "egress", pod("openshift-dns", {}), 5353, "UDP")


def test_a_session_policy_is_about_this_session_only():
    policy = network.make_session_policy(MINE, network.Rules(port=8888))
    selector = policy["spec"]["podSelector"]
    assert selects(selector, session_labels.make_labels(MINE))
    assert not selects(selector, session_labels.make_labels(OTHER))
    assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        (OWN, True),
        (pod("workshops", session_labels.make_labels(MINE)), True),
        (ROUTER, True),
        (NEIGHBOUR, False),
        (THEIRS, False),
        (STRANGER, False),
        (THE_HUB, False),
    ],
)
def test_who_reaches_a_project(who, allowed):
    assert (
        allows(network.make_project_policy(MINE, network.Rules(port=8888)), "ingress", who, 8080)
        is allowed
    )


def test_an_ingress_controller_is_let_in_by_the_labels_of_its_namespace():
    rules = network.Rules(
        port=8888, exposed=(8080,), router_labels={"kubernetes.io/metadata.name": "ingress-nginx"}
    )
    controller = pod("ingress-nginx", {})
    for policy in (
        network.make_session_policy(MINE, rules),
        network.make_project_policy(MINE, rules),
    ):
        assert allows(policy, "ingress", controller, 8080)
        assert not allows(policy, "ingress", ROUTER, 8080)
