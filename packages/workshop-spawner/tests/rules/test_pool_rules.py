"""What the state of a reserved session means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from workshop_kube import labels
from workshop_spawner.manifests import budgets
from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Hub, Session
from workshop_spawner.rules import plan, pool_rules

HUB = Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def make_plan(session, budget="small"):
    return plan.make_ready_steps(session, plan.SessionSpec(budget=budgets.parse_budget(budget)))


def make_account(age=0, ready=True, fingerprint="r", **changes):
    session = pool_rules.make_session(HUB)
    step = pool_rules.make_pool_step(make_plan(session)[0])
    metadata = dict(step.manifests[0]["metadata"])
    born = NOW - timedelta(seconds=age)
    metadata["creationTimestamp"] = born.strftime("%Y-%m-%dT%H:%M:%SZ")
    metadata["annotations"] = {**metadata["annotations"], pool_rules.FINGERPRINT: fingerprint}
    if ready:
        metadata["annotations"][pool_rules.READY] = "true"
    return {"metadata": {**metadata, **changes}}


@pytest.mark.parametrize(
    ("account", "pile"),
    [
        (make_account(), "ready"),
        (make_account(age=10**6), "ready"),
        (make_account(fingerprint="older"), "stale"),
        (make_account(ready=False), "growing"),
        (make_account(ready=False, age=299), "growing"),
        (make_account(ready=False, age=301), "stale"),
        (make_account(deletionTimestamp="now"), None),
        (make_account(labels={}), None),
        (make_account(annotations={}), None),
    ],
)
def test_each_account_is_on_one_pile(account, pile):
    state = pool_rules.sort_accounts([account], HUB, "r", NOW)
    piles = {name: len(getattr(state, name)) for name in ("ready", "growing", "stale")}
    assert {name for name, count in piles.items() if count} == ({pile} if pile else set())


def test_what_is_ready_beyond_the_size_goes():
    ready = [make_account() for _ in range(3)]
    state = pool_rules.sort_accounts(ready, HUB, "r", NOW, size=1)
    assert (len(state.ready), len(state.stale)) == (1, 2)
    assert len(pool_rules.sort_accounts(ready, HUB, "r", NOW, size=0).stale) == 3


def test_what_a_hub_before_this_one_left_unfinished_goes_at_once():
    account = make_account(ready=False, age=20)
    for since, pile in ((NOW - timedelta(seconds=10), "stale"), (NOW - timedelta(30), "growing")):
        state = pool_rules.sort_accounts([account], HUB, "r", NOW, since=since)
        assert len(getattr(state, pile)) == 1


def test_what_is_reserved_is_nobodys_session_yet():
    for step in make_plan(pool_rules.make_session(HUB)):
        for manifest in pool_rules.make_pool_step(step).manifests:
            metadata = manifest["metadata"]
            assert pool_rules.is_reserved(metadata, HUB)
            assert not session_labels.is_ours(metadata, HUB), "the culler leaves it alone"
            of_visitors = {labels.USERNAME, labels.EXPIRES, labels.EXPIRES_LIMIT}
            assert not of_visitors & set(metadata["annotations"])


def test_a_recipe_is_about_the_settings_only():
    one, two = pool_rules.make_session(HUB), pool_rules.make_session(HUB)
    small = pool_rules.make_fingerprint(make_plan(one), one)
    assert small == pool_rules.make_fingerprint(make_plan(two), two)
    assert small != pool_rules.make_fingerprint(make_plan(one, "large"), one)


def test_a_checkout_makes_it_the_visitors():
    session = Session(HUB, "s" * 16, "alice", checkout="s" * 16, expires=NOW, limit=NOW)
    account = make_account()
    taken = pool_rules.take_over(account, session)
    assert taken.account == taken.project == account["metadata"]["name"]
    assert taken.pod == "intro-user-alice"
    checkout = pool_rules.make_checkout(taken, "7")["metadata"]
    assert checkout["resourceVersion"] == "7"
    assert checkout["annotations"][labels.USERNAME] == "alice"
    assert checkout["annotations"][labels.EXPIRES] == "2026-11-21T12:00:00Z", "time begins now"
    assert checkout["annotations"][labels.EXPIRES_LIMIT] == "2026-11-21T12:00:00Z"
    assert checkout["annotations"][pool_rules.READY] is None
    after = {
        "name": taken.account,
        "namespace": "workshops",
        "labels": checkout["labels"],
        "annotations": checkout["annotations"],
    }
    assert session_labels.is_ours(after, HUB)
    assert not pool_rules.is_reserved(after, HUB)


def test_a_pool_has_the_projects_that_are_nobodys_yet():
    steps = [
        plan.Step("project", "", ({"kind": "Namespace", "metadata": {"name": "a"}},)),
        plan.Step(
            "mine", "", ({"kind": "Namespace", "metadata": {"name": "b"}},), per_visitor=True
        ),
        plan.Step("more", "", ({"kind": "ConfigMap", "metadata": {"name": "c"}},)),
    ]
    assert pool_rules.list_projects(steps) == ["a"]
