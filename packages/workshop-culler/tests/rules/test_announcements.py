from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_culler.rules import announcements

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Lunch at noon", "Lunch at noon"),
        ("  two\n lines\t", "two lines"),
        ("right\u202eto left", "right to left"),
        ("bell\x07 and \x1b[31mred", "bell and [31mred"),
        ("<b>no html</b>", "<b>no html</b>"),
        ("Grüße 🎉 日本", "Grüße 🎉 日本"),
    ],
)
def test_text_is_cleaned(text, clean):
    assert announcements.clean_text(text) == clean


@given(st.text(max_size=300))
def test_nothing_invisible_gets_through(text):
    try:
        clean = announcements.clean_text(text)
    except announcements.BadAnnouncementError:
        return
    assert clean.isprintable()
    assert announcements.clean_text(clean) == clean


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "x",
        {},
        {"text": 5},
        {"text": "\n"},
        {"text": "x" * 501},
        {"text": "x", "seconds": -1},
        {"text": "x", "seconds": True},
        {"text": "x", "seconds": "1"},
        {"text": "x", "seconds": float("nan")},
    ],
)
def test_what_is_no_announcement_is_refused_with_a_sentence(body):
    with pytest.raises(announcements.BadAnnouncementError, match=r"\.$"):
        announcements.make_announcement(body, "root", NOW)


def test_it_is_shown_for_a_while_and_a_week_at_most():
    said = announcements.make_announcement({"text": "x", "seconds": 60}, "root", NOW)
    assert announcements.is_shown(said, NOW)
    assert not announcements.is_shown(said, NOW + timedelta(seconds=60))
    long = announcements.make_announcement({"text": "x", "seconds": 1e12}, "root", NOW)
    assert long.until == NOW + timedelta(days=7)
    assert announcements.render_announcement(None, NOW) is None


def test_there_and_back():
    said = announcements.make_announcement({"text": "x"}, "root", NOW)
    model = announcements.render_announcement(said, NOW)
    assert announcements.read_announcement(model) == said
    assert announcements.read_announcement({"text": "x"}) is None
