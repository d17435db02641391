from workshop_culler.rules.report_rates import AT_ONCE, WINDOW_SECONDS, ReportRates

ADA, BOB = ("ada", ""), ("bob", "lab")


def test_a_person_is_never_too_fast_a_script_is():
    rates = ReportRates()
    assert [rates.take(ADA, 0.0) for _ in range(AT_ONCE + 2)] == [True] * AT_ONCE + [False] * 2
    assert rates.take(BOB, 0.0), "others are not held up"


def test_after_a_while_it_may_tell_again():
    rates = ReportRates()
    for _ in range(3 * AT_ONCE):
        rates.take(ADA, 0.0)
    one = WINDOW_SECONDS / AT_ONCE
    assert not rates.take(ADA, 0.9 * one)
    assert rates.take(ADA, 2.1 * one)


def test_a_clock_that_goes_back_gives_nothing():
    rates = ReportRates()
    for _ in range(AT_ONCE):
        rates.take(ADA, 100.0)
    assert not rates.take(ADA, 0.0)


def test_memory_is_bounded():
    rates = ReportRates(most=3)
    for number in range(10):
        rates.take((f"user-{number}", ""), 0.0)
    assert len(rates) == 3
