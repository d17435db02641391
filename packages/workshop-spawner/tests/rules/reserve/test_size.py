"""How large the pool is to be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from workshop_spawner.rules.reserve import size as reserve_size
from workshop_spawner.rules.reserve.prestart import Prestart
from workshop_spawner.rules.reserve.size import ReserveSize

NOW = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sizes", "largest"),
    [
        ([], (0, 0)),
        ([(5, 2)], (5, 2)),
        ([(5, 2), (3, 3)], (5, 3)),
        ([(1, 4)], (1, 1)),
    ],
)
def test_the_larger_of_each_counts(sizes, largest):
    found = reserve_size.find_largest(ReserveSize(*each) for each in sizes)
    assert found == ReserveSize(*largest)


@pytest.mark.parametrize(
    ("used", "size"), [(0, (40, 30)), (20, (20, 20)), (35, (10, 5)), (40, (10, 2))]
)
def test_places_are_held_beside_the_usual_until_they_are_used(used, size):
    asked = Prestart(40, 30, NOW, NOW + timedelta(hours=1), used)
    usual = ReserveSize(10, 2)
    assert reserve_size.find_size(usual, asked, NOW) == ReserveSize(*size)
    assert reserve_size.find_size(usual, asked, NOW + timedelta(hours=1)) == usual
    assert reserve_size.find_size(usual, None, NOW) == usual
