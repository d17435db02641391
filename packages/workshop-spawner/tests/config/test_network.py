"""What an administrator decides about the network."""

from __future__ import annotations

from workshop_spawner.config.network import NetworkSettings


def test_sessions_are_closed_off_by_default():
    rules = NetworkSettings().make_rules(8888)
    assert rules is not None
    assert (rules.port, rules.hub_ports, rules.internet) == (8888, (8081,), True)


def test_settings_become_rules():
    settings = NetworkSettings(
        network_hub_labels={"class": "hub"}, network_hub_ports=[9000], network_internet=False
    )
    rules = settings.make_rules(8888)
    assert rules is not None
    assert rules.hub_labels == {"class": "hub"}
    assert (rules.hub_ports, rules.internet) == ((9000,), False)


def test_routers_reach_what_is_exposed():
    rules = NetworkSettings().make_rules(8888, (8080,))
    assert rules is not None
    assert rules.exposed == (8080,)
    assert rules.router_labels == {"network.openshift.io/policy-group": "ingress"}


def test_policies_can_be_left_to_somebody_else():
    assert NetworkSettings(network_policies=False).make_rules(8888) is None
