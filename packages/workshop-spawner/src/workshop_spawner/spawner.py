"""WorkshopSpawner, the class that JupyterHub loads: traits, and hooks that ask the other rooms.

A session is a pod in the hub's namespace that runs as an account of its own, and a project in which
that account may work. Decisions are in the pure rooms (plan, budgets, network, pods ...), what is
done to the cluster in steps.py, launching.py and cluster.py.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, ClassVar, cast

from jupyterhub.utils import maybe_future
from kubespawner import KubeSpawner
from traitlets import Bool, Dict, Enum, Integer, List, TraitError, Unicode, default, validate

from . import budgets, labels, launching, naming, network, plan, pods, steps
from .cluster import Cluster, make_reference
from .errors import NameTakenError, WorkshopError
from .progress import Journal, merge
from .refusals import make_spawn_error
from .session import Hub, Session, make_session, rename
from .traits import BudgetTrait, NameTrait
from .watching import PodWatch

TOKEN_KEY = "api-token"  # noqa: S105 - the name of a key, not a secret
NAMES_TO_TRY = 3
_RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


class WorkshopSpawner(KubeSpawner):
    """Run each session in a pod, with a service account and a project of its own."""

    application = NameTrait(
        "workshop",
        limit=naming.APPLICATION_LIMIT,
        config=True,
        help="""
        Name of this workshop; the names and the label `app` of all that its sessions own begin
        with it.

        At most 29 characters of a-z, 0-9 and inner hyphens, the first a letter.

        Give each hub of a cluster a name of its own: hubs tell their projects apart by it.

        Example: `c.WorkshopSpawner.application = "intro-to-go"`
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

    workshop_name = Unicode(
        config=True,
        help="""
        Name of the workshop as its content sees it (`WORKSHOP_NAME`).

        Any text; when empty, `application`.

        Set it when several hubs run the same content.

        Example: `c.WorkshopSpawner.workshop_name = "Introduction to Go"`
        """,
    )

    identity = Enum(
        ["service-account", "none"],
        "service-account",
        config=True,
        help="""
        As whom a session acts in the cluster.

        `service-account`: as an account of its own, with a token mounted into the pod.
        `none`: as nobody; no token is mounted.

        Use `none` where the cluster is not what the workshop is about.

        Example: `c.WorkshopSpawner.identity = "none"`
        """,
    )

    project = Enum(
        [plan.TEMPORARY, plan.NONE],
        plan.TEMPORARY,
        config=True,
        help="""
        The project that a session works in.

        `temporary`: a new one each time, gone when the session ends. `none`: no project.

        Use `none` where the cluster is not what the workshop is about.

        Example: `c.WorkshopSpawner.project = "none"`
        """,
    )

    project_role = Unicode(
        "admin",
        config=True,
        help="""
        ClusterRole that a session's account has inside its project.

        `admin`, `edit`, `view` or a ClusterRole of your own; empty for none. The hub may bind only
        what its own rights name (see the rule `bind` in `templates/hub-rbac.yaml`).

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
        or a dict with a `base` and what differs.

        Set it for anonymous workshops: without one an attendee may use what the cluster has.

        Example: `c.WorkshopSpawner.budget = {"base": "medium", "memory": "3Gi"}`
        """,
    )

    session_age = Integer(
        0,
        min=0,
        config=True,
        help="""
        How long a session may last, from the moment it starts; written on its project, where the
        culler finds it.

        Seconds; 0 for no end.

        Set it for drop-in workshops, somewhat above what the workshop takes.

        Example: `c.WorkshopSpawner.session_age = 3600`
        """,
    )

    project_labels = Dict(
        config=True,
        help="""
        More labels for each project.

        A dict of strings; the labels by which the culler knows a project cannot be replaced.

        Set it for what your cluster decides by label, such as Pod Security.

        Example: `c.WorkshopSpawner.project_labels = {"pod-security.kubernetes.io/enforce":
        "baseline"}`
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

    network_policies = Bool(
        True,
        config=True,
        help="""
        Whether each session and each project is closed off by NetworkPolicies.

        On by default: only the hub reaches a session, and a session reaches the cluster's API, the
        hub's API, its own project and the internet, but neither other sessions nor the metadata
        address of a cloud.

        Turn it off only where the cluster's network does it otherwise.

        Example: `c.WorkshopSpawner.network_policies = False`
        """,
    )

    network_hub_labels = Dict(
        config=True,
        help="""
        Labels of the pods of hub and proxy, the only ones let into a session.

        A dict of labels; empty means every pod of the hub's namespace that is not a session.

        Set it when other things run in the hub's namespace.

        Example: `c.WorkshopSpawner.network_hub_labels = {"app": "intro-to-go", "class": "hub"}`
        """,
    )

    network_hub_ports = List(
        Integer(),
        [8081],
        config=True,
        help="""
        Ports of the hub's pods that sessions may reach: that of the hub's API.

        A list of numbers; 8081 is JupyterHub's own default (`c.JupyterHub.hub_port`).

        Change it with `hub_port`.

        Example: `c.WorkshopSpawner.network_hub_ports = [8081]`
        """,
    )

    network_internet = Bool(
        True,
        config=True,
        help="""
        Whether sessions may open connections to addresses outside the cluster.

        On by default. Needs `network_policies`.

        Turn it off for anonymous workshops that need nothing from outside: nobody mines or sends
        spam from a session that has no way out.

        Example: `c.WorkshopSpawner.network_internet = False`
        """,
    )

    cluster_subdomain = Unicode(
        config=True,
        help="""
        Domain under which the cluster's routes are, told to sessions as `CLUSTER_SUBDOMAIN`.

        A host name; empty when there is none.

        Set it on OpenShift, so that the workshop's notes can name the attendee's own hosts.

        Example: `c.WorkshopSpawner.cluster_subdomain = "apps.example.com"`
        """,
    )

    jupyterhub_route = Unicode(
        config=True,
        help="""
        Where the workshop is found from outside, told to sessions as `JUPYTERHUB_ROUTE`.

        A URL; when empty, `c.JupyterHub.public_url` if that is set.

        Example: `c.WorkshopSpawner.jupyterhub_route = "https://workshop.apps.example.com"`
        """,
    )

    console_url = Unicode(
        config=True,
        help="""
        Where sessions find a web console to show beside the terminal (`CONSOLE_URL`).

        A URL; empty when there is none.

        Example: `c.WorkshopSpawner.console_url = "https://console.apps.example.com"`
        """,
    )

    restart_url = Unicode(
        "/hub/restart",
        config=True,
        help="""
        Where an attendee asks for a new session, told to sessions as `RESTART_URL`.

        A path of the hub; empty hides the button. `/hub/restart` is AnonymousAuthenticator's.

        Empty it where attendees log in by name.

        Example: `c.WorkshopSpawner.restart_url = ""`
        """,
    )

    download_url = Unicode(
        config=True,
        help="""
        Workshop content to fetch at the start of a session, told to it as `DOWNLOAD_URL`.

        A URL; empty for the content of the image.

        Example: `c.WorkshopSpawner.download_url = "https://example.com/notes.tar.gz"`
        """,
    )

    workshop_file = Unicode(
        config=True,
        help="""
        Which variant of the content a session shows, told to it as `WORKSHOP_FILE`.

        A file name within the content; empty for its default, `workshop.yaml`.

        Example: `c.WorkshopSpawner.workshop_file = "workshop-short.yaml"`
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

    # KubeSpawner's traits, with defaults that suit a workshop.

    @default("component_label")
    def _default_component_label(self) -> str:
        return f"{self.application}-session"

    @default("container_security_context")
    def _default_container_security_context(self) -> dict[str, Any]:
        return dict(_RESTRICTED)

    @validate("enable_user_namespaces")
    def _refuse_user_namespaces(self, proposal: Any) -> bool:
        if proposal.value:
            raise TraitError(
                "WorkshopSpawner.enable_user_namespaces cannot be used: sessions run in the hub's "
                "namespace and have their project beside it. Remove the setting."
            )
        return False

    _known_hub_accounts: ClassVar[dict[int, str]] = {}
    _session: Session | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._journal = Journal()
        self._reset_names()

    def clear_state(self) -> None:
        """Forget the session that ended; the names of the next one are the default ones."""
        super().clear_state()
        self._session = None
        self._journal = Journal()
        self._reset_names()

    def _reset_names(self) -> None:
        slug = naming.make_slug(self.user.name, self.name)
        self.pod_name = naming.make_name(self.application, "user", slug)
        self.dns_name = self.dns_name_template.format(namespace=self.namespace, name=self.pod_name)

    @property
    def cluster(self) -> Cluster:
        """The cluster as the hub's account sees it."""
        return Cluster(
            self.api.api_client,
            timeout=self.k8s_api_request_timeout,
            patience=self.k8s_api_request_retry_timeout,
            log=self.log,
        )

    async def _find_hub(self) -> Hub:
        """The values that say whose sessions these are; asks the cluster once."""
        key = id(self.api.api_client)
        known = self.hub_account or self._known_hub_accounts.get(key)
        if not known:
            known = self._known_hub_accounts[key] = await self.cluster.find_self()
        return Hub(self.application, self.mode, self.namespace, known)

    async def _make_session(self) -> Session:
        hub = await self._find_hub()
        return make_session(hub, self.user.name, self.name, self.session_age)

    def _make_wishes(self) -> plan.Wishes:
        rules = network.Rules(
            port=self.port,
            hub_labels=self.network_hub_labels,
            hub_ports=tuple(self.network_hub_ports),
            internet=self.network_internet,
        )
        return plan.Wishes(
            identity=self.identity,
            project=self.project,
            role=self.project_role,
            session_rules=self.session_rules,
            budget=budgets.parse_budget(self.budget),
            project_labels=self.project_labels,
            project_annotations=self.project_annotations,
            isolation=rules if self.network_policies else None,
        )

    async def _start(self) -> str:
        """Start the session; KubeSpawner.start() keeps this as the future of the start."""
        journal = self._journal
        try:
            await self.load_user_options()
            watching = [self._start_watching_pods()]
            if self.events_enabled:
                watching.append(self._start_watching_events())
            session, *_ = await asyncio.gather(self._make_session(), *watching)
            return await self._start_under_free_name(session, journal)
        except WorkshopError as error:
            raise make_spawn_error(error) from error
        finally:
            journal.close()

    async def _start_under_free_name(self, session: Session, journal: Journal) -> str:
        for _ in range(NAMES_TO_TRY - 1):
            try:
                return await self._start_session(session, journal)
            except NameTakenError as error:
                self.log.warning("%s; trying another name", error.detail)
                session = rename(session)
        return await self._start_session(session, journal)

    async def _start_session(self, session: Session, journal: Journal) -> str:
        """Make all that the session owns, then its pod; undo everything when that fails."""
        self._session = session
        start = steps.Start(self.cluster, session, journal)
        todo = plan.make_plan(session, self._make_wishes(), {TOKEN_KEY: self.api_token})
        journal.expect(len(todo) + 2)
        try:
            await start.run(todo)
            journal.say("Starting your session")
            pod = await self._launch(session, start.owner)
        except BaseException:
            await self._undo(start)
            raise
        journal.say("Your session is up, waiting for its first answer")
        return str(self._get_pod_url(pod))

    async def _launch(self, session: Session, owner: dict[str, Any]) -> Any:
        made = await self.get_pod_manifest()
        if self.modify_pod_hook:
            made = await maybe_future(self.modify_pod_hook(self, made))
        manifest = self.api.api_client.sanitize_for_serialization(made)
        token = self.identity == "service-account"
        manifest = pods.dress(manifest, session, owner, token)
        # Our own limit comes before JupyterHub's, whose message tells nobody what was wrong.
        wait = max(1.0, self.start_timeout * 0.9 - 1)
        pod = await launching.launch(self.cluster, self._pod_watch, session, manifest, wait)
        self.pod_id = pod["metadata"]["uid"]
        return pod

    async def _undo(self, start: steps.Start) -> None:
        """Remove what a failed start made; what cannot be removed now the culler removes."""
        for error in await asyncio.shield(asyncio.ensure_future(start.undo())):
            self.log.error("Could not undo a start, left to the culler: %s", error.detail)

    @property
    def _pod_watch(self) -> PodWatch:
        return cast(PodWatch, self.pod_reflector)

    async def _start_watching_pods(self, replace: bool = False) -> Any:
        """KubeSpawner's hook: watch with our reflector, and anew where the old one has given up."""
        watch = self.pod_reflector
        dead = isinstance(watch, PodWatch) and watch.is_dead
        return await self._start_reflector(
            kind="pods",
            reflector_class=PodWatch,
            labels={"component": self.component_label},
            omit_namespace=False,
            replace=replace or dead,
        )

    def get_env(self) -> dict[str, Any]:
        """JupyterHub's environment and ours; what is secret comes from the session's Secret."""
        env = super().get_env()
        session = self._session
        if session is None:
            return env
        env.pop("JPY_API_TOKEN", None)
        env["JUPYTERHUB_API_TOKEN"] = pods.make_reference(session.secret, TOKEN_KEY)
        told = pods.make_environment(session, self._make_facts(), self.project != plan.NONE)
        return {**env, **told, **self._expand_env(self.environment)}

    def _make_facts(self) -> pods.Facts:
        return pods.Facts(
            workshop_name=self.workshop_name,
            cluster_subdomain=self.cluster_subdomain,
            jupyterhub_route=self.jupyterhub_route or getattr(self, "public_hub_url", "") or "",
            console_url=self.console_url,
            restart_url=self.restart_url,
            download_url=self.download_url,
            workshop_file=self.workshop_file,
        )

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """Our steps and KubeSpawner's events, as they come, for the hub's progress page."""
        async for line in merge(self._journal.follow(), super().progress()):
            yield line

    async def poll(self) -> int | None:
        """None while the session runs - or while nobody can tell; else its exit code.

        KubeSpawner answers from its cache, which may be out of date: gone is only what the API
        itself says is gone.
        """
        try:
            status = await super().poll()
            if status != 1:
                return status
            pod = make_reference("v1", "Pod", self.pod_name, self.namespace)
            return 1 if await self.cluster.get(pod) is None else None
        except Exception as error:  # noqa: BLE001 - any failure to find out means: not known to be gone
            self.log.warning("Cannot tell whether %s runs, taking it to: %s", self.pod_name, error)
            return None

    async def stop(self, now: bool = False) -> None:
        """Remove the pod, the project and the account, each found by label and deleted by uid."""
        session = await self._make_session()
        removed = await asyncio.gather(
            self._stop_pods(session, 0 if now else self.delete_grace_period),
            steps.remove_session(self.cluster, session),
        )
        for error in removed[1]:
            self.log.error("Left to the culler: %s", error.detail)

    async def _stop_pods(self, session: Session, grace: int) -> None:
        selector = labels.make_user_selector(session)
        await self._start_watching_pods()
        found = await self.cluster.find("v1", "Pod", self.namespace, selector)
        ours = [pod for pod in found if labels.is_ours(pod["metadata"], session.hub)]
        await asyncio.gather(*(self.cluster.delete(pod, grace) for pod in ours))
        async with asyncio.timeout(self.start_timeout):
            for pod in ours:
                named = pod["metadata"]
                await launching.wait_gone(
                    self._pod_watch, self.namespace, named["name"], named["uid"]
                )
