import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.oauth.rules import identity_provider


@pytest.mark.parametrize(
    ("text", "name", "password", "groups"),
    [
        ("alice:pw", "alice", "pw", ()),
        ("alice:pw:students", "alice", "pw", ("students",)),
        ("alice:pw:students, teachers", "alice", "pw", ("students", "teachers")),
        ("alice:pw:", "alice", "pw", ()),
        ("a@b.example:p w", "a@b.example", "p w", ()),
    ],
)
def test_a_person_is_read(text, name, password, groups):
    assert identity_provider.parse_person(text) == identity_provider.Person(name, password, groups)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("alice", "write alice:PASSWORD"),
        ("alice:", "write alice:PASSWORD"),
        (":pw", "cannot be a user's name"),
        ("a/b:pw", "cannot be a user's name"),
        ("~:pw", "cannot be a user's name"),
        ("..:pw", "cannot be a user's name"),
        ("alice:pw:a/b", "cannot be the name of a group"),
    ],
)
def test_what_cannot_be_a_person_is_refused_in_a_sentence(text, says):
    with pytest.raises(identity_provider.PersonError, match=says) as caught:
        identity_provider.parse_person(text)
    assert "pw" not in str(caught.value)


def test_a_users_file_is_read():
    found = identity_provider.parse_people("# people\n\nalice:a:students\n  bob:b  \n")
    assert [person.name for person in found] == ["alice", "bob"]


@pytest.mark.parametrize(
    ("text", "says"), [("alice:a\nbob", "line 2:"), ("alice:a\nalice:b", "there twice")]
)
def test_a_bad_users_file_names_the_line(text, says):
    with pytest.raises(identity_provider.PersonError, match=says):
        identity_provider.parse_people(text)


def test_passwords_are_checked_and_not_kept():
    known = identity_provider.People([identity_provider.Person("alice", "correct horse")])
    assert known.check("alice", "correct horse")
    assert not known.check("alice", "wrong")
    assert not known.check("nobody", "correct horse")
    assert "correct horse" not in repr(vars(known))
    assert "correct horse" not in repr(identity_provider.Person("alice", "correct horse"))


def test_a_person_may_be_changed_and_removed():
    known = identity_provider.People([identity_provider.Person("alice", "old", ("a",))])
    known.add(identity_provider.Person("alice", "new", ("b",)))
    assert not known.check("alice", "old")
    assert known.check("alice", "new")
    assert known.groups["alice"] == ("b",)
    known.remove("alice")
    assert "alice" not in known
    assert not known.check("alice", "new")


def test_guessing_gets_slower():
    throttle = identity_provider.Throttle(free=3, longest=60)
    waits = []
    for _ in range(12):
        throttle.failed("alice", now=0.0)
        waits.append(throttle.wait("alice", now=0.0))
    assert waits[:6] == [0, 0, 1, 2, 4, 8]
    assert waits[-1] == 60
    assert throttle.wait("bob", now=0.0) == 0
    assert throttle.wait("alice", now=60.0) == 0


def test_the_right_password_and_time_forgive():
    throttle = identity_provider.Throttle(free=1)
    throttle.failed("alice", now=0.0)
    throttle.succeeded("alice")
    assert throttle.wait("alice", now=0.0) == 0
    throttle.failed("bob", now=0.0)
    throttle.failed("bob", now=5.0)
    throttle.failed("bob", now=5000.0)
    assert throttle.wait("bob", now=5000.0) == 1


@given(st.lists(st.text(max_size=3)))
def test_the_throttle_remembers_a_bounded_number(names):
    throttle = identity_provider.Throttle(size=3)
    for name in names:
        throttle.failed(name, now=0.0)
    assert len(throttle._tries) <= 3
