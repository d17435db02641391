import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_culler.rules import wrong_codes
from workshop_culler.rules.wrong_codes import LOOPBACK, WrongCodes

ROUTER = (*LOOPBACK, ipaddress.ip_network("10.0.0.0/24"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "address"),
    [
        pytest.param("127.0.0.1", "203.0.113.5", LOOPBACK, "203.0.113.5", id="by the hub's proxy"),
        pytest.param("127.0.0.1", "1.2.3.4, 203.0.113.5", LOOPBACK, "203.0.113.5", id="forged"),
        pytest.param("127.0.0.1", "203.0.113.5, 10.0.0.7", ROUTER, "203.0.113.5", id="a router"),
        pytest.param("127.0.0.1", "203.0.113.5, 10.0.0.7", LOOPBACK, "10.0.0.7", id="unnamed"),
        pytest.param("10.1.0.9", "203.0.113.5", LOOPBACK, "10.1.0.9", id="past the proxy"),
        pytest.param("127.0.0.1", "", LOOPBACK, "127.0.0.1", id="no header"),
        pytest.param("::ffff:127.0.0.1", "2001:db8::1", LOOPBACK, "2001:db8::1", id="mapped"),
        pytest.param("127.0.0.1", "unknown", LOOPBACK, "unknown", id="nonsense"),
        pytest.param("127.0.0.1", "203.0.113.5:4711, 10.0.0.7:9", ROUTER, "203.0.113.5", id="port"),
        pytest.param("127.0.0.1", "[2001:db8::1]:4711", LOOPBACK, "2001:db8::1", id="port of IPv6"),
    ],
)
def test_who_asks(peer, forwarded, trusted, address):
    assert wrong_codes.find_address(peer, forwarded, trusted) == address


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"),
        ("x" * 999, "x" * 64),
    ],
)
def test_what_counts_as_one(address, key):
    assert wrong_codes.make_key(address) == key


def test_a_network_that_is_none_is_named():
    with pytest.raises(ValueError, match="router"):
        wrong_codes.parse_networks(["10.0.0.0/8", "router"])


def test_who_guesses_is_slow_for_a_while_and_nobody_else_is():
    codes = WrongCodes()
    for _ in range(wrong_codes.FREE_CODES):
        assert not codes.is_slow("a", 0)
        codes.count_wrong("a", 0)
    assert codes.is_slow("a", 0)
    assert not codes.is_slow("b", 0)
    assert not codes.is_flooded(0)
    assert not codes.is_slow("a", wrong_codes.WINDOW_SECONDS / wrong_codes.FREE_CODES)


def test_many_guessers_make_everybody_wait_a_moment():
    codes = WrongCodes()
    for number in range(wrong_codes.FREE_CODES_OF_ALL):
        assert not codes.is_flooded(0)
        codes.count_wrong(f"a{number}", 0)
    assert codes.is_flooded(0)
    assert not codes.is_flooded(1)


@given(st.lists(st.tuples(st.text(max_size=3), st.floats(0, 1e6)), max_size=60))
def test_memory_is_bounded_whatever_comes(tries):
    codes = WrongCodes(most=5)
    for key, now in tries:
        codes.count_wrong(key, now)
    assert len(codes) <= 5
