"""What an administrator decides about the network."""

import pytest
from traitlets import TraitError

from workshop_spawner.settings.network import NetworkSettings


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


@pytest.mark.parametrize(
    ("settings", "needs"),
    [
        ({}, False),
        ({"network_internet": False}, True),
        ({"network_internet": False, "network_api_addresses": ["192.0.2.1"]}, False),
        ({"network_internet": False, "network_policies": False}, False),
    ],
)
def test_when_it_has_to_be_found_out_where_the_api_is(settings, needs):
    assert NetworkSettings(**settings).needs_api_networks() is needs


def test_addresses_that_are_set_win_over_those_found():
    rules = NetworkSettings(network_internet=False).make_rules(8888, api=("192.0.2.1/32",))
    assert rules is not None
    assert rules.api_networks == ("192.0.2.1/32",)
    settings = NetworkSettings(network_api_addresses=["192.0.2.7"], network_more_egress=[])
    rules = settings.make_rules(8888, api=("192.0.2.1/32",))
    assert rules is not None
    assert (rules.api_networks, rules.more_egress) == (("192.0.2.7/32",), ())


def test_what_is_no_address_is_refused_by_name():
    with pytest.raises(TraitError, match=r"network_api_addresses: 'api\.example\.com'"):
        NetworkSettings(network_api_addresses=["api.example.com"])
