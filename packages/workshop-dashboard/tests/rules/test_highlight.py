"""Code in the colours of its language."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_dashboard.rules import highlight


@pytest.mark.parametrize("language", ["python", "bash", "sh", "yaml", "YML", "json", "Dockerfile"])
def test_a_known_language_is_painted(language):
    assert 'class="hl-' in highlight.paint('# x\n{"a": 1}', language)


@pytest.mark.parametrize("language", ["", "none", "text", "no-such-language", "<b>"])
def test_others_stay_plain(language):
    assert highlight.paint("x", language) is None


def test_a_very_long_block_stays_plain():
    assert highlight.paint("x" * (highlight.MAX_CHARACTERS + 1), "python") is None


@given(st.text(max_size=100))
def test_the_text_stays_the_same_and_is_escaped(code):
    painted = highlight.paint(code, "bash")
    shown = code if painted is None else html.unescape(re.sub(r"</?span[^<>]*>", "", painted))
    assert shown == code
