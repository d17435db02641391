"""Who may talk to a session: the NetworkPolicies of its pod and of its project.

A policy that selects a pod denies what no policy allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workshop_kube import labels
from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Session

API = "networking.k8s.io/v1"
METADATA = "169.254.0.0/16"
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
PRIVATE_V6 = ("fc00::/7", "fe80::/10")
ROUTERS = {"network.openshift.io/policy-group": "ingress"}
# OpenShift's registry, to which builds in a project push.
REGISTRY = {
    "to": [
        {
            "namespaceSelector": {
                "matchLabels": {"kubernetes.io/metadata.name": "openshift-image-registry"}
            }
        }
    ],
    "ports": [{"port": 5000, "protocol": "TCP"}],
}
_NAMESPACE_NAME = "kubernetes.io/metadata.name"


@dataclass(frozen=True)
class Rules:
    """What the administrator decides about the network of sessions."""

    # The session server's own port, to which the hub's proxy connects.
    port: int
    # Labels of the hub's and proxy's pods in the hub's namespace; empty: any pod of the hub's
    # namespace that is not a session's.
    hub_labels: Mapping[str, str] = field(default_factory=dict)
    # Where sessions reach the hub's API.
    hub_ports: tuple[int, ...] = (8081,)
    # Where sessions reach the cluster's API and its routes.
    api_ports: tuple[int, ...] = (443, 6443)
    # Networks of the cluster's API; without internet `api_ports` are open to these alone.
    api_networks: tuple[str, ...] = ()
    # Whether sessions may open connections to addresses outside the cluster.
    internet: bool = True
    # Rules that sessions and their projects have besides, as a NetworkPolicy writes them.
    more_egress: tuple[Mapping[str, Any], ...] = (REGISTRY,)
    # Ports that routers may reach.
    exposed: tuple[int, ...] = ()
    # Labels of the namespaces whose pods are routers.
    router_labels: Mapping[str, str] = field(default_factory=lambda: dict(ROUTERS))


def make_session_policy(session: Session, rules: Rules) -> dict[str, Any]:
    """The policy of the session's pod.

    In may only the hub (and routers to exposed ports); out only to names, the hub's API, the
    cluster's API, its own projects and - if so decided - the internet. Never the metadata address,
    and no other session or database of the hub's namespace.
    """
    ingress = [{"from": [_hub_peer(rules)], "ports": [_port(rules.port)]}]
    if rules.exposed:
        ingress.append({"from": [_router_peer(rules)], "ports": [_port(p) for p in rules.exposed]})
    return {
        "apiVersion": API,
        "kind": "NetworkPolicy",
        "metadata": session_labels.make_metadata(session, session.account, session.hub.namespace),
        "spec": {
            "podSelector": {"matchLabels": {labels.SESSION: session.id}},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": ingress,
            "egress": [_make_hub_egress(rules), *_make_egress(session, rules)],
        },
    }


def _make_hub_egress(rules: Rules) -> dict[str, Any]:
    return {"to": [_hub_peer(rules)], "ports": [_port(port) for port in rules.hub_ports]}


def make_project_policy(session: Session, rules: Rules, project: str = "") -> dict[str, Any]:
    """The policy of a project.

    In may only its own pods, its session's pod and routers; out goes what the session's pod may
    reach, but for the hub. So no pod in it is a way round the session's policy.
    """
    own_session = {
        "namespaceSelector": {"matchLabels": {_NAMESPACE_NAME: session.hub.namespace}},
        "podSelector": {"matchLabels": {labels.SESSION: session.id}},
    }
    own_projects = {"namespaceSelector": {"matchLabels": {labels.SESSION: session.id}}}
    peers = [{"podSelector": {}}, own_projects, own_session, _router_peer(rules)]
    # Its own pods by the first rule: a project that was requested has no label of the session.
    egress = [{"to": [{"podSelector": {}}]}, *_make_egress(session, rules)]
    return {
        "apiVersion": API,
        "kind": "NetworkPolicy",
        "metadata": session_labels.make_metadata(
            session, "workshop-session", project or session.project
        ),
        "spec": {
            "podSelector": {},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": peers}],
            "egress": egress,
        },
    }


def _make_egress(session: Session, rules: Rules) -> list[dict[str, Any]]:
    """What a session and the pods of its projects may reach.

    Names, those projects, the cluster's API and - if so decided - the internet.
    """
    names = [_port(53), _port(53, "UDP"), _port(5353), _port(5353, "UDP")]
    egress: list[dict[str, Any]] = [
        {"to": [{"namespaceSelector": {}}], "ports": names},
        {"to": [{"namespaceSelector": {"matchLabels": {labels.SESSION: session.id}}}]},
        *(dict(rule) for rule in rules.more_egress),
    ]
    if api := _make_api_peers(rules):
        egress.append({"to": api, "ports": [_port(port) for port in rules.api_ports]})
    if rules.internet:
        egress.append(
            {"to": [_block("0.0.0.0/0", METADATA, *PRIVATE), _block("::/0", *PRIVATE_V6)]}
        )
    return egress


def _make_api_peers(rules: Rules) -> list[dict[str, Any]]:
    """Where the cluster's API is, as peers of a rule.

    With internet anywhere, as its routes may be in private networks too, else at its own addresses.
    A rule without peers would be open to all, so that none is made.
    """
    if rules.internet:
        return [_block("0.0.0.0/0", METADATA), _block("::/0", "fd00:ec2::254/128", "fe80::/10")]
    return [{"ipBlock": {"cidr": network}} for network in rules.api_networks]


def _block(cidr: str, *but: str) -> dict[str, Any]:
    return {"ipBlock": {"cidr": cidr, "except": list(but)}}


def _port(port: int, protocol: str = "TCP") -> dict[str, Any]:
    return {"port": port, "protocol": protocol}


def _hub_peer(rules: Rules) -> dict[str, Any]:
    if rules.hub_labels:
        return {"podSelector": {"matchLabels": dict(rules.hub_labels)}}
    return {
        "podSelector": {"matchExpressions": [{"key": labels.SESSION, "operator": "DoesNotExist"}]}
    }


def _router_peer(rules: Rules) -> dict[str, Any]:
    return {"namespaceSelector": {"matchLabels": dict(rules.router_labels)}}
