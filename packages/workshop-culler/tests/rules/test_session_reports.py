from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_culler.rules import session_reports as reports

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@pytest.mark.parametrize(
    ("body", "tests"),
    [
        ({}, reports.CountedTests()),
        ({"passed": 3}, reports.CountedTests(3)),
        ({"passed": 3, "failed": 1, "failing": "a\nb"}, reports.CountedTests(3, 1, "a b")),
        ({"failing": "x" * 300}, reports.CountedTests(failing="x" * 100)),
    ],
)
def test_tests_are_read(body, tests):
    assert reports.parse_tests(body) == tests


@pytest.mark.parametrize("count", [-1, 10_001, True, "3", 1.5, [1], {"a": 1}])
@pytest.mark.parametrize("key", ["passed", "failed"])
def test_other_counts_are_refused_by_name(key, count):
    with pytest.raises(reports.BadReportError, match=f"'{key}' must be a whole number"):
        reports.parse_tests({key: count})


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, ""),
        ({"text": None}, ""),
        ({"text": "  I am\nlost "}, "I am lost"),
        ({"text": "<script>alert(1)</script>"}, "<script>alert(1)</script>"),
        ({"text": "x" * 200}, "x" * 200),
        ({"text": " " * 300 + "x"}, "x"),
    ],
)
def test_what_is_written_with_a_raised_hand(body, text):
    assert reports.parse_help(body) == text


@pytest.mark.parametrize(
    ("text", "says"),
    [("x" * 201, "201 characters; 200 are the most"), (["a"], "must be a string"), (7, "string")],
)
def test_what_is_too_long_or_no_text_is_refused(text, says):
    with pytest.raises(reports.BadReportError, match=says):
        reports.parse_help({"text": text})


@given(st.dictionaries(st.sampled_from(["text", "passed", "failed", "failing"]), JSON))
def test_whatever_is_sent_is_bounded_or_refused(body):
    try:
        tests, text = reports.parse_tests(body), reports.parse_help(body)
    except reports.BadReportError:
        return
    assert len(text) <= reports.LONGEST_HELP
    assert len(tests.failing) <= reports.LONGEST_NAME


def test_a_hand_is_kept_as_it_was():
    hand = reports.RaisedHand("I am lost", NOW, 3)
    model = reports.render_hand(hand)
    assert model == {"text": "I am lost", "since": "2026-03-01T12:00:00Z", "number": 3}
    assert reports.read_hand(model) == hand


@pytest.mark.parametrize("model", [None, [], "x", {}, {"text": "a"}, {"since": "noon"}])
def test_what_is_no_hand_is_none(model):
    assert reports.read_hand(model) is None


def test_nothing_told_is_null():
    assert reports.render_hand(None) is None
    assert reports.render_tests(None) is None
    counts = reports.CountedTests(1, 2, "boat")
    assert reports.render_tests(counts) == {"passed": 1, "failed": 2, "failing": "boat"}
