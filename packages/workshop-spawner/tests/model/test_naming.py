"""Names are valid, unguessable, and never the same for two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner.model import naming

people = st.one_of(
    st.text(min_size=1, max_size=300),
    st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True),
    st.from_regex(r"[a-z]{1,15}---[0-9a-f]{10}", fullmatch=True),
)


@given(people, st.one_of(st.just(""), people))
def test_a_slug_is_valid_for_anybody(user, server):
    slug = naming.make_slug(user, server)
    assert naming.is_dns_label(slug)
    assert len(slug) <= naming.SLUG_LIMIT


@given(st.tuples(people, st.one_of(st.just(""), people)), st.tuples(people, st.text(max_size=20)))
def test_two_people_never_share_a_slug(one, other):
    if one != other:
        assert naming.make_slug(*one) != naming.make_slug(*other)


@given(people)
def test_a_slug_that_somebody_is_called_stays_apart(user):
    """Calling oneself as another's slug leads nowhere."""
    slug = naming.make_slug(user)
    if slug != user:
        assert naming.make_slug(slug) != slug


@pytest.mark.parametrize(
    ("user", "slug"),
    [
        ("k7mtx9pqzb", "k7mtx9pqzb"),
        ("alice", "alice"),
        ("alice@example.com", "alice-example---ff8d9819fc"),
        ("Alice", "alice---3bc51062973c"[:18]),
        ("a--b", "a-b---"),
        ("-", "x---"),
    ],
)
def test_slugs_of_known_names(user, slug):
    assert naming.make_slug(user).startswith(slug[:6])
    assert ("---" in naming.make_slug(user)) == ("---" in slug)


def test_the_longest_application_leaves_room_for_everything():
    application = "a" * naming.APPLICATION_LIMIT
    slug = naming.make_slug("x" * 500)
    assert len(naming.make_name(application, "user", slug)) <= naming.LABEL_LIMIT
    assert len(naming.make_name(application, slug, naming.make_suffix())) <= naming.LABEL_LIMIT


def test_random_names_differ_and_have_no_look_alikes():
    names = {naming.make_random(10) for _ in range(2000)}
    assert len(names) == 2000
    assert not set("".join(names)) & set("0o1ilaeuy")
    assert all(name[0].isalpha() and len(name) == 10 for name in names)


def test_a_short_random_name_is_refused():
    with pytest.raises(ValueError, match="guessed"):
        naming.make_random(7)


@pytest.mark.parametrize("bad", ["", "-a", "a-", "A", "a.b", "a" * 64, "ä"])
def test_what_the_api_refuses_is_refused(bad):
    with pytest.raises(ValueError, match="not a name"):
        naming.make_name(bad)


@pytest.mark.parametrize(
    ("namespace", "release", "name"),
    [
        ("", "", "workshop"),
        ("default", "", "workshop"),
        ("training", "", "training"),
        ("training", "training", "training"),
        ("training", "intro", "training-intro"),
        ("2026-class", "", "w-2026-class"),
        ("kube-things", "", "w-kube-things"),
        ("openshift", "", "w-openshift"),
        ("kubernetes-class", "", "w-kubernetes-class"),
        ("kubernetes", "", "w-kubernetes"),
    ],
)
def test_a_workshop_without_a_name_is_called_by_where_it_is(namespace, release, name):
    assert naming.make_application(namespace, release) == name


def test_long_places_have_names_of_their_own():
    one, other = (naming.make_application("a" * 60, f"{n}") for n in "12")
    assert one != other
    assert max(len(one), len(other)) <= naming.APPLICATION_LIMIT
    assert naming.is_dns_label(one)
