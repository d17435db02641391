from datetime import UTC, datetime, timedelta

import pytest

from workshop_culler.rules import user_verdicts
from workshop_culler.rules.models import Action, Server, User

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ago(seconds):
    return None if seconds is None else NOW - timedelta(seconds=seconds)


def server(*, started=1000, active=10, **more):
    return Server("ada", started=ago(started), last_activity=ago(active), **more)


VISITOR = frozenset({"workshop-anonymous"})
ANONYMOUS = user_verdicts.UserRules(anonymous_group="workshop-anonymous", anonymous=300)


def user(active=None, created=None, **more):
    return User("ada", last_activity=ago(active), created=ago(created), **more)


@pytest.mark.parametrize(
    ("it", "rules", "rule"),
    [
        (user(400, groups=VISITOR), ANONYMOUS, "anonymous"),
        (user(200, groups=VISITOR), ANONYMOUS, ""),
        (user(400), ANONYMOUS, ""),
        (user(400, groups=VISITOR, servers=(server(),)), ANONYMOUS, ""),
        (user(400, groups=VISITOR, servers=(server(pending="stop"),)), ANONYMOUS, ""),
        (user(400, groups=VISITOR, servers=None), ANONYMOUS, ""),
        (user(groups=VISITOR), ANONYMOUS, ""),
        (user(created=400, groups=VISITOR), ANONYMOUS, "anonymous"),
        (user(700), user_verdicts.UserRules(idle=600), "user"),
        (user(700, admin=True), user_verdicts.UserRules(idle=600), "user"),
        (user(700, admin=True), user_verdicts.UserRules(idle=600, admins=False), ""),
        (user(7, created=9000), user_verdicts.UserRules(age=8000), "user"),
        (user(7, created=9000), user_verdicts.UserRules(), ""),
    ],
)
def test_users(it, rules, rule):
    verdict = user_verdicts.decide_user(it, rules, NOW)
    assert verdict.rule == rule
    assert verdict.action is (Action.DELETE if rule else Action.KEEP)


@pytest.mark.parametrize(
    ("rules", "some"),
    [
        (user_verdicts.UserRules(), False),
        (user_verdicts.UserRules(anonymous_group="a"), False),
        (user_verdicts.UserRules(anonymous=5), False),
        (ANONYMOUS, True),
        (user_verdicts.UserRules(age=5), True),
    ],
)
def test_whether_users_are_looked_at_at_all(rules, some):
    assert rules.any is some
