import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_culler.events.rules import destinations

GOOD = {"name": "chat", "url": "https://chat.example.org/h?k=geheim", "secret_file": "/s"}


def test_a_destination_takes_what_its_patterns_say():
    (one,) = destinations.parse_destinations([GOOD | {"events": ["session.ended", "workshop.*"]}])
    assert one.is_for("org.jupyter.workshop.session.ended")
    assert one.is_for("org.jupyter.workshop.workshop.finished")
    assert not one.is_for("org.jupyter.workshop.session.page")
    assert "geheim" not in repr(one)
    assert destinations.parse_destinations([GOOD])[0].is_for("org.jupyter.workshop.session.page")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"name": "A chat"}, "must be a word"),
        ({"name": 1}, "must be a word"),
        ({"name": "event_log"}, "must be a word"),
        ({"url": None}, "must be like https"),
        ({"url": "chat.example.org"}, "must be like https"),
        ({"url": "https://[::1"}, "must be like https"),
        ({"url": "https://h:x/"}, "must be like https"),
        ({"url": "https://me:geheim@chat.example.org"}, "has a user"),
        ({"url": "http://chat.example.org"}, "use https"),
        ({"url": "https://127.0.0.1/"}, "metadata"),
        ({"url": "https://169.254.169.254/latest"}, "metadata"),
        ({"url": "https://localhost./"}, "metadata"),
        ({"url": "https://[::ffff:127.0.0.1]/"}, "metadata"),
        ({"secret_file": ""}, "secret_file"),
        ({"secret": "geheim"}, "'secret' is not known"),
        ({"events": "session.ended"}, "must be a list"),
        ({"events": ["session.end"]}, "fits none"),
        ({"allow_local": "yes"}, "True or False"),
    ],
)
def test_what_is_wrong_is_named_and_no_secret(changed, says):
    with pytest.raises(destinations.BadDestinationError, match=says) as caught:
        destinations.parse_destinations([GOOD | changed])
    assert str(caught.value).startswith("webhooks[0]")
    assert "geheim" not in str(caught.value)


def test_names_differ_and_are_few():
    with pytest.raises(destinations.BadDestinationError, match="two have the name 'chat'"):
        destinations.parse_destinations([GOOD, GOOD])
    with pytest.raises(destinations.BadDestinationError, match="20 are the most"):
        destinations.parse_destinations([GOOD] * 21)
    with pytest.raises(destinations.BadDestinationError, match="must be a dict"):
        destinations.parse_destinations(["https://chat.example.org"])


def test_this_machine_may_be_allowed():
    local = GOOD | {"url": "http://127.0.0.1:1/", "allow_local": True, "plain_http": True}
    assert destinations.parse_destinations([local])[0].allow_local


@pytest.mark.parametrize(
    ("address", "refused"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("0.0.0.0", True),
        ("0.1.2.3", True),
        ("169.254.169.254", True),
        ("168.63.129.16", True),
        ("100.100.100.200", True),
        ("224.0.0.1", True),
        ("255.255.255.255", True),
        ("::1", True),
        ("::", True),
        ("fe80::1%eth0", True),
        ("fd00:ec2::254", True),
        ("::ffff:169.254.169.254", True),
        ("::127.0.0.1", True),
        ("64:ff9b::a9fe:a9fe", True),
        ("2002:7f00:1::", True),
        ("10.0.0.1", False),
        ("192.168.1.1", False),
        ("93.184.216.34", False),
        ("2606:2800:220:1::1", False),
        ("fd12::1", False),
    ],
)
def test_this_machine_and_metadata_are_refused_in_each_writing(address, refused):
    assert destinations.is_refused_address(address) is refused


@given(st.ip_addresses(network="127.0.0.0/8") | st.ip_addresses(network="169.254.0.0/16"))
def test_no_wrapping_hides_them(address):
    number = int(address)
    wrapped = [
        ipaddress.IPv6Address((0xFFFF << 32) | number),
        ipaddress.IPv6Address((0x64FF9B << 96) | number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80)),
    ]
    assert all(destinations.is_refused_address(str(each)) for each in [address, *wrapped])
