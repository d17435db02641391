"""Sizes that browsers send, and which one counts."""

import pytest

from jupyterhub_butterfly.rules.sizes import Size, choose_size, make_size


@pytest.mark.parametrize(
    ("cols", "rows", "made"),
    [
        (80, 24, Size(80, 24)),
        (10_000, 10_000, Size(1000, 500)),
        (1, 1, Size(2, 1)),
        (0, 0, None),
        (-5, 24, None),
        ("80", 24, None),
        (80.5, 24, None),
        (None, None, None),
        (True, True, None),
        ([], {}, None),
    ],
)
def test_a_size_is_clamped_or_refused(cols, rows, made):
    assert make_size(cols, rows) == made


SIZES = {"a": Size(80, 50), "b": Size(120, 24)}


@pytest.mark.parametrize(
    ("policy", "last", "chosen"),
    [
        ("last", "a", Size(80, 50)),
        ("last", "b", Size(120, 24)),
        ("last", "gone", Size(120, 24)),
        ("last", None, Size(120, 24)),
        ("smallest", "a", Size(80, 24)),
    ],
)
def test_the_policy_chooses(policy, last, chosen):
    assert choose_size(SIZES, policy, last) == chosen


def test_nobody_nothing():
    assert choose_size({}, "last", None) is None
