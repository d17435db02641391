"""Which page may open a socket."""

import pytest

from jupyterhub_butterfly.rules.origins import is_own_origin, make_origin

TABLE = [
    ("https://hub.example", "hub.example", True),
    ("http://hub.example:80", "hub.example", True),
    ("https://hub.example:443", "hub.example", True),
    ("https://hub.example:8443", "hub.example:8443", True),
    ("https://HUB.example", "hub.example", True),
    ("http://127.0.0.1:8000", "127.0.0.1:8000", True),
    ("http://[::1]:8000", "[::1]:8000", True),
    ("https://evil.example", "hub.example", False),
    ("https://hub.example.evil.example", "hub.example", False),
    ("https://hub.example:8443", "hub.example", False),
    ("http://127.0.0.1:8001", "127.0.0.1:8000", False),
    ("null", "hub.example", False),
    ("", "hub.example", False),
    (None, "hub.example", False),
    ("https://hub.example@evil.example", "hub.example", False),
    ("file://hub.example", "hub.example", False),
    ("https://", "", False),
    ("https://hub.example:port", "hub.example", False),
]


@pytest.mark.parametrize(("origin", "host", "ours"), TABLE)
def test_only_our_own_page(origin, host, ours):
    assert is_own_origin(origin, host) is ours


def test_an_allowed_origin_is_compared_whole():
    allowed = ["https://portal.example/"]
    assert is_own_origin("https://portal.example", "hub.example", allowed)
    assert not is_own_origin("http://portal.example", "hub.example", allowed)


@pytest.mark.parametrize(
    ("url", "origin"),
    [("https://A.example/user/x/", "https://a.example"), ("", None), ("/user/x", None)],
)
def test_the_origin_of_a_url(url, origin):
    assert make_origin(url) == origin
