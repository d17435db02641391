import ipaddress
import itertools
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.node import addresses


@given(st.uuids())
def test_candidates_are_loopback_and_usable(uid):
    for text in itertools.islice(addresses.candidates(str(uid)), 20):
        address = ipaddress.IPv4Address(text)
        assert address.is_loopback
        assert address.packed[1] > 0
        assert address.packed[3] not in (0, 255)


def test_a_held_address_is_nobody_elses():
    one, two = addresses.hold("same"), addresses.hold("same")
    assert one.text != two.text
    one.release()
    three = addresses.hold("same")
    assert three.text == one.text
    for held in (two, three):
        held.release()


def test_a_pod_may_listen_on_any_port_of_its_address():
    held = addresses.hold("pod")
    with socket.create_server((held.text, 0)) as server:
        assert server.getsockname()[0] == held.text
    held.release()


def test_when_all_are_taken_that_is_said(monkeypatch):
    monkeypatch.setattr(addresses, "TRIES", 1)
    held = addresses.hold("only")
    with pytest.raises(addresses.NoAddressError, match=r"no address of 127\.0\.0\.0/8 is free"):
        addresses.hold("only")
    held.release()
