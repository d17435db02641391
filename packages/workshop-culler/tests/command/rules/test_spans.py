import pytest

from workshop_culler.command.rules import spans


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), (" 10m", 600), ("2h", 7200), ("1d", 86400)]
)
def test_a_span_is_read(text, seconds):
    assert spans.parse_span(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "-5m", "1.5h", "ten", "1w", "12345678", "٣m"])
def test_what_is_none_is_refused(text):
    with pytest.raises(ValueError, match="write it like"):
        spans.parse_span(text)
