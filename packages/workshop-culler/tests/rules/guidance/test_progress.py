import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_culler.rules.guidance import progress


@pytest.mark.parametrize(
    ("seconds", "stays", "stuck"),
    [
        (3600, [], False),  # nobody was here before: who knows
        (3600, [60, 60], False),
        (299, [10, 10, 10], False),  # short pages take five minutes
        (300, [10, 10, 10], True),
        (899, [300, 300, 300], False),
        (900, [300, 300, 300], True),
        (900, [200, 300, 9999], True),  # one who was stuck before is no measure
        (900, [400, 400, 1], False),
    ],
)
def test_who_is_much_longer_on_a_page_than_others_is_stuck(seconds, stays, stuck):
    assert progress.is_stuck(seconds, stays) is stuck
    assert not progress.is_stuck(seconds, stays, is_last=True)


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.lists(st.floats(5, 1e5), max_size=9))
def test_who_is_stuck_stays_so(seconds, more, stays):
    assert progress.is_stuck(seconds, stays) <= progress.is_stuck(seconds + more, stays)


def test_stays_are_few_and_who_leafs_through_counts_not():
    stays = progress.PageStays()
    stays.add("1", 4)
    stays.add("", 60)
    assert stays.find("1") == stays.find("") == ()
    for number in range(2 * progress.MOST_STAYS):
        stays.add("1", 10.0 + number)
    assert len(stays.find("1")) == progress.MOST_STAYS
    for number in range(progress.MOST_PAGES):
        stays.add(f"page {number}", 60)
    assert stays.find("1") == ()
