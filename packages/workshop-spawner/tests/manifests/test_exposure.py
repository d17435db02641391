"""Ports that are reached from outside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kube import labels
from workshop_spawner.manifests import exposure
from workshop_spawner.model import naming
from workshop_spawner.model.session import Hub, Session

HUB = Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub")
SESSION = Session(HUB, "s" * 16, "alice")


@pytest.mark.parametrize(
    "exposed", [exposure.Exposed(), exposure.Exposed((8080,)), exposure.Exposed((), "route", "x")]
)
def test_the_proxy_needs_no_objects(exposed):
    assert exposure.make_objects(SESSION, exposed) == ()


@pytest.mark.parametrize(("by", "hosts"), [("proxy", ()), ("route", (8080,)), ("ingress", (8080,))])
def test_routers_reach_only_ports_with_a_host_of_their_own(by, hosts):
    assert exposure.Exposed((8080,), by, "x").hosts == hosts


def test_a_route_has_tls_and_a_host_of_its_own():
    exposed = exposure.Exposed((8080, 3000), "route", "apps.example.com", {"tls": "yes"})
    service, first, second = exposure.make_objects(SESSION, exposed)
    assert service["spec"]["selector"] == {labels.SESSION: SESSION.id}
    assert [port["name"] for port in service["spec"]["ports"]] == ["8080-tcp", "3000-tcp"]
    assert first["spec"]["host"] == "intro-alice-8080.apps.example.com"
    assert second["spec"]["host"] == "intro-alice-3000.apps.example.com"
    assert first["spec"]["tls"] == {
        "termination": "edge",
        "insecureEdgeTerminationPolicy": "Redirect",
    }
    assert first["metadata"]["annotations"]["tls"] == "yes"


def test_an_ingress_serves_where_there_are_no_routes():
    exposed = exposure.Exposed((8080,), "ingress", "example.com", ingress_class="nginx")
    _, ingress = exposure.make_objects(SESSION, exposed)
    assert ingress["spec"]["ingressClassName"] == "nginx"
    assert ingress["spec"]["tls"] == [{"hosts": ["intro-alice-8080.example.com"]}]


@given(st.text(min_size=1, max_size=80), st.text(max_size=80), st.integers(1, 65535))
def test_every_host_is_valid(user, server, port):
    hub = Hub("a" * naming.APPLICATION_LIMIT, "m", "w", "r")
    session = Session(hub, "s" * 16, user, server, suffix="abcd")
    label, _, domain = exposure.make_host(session, port, "example.com").partition(".")
    assert naming.is_dns_label(label)
    assert domain == "example.com"
