import pytest

from workshop_culler.rules import limits
from workshop_culler.rules.models import Server

ADA = Server(
    "ada",
    "lab",
    groups=frozenset({"class-a", "staff"}),
    labels={"track": "advanced"},
    model={"user_options": {"profile": "gpu"}},
)


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        ({}, True),
        ({"group": "class-a"}, True),
        ({"group": "class-*"}, True),
        ({"group": ["nobody", "staff"]}, True),
        ({"group": "class-b"}, False),
        ({"user": "ada"}, True),
        ({"user": "ad"}, False),
        ({"user": "ada", "group": "class-b"}, False),
        ({"profile": "gpu"}, True),
        ({"server": "lab"}, True),
        ({"server": ""}, False),
        ({"server": "?*"}, True),
        ({"admin": True}, False),
        ({"admin": False}, True),
        ({"label:track": "adv*"}, True),
        ({"label:other": "*"}, False),
    ],
)
def test_what_matches(match, fits):
    (policy,) = limits.make_policies([{"match": match}])
    assert limits.matches(policy, ADA) is fits


def test_the_first_that_matches_wins_and_changes_only_what_it_says():
    found = limits.make_policies(
        [
            {"match": {"user": "bob"}, "idle": 1},
            {"name": "class", "match": {"group": "class-a"}, "idle": 0},
            {"match": {}, "idle": 3, "age": 3},
        ]
    )
    general = limits.Limits(idle=600, age=3600)
    mine = limits.find_limits(ADA, found, general)
    assert (mine.idle, mine.age, mine.policy) == (0, 3600, "policy 'class'")


def test_without_a_match_the_general_limits_hold():
    found = limits.make_policies([{"match": {"user": "bob"}, "exempt": True}])
    assert limits.find_limits(ADA, found, limits.Limits()) == limits.Limits()


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ("idle", "policies: must be a list"),
        (["idle"], "policies[0]: must be a dict"),
        ([{"idel": 3}], "policies[0].idel: is not known"),
        ([{}, {"idle": -1}], "policies[1].idle: must be seconds"),
        ([{"idle": True}], "policies[0].idle: must be seconds"),
        ([{"exempt": 1}], "policies[0].exempt: must be True or False"),
        ([{"match": "ada"}], "policies[0].match: must be a dict"),
        ([{"match": {"groups": "a"}}], "policies[0].match.groups: is not known"),
        ([{"match": {"admin": "yes"}}], "policies[0].match.admin: must be True or False"),
        ([{"match": {"group": [1]}}], "policies[0].match.group: must be a name"),
    ],
)
def test_a_bad_policy_is_named(entries, says):
    with pytest.raises(limits.BadPolicyError) as error:
        limits.make_policies(entries)
    assert says in str(error.value)


def test_a_hook_changes_limits_under_the_same_checks():
    changed = limits.change_limits(limits.Limits(), {"idle": 5}, "limits_hook")
    assert (changed.idle, changed.policy) == (5, "limits_hook")
    with pytest.raises(limits.BadPolicyError, match="limits_hook"):
        limits.change_limits(limits.Limits(), 5, "limits_hook")


def test_the_subjects_that_are_looked_at():
    found = limits.make_policies([{"match": {"group": "a", "label:x": "y"}}, {}])
    assert limits.needed_subjects(found) == {"group", "label"}
