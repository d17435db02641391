"""What may be asked for a class, and how far it is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_culler.rules import prestart
from workshop_culler.rules.prestart import BadPrestartError, PersonState, PlacesState, Progress

NOW = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)
NINE = "2026-12-01T09:00:00+01:00"


def make(**body):
    return prestart.make_prestart({"places": 4, **body}, "grace", NOW)


@pytest.mark.parametrize(
    ("body", "begins", "at", "until"),
    [
        ({}, 0, 0, 30),
        ({"at": NINE}, 45, 60, 90),
        ({"at": NINE, "lead_seconds": 0, "grace_seconds": 60}, 60, 60, 61),
        ({"at": NINE, "lead_seconds": 7200}, 0, 60, 90),
        ({"at": "2020-01-01T00:00:00Z"}, 0, 0, 30),
        ({"at": "2026-12-01T02:00:00-05:00"}, 0, 0, 30),
    ],
)
def test_a_class_is_prepared_before_it_begins_and_held_after(body, begins, at, until):
    asked = make(**body)
    wanted = [NOW + timedelta(minutes=each) for each in (begins, at, until)]
    assert [asked.begins, asked.at, asked.until] == wanted
    assert asked.author == "grace"


@pytest.mark.parametrize(
    ("people", "names"),
    [
        ("ada bob", ("ada", "bob")),
        ("ada, bob,\n cy\tada", ("ada", "bob", "cy")),
        (["ada", " bob "], ("ada", "bob")),
        (["Ada Lovelace"], ("Ada Lovelace",)),
        (None, ()),
        ("", ()),
    ],
)
def test_people_are_named_in_a_list_or_in_a_text_each_once(people, names):
    assert make(people=people).people == names


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ([], "Send JSON like"),
        ({}, "Say who is to be ready"),
        ({"places": 0, "people": ""}, "Say who is to be ready"),
        ({"places": 1001}, "'places' must be a whole number from 0 to 1000"),
        ({"places": True}, "'places' must be"),
        ({"places": "4"}, "'places' must be"),
        ({"places": 4, "at": "2026-12-01T09:00:00"}, "'at' must be a date and time with its zone"),
        ({"places": 4, "at": "9:00"}, "'at' must be"),
        ({"places": 4, "at": 9}, "'at' must be"),
        ({"places": 4, "at": "2027-02-01T00:00:00Z"}, "within 31 days"),
        ({"places": 4, "lead_seconds": -1}, "'lead_seconds' must be"),
        ({"places": 4, "grace_seconds": 10**9}, "'grace_seconds' must be"),
        ({"places": 4, "places_": 4}, "'places_' is not known"),
        ({"people": {"ada": 1}}, "'people' must be a list of names"),
        ({"people": [1]}, "'people' must be a list of names"),
        ({"people": ["a\nb"]}, "'a\\nb' is no name"),
        ({"people": [".."]}, "'..' is no name"),
        ({"people": ["ж\u202e"]}, "is no name"),
        ({"people": ["x" * 256]}, "is no name"),
        ({"places": 1000, "people": "ada"}, "are more than 1000 together"),
        ({"people": [f"u{n}" for n in range(501)]}, "'people' has 501 names; 500 are the most"),
    ],
)
def test_a_refused_value_is_a_sentence_that_names_it(body, why):
    with pytest.raises(BadPrestartError) as caught:
        prestart.make_prestart(body, "grace", NOW)
    assert why in str(caught.value)
    assert str(caught.value).isascii(), "it goes into a header"


@pytest.mark.parametrize(
    ("before", "after", "minutes", "is_repeated"),
    [
        ({"at": NINE}, {"at": NINE}, 10, True),
        ({"at": NINE}, {"at": "2026-12-01T08:00:00Z"}, 10, True),
        ({"at": NINE}, {"at": NINE, "places": 5}, 10, False),
        ({}, {}, 10, True),  # now, and now again
        ({}, {}, 31, False),  # the first one is over
        ({}, {"at": NINE}, 10, False),
    ],
)
def test_what_is_asked_for_again_is_the_same(before, after, minutes, is_repeated):
    now = NOW + timedelta(minutes=minutes)
    again = prestart.make_prestart({"places": 4, **after}, "grace", now)
    assert prestart.is_repeated(again, make(**before), now) is is_repeated
    assert not prestart.is_repeated(again, None, now)


def test_who_is_awaited_is_not_judged_idle():
    asked = make(people="ada", at=NINE)
    assert prestart.find_awaited_until(asked, "ada", "") == asked.until
    assert prestart.find_awaited_until(asked, "ada", "second") is None
    assert prestart.find_awaited_until(asked, "bob", "") is None
    assert prestart.find_awaited_until(None, "ada", "") is None
    assert prestart.list_to_start(make(people="ada bob"), {"ada"}) == ["bob"]


def test_progress_says_how_many_are_ready_and_why_not_all():
    asked = make(people="ada bob cy dan eve fay gus hal", places=4)
    states = {name: PersonState(prestart.FAILED, "No.") for name in asked.people}
    states |= {"ada": PersonState(prestart.READY), "bob": PersonState(prestart.WAITING)}
    held = PlacesState(4, 2, ("Slow.",))
    told = prestart.render_progress(asked, Progress(held, states), NOW)
    assert (told["ready"], told["wanted"]) == (4, 12)
    assert told["places"] == {"wanted": 4, "ready": 3, "used": 1}, "ada has taken one of the hub's"
    assert prestart.make_places_request(asked)["places"] == 12
    assert told["why"] == ["Slow.", "cy, dan, eve, fay, gus and 1 more: No."]
    assert told["people"][0] == {"user": "ada", "state": "ready", "why": ""}
    assert prestart.render_progress(asked, Progress(), asked.until) is None
    assert prestart.render_progress(None, Progress(), NOW) is None
    later = make(at=NINE)
    assert prestart.render_progress(later, Progress(PlacesState(why=("x",))), NOW)["why"] == []


@given(
    people=st.lists(st.text("abc-", min_size=1), max_size=5, unique=True),
    done=st.frozensets(st.text("abc")),
    places=st.integers(1, 900),
    minutes=st.integers(-100, 40000),
)
def test_what_is_kept_says_the_same_when_it_is_read(people, done, places, minutes):
    at = (NOW + timedelta(minutes=minutes)).isoformat()
    asked = make(people=people, places=places, at=at)
    assert prestart.read_saved(prestart.render_saved(asked, done)) == (asked, done)


@pytest.mark.parametrize("model", [None, [], {}, "x", {"at": NINE, "begins": NINE, "until": NINE}])
def test_what_cannot_be_read_is_nothing(model):
    assert prestart.read_saved(model) is None
