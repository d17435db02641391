"""The order of operations: which objects a session is made of, and what must precede what.

Pure. spawner.py makes the plan; steps.py carries it out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import accounts, budgets, network, projects
from .session import Session

TEMPORARY = "temporary"
PERSISTENT = "persistent"
USER = "user"
NONE = "none"
ACCOUNT = "account"
PROJECT = "project"


@dataclass(frozen=True)
class Step:
    """One line on the progress page: objects to be made side by side.

    `needs` names the steps that come first; `owned` objects get the session's account as owner.
    """

    name: str
    title: str
    manifests: tuple[Mapping[str, Any], ...]
    needs: tuple[str, ...] = ()
    owned: bool = False


@dataclass(frozen=True)
class Wishes:
    """What the administrator decided about each session."""

    identity: str = "service-account"
    project: str = TEMPORARY
    role: str = "admin"
    session_rules: str = ""
    hub_role: str = ""
    """ClusterRole that the hub gives itself in the project (for extra resources); empty: none."""
    budget: budgets.Budget = field(default_factory=lambda: budgets.Budget(budgets.DEFAULT))
    project_labels: Mapping[str, str] = field(default_factory=dict)
    project_annotations: Mapping[str, str] = field(default_factory=dict)
    isolation: network.Rules | None = None
    """None: no NetworkPolicies are made."""


def make_plan(session: Session, wishes: Wishes, secrets: Mapping[str, str]) -> tuple[Step, ...]:
    """The steps of a start up to (not including) the pod."""
    steps = [
        Step(ACCOUNT, f"Making the account {session.account}", (accounts.make_account(session),)),
        Step(
            "secret",
            "Putting the session's keys into a Secret",
            (accounts.make_secret(session, secrets),),
            needs=(ACCOUNT,),
            owned=True,
        ),
    ]
    if wishes.isolation is not None:
        policy = network.make_session_policy(session, wishes.isolation)
        steps.append(
            Step("isolation", "Closing the network around the session", (policy,), (ACCOUNT,), True)
        )
    if wishes.project == TEMPORARY:
        steps += make_project_steps(session, wishes)
    return tuple(steps)


def make_project_steps(session: Session, wishes: Wishes) -> list[Step]:
    """The steps that make a project and what is in it."""
    namespace = projects.make_namespace(session, wishes.project_labels, wishes.project_annotations)
    steps = [
        Step(PROJECT, f"Making the project {session.project}", (namespace,)),
        Step(
            "roles",
            f"Giving you the role {wishes.role} in it",
            _make_bindings(session, wishes),
            (PROJECT,),
        ),
    ]
    limits = budgets.make_objects(session, wishes.budget)
    if limits:
        steps.append(
            Step("budget", f"Setting its budget to {wishes.budget.name}", limits, (PROJECT,))
        )
    if wishes.isolation is not None:
        policy = network.make_project_policy(session)
        steps.append(Step("network", "Closing the network around it", (policy,), (PROJECT,)))
    return [step for step in steps if step.manifests]


def _make_bindings(session: Session, wishes: Wishes) -> tuple[Mapping[str, Any], ...]:
    bindings = []
    if wishes.hub_role:
        hub = accounts.make_hub_subject(session)
        bindings.append(accounts.make_binding(session, "workshop-hub", wishes.hub_role, hub))
    if wishes.identity == "service-account":
        own = accounts.make_session_subject(session)
        if wishes.role:
            bindings.append(accounts.make_binding(session, "workshop-session", wishes.role, own))
        if wishes.session_rules:
            bindings.append(
                accounts.make_binding(session, "workshop-session-rules", wishes.session_rules, own)
            )
    return tuple(bindings)
