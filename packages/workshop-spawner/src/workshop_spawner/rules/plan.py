"""The order of operations: which objects a session is made of, and what must precede what.

spawner.py makes the plan; steps.py carries it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from workshop_spawner.manifests import (
    accounts,
    budgets,
    console,
    exposure,
    home,
    network,
    projects,
    resources,
    visitor_resources,
)
from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Session

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
# Before the names of steps that make extra resources for the visitor.
OWN = "own"
HOME = "home"


@dataclass(frozen=True)
class Step:
    """One line on the progress page: objects to be made side by side.

    `needs` names the steps that come first; `owned` objects get the session's account as owner;
    those that `converge` are changed where they exist already. LimitRanges and ResourceQuotas of
    the project in `clears` that are not listed are removed. `request` makes the project by a
    ProjectRequest. Cluster-scoped objects of a step `within` get the project as owner. The projects
    that it `awaits` must be ready before the step is done. `owner` names the ClusterRole that owns
    its objects, which go when it is deleted. No pool makes ready ahead what is `per_visitor`.
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
    owner: str = ""
    per_visitor: bool = False


@dataclass(frozen=True)
class SessionSpec:
    """What the administrator decided about each session."""

    identity: str = SERVICE_ACCOUNT
    project: str = TEMPORARY
    by_request: bool = False
    role: str = "admin"
    # What sessions get where the cluster lacks `role`; empty: nothing, their start fails.
    fallback_role: str = ""
    session_rules: str = ""
    # ClusterRole that the hub gives itself in the project, where there are extra resources.
    hub_role: str = "admin"
    # ClusterRole that owns the projects; empty: nobody, they are deleted one by one.
    project_owner: str = ""
    budget: budgets.Budget = field(default_factory=lambda: budgets.Budget(budgets.DEFAULT))
    project_labels: Mapping[str, str] = field(default_factory=dict)
    project_annotations: Mapping[str, str] = field(default_factory=dict)
    # None: no NetworkPolicies are made.
    isolation: network.Rules | None = None
    # None: what the session writes is gone with its pod.
    home_volume: home.Home | None = None
    # None: no web console runs beside the session.
    web_console: console.Console | None = None
    exposed: exposure.Exposed = field(default_factory=exposure.Exposed)
    # Extra resources as the administrator wrote them, and what `${image_registry}` is in them.
    extra_resources: Any = ""
    image_registry: str = ""
    # What the link of the start said, for `${parameter_...}` in them.
    parameters: Mapping[str, str] = field(default_factory=dict)
    # The same as they are for one session, see `fill_in`.
    extras: tuple[resources.Extra, ...] = ()


# OpenShift refuses to make these for anybody but an administrator.
_NOT_REQUESTED = ("kube-", "kubernetes-", "openshift-")


def is_refused_request(name: str) -> bool:
    """Whether OpenShift refuses to make a project of this name for who requests it."""
    return f"{name}-".startswith(_NOT_REQUESTED)


def problem_with_requests(application: str, project: str) -> str | None:
    """Why no session's project can be requested by its name; None where it can, or none is."""
    if project not in (TEMPORARY, PERSISTENT) or not is_refused_request(application):
        return None
    return _render_refused("application", application)


def problem_with_template(template: str, project: str) -> str | None:
    """Why nobody can request the project that is named by a template; None where some can."""
    if project != USER or not is_refused_request(template):
        return None
    return _render_refused("project_template", template)


def _render_refused(trait: str, name: str) -> str:
    return (
        f"WorkshopSpawner.{trait} is {name!r}, and projects are requested: the cluster refuses "
        f"names that begin with {', '.join(map(repr, _NOT_REQUESTED))}. Take another."
    )


def fill_in(spec: SessionSpec, session: Session) -> SessionSpec:
    """The spec with its extra resources as they are for this session."""
    read = resources.read_extras(
        spec.extra_resources, session, spec.image_registry, spec.parameters
    )
    return replace(spec, extras=read)


def make_plan(session: Session, spec: SessionSpec, secrets: Mapping[str, str]) -> tuple[Step, ...]:
    """The steps of a start up to (not including) the pod."""
    secret = Step(
        SECRET,
        "Putting the session's keys into a Secret",
        (accounts.make_secret(session, secrets),),
        needs=(ACCOUNT,),
        owned=True,
        per_visitor=True,
    )
    return (*make_ready_steps(session, spec), secret, *_make_home_steps(session, spec))


def _make_home_steps(session: Session, spec: SessionSpec) -> tuple[Step, ...]:
    if spec.home_volume is None:
        return ()
    lasting = spec.project != TEMPORARY
    claim = home.make_claim(session, spec.home_volume, lasting)
    step = Step(HOME, "Making your home", (claim,), (ACCOUNT,), owned=not lasting)
    return (replace(step, per_visitor=True),)


def make_ready_steps(session: Session, spec: SessionSpec) -> tuple[Step, ...]:
    """The steps of what a session has by the settings; a pool makes ready what is nobody's yet."""
    steps = [
        Step(ACCOUNT, f"Making the account {session.account}", (accounts.make_account(session),))
    ]
    if spec.isolation is not None:
        policy = network.make_session_policy(session, spec.isolation)
        steps.append(
            Step("isolation", "Closing the network around the session", (policy,), (ACCOUNT,), True)
        )
    exposed = exposure.make_objects(session, spec.exposed)
    if exposed:
        title = f"Exposing {', '.join(f'port {port}' for port in spec.exposed.ports)}"
        steps.append(Step("exposure", title, exposed, (ACCOUNT,), True))
    if spec.project in (TEMPORARY, PERSISTENT):
        steps += make_project_steps(session, spec)
        steps += make_extra_steps(session, spec)
    return tuple(steps)


def make_project_steps(session: Session, spec: SessionSpec) -> list[Step]:
    """The steps that make a project and what is in it."""
    lasting = spec.project == PERSISTENT
    namespace = projects.make_namespace(session, spec.project_labels, spec.project_annotations)
    limits = budgets.make_objects(session, spec.budget)
    clears = session.project if spec.budget.clears and (lasting or spec.by_request) else ""
    role = f"Giving you the role {spec.role} in it" if spec.role else "Giving rights in it"
    steps = [
        Step(
            PROJECT,
            f"Making the project {session.project}",
            (namespace,),
            request=spec.by_request,
            owner="" if spec.by_request else spec.project_owner,
        ),
        Step(ROLES, role, _make_bindings(session, spec), (PROJECT,), converge=lasting),
        Step(
            BUDGET,
            f"Setting its budget to {spec.budget.name}",
            limits,
            (PROJECT,),
            converge=lasting,
            clears=clears,
        ),
    ]
    if spec.isolation is not None:
        policy = network.make_project_policy(session, spec.isolation)
        title = "Closing the network around it"
        steps.append(Step("network", title, (policy,), (PROJECT,), converge=lasting))
    steps = [step for step in steps if step.manifests or step.clears]
    return [_make_lasting(step, session) for step in steps] if lasting else steps


def _make_lasting(step: Step, session: Session) -> Step:
    manifests = tuple(session_labels.make_lasting(manifest, session) for manifest in step.manifests)
    return replace(step, manifests=manifests)


def _make_bindings(
    session: Session, spec: SessionSpec, project: str = "", role: str | None = None
) -> tuple[Mapping[str, Any], ...]:
    bindings = []
    if spec.extras and spec.hub_role and not spec.by_request:
        hub = accounts.make_subject(session.hub.requestor)
        bindings.append(accounts.make_binding(session, "workshop-hub", spec.hub_role, hub, project))
    own = accounts.make_session_subject(session, spec.identity == USER_TOKEN)
    role = spec.role if role is None else role
    if spec.identity != NONE and role:
        bindings.append(accounts.make_binding(session, "workshop-session", role, own, project))
    if spec.identity != NONE and spec.session_rules:
        rules = spec.session_rules
        bindings.append(
            accounts.make_binding(session, "workshop-session-rules", rules, own, project)
        )
    return tuple(bindings)


def make_extra_steps(session: Session, spec: SessionSpec) -> list[Step]:
    """The steps that make the workshop's extra resources: projects first, the rest by and by.

    What takes the visitor comes last.
    """
    ahead, own = visitor_resources.split(spec.extras)
    steps = _make_extras(session, spec, ahead, (session.project,))
    needs = tuple(step.name for step in steps)
    later = _make_extras(session, spec, own, () if ahead else (session.project,), f"{OWN} ", needs)
    steps += [replace(step, per_visitor=True) for step in later]
    return [_make_lasting(step, session) for step in steps] if spec.project == PERSISTENT else steps


def _make_extras(
    session: Session,
    spec: SessionSpec,
    extras: tuple[resources.Extra, ...],
    awaited: tuple[str, ...],
    prefix: str = "",
    before: tuple[str, ...] = (),
) -> list[Step]:
    """The steps of some of them; those of `before` and the projects `awaited` come first."""
    if not extras:
        return []
    steps: list[Step] = []
    spaces = [extra for extra in extras if extra.is_project]
    for extra in spaces:
        steps += _make_extra_project(session, spec, extra)
    awaited += tuple(extra.manifest["metadata"]["name"] for extra in spaces)
    before += (*(step.name for step in steps), PROJECT, ROLES, BUDGET)
    if awaited:
        ready, title = f"{prefix}{READY}", "Waiting until the cluster has set it up"
        steps.append(Step(ready, title, (), before, awaits=awaited))
        before = (ready,)
    needs: tuple[str, ...] = (*before, ACCOUNT)
    lasting = spec.project == PERSISTENT
    for wave, each in resources.sort_waves(extras):
        manifests = tuple(extra.manifest for extra in each)
        title, name = f"Making {resources.render_kinds(each)}", f"{prefix}extras {wave}"
        steps.append(Step(name, title, manifests, needs, within=True, converge=lasting))
        needs = (*needs, name)
    return steps


def _make_extra_project(session: Session, spec: SessionSpec, extra: resources.Extra) -> list[Step]:
    name, step = extra.manifest["metadata"]["name"], f"project {extra.line}"
    budget = extra.budget or spec.budget
    bindings = _make_bindings(session, spec, name, extra.role or spec.role)
    inside = [*bindings, *budgets.make_objects(session, budget, name)]
    if spec.isolation is not None:
        inside.append(network.make_project_policy(session, spec.isolation, name))
    return [
        Step(
            step,
            f"Making the project {name}",
            (projects.add_labels(extra.manifest, spec.project_labels),),
            (PROJECT,),
            request=spec.by_request,
            owner="" if spec.by_request else spec.project_owner,
        ),
        Step(f"{step} inside", f"Setting up {name}", tuple(inside), (step,)),
    ]
