"""The order of operations: which objects a session is made of, and what must precede what.

Pure. spawner.py makes the plan; steps.py carries it out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import labels
from .manifests import accounts, budgets, exposure, home, network, projects, resources
from .session import Session

SERVICE_ACCOUNT = "service-account"
USER_TOKEN = "user-token"  # noqa: S105 - a name
NONE = "none"
TEMPORARY = "temporary"
PERSISTENT = "persistent"
USER = "user"

ACCOUNT = "account"
SECRET = "secret"  # noqa: S105 - the name of a step
PROJECT = "project"
ROLES = "roles"
BUDGET = "budget"
READY = "ready"
HOME = "home"
MADE_PER_VISITOR = (SECRET, HOME)
"""Steps that a reserve cannot make ready ahead."""


@dataclass(frozen=True)
class Step:
    """One line on the progress page: objects to be made side by side.

    `needs` names the steps that come first; `owned` objects get the session's account as owner;
    those that `converge` are changed where they exist already. LimitRanges and ResourceQuotas of
    the project in `clears` that are not listed are removed. `request` makes the project by a
    ProjectRequest. Cluster-scoped objects of a step `within` get the project as owner. The projects
    that it `awaits` must be ready before the step is done.
    """

    name: str
    title: str
    manifests: tuple[Mapping[str, Any], ...]
    needs: tuple[str, ...] = ()
    owned: bool = False
    converge: bool = False
    clears: str = ""
    request: bool = False
    within: bool = False
    awaits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wishes:
    """What the administrator decided about each session."""

    identity: str = SERVICE_ACCOUNT
    project: str = TEMPORARY
    by_request: bool = False
    role: str = "admin"
    session_rules: str = ""
    hub_role: str = "admin"
    """ClusterRole that the hub gives itself in the project, where there are extra resources."""
    budget: budgets.Budget = field(default_factory=lambda: budgets.Budget(budgets.DEFAULT))
    project_labels: Mapping[str, str] = field(default_factory=dict)
    project_annotations: Mapping[str, str] = field(default_factory=dict)
    isolation: network.Rules | None = None
    """None: no NetworkPolicies are made."""
    furniture: home.Home | None = None
    """None: what the session writes is gone with its pod."""
    exposed: exposure.Exposed = field(default_factory=exposure.Exposed)
    extras: tuple[resources.Extra, ...] = ()


def make_plan(session: Session, wishes: Wishes, secrets: Mapping[str, str]) -> tuple[Step, ...]:
    """The steps of a start up to (not including) the pod."""
    secret = Step(
        SECRET,
        "Putting the session's keys into a Secret",
        (accounts.make_secret(session, secrets),),
        needs=(ACCOUNT,),
        owned=True,
    )
    return (*make_ready_steps(session, wishes), secret, *_make_home_steps(session, wishes))


def _make_home_steps(session: Session, wishes: Wishes) -> tuple[Step, ...]:
    if wishes.furniture is None:
        return ()
    lasting = wishes.project != TEMPORARY
    claim = home.make_claim(session, wishes.furniture, lasting)
    return (Step(HOME, "Making your home", (claim,), (ACCOUNT,), owned=not lasting),)


def make_ready_steps(session: Session, wishes: Wishes) -> tuple[Step, ...]:
    """The steps that need no visitor yet: what a reserve makes ready ahead."""
    steps = [
        Step(ACCOUNT, f"Making the account {session.account}", (accounts.make_account(session),))
    ]
    if wishes.isolation is not None:
        policy = network.make_session_policy(session, wishes.isolation)
        steps.append(
            Step("isolation", "Closing the network around the session", (policy,), (ACCOUNT,), True)
        )
    exposed = exposure.make_objects(session, wishes.exposed)
    if exposed:
        title = f"Exposing {', '.join(f'port {port}' for port in wishes.exposed.ports)}"
        steps.append(Step("exposure", title, exposed, (ACCOUNT,), True))
    if wishes.project in (TEMPORARY, PERSISTENT):
        steps += make_project_steps(session, wishes)
        steps += make_extra_steps(session, wishes)
    return tuple(steps)


def make_project_steps(session: Session, wishes: Wishes) -> list[Step]:
    """The steps that make a project and what is in it."""
    lasting = wishes.project == PERSISTENT
    namespace = projects.make_namespace(session, wishes.project_labels, wishes.project_annotations)
    limits = budgets.make_objects(session, wishes.budget)
    clears = session.project if wishes.budget.clears and (lasting or wishes.by_request) else ""
    role = f"Giving you the role {wishes.role} in it" if wishes.role else "Giving rights in it"
    steps = [
        Step(
            PROJECT,
            f"Making the project {session.project}",
            (namespace,),
            request=wishes.by_request,
        ),
        Step(ROLES, role, _make_bindings(session, wishes), (PROJECT,), converge=lasting),
        Step(
            BUDGET,
            f"Setting its budget to {wishes.budget.name}",
            limits,
            (PROJECT,),
            converge=lasting,
            clears=clears,
        ),
    ]
    if wishes.isolation is not None:
        policy = network.make_project_policy(session, wishes.isolation)
        title = "Closing the network around it"
        steps.append(Step("network", title, (policy,), (PROJECT,), converge=lasting))
    steps = [step for step in steps if step.manifests or step.clears]
    return [_make_lasting(step, session) for step in steps] if lasting else steps


def _make_lasting(step: Step, session: Session) -> Step:
    manifests = tuple(labels.make_lasting(manifest, session) for manifest in step.manifests)
    return Step(**{**step.__dict__, "manifests": manifests})


def _make_bindings(
    session: Session, wishes: Wishes, project: str = "", role: str | None = None
) -> tuple[Mapping[str, Any], ...]:
    bindings = []
    if wishes.extras and wishes.hub_role and not wishes.by_request:
        hub = accounts.make_subject(session.hub.requestor)
        bindings.append(
            accounts.make_binding(session, "workshop-hub", wishes.hub_role, hub, project)
        )
    own = accounts.make_session_subject(session, wishes.identity == USER_TOKEN)
    role = wishes.role if role is None else role
    if wishes.identity != NONE and role:
        bindings.append(accounts.make_binding(session, "workshop-session", role, own, project))
    if wishes.identity != NONE and wishes.session_rules:
        rules = wishes.session_rules
        bindings.append(
            accounts.make_binding(session, "workshop-session-rules", rules, own, project)
        )
    return tuple(bindings)


def make_extra_steps(session: Session, wishes: Wishes) -> list[Step]:
    """The steps that make the workshop's extra resources: projects first, the rest by and by."""
    if not wishes.extras:
        return []
    steps: list[Step] = []
    spaces = [extra for extra in wishes.extras if extra.is_project]
    for extra in spaces:
        steps += _make_extra_project(session, wishes, extra)
    projects = (session.project, *(extra.manifest["metadata"]["name"] for extra in spaces))
    before = (*(step.name for step in steps), PROJECT, ROLES, BUDGET)
    steps.append(
        Step(READY, "Waiting until the cluster has set it up", (), before, awaits=projects)
    )
    needs: tuple[str, ...] = (READY, ACCOUNT)
    lasting = wishes.project == PERSISTENT
    for wave, extras in resources.sort_waves(wishes.extras):
        manifests = tuple(extra.manifest for extra in extras)
        title = f"Making {resources.render_kinds(extras)}"
        step = Step(f"extras {wave}", title, manifests, needs, within=True, converge=lasting)
        steps.append(step)
        needs = (*needs, step.name)
    return [_make_lasting(step, session) for step in steps] if lasting else steps


def _make_extra_project(session: Session, wishes: Wishes, extra: resources.Extra) -> list[Step]:
    name, step = extra.manifest["metadata"]["name"], f"project {extra.line}"
    budget = extra.budget or wishes.budget
    bindings = _make_bindings(session, wishes, name, extra.role or wishes.role)
    inside = [*bindings, *budgets.make_objects(session, budget, name)]
    if wishes.isolation is not None:
        inside.append(network.make_project_policy(session, wishes.isolation, name))
    return [
        Step(
            step,
            f"Making the project {name}",
            (extra.manifest,),
            (PROJECT,),
            request=wishes.by_request,
        ),
        Step(f"{step} inside", f"Setting up {name}", tuple(inside), (step,)),
    ]
