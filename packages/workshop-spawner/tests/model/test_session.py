"""One value names everything that a session owns."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner.model import naming, session

HUB = session.Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub")


def test_names_are_those_of_the_original_system():
    made = session.make_session(HUB, "k7mtx9pqzb")
    assert (made.account, made.project) == ("intro-k7mtx9pqzb", "intro-k7mtx9pqzb")
    assert made.pod == "intro-user-k7mtx9pqzb"


@given(st.text(min_size=1), st.text())
def test_every_name_is_valid(user, server):
    made = session.rename(session.make_session(HUB, user, server))
    for name in (made.account, made.project, made.pod, made.secret, made.slug):
        assert naming.is_dns_label(name)


def test_a_second_name_differs_but_for_the_pod():
    made = session.make_session(HUB, "alice")
    other = session.rename(made)
    assert (other.project, other.account) != (made.project, made.account)
    assert other.pod == made.pod
    assert other.id == made.id


def test_sessions_of_one_user_have_ids_of_their_own():
    assert session.make_session(HUB, "alice").id != session.make_session(HUB, "alice").id


def test_a_session_with_an_age_has_an_end():
    made = session.make_session(HUB, "alice", age=3600)
    assert made.expires is not None
    left = made.expires - datetime.now(UTC)
    assert timedelta(seconds=3595) < left <= timedelta(seconds=3600)
    assert session.make_session(HUB, "alice").expires is None


def test_a_limit_is_the_latest_end_and_never_before_the_first():
    made = session.make_session(HUB, "alice", age=60, age_limit=3600)
    assert made.limit - made.expires == timedelta(seconds=3540)
    assert session.make_session(HUB, "alice", age=60).limit is None
    early = session.make_session(HUB, "alice", age=60, age_limit=30)
    assert early.limit == early.expires
    assert session.make_session(HUB, "alice", age_limit=30).limit is None, "no end, no limit"


def test_the_account_of_a_lasting_project_is_never_called_like_that_of_somebody_else():
    """Its roles stay bound to the account of the last session."""
    first = session.Session(HUB, "s" * 16, "alice")
    renamed = replace(first, user="alicia", lasting=session.make_lasting_names(first))
    names = replace(session.make_lasting_names(first), project="intro-alice-x7k2")
    second = replace(first, lasting=names)
    assert renamed.account == "intro-alice"
    assert second.account == "intro-alice-x7k2"
    assert session.rename(renamed).account.startswith("intro-alicia-")
