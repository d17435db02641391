"""The order of operations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner.manifests import budgets, network, resources
from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Hub, Session
from workshop_spawner.rules import plan

HUB = Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub")
SESSION = Session(HUB, "s" * 16, "alice")
EXTRA = resources.read_extras(
    "{apiVersion: v1, kind: ConfigMap, metadata: {name: notes}}", SESSION
)[0]
FULL = plan.SessionSpec(
    session_rules="more",
    extras=(EXTRA,),
    budget=budgets.parse_budget("small"),
    isolation=network.Rules(port=8888),
)


def names(spec):
    return [step.name for step in plan.make_plan(SESSION, spec, {})]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (plan.SessionSpec(), ["account", "project", "roles", "secret"]),
        (
            FULL,
            [
                *("account", "isolation", "project", "roles", "budget", "network", "ready"),
                *("extras 1", "secret"),
            ],
        ),
        (plan.SessionSpec(project="none"), ["account", "secret"]),
        (plan.SessionSpec(identity="none"), ["account", "project", "secret"]),
        (plan.SessionSpec(role=""), ["account", "project", "secret"]),
    ],
)
def test_which_steps_a_start_has(spec, expected):
    assert names(spec) == expected


@given(
    st.sampled_from(["service-account", "none"]),
    st.sampled_from([plan.TEMPORARY, plan.NONE]),
    st.sampled_from(sorted(budgets.NAMES)),
    st.booleans(),
)
def test_any_plan_can_be_carried_out(identity, project, budget, isolated):
    spec = plan.SessionSpec(
        identity=identity,
        project=project,
        budget=budgets.parse_budget(budget),
        isolation=network.Rules(port=8888) if isolated else None,
    )
    done = set()
    for step in plan.make_plan(SESSION, spec, {"key": "value"}):
        assert set(step.needs) <= done, "a step comes after what it needs"
        assert step.manifests
        done.add(step.name)
        for manifest in step.manifests:
            metadata = manifest["metadata"]
            assert metadata["labels"] == session_labels.make_labels(SESSION)
            assert session_labels.is_ours(metadata, HUB), (
                "the culler finds it from its first moment"
            )
            if metadata.get("namespace") == HUB.namespace:
                owned = step.owned or step.name == plan.ACCOUNT
                assert owned, "what is beside the hub goes with the account"


def test_the_session_is_bound_to_its_role_and_the_hub_to_its_own():
    roles = next(step for step in plan.make_plan(SESSION, FULL, {}) if step.name == "roles")
    bound = [(m["roleRef"]["name"], m["subjects"][0]["name"]) for m in roles.manifests]
    assert bound == [("admin", "hub"), ("admin", "intro-alice"), ("more", "intro-alice")]


def test_extra_projects_are_held_like_the_first():
    text = "{apiVersion: v1, kind: Namespace, metadata: {name: '${project_namespace}-b'%s}}"
    own = ", labels: {level: mine}"
    for more, level in (("", "theirs"), (own, "mine")):
        extras = resources.read_extras(text % more, SESSION)
        spec = plan.SessionSpec(extras=extras, project_labels={"level": "theirs"})
        made = [m for s in plan.make_plan(SESSION, spec, {}) for m in s.manifests]
        spaces = {m["metadata"]["name"]: m for m in made if m["kind"] == "Namespace"}
        assert spaces["intro-alice"]["metadata"]["labels"]["level"] == "theirs"
        assert spaces["intro-alice-b"]["metadata"]["labels"]["level"] == level


EXTRAS = """
{apiVersion: v1, kind: ConfigMap, metadata: {name: plain}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: mine}, data: {who: "${username}"}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: "${project_namespace}-b"}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: "${project_namespace}-for-${username}"}}
"""


def test_a_pool_makes_ready_what_does_not_name_the_visitor():
    spec = plan.SessionSpec(extras=resources.read_extras(EXTRAS, SESSION))
    made = plan.make_plan(SESSION, spec, {})
    assert [step.name for step in made if step.per_visitor] == [
        *("project 8", "project 8 inside", "own ready", "own extras 1", "secret"),
    ]
    for number, step in enumerate(made):
        assert set(step.needs).isdisjoint(later.name for later in made[number:])
