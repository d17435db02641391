"""What somebody has asked to start: nothing in the hub's options is believed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner.model.workshop import Parameter, Workshop
from workshop_spawner.rules.workshops import access, choice

NOW = datetime(2027, 3, 1, tzinfo=UTC)
ANN = access.Person("ann")
OFFERED = {
    "git": Workshop("git", "Git", parameters=(Parameter("team"),)),
    "staff": Workshop("staff", "Staff", groups=("staff",)),
    "code": Workshop("code", "Code", access_code="x"),
    "who": Workshop("who", "Who", details=("name",)),
}


def parse(options):
    return choice.parse_choice(options, OFFERED, ANN, NOW, b"k")


def test_what_may_be_started():
    made = parse({"workshop": "git", "parameters": {"team": "red"}, "profile": "big"})
    assert (made.workshop.name, made.values) == ("git", {"team": "red"})
    options = choice.make_options(made, ANN, b"k", with_code=False)
    assert options == {"workshop": "git", "parameters": {"team": "red"}}
    assert parse(options) == made
    assert choice.read_name(options) == "git"


def test_the_page_passes_on_that_the_code_was_right():
    made = choice.Choice(OFFERED["code"])
    with pytest.raises(choice.RefusedError, match="access code"):
        parse(choice.make_options(made, ANN, b"k", with_code=False))
    assert parse(choice.make_options(made, ANN, b"k", with_code=True)) == made


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, choice.CHOOSE),
        ({"workshop": ""}, choice.CHOOSE),
        ({"workshop": None}, choice.CHOOSE),
        ({"workshop": "none"}, access.NOT_HERE),
        ({"workshop": ["git"]}, access.NOT_HERE),
        ({"workshop": {"a": 1}}, access.NOT_HERE),
        ({"workshop": "staff"}, access.NOT_HERE),
        ({"workshop": "code"}, "Code takes an access code. Start it from its page."),
        ({"workshop": "code", "workshop_proof": 3}, "Code takes an access code."),
        ({"workshop": "git", "details": "x"}, "details must be a mapping"),
        ({"workshop": "who"}, "Your name is missing"),
        ({"workshop": "who", "details": {"name": ["x"]}}, "must be a text"),
        ({"workshop": "git", "parameters": "x"}, "parameters must be a mapping"),
        ({"workshop": "git", "parameters": {"image": "x"}}, "takes no parameter image"),
    ],
)
def test_what_is_refused(options, said):
    with pytest.raises(choice.RefusedError) as raised:
        parse(options)
    assert said in str(raised.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=5,
)
NAMES = ["workshop", "parameters", "workshop_proof", "profile", "image", "team"]


@given(st.dictionaries(st.sampled_from(NAMES), JSON | st.sampled_from([*OFFERED, ""])))
def test_options_of_any_shape_start_what_may_be_started_or_are_refused(options):
    try:
        made = parse(options)
    except choice.RefusedError:
        return
    assert made.workshop in (OFFERED["git"], OFFERED["who"])
    assert set(made.values) == {one.name for one in made.workshop.parameters}


def test_settings_take_the_place_of_the_hubs_and_mappings_of_words_are_added():
    workshop = Workshop("a", "A", settings={"image": "b", "environment": {"X": "2", "Z": "3"}})
    own = {"image": "a", "environment": {"X": "1", "Y": "1"}}
    assert choice.merge_settings(workshop, own) == {
        "image": "b",
        "environment": {"X": "2", "Y": "1", "Z": "3"},
    }


def test_details_are_forgotten_and_nothing_else():
    made = parse({"workshop": "who", "details": {"name": "Ada", "shoe": "39"}})
    options = choice.make_options(made, ANN, b"k", with_code=False)
    assert options == {"workshop": "who", "details": {"name": "Ada"}}
    assert choice.forget_details(options) == {"workshop": "who"}
    kept = {"workshop": "who"}
    assert choice.forget_details(kept) is kept
    assert choice.forget_details(None) is None


@pytest.mark.parametrize("options", [None, [], "x", {}, {"workshop": 3}])
def test_options_without_a_workshop_name_none(options):
    assert choice.read_name(options) == ""
