from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_culler.rules.guidance import hints
from workshop_culler.rules.guidance.hints import Hint

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def test_a_hint_is_one_clean_line():
    assert hints.parse_hint({"text": " Look at\n\u202ethe\tevents "}) == "Look at the events"


@pytest.mark.parametrize(
    ("body", "says"),
    [({}, "must be a string"), ({"text": " "}, "is empty"), ({"text": "x" * 501}, "500 are the")],
)
def test_what_is_none_is_told(body, says):
    with pytest.raises(hints.BadHintError, match=says):
        hints.parse_hint(body)


@given(st.text(min_size=1), st.text(), st.integers())
def test_a_hint_is_read_back(text, author, number):
    hint = Hint(text, author, NOW, number)
    assert hints.read_hint(hints.render_hint(hint)) == hint


@pytest.mark.parametrize("model", [None, [], {}, {"text": "x"}, {"said": "x"}, {"text": 1}])
def test_what_was_not_kept_so_is_none(model):
    assert hints.read_hint(model) is None
    assert hints.render_hint(None) is None
