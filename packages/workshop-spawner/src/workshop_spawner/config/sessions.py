"""What an administrator decides about sessions and their projects: traits, and what they mean."""

from __future__ import annotations

import os
from typing import Any

from traitlets import Bool, Dict, Enum, HasTraits, Integer, TraitError, Unicode, default, validate
from traitlets.utils.bunch import Bunch

from workshop_spawner.config.trait_types import BudgetTrait, NameTrait
from workshop_spawner.manifests import budgets, network, projects
from workshop_spawner.model import naming
from workshop_spawner.rules import plan, project_roles


class SessionSettings(HasTraits):
    """Who a session is in the cluster, and what it may use there."""

    authenticator: Any  # the hub's, a trait of Spawner

    application = NameTrait(
        "workshop",  # to which traitlets goes back when another setting is refused
        limit=naming.APPLICATION_LIMIT,
        config=True,
        help="""
        Name of this workshop; the names and the label `app` of all that its sessions own begin
        with it.

        At most 24 characters of a-z, 0-9 and inner hyphens, the first a letter. By default the
        hub's namespace, and the release of its chart if there is one; `workshop` outside a cluster.

        Give each hub of a cluster a name of its own: hubs tell their projects apart by it. Where
        two have the same name, namespace and account, the second one ends (see `take_over`).

        Example: `c.WorkshopSpawner.application = "intro-to-go"`
        """,
    )

    @default("application")
    def _default_application(self) -> str:
        namespace = str(getattr(self, "namespace", ""))
        return naming.make_application(namespace, os.environ.get("HELM_RELEASE_NAME", ""))

    take_over = Bool(
        False,
        config=True,
        help="""
        Whether this hub takes the place of another one that runs with its `application`.

        Off by default: a hub that finds another one with the same `application`, namespace and
        account, but another database, ends. One that no longer runs is followed after ten seconds.

        Turn it on once, for a hub that has moved and whose predecessor cannot be ended first.

        Example: `c.WorkshopSpawner.take_over = True`
        """,
    )

    mode = NameTrait(
        "learning-portal",
        config=True,
        help="""
        How this workshop is run, as sessions see it (`CONFIGURATION_TYPE`) and as their label
        `spawner` says.

        A name such as `learning-portal`, `hosted-workshop`, `terminal-server`, `user-workspace` or
        `jumpbox-server`. It decides nothing by itself: `identity` and `project` do.

        Change it when content depends on it, or to tell workshops apart in the cluster.

        Example: `c.WorkshopSpawner.mode = "terminal-server"`
        """,
    )

    identity = Enum(
        [plan.SERVICE_ACCOUNT, plan.USER_TOKEN, plan.NONE],
        plan.SERVICE_ACCOUNT,
        config=True,
        help="""
        As whom a session acts in the cluster.

        `service-account`: as an account of its own, with a token mounted into the pod.
        `user-token`: as the user in person, with the token of their login, mounted from a Secret
        and renewed in it; needs an authenticator that keeps the token in `auth_state`.
        `none`: as nobody; no token is mounted.

        Use `user-token` where attendees log in to the cluster by name, `none` where the cluster is
        not what the workshop is about.

        Example: `c.WorkshopSpawner.identity = "none"`
        """,
    )

    project = Enum(
        [plan.TEMPORARY, plan.PERSISTENT, plan.USER, plan.NONE],
        plan.TEMPORARY,
        config=True,
        help="""
        The project that a session works in.

        `temporary`: a new one each time, gone when the session ends. `persistent`: one a user,
        which stays; a changed budget is applied at the next session. `user`: the login's own, named
        by `project_template` and made with the user's token when it is missing. `none`: no project.

        Use `persistent` where attendees come back, `user` where they are users of the cluster,
        `none` where the cluster is not what the workshop is about.

        Example: `c.WorkshopSpawner.project = "none"`
        """,
    )

    project_template = Unicode(
        "{username}",
        config=True,
        help="""
        Name of the project of a user, with `project = "user"`.

        A template with KubeSpawner's fields, such as `{username}` (made safe for names) and
        `{unescaped_username}`.

        Change it to the scheme of names of your cluster.

        Example: `c.WorkshopSpawner.project_template = "{username}-dev"`
        """,
    )

    project_api = Enum(
        ["auto", "namespace", "request"],
        "auto",
        config=True,
        help="""
        How projects are made.

        `namespace`: as Namespaces. `request`: by ProjectRequests of OpenShift, for a hub that may
        not make namespaces. `auto`: by what the hub's account may do; the log says which and why.

        Set it when the cluster should not be asked.

        Example: `c.WorkshopSpawner.project_api = "request"`
        """,
    )

    user_token_key = Unicode(
        "access_token",
        config=True,
        help="""
        Under which key the authenticator keeps the user's token in `auth_state`.

        A key; `access_token` is that of OpenShiftAuthenticator and all of oauthenticator.

        Change it for an authenticator that calls it differently.

        Example: `c.WorkshopSpawner.user_token_key = "token"`
        """,
    )

    project_role = Unicode(
        None,
        allow_none=True,
        config=True,
        help="""
        ClusterRole that a session's account has inside its project.

        `workshop-admin`, `admin`, `edit`, `view` or a ClusterRole of your own; empty for none. The
        hub may bind only what its own rights name (see the rule `bind` in
        `templates/hub-rbac.yaml`).

        Unless set, visitors of AnonymousAuthenticator get `workshop-admin` in their temporary
        projects: `admin` without the rights to change NetworkPolicies and to choose host names.
        `templates/workshop-admin.yaml` installs it; on a cluster without it they get `admin`, and
        the hub's log says so. All others get `admin`.

        Lower it when attendees should look, not touch.

        Example: `c.WorkshopSpawner.project_role = "edit"`
        """,
    )

    session_rules = Unicode(
        config=True,
        help="""
        One more ClusterRole that a session's account has inside its project.

        The name of a ClusterRole; empty for none. The hub must be allowed to bind it.

        Use it when the workshop needs rights that `project_role` lacks.

        Example: `c.WorkshopSpawner.session_rules = "intro-to-go-session-rules"`
        """,
    )

    budget = BudgetTrait(
        budgets.DEFAULT,
        config=True,
        help="""
        How much a project may use: one name for a LimitRange and three ResourceQuotas.

        `default` (the cluster's own limits stay), `unlimited`, `small` (1 CPU, 1Gi), `medium` (2,
        2Gi), `large` (4, 4Gi), `x-large` (8, 8Gi), `xx-large` (12, 12Gi), `xxx-large` (16, 16Gi),
        or a dict with a `base` and what differs, or a callable that takes the spawner and returns
        one of these (for budgets by user). By profile or group: `budget` in a
        `kubespawner_override` of `profile_list`, or in `group_overrides`.

        With AnonymousAuthenticator `small` unless set, else `default`: with that an attendee may
        use what the cluster has, where its project template sets no limits.

        Example: `c.WorkshopSpawner.budget = {"base": "medium", "memory": "3Gi"}`
        """,
    )

    @property
    def _is_for_visitors(self) -> bool:
        """Whether the hub's authenticator makes users for people without an account."""
        return bool(getattr(getattr(self, "authenticator", None), "makes_visitors", False))

    @default("budget")
    def _default_budget(self) -> str:
        return budgets.choose_default(anonymous=self._is_for_visitors)

    session_age = Integer(
        0,
        min=0,
        config=True,
        help="""
        How long a session may last, from the moment it starts; written on its pod and its temporary
        project, where a culler with `clean_cluster` finds it.

        Seconds; 0 for no end.

        Set it for drop-in workshops, somewhat above what the workshop takes.

        Example: `c.WorkshopSpawner.session_age = 3600`
        """,
    )

    session_age_limit = Integer(
        0,
        min=0,
        config=True,
        help="""
        How long a session may last at most, with all its extensions, from the moment it starts;
        written where `session_age` is.

        Seconds, at least `session_age`; 0 leaves it to the culler's `extension_limit`. With both,
        the earlier one holds. Nobody extends a session beyond it, instructors neither.

        Set it where sessions must not live on for ever, such as in workshops that are open to all.

        Example: `c.WorkshopSpawner.session_age_limit = 7200`
        """,
    )

    @validate("session_age", "session_age_limit")
    def _refuse_limit_below_age(self, proposal: Bunch) -> object:
        wanted = {proposal.trait.name: proposal.value}
        age = wanted.get("session_age", self.session_age)
        limit = wanted.get("session_age_limit", self.session_age_limit)
        if limit and (not age or limit < age):
            raise TraitError(
                f"WorkshopSpawner.session_age_limit is {limit}, and .session_age is {age}: a "
                "session that is extended must have an end, and the limit not come before it."
            )
        return proposal.value

    session_limit = Integer(
        0,
        min=0,
        config=True,
        help="""
        How many sessions may run at once.

        A number; 0 for no limit. Who comes when all places are taken sees a page with their place
        in the queue, which goes on by itself. Counted are the pods of sessions that the cluster
        shows, and starts under way.

        Set it to what the cluster can carry. It replaces `c.JupyterHub.active_server_limit`, whose
        page knows no queue.

        Example: `c.WorkshopSpawner.session_limit = 60`
        """,
    )

    reserved_sessions = Integer(
        0,
        min=0,
        config=True,
        help="""
        How many sessions are kept ready ahead: account, project, roles, budget, network, exposed
        ports and extra resources, all but the pod.

        A number; 0 for none. One that is handed out is replaced in the background. Their time
        (`session_age`) begins when they are handed out. Extra resources that name the visitor
        (`${username}`) are made then, too.

        Set it to as many as may come at the same moment. Only with `project = "temporary"`, and
        with values, not callables, as `budget` and `extra_resources`: those are asked with each
        visitor. The hub needs two more rights for it, which it names when it starts.

        Example: `c.WorkshopSpawner.reserved_sessions = 10`
        """,
    )

    pod_security = Enum(
        projects.LEVELS,
        default_value=projects.BASELINE,
        config=True,
        help="""
        Level of Pod Security that the cluster enforces on the pods of each project.

        One of `baseline` (no pod reaches the node that it runs on), `restricted` (nor runs as
        root) and `privileged` (**any attendee may take over the node**). Written as the labels
        `enforce`, `warn` and `audit`; those in `project_labels` win. A project that is asked for
        by ProjectRequest cannot be labelled by the hub: there the cluster's
        SecurityContextConstraints hold.

        Set it to `restricted` where all images of the workshop run without root.

        Example: `c.WorkshopSpawner.pod_security = "restricted"`
        """,
    )

    project_labels = Dict(
        config=True,
        help="""
        More labels for each project.

        A dict of strings; the labels by which the culler knows a project cannot be replaced.

        Set it for what your cluster decides by label. Labels of Pod Security are there already
        (`pod_security`); what is written here wins.

        Example: `c.WorkshopSpawner.project_labels = {"team": "training"}`
        """,
    )

    project_annotations = Dict(
        config=True,
        help="""
        More annotations for each project.

        A dict of strings; those by which the culler knows a project cannot be replaced.

        Set it for what your cluster decides by annotation.

        Example: `c.WorkshopSpawner.project_annotations = {"openshift.io/node-selector":
        "role=workshop"}`
        """,
    )

    hub_account = Unicode(
        config=True,
        help="""
        Full name of the account that the hub acts as, written on all that its sessions own.

        `system:serviceaccount:<namespace>:<name>`; when empty, the hub asks the cluster.

        Set it only where the cluster does not answer SelfSubjectReviews (before Kubernetes 1.28).

        Example: `c.WorkshopSpawner.hub_account = "system:serviceaccount:workshop:hub"`
        """,
    )

    def make_base_spec(self, isolation: network.Rules | None) -> plan.SessionSpec:
        """The decisions as the pure modules take them."""
        role, fallback = self.project_role, ""
        if role is None:
            role, fallback = project_roles.choose_default(
                anonymous=self._is_for_visitors, identity=self.identity, project=self.project
            )
        return plan.SessionSpec(
            identity=self.identity,
            project=self.project,
            role=role,
            fallback_role=fallback,
            session_rules=self.session_rules,
            project_labels={
                **projects.make_security_labels(self.pod_security),
                **self.project_labels,
            },
            project_annotations=self.project_annotations,
            isolation=isolation,
        )
