import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.resources.rules.validation import schedules


@pytest.mark.parametrize(
    "text",
    [
        "* * * * *",
        "*/5 0-6 1,15 jan-mar MON",
        "0 0 ? * 0",
        "10/20 * * * *",
        "@daily",
        "@every 1h30m",
    ],
)
def test_schedules(text):
    assert schedules.problem_with_schedule(text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("now", "expected exactly 5 fields, found 1: [now]"),
        ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
        ("60 * * * *", "end of range (60) above maximum (59): 60"),
        ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
        ("5-3 * * * *", "beginning of range (5) beyond end of range (3): 5-3"),
        ("*/0 * * * *", "step of range should be a positive number: */0"),
        ("1-2-3 * * * *", "too many hyphens: 1-2-3"),
        ("1/2/3 * * * *", "too many slashes: 1/2/3"),
        ("a * * * *", 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax'),
        ("*/-1 * * * *", "negative number (-1) not allowed: -1"),
        ("@often", "unrecognized descriptor: @often"),
        ("@every soon", 'failed to parse duration @every soon: time: invalid duration "soon"'),
    ],
)
def test_what_cron_says_of_others(text, said):
    assert schedules.problem_with_schedule(text) == said


@given(st.text(alphabet="*/-,0123456789 @aT=", max_size=20))
def test_no_text_breaks_the_parser(text):
    assert schedules.problem_with_schedule(text) is None or text is not None
