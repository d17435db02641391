import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_culler.rules import permissions
from workshop_culler.rules.models import Server

ADA = Server("ada", groups=frozenset({"class-a"}))
LAB = Server("ada", "lab")


def person(*scopes, name="grace", **more):
    return permissions.TokenOwner(name, scopes=frozenset(scopes), **more)


@pytest.mark.parametrize(
    ("scope", "server", "covered"),
    [
        ("read:servers", ADA, True),
        ("read:servers!group=class-a", ADA, True),
        ("read:servers!group=class-b", ADA, False),
        ("read:servers!user=ada", ADA, True),
        ("read:servers!user=ad", ADA, False),
        ("read:servers!server=ada/", ADA, True),
        ("read:servers!server=ada/", LAB, False),
        ("read:servers!server=ada/lab", LAB, True),
        ("read:servers!service=x", ADA, False),
        ("delete:servers", ADA, False),
        ("read:users", ADA, False),
    ],
)
def test_what_a_scope_covers(scope, server, covered):
    assert permissions.covers({scope}, "read:servers", server) is covered


@pytest.mark.parametrize(
    ("who", "see", "extend", "stop"),
    [
        (person(), False, False, False),
        (person("access:servers!server=ada/", name="ada"), True, True, False),
        (person("access:servers!server=ada/lab", name="ada"), False, False, False),
        (person("access:servers!server=ada/", name="eve"), False, False, False),
        (person("access:servers!server=ada/", name="ada", kind="service"), False, False, False),
        (person("read:users:name!user=ada", name="ada"), False, False, False),
        (person("read:servers"), True, False, False),
        (person("delete:servers"), False, True, True),
        (person("read:servers!group=class-a", "delete:servers!group=class-a"), True, True, True),
        (person("access:servers"), False, False, False),
        (person("", admin=True), False, False, False),
    ],
)
def test_who_may_do_what(who, see, extend, stop):
    assert permissions.may_lower_hand(who, ADA) is extend
    assert permissions.may_see(who, ADA) is see
    assert permissions.may_extend(who, ADA) is extend
    assert permissions.may_stop(who, ADA) is stop


@pytest.mark.parametrize(
    ("scope", "see", "help_", "stop", "announce"),
    [
        ("custom:workshop:assist", True, True, False, False),
        ("custom:workshop:assist!group=class-a", True, True, False, False),
        ("custom:workshop:assist!group=class-b", False, False, False, False),
        ("custom:workshop:instruct", True, True, True, True),
        ("custom:workshop:instruct!group=class-a", True, True, True, False),
        ("custom:workshop:instruct!group=class-b", False, False, False, False),
        ("custom:workshop", False, False, False, False),
        ("custom:workshop:instruction", False, False, False, False),
        ("read:servers", True, False, False, False),
        ("delete:servers", False, True, True, True),
    ],
)
def test_roles_of_their_own(scope, see, help_, stop, announce):
    who = person(scope)
    assert permissions.may_see(who, ADA) is see
    assert permissions.may_help(who, ADA) is permissions.may_lower_hand(who, ADA) is help_
    assert permissions.may_stop(who, ADA) is permissions.may_extend(who, ADA) is stop
    assert permissions.may_announce(who) is announce
    everybody = scope == "custom:workshop:instruct"
    assert permissions.may_list_users(who) is permissions.may_prestart(who) is everybody
    assert not permissions.may_read_metrics(who)
    assert not permissions.owns(who, ADA)


@pytest.mark.parametrize(
    ("who", "exceeds"),
    [
        # What JupyterHub gives everybody for their own, and what a token of theirs may have.
        (person("delete:servers!user=ada", "access:servers!user=ada", name="ada"), False),
        (person("delete:servers!server=ada/", name="ada"), False),
        (person("custom:workshop:instruct!user=ada", name="ada"), False),
        (person("delete:servers!user=ada", "delete:servers!group=class-a", name="ada"), True),
        (person("delete:servers", name="ada"), True),
        (person("custom:workshop:instruct", name="ada"), True),
        (person("delete:servers!user=ada", name="ada", kind="service"), True),
        (person("delete:servers!user=ada", name="grace"), True),
    ],
)
def test_nobody_is_an_instructor_of_themselves(who, exceeds):
    assert permissions.may_exceed_limit(who, ADA) is permissions.may_help(who, ADA) is exceeds
    assert permissions.may_stop(who, ADA), "that is theirs to do"
    assert permissions.may_extend(who, ADA)


@pytest.mark.parametrize(
    ("who", "may_list"),
    [
        (person("list:users"), False),  # the hub tells names by it, and we groups and more
        (person("read:users"), False),
        (person("list:users!group=class-a", "read:users!group=class-a"), False),
        (person("list:users", "read:users"), True),
        (person("custom:workshop:assist"), False),
        (person(admin=True), True),
    ],
)
def test_nobody_learns_more_of_users_than_at_the_hub(who, may_list):
    assert permissions.may_list_users(who) is may_list


@given(st.sets(st.text(alphabet="abcdeimnorstuvw:!=*-/", max_size=30)))
def test_no_other_words_are_a_right(scopes):
    known = {*permissions.SEEING, *permissions.HELPING, permissions.OWN}
    who = person(*(each for each in scopes if each.partition("!")[0] not in known))
    assert not permissions.may_see(who, ADA)
    assert not permissions.may_help(who, ADA)
    assert not permissions.sees_anything(who)
    assert not permissions.stops_anything(who)
    assert not permissions.may_announce(who)


@pytest.mark.parametrize(
    ("who", "some"),
    [
        (person(), False),
        (person("read:servers"), True),
        (person("read:servers!group=a"), True),
        (person("custom:workshop:assist!group=a"), True),
        (person("custom:workshop:instruct"), True),
        (person("custom:workshop:instruct!user=grace"), False),
        (person("read:servers!user=grace"), False),
        (person("read:servers!server=grace/lab"), False),
        (person("read:servers!user=ada"), True),
    ],
)
def test_the_page_is_for_those_who_see_others(who, some):
    assert permissions.sees_anything(who) is some


@pytest.mark.parametrize(
    ("who", "may"),
    [
        (person(admin=True), True),
        (person("delete:servers"), True),
        (person("delete:servers!group=a"), False),
        (person("read:servers"), False),
    ],
)
def test_who_may_announce(who, may):
    assert permissions.may_announce(who) is may


def test_a_model_without_anything_may_nothing():
    nobody = permissions.make_token_owner({})
    assert not permissions.may_see(nobody, Server(""))
    assert not permissions.may_read_metrics(nobody)
    assert permissions.only_seen(nobody, [ADA, Server("")]) == []


@pytest.mark.parametrize(
    ("who", "join", "type_", "know"),
    [
        (person("custom:workshop:assist"), True, False, False),
        (person("custom:workshop:assist!group=class-b"), False, False, False),
        (person("custom:workshop:instruct!group=class-a"), True, True, True),
        (person("custom:workshop:instruct", name="teacher", kind="service"), True, True, True),
        (person("read:servers"), False, False, True),
        (person("delete:servers"), True, True, False),
        (
            person("delete:servers!user=ada", "read:servers!user=ada", name="ada"),
            False,
            False,
            False,
        ),
        (person("custom:workshop:instruct", name="ada"), False, False, True),
        (person("access:servers"), False, False, False),
    ],
)
def test_who_may_join_and_know_whom_they_see(who, join, type_, know):
    assert permissions.may_join(who, ADA) is join
    assert permissions.may_type(who, ADA) is type_
    assert permissions.may_know(who, ADA) is know


@pytest.mark.parametrize(
    ("scopes", "found"),
    [
        (["custom:workshop:assist!group=x"], True),
        (["delete:servers!user=grace"], False),
        (["delete:servers!server=grace/lab"], False),
        (["read:servers"], False),
        ([], False),
    ],
)
def test_who_may_help_anybody(scopes, found):
    assert permissions.helps_anything(person(*scopes)) is found
