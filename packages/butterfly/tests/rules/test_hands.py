import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyterhub_butterfly.rules import hands
from jupyterhub_butterfly.rules.hands import HandView

BEFORE = HandView(raised=True, text="I am lost")
HAND = {"text": "I am lost", "since": "2026-03-01T12:00:00Z", "number": 1}


@pytest.mark.parametrize(
    ("status", "model", "view"),
    [
        (200, {"hand": None}, HandView()),
        (200, {"hand": None, "hint": 3}, HandView(hint=3)),
        (200, {"hand": None, "hint": "3"}, HandView()),
        (200, {"hand": HAND}, HandView(raised=True, text="I am lost")),
        (200, {"hand": {"text": None}}, HandView(raised=True)),
        (200, {"hand": {"text": "x" * 300}}, HandView(raised=True, text="x" * 200)),
        (200, {}, HandView(known=False, raised=True, text="I am lost")),
        (0, {}, HandView(known=False, raised=True, text="I am lost")),
        (429, {"message": "Wait"}, HandView(known=False, raised=True, text="I am lost")),
        (500, {}, HandView(known=False, raised=True, text="I am lost")),
        (503, {}, HandView(known=False, raised=True, text="I am lost")),
        (404, {}, HandView(available=False)),
        (403, {}, HandView(available=False)),
        (302, {}, HandView(available=False)),
    ],
)
def test_what_the_service_answers(status, model, view):
    assert hands.read_view(status, model, BEFORE) == view


@pytest.mark.parametrize(
    ("status", "model", "says"),
    [
        (0, {}, hands.UNSENT),
        (500, {"message": "Internal"}, hands.UNSENT),
        (503, {}, hands.UNSENT),
        (429, {"message": "Wait."}, "It was not sent. Wait."),
        (429, {}, hands.UNSENT),
        (400, {"message": "Shorten it."}, "It was not sent. Shorten it."),
        (404, {"message": "no such page"}, hands.UNAVAILABLE),
    ],
)
def test_trouble_is_a_sentence_that_says_what_to_do(status, model, says):
    assert hands.render_trouble(status, model) == says


@given(st.integers(0, 599), st.dictionaries(st.just("hand"), st.text() | st.integers() | st.none()))
def test_whatever_is_answered_is_a_view(status, model):
    view = hands.read_view(status, model, BEFORE)
    assert len(view.text) <= hands.LONGEST_TEXT
