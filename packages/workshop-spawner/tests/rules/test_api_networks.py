"""Which networks the cluster's API is in."""

from __future__ import annotations

import pytest

from workshop_spawner.rules import api_networks

ENDPOINTS = {"subsets": [{"addresses": [{"ip": "192.0.2.7"}, {"ip": "2001:db8::7"}]}]}


@pytest.mark.parametrize(
    ("hosts", "endpoints", "networks"),
    [
        (("",), None, ()),
        (("172.30.0.1", "api.example.com"), None, ("172.30.0.1/32",)),
        (("172.30.0.1", "172.30.0.1"), {}, ("172.30.0.1/32",)),
        (("172.30.0.1",), ENDPOINTS, ("172.30.0.1/32", "192.0.2.7/32", "2001:db8::7/128")),
        ((), {"subsets": [{"notReadyAddresses": [{"ip": "192.0.2.7"}]}]}, ()),
    ],
)
def test_the_networks_of_the_api(hosts, endpoints, networks):
    assert api_networks.list_networks(hosts, endpoints) == networks
