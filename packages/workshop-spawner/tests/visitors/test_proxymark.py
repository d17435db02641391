"""The mark of the hub's own proxy."""

from types import SimpleNamespace

import pytest

from workshop_spawner.visitors import proxymark

MARK = proxymark.make_mark(b"k" * 32)


@pytest.mark.parametrize(
    ("mark", "sent", "is_marked"),
    [
        (MARK, MARK, True),
        (MARK, "", False),
        (MARK, f"{MARK},{MARK}", False),
        (MARK, proxymark.make_mark(b"j" * 32), False),
        (MARK, "\u00e9", False),
        ("", "", False),
    ],
)
def test_only_the_hubs_own_mark_counts(mark, sent, is_marked):
    assert proxymark.is_marked(mark, sent) is is_marked


@pytest.mark.parametrize(
    ("proxy", "marks"),
    [
        ({"should_start": True, "command": ["chp"]}, True),
        ({"should_start": False, "command": ["chp"]}, False),
        ({"should_start": True}, False),
    ],
)
def test_only_a_proxy_that_the_hub_starts_is_told(proxy, marks):
    app = SimpleNamespace(proxy=SimpleNamespace(**proxy), cookie_secret=b"k" * 32)
    assert proxymark.tell_proxy(app) == (MARK if marks else "")
    told = f"{proxymark.HEADER}: {MARK}" in getattr(app.proxy, "command", [])
    assert told is marks
