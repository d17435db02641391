"""Who may do what when somebody joins a session."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyterhub_butterfly.rules import joining
from jupyterhub_butterfly.rules.joining import Deed, Join, Side, State

PERSON, GUEST, TIME = Side.PERSON, Side.GUEST, Side.TIME


@pytest.mark.parametrize(
    ("state", "side", "deed", "after"),
    [
        ("asked", PERSON, "allow", "watching"),
        ("asked", PERSON, "refuse", "ended"),
        ("asked", TIME, "refuse", "ended"),
        ("asked", GUEST, "end", "ended"),
        ("asked", GUEST, "allow", "asked"),
        ("asked", GUEST, "ask-typing", "asked"),
        ("asked", PERSON, "ask-typing", "asked"),
        ("watching", GUEST, "ask-typing", "typing-asked"),
        ("watching", GUEST, "allow", "watching"),
        ("watching", PERSON, "allow", "watching"),
        ("watching", TIME, "end", "ended"),
        ("typing-asked", PERSON, "allow", "typing"),
        ("typing-asked", GUEST, "allow", "typing-asked"),
        ("typing-asked", PERSON, "refuse", "watching"),
        ("typing-asked", TIME, "refuse", "watching"),
        ("typing", PERSON, "stop-typing", "watching"),
        ("typing", GUEST, "stop-typing", "watching"),
        ("typing", PERSON, "end", "ended"),
        ("ended", PERSON, "allow", "ended"),
        ("ended", GUEST, "ask-typing", "ended"),
    ],
)
def test_what_follows_on_what(state, side, deed, after):
    join = Join("grace", may_type=True, number=1, state=State(state))
    assert joining.decide_next(join, side, Deed(deed)).state == after


def test_an_assistant_is_not_even_asked_for_typing():
    join = Join("alan", may_type=False, number=1, state=State.WATCHING)
    assert joining.decide_next(join, GUEST, Deed.ASK_TYPING) == join


DEEDS = st.tuples(st.sampled_from(Side), st.sampled_from(Deed))


@given(st.lists(DEEDS, max_size=30), st.booleans())
def test_nobody_sees_or_types_without_the_persons_consent_to_that(deeds, may_type):
    join = Join("grace", may_type=may_type, number=1)
    asked_typing = False
    for side, deed in deeds:
        before = join
        join = joining.decide_next(join, side, deed)
        asked_typing = asked_typing or join.state is State.TYPING_ASKED
        if joining.is_shown(join) and not joining.is_shown(before):
            assert (side, deed) == (PERSON, Deed.ALLOW)
        if join.state is State.TYPING and before.state is not State.TYPING:
            assert (side, deed) == (PERSON, Deed.ALLOW)
            assert before.state is State.TYPING_ASKED
            assert may_type
        if before.state is State.ENDED:
            assert join == before
        if deed is Deed.END:
            assert join.state is State.ENDED


@pytest.mark.parametrize(
    ("message", "deed"),
    [
        ({"do": "allow", "number": 3}, Deed.ALLOW),
        ({"do": "allow", "number": 2}, None),
        ({"do": "allow", "number": "3"}, None),
        ({"do": "allow"}, None),
        ({"number": 3}, None),
        ({"do": "type", "number": 3}, None),
        ({"do": ["allow"], "number": 3}, None),
        ({"do": None, "number": 3}, None),
    ],
)
def test_what_a_page_asks_for(message, deed):
    assert joining.parse_deed(message, 3) is deed


def test_true_is_no_number():
    assert joining.parse_deed({"do": "allow", "number": True}, 1) is None


def test_what_pages_are_told():
    assert joining.render_view(Join("grace", may_type=True, number=3)) == {
        "cmd": "join",
        "state": "asked",
        "guest": "grace",
        "number": 3,
        "may_type": True,
    }


@pytest.mark.parametrize(
    ("refusals", "now", "found"),
    [([], 9, False), ([1, 2], 9, False), ([1, 2, 3], 9, True), ([1, 2, 3], 301, False)],
)
def test_who_is_asked_too_often(refusals, now, found):
    assert joining.is_pestering(refusals, now) is found
