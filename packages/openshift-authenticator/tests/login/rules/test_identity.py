"""Who came, may they enter, and as an admin: the table in words, and properties of names."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openshift_authenticator import errors
from openshift_authenticator.login.rules import identity
from openshift_authenticator.login.rules.identity import AccessAnswers, ClusterUser, Rules

ALICE = ClusterUser("alice", "uid-1", frozenset({"students"}))
MEMBER = AccessAnswers(enter=True)
INSTRUCTOR = AccessAnswers(enter=True, administer=True)
NOTHING = AccessAnswers()


def rules(**given):
    return Rules(
        **{
            key: frozenset(value) if isinstance(value, set) else value
            for key, value in given.items()
        }
    )


TABLE = {
    "nothing configured: nobody enters": (rules(), NOTHING, False, None),
    "allow_all: everybody enters, none as admin": (
        rules(allow_all=True),
        NOTHING,
        True,
        None,
    ),
    "named in allowed_users": (rules(allowed_users={"alice"}), NOTHING, True, None),
    "somebody else named in allowed_users": (rules(allowed_users={"bob"}), NOTHING, False, None),
    "named with another case: another one": (
        rules(allowed_users={"Alice"}),
        NOTHING,
        False,
        None,
    ),
    "in an allowed group": (rules(allowed_groups={"students"}), NOTHING, True, None),
    "in no allowed group": (rules(allowed_groups={"teachers"}), NOTHING, False, None),
    "an admin by name enters without another rule": (
        rules(admin_users={"alice"}),
        NOTHING,
        True,
        True,
    ),
    "admin by group": (rules(admin_groups={"students"}), NOTHING, True, True),
    "not in the admin group: the mark is taken away, and no rule lets them in": (
        rules(admin_groups={"teachers"}),
        NOTHING,
        False,
        False,
    ),
    "not in the admin group but let in by name: enters as no admin": (
        rules(admin_groups={"teachers"}, allowed_users={"alice"}),
        NOTHING,
        True,
        False,
    ),
    "admin by name although not by group": (
        rules(admin_groups={"teachers"}, admin_users={"alice"}),
        NOTHING,
        True,
        True,
    ),
    "may do the allowed thing in the cluster": (rules(), MEMBER, True, None),
    "may do the admin thing in the cluster": (
        rules(admin_by_access=True),
        INSTRUCTOR,
        True,
        True,
    ),
    "may do only the allowed thing: a member, the mark is taken away": (
        rules(admin_by_access=True),
        MEMBER,
        True,
        False,
    ),
    "may do the admin thing, but no setting asks for it": (rules(), INSTRUCTOR, True, None),
    "blocked, although let in by all": (
        rules(
            blocked_users={"alice"},
            allow_all=True,
            allowed_users={"alice"},
            admin_users={"alice"},
        ),
        INSTRUCTOR,
        False,
        None,
    ),
}


@pytest.mark.parametrize(("config", "rights", "allowed", "admin"), TABLE.values(), ids=TABLE)
def test_config_decides_who_enters_and_who_is_admin(config, rights, allowed, admin):
    entry = identity.decide_entry(ALICE, rights, config)
    assert (entry.allowed, entry.admin) == (allowed, admin)


def test_the_verdict_says_why():
    entry = identity.decide_entry(ALICE, NOTHING, rules(allowed_groups={"students"}))
    assert entry.why == "allowed_groups names a group of theirs"


def test_a_user_document_as_recorded():
    document = {
        "metadata": {"name": "alice", "uid": "u-1"},
        "groups": ["students", "system:authenticated", "system:authenticated:oauth"],
    }
    assert identity.read_user(document) == ClusterUser("alice", "u-1", frozenset({"students"}))


@pytest.mark.parametrize("groups", [None, [], "students", {"a": 1}, [None, 7, "", "system:x"]])
def test_groups_that_are_none(groups):
    document = {"metadata": {"name": "kube:admin"}, "groups": groups}
    assert identity.read_user(document) == ClusterUser("kube:admin")


@pytest.mark.parametrize("document", [{}, {"metadata": None}, {"metadata": {"name": 7}}])
def test_a_document_that_names_nobody(document):
    with pytest.raises(errors.BadDocumentError, match="names nobody"):
        identity.read_user(document)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "metadata": json_values
            | st.fixed_dictionaries({"name": st.text(), "uid": json_values}),
            "groups": json_values,
        },
    )
)
def test_any_document_is_a_person_or_a_sentence(document):
    try:
        person = identity.read_user(document)
    except errors.BadDocumentError:
        return
    assert person.name
    assert not any(group.startswith("system:") for group in person.groups)


@pytest.mark.parametrize(
    "name",
    [
        "alice",
        "kube:admin",
        "user@example.com",
        "Jean-Luc.Picard",
        "Zoë",
        "Зоя",
        "王芳",
        "token",
        "hub",
        "John Smith",
        "CN=alice,OU=people",
        "a" * 255,
    ],
)
def test_names_that_people_have(name):
    assert identity.problem_with_name(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "a" * 256,
        " alice",
        "alice\n",
        "system:admin",
        "system:serviceaccount:workshop:hub",
        "../alice",
        "a/b",
        "a%2fb",
        "..",
        "a\x00b",
        "a\x1b[31mb",
        "\ud800",
    ],
)
def test_names_that_a_hub_cannot_hold(name):
    assert identity.problem_with_name(name)


@pytest.mark.parametrize(
    ("known", "now", "same"),
    [
        ("", "", True),
        ("", "u-1", True),
        ("u-1", "u-1", True),
        ("u-1", "u-2", False),
        ("u-1", "", False),
    ],
)
def test_the_same_name_with_another_uid_is_another_person(known, now, same):
    assert identity.is_same_person(known, now) is same
