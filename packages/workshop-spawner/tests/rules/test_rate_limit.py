"""How many visitors an address may make."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner.rules.rate_limit import RateLimit, find_address, make_key, may_be_proxy


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("", ""),
        ("x" * 200, "x" * 64),
    ],
)
def test_what_counts_as_one_address(address, key):
    assert make_key(address) == key


def test_a_burst_passes_and_then_it_trickles():
    rate = RateLimit(3, window=60)
    assert [rate.count_try("a", 0) for _ in range(3)] == [0, 0, 0]
    wait = rate.count_try("a", 0)
    assert wait == pytest.approx(20)
    assert rate.count_try("a", wait - 1) > 0
    assert rate.count_try("a", wait) == 0
    assert rate.count_try("b", 0) == 0


def test_waiting_is_not_counted():
    rate = RateLimit(1, window=10)
    rate.count_try("a", 0)
    for _ in range(100):
        rate.count_try("a", 1)
    assert rate.count_try("a", 10) == 0


def test_looking_is_not_counted():
    rate = RateLimit(1, window=10)
    assert [rate.wait_for("a", 0) for _ in range(3)] == [0, 0, 0]
    assert rate.count_try("a", 0) == 0
    assert rate.wait_for("a", 0) == pytest.approx(10)
    assert rate.wait_for("a", 10) == 0
    assert len(rate) == 1


def test_no_limit_keeps_nothing():
    rate = RateLimit(0, window=60)
    assert rate.wait_for("a", 0) == 0
    assert all(rate.count_try("a", 0) == 0 for _ in range(1000))
    assert len(rate) == 0


def test_a_clock_that_goes_back_lets_nobody_through():
    rate = RateLimit(1, window=10)
    assert rate.count_try("a", 100) == 0
    assert rate.count_try("a", 50) == pytest.approx(10)


def test_who_came_last_is_forgotten_last():
    rate = RateLimit(1, window=10, most=2)
    assert [rate.count_try(address, 0) for address in "abc"] == [0, 0, 0]
    assert rate.wait_for("a", 0) == 0
    assert rate.wait_for("b", 0) > 0
    assert rate.wait_for("c", 0) > 0


@given(st.lists(st.integers(0, 50), min_size=21, unique=True))
def test_memory_is_bounded(addresses):
    rate = RateLimit(5, window=10, most=20)
    for address in addresses:
        rate.count_try(f"{address}", 0)
    assert len(rate) == 20


# So often that it is too often: else nothing that is made could be.
@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 0.5)), min_size=60, max_size=200))
def test_throughput_is_bounded(visits):
    rate = RateLimit(5, window=10)
    now, passed = 0.0, {}
    for address, pause in visits:
        now += pause
        if rate.count_try(f"{address}", now) == 0:
            passed.setdefault(address, []).append(now)
    for times in passed.values():
        for i in range(len(times) - 10):
            assert times[i + 10] - times[i] >= 9.9, "never more than 2 x limit in a window"


@pytest.mark.parametrize(
    ("forwarded", "trusted", "address"),
    [
        ("", (), "peer"),
        ("192.0.2.1", (), "192.0.2.1"),
        ("203.0.113.7, 192.0.2.1", (), "192.0.2.1"),
        ("203.0.113.7,192.0.2.1,10.0.0.1", ("10.0.0.1",), "192.0.2.1"),
        ("10.0.0.1", ("10.0.0.1",), "peer"),
        ("203.0.113.7,10.128.4.5", ("10.128.0.0/14",), "203.0.113.7"),
        ("203.0.113.7,::ffff:10.128.4.5", ("10.128.0.0/14",), "203.0.113.7"),
        ("203.0.113.7,fd01::5", ("10.128.0.0/14", "fd01::/48"), "203.0.113.7"),
        ("203.0.113.7,192.0.2.1", ("10.128.0.0/14", "nonsense"), "192.0.2.1"),
        ("203.0.113.7, nonsense ", ("10.128.0.0/14",), "nonsense"),
        ("203.0.113.7:51234", (), "203.0.113.7"),
        ("203.0.113.7:51234, 10.128.4.5:9", ("10.128.0.0/14",), "203.0.113.7"),
        ("[2001:db8::7]:51234", (), "2001:db8::7"),
        ("[2001:db8::7]", (), "2001:db8::7"),
        ("2001:db8::7", (), "2001:db8::7"),
    ],
)
def test_an_address_is_what_the_nearest_proxy_saw(forwarded, trusted, address):
    assert find_address("peer", forwarded, trusted, by_proxy=True) == address


@pytest.mark.parametrize(
    ("peer", "by_proxy", "address"),
    [
        ("127.0.0.1", True, "203.0.113.7"),
        ("10.128.4.5", False, "203.0.113.7"),
        ("::ffff:10.128.4.5", False, "203.0.113.7"),
        ("127.0.0.1", False, "127.0.0.1"),
        ("10.1.2.3", False, "10.1.2.3"),
        ("fd00::1", False, "fd00::1"),
    ],
)
def test_the_header_is_believed_from_proxies_only(peer, by_proxy, address):
    found = find_address(peer, "203.0.113.7", ("10.128.4.0/28",), by_proxy=by_proxy)
    assert found == address


HUB_POD, POD, POD_V6, NAME = "10.128.0.5", "10.128.0.17", "fd00::17", "user-ada.workshops"


@pytest.mark.parametrize(
    ("peer", "own", "servers", "pods", "may"),
    [
        # From this machine.
        ("127.0.0.1", "127.0.0.1", {POD}, None, True),
        ("127.0.0.1", "127.0.0.1", {"127.0.0.1"}, None, True),
        ("::1", "::1", {NAME}, None, True),
        ("::ffff:127.0.0.1", "::1", {NAME}, None, True),
        (HUB_POD, HUB_POD, {NAME}, None, True),
        (f"::ffff:{HUB_POD}", f"::ffff:{HUB_POD}", {NAME}, None, True),
        ("0.0.0.0", "", {NAME}, None, True),
        # Loopback's other addresses are the sessions' of a demo.
        ("127.9.9.9", "127.0.0.1", set(), set(), False),
        ("::ffff:127.9.9.9", "::", set(), set(), False),
        ("127.0.0.3", "127.0.0.3", set(), set(), True),
        # A session, as the database has it or the watch.
        (POD, HUB_POD, {POD}, None, False),
        (POD, HUB_POD, {POD}, set(), False),
        (POD, HUB_POD, {NAME}, {POD}, False),
        (f"::ffff:{POD}", f"::ffff:{HUB_POD}", {NAME}, {POD}, False),
        (POD_V6, HUB_POD, {POD}, {POD, POD_V6}, False),
        ("FD00:0::17", HUB_POD, {POD}, {POD, POD_V6}, False),
        # Somebody else, who is no session as far as all of them are known.
        ("10.128.0.1", HUB_POD, {NAME}, {POD}, True),
        ("10.128.0.1", HUB_POD, {POD}, None, True),
        ("10.128.0.1", HUB_POD, set(), None, True),
        ("10.128.0.1", HUB_POD, {POD, NAME}, None, False),
        ("10.128.0.1", HUB_POD, {""}, None, False),
        (POD_V6, HUB_POD, {POD}, None, False),
        ("nonsense", HUB_POD, set(), set(), False),
        ("0.0.0.0", HUB_POD, set(), set(), False),
    ],
)
def test_from_where_the_hubs_own_proxy_may_come(peer, own, servers, pods, may):
    assert may_be_proxy(peer, own, servers, pods) is may
