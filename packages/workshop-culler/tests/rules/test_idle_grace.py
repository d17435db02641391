import pytest

from workshop_culler.rules import idle_grace


def test_on_after_a_start_and_then_off():
    grace = idle_grace.make_grace(330, wall=1000, mono=0)
    assert grace.until > 329
    assert grace.until <= 330


def test_time_that_passes_as_usual_changes_nothing():
    grace = idle_grace.look(idle_grace.make_grace(330, 1000, 0), wall=1400, mono=400)
    assert grace.until <= 400


def test_a_laptop_that_slept_holds_again():
    grace = idle_grace.look(idle_grace.make_grace(330, 1000, 0), wall=9000, mono=400)
    assert grace.until > 729
    assert grace.until <= 730


def test_a_clock_set_back_holds_again():
    grace = idle_grace.look(idle_grace.make_grace(330, 1000, 0), wall=1000, mono=400)
    assert grace.until > 500


def test_an_outage_of_the_hub_holds_again():
    grace = idle_grace.look(idle_grace.make_grace(330, 1000, 0), 1400, 400, outage=True)
    assert grace.until > 729


def test_no_seconds_no_hold():
    assert idle_grace.make_grace(0, 1000, 0).until <= 0


@pytest.mark.parametrize(
    ("wall", "mono", "jumped"),
    [(3.0, 3.0, False), (62.0, 3.0, False), (64.0, 3.0, True), (-60.0, 3.0, True), (9, 90, True)],
)
def test_a_clock_has_jumped_that_goes_otherwise_than_the_monotonic_one(wall, mono, jumped):
    assert idle_grace.has_jumped(wall, mono) is jumped
