from datetime import UTC, datetime

import pytest

from pocket_openshift.node.rules import lines

LOG = [
    b"2026-01-02T03:04:05.000000001Z stdout F one\n",
    b"2026-01-02T03:04:06.000000001Z stderr P two-\n",
    b"2026-01-02T03:04:06.000000002Z stderr F half\n",
    b"2026-01-02T03:04:07.000000001Z stdout F a b  c\n",
]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, b"one\ntwo-half\na b  c\n"),
        ({"tail": 1}, b"a b  c\n"),
        ({"tail": 0}, b""),
        ({"tail": 99}, b"one\ntwo-half\na b  c\n"),
        ({"limit_bytes": 5}, b"one\nt"),
        ({"since": datetime(2026, 1, 2, 3, 4, 7, tzinfo=UTC)}, b"a b  c\n"),
        ({"tail": 1, "timestamps": True}, b"2026-01-02T03:04:07.000000001Z a b  c\n"),
    ],
)
def test_what_is_shown(options, text):
    assert lines.render(LOG, lines.Options(**options)) == text


def test_a_broken_line_shows_nothing():
    assert lines.render([b"half\n"], lines.Options()) == b""
