import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.node.rules import expansion


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$(A)", "one"),
        ("x$(A)$(B)y", "xonetwoy"),
        ("$(NONE)", "$(NONE)"),
        ("$$(A)", "$(A)"),
        ("$$$(A)", "$one"),
        ("$A ${A} $", "$A ${A} $"),
        ("$(A", "$(A"),
        ("$()", "$()"),
        ("--ip=$(A)", "--ip=one"),
    ],
)
def test_references(text, expected):
    assert expansion.expand(text, {"A": "one", "B": "two"}) == expected


@given(st.text(alphabet=st.characters(exclude_characters="$")))
def test_text_without_a_dollar_stays(text):
    assert expansion.expand(text, {text: "other"}) == text


@given(st.text())
def test_doubling_every_dollar_hides_it(text):
    assert expansion.expand(text.replace("$", "$$"), {"A": "one"}) == text
