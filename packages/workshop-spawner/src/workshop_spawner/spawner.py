"""WorkshopSpawner, the class that JupyterHub loads: traits, and hooks that ask the other rooms.

A session is a pod in the hub's namespace that runs as an account of its own, and a project in which
that account may work. Decisions are in the pure rooms (plan, budgets, network, pods ...), what is
done to the cluster in steps.py, running/launching.py and api/cluster.py.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar, cast

from jupyterhub.utils import maybe_future
from kubespawner import KubeSpawner
from traitlets import TraitError, default, validate

from . import capacity, labels, metrics, naming, plan, steps
from .api.cluster import Cluster
from .api.watching import PodWatch, begin_watch
from .errors import FullError, NameTakenError, WorkshopError
from .manifests import budgets, console, home, images, pods, resources
from .progress import Journal, merge
from .projects import choosing
from .running import answering, launching, losing, resolving, usertoken
from .running.refusals import judge_reason, make_spawn_error
from .session import Hub, Session, make_session, rename
from .settings.console import ConsoleSettings
from .settings.content import ContentSettings
from .settings.extras import ExtraSettings
from .settings.home import HomeSettings
from .settings.network import NetworkSettings
from .settings.sessions import SessionSettings
from .upkeep import housekeeping, hubtokens, reserving, startup
from .upkeep.reserve import Reserve

TOKEN_KEY = "api-token"  # noqa: S105 - the name of a key, not a secret
NAMES_TO_TRY = 3
_TOKENS = {
    plan.SERVICE_ACCOUNT: pods.ACCOUNT_TOKEN,
    plan.USER_TOKEN: pods.USER_TOKEN,
    plan.NONE: "",
}
_RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


class WorkshopSpawner(
    SessionSettings,
    ExtraSettings,
    HomeSettings,
    NetworkSettings,
    ContentSettings,
    ConsoleSettings,
    KubeSpawner,
):
    """Run each session in a pod, with a service account and a project of its own."""

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
    reserve: ClassVar[Reserve | None] = None
    _queue: ClassVar[capacity.Queue] = capacity.Queue()
    _starting: ClassVar[set[str]] = set()
    _session: Session | None = None
    _suffix = ""
    told_token = ""
    told_trouble = ""
    told_loss = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._journal = Journal()
        self._reset_names()

    async def keep_house(self) -> None:
        """Done once for each hub, by an instance that belongs to nobody (see upkeep/)."""
        await housekeeping.keep_house(self)

    def clear_state(self) -> None:
        """Forget the session that ended; the names of the next one are the default ones."""
        super().clear_state()
        self._session = None
        self._suffix = ""
        self.told_trouble = ""
        self._journal = Journal()
        self._reset_names()

    def get_state(self) -> dict[str, Any]:
        """What a restarted hub has to know of a running session."""
        state: dict[str, Any] = super().get_state()
        if self._suffix:
            state["workshop_suffix"] = self._suffix
        return state

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up a session of the hub before this one."""
        super().load_state(state)
        self._suffix = state.get("workshop_suffix", "")

    def _reset_names(self) -> None:
        slug = naming.make_slug(self.user.name, self.name)
        self.pod_name = naming.make_name(self.application, "user", slug)
        self.dns_name = self.dns_name_template.format(namespace=self.namespace, name=self.pod_name)

    @property
    def cluster(self) -> Cluster:
        """The cluster as the hub's account sees it."""
        return self._make_cluster()

    def _make_cluster(self, token: str = "") -> Cluster:
        return Cluster(
            self.api.api_client,
            timeout=self.k8s_api_request_timeout,
            patience=self.k8s_api_request_retry_timeout,
            log=self.log,
            token=token,
        )

    async def find_hub(self) -> Hub:
        """The values that say whose sessions these are; asks the cluster once."""
        key = id(self.api.api_client)
        known = self.hub_account or self._known_hub_accounts.get(key)
        if not known:
            known = self._known_hub_accounts[key] = await self.cluster.find_self()
        return Hub(self.application, self.mode, self.namespace, known)

    async def make_session(self) -> Session:
        """The session of this user and server that starts now, or whose names are asked for."""
        name = ""
        if self.project == plan.USER:
            name = naming.make_name(self._expand_user_properties(self.project_template))
        hub, age, limit = await self.find_hub(), self.session_age, self.session_age_limit
        made = make_session(hub, self.user.name, self.name, age, name, age_limit=limit)
        return replace(made, suffix=self._suffix)

    async def _add_token_owner(self, session: Session) -> Session:
        """The session of whoever the user's token belongs to: their roles are not the hub's say."""
        if self.identity != plan.USER_TOKEN:
            return session
        as_user = self._make_cluster(await usertoken.find(self))
        if self.project not in (plan.TEMPORARY, plan.PERSISTENT):
            return session
        return replace(session, token_owner=await usertoken.find_owner(self, as_user))

    async def decide_wishes(self, session: Session | None) -> plan.Wishes:
        """What was decided, filled in for a session (without one: the extras' kinds only)."""
        extras = await self.read_extra_resources()
        exposed = self.make_exposed(self.cluster_subdomain)
        read = resources.read_extras(extras, session, self.image_registry) if session else ()
        return replace(
            self.make_wishes(self.make_rules(self.port, exposed.hosts)),
            budget=budgets.parse_budget(self._choose_budget()),
            by_request=await choosing.by_request(self.cluster, self.project_api, self.log),
            furniture=self.make_furniture(),
            exposed=exposed,
            hub_role=self.hub_role,
            extras=read,
        )

    def _choose_budget(self) -> Any:
        return self.budget(self) if callable(self.budget) else self.budget

    def _find_secrets(self) -> dict[str, str]:
        """What the pod is told in confidence: the hub's API token, and the user's own."""
        secrets = {TOKEN_KEY: self.api_token}
        if self.identity == plan.USER_TOKEN:
            secrets[pods.USER_TOKEN_KEY] = self.told_token
        return secrets

    async def _start(self) -> str:
        """Start the session; KubeSpawner.start() keeps this as the future of the start."""
        journal = self._journal
        self.told_loss = ""
        startup.begin(type(self), self.config)
        begun = time.monotonic()
        try:
            await self.load_user_options()
            watching = [self._start_watching_pods()]
            if self.events_enabled:
                watching.append(self._start_watching_events())
            begun_watches = map(begin_watch, watching)
            session, *_ = await asyncio.gather(self.make_session(), *begun_watches)
            self._enter(session)
            session = await self._add_token_owner(session)
            url = await self._start_under_free_name(session, journal)
            metrics.STARTS.labels("success").inc()
            source = "reserve" if self._session and self._session.account_name else "cold"
            metrics.START_SECONDS.labels(source).observe(time.monotonic() - begun)
            return url
        except WorkshopError as error:
            metrics.STARTS.labels(judge_reason(error)[0]).inc()
            raise make_spawn_error(error) from error
        finally:
            self._starting.discard(self.pod_name)
            journal.close()

    def _enter(self, session: Session) -> None:
        """Take a place, or refuse with the place in the queue."""
        running = self._pod_watch.count(labels.make_labels(session))
        active = len(running | self._starting)
        verdict = self._queue.judge(self.pod_name, active, self.session_limit, time.monotonic())
        if not verdict.enters:
            raise FullError(capacity.render_full(self.session_limit, verdict.place))
        self._starting.add(self.pod_name)

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
        session, account = await self._take_reserved(session)
        self._session, self._suffix = session, session.suffix
        start = steps.Start(self.cluster, session, journal)
        wishes = await self.decide_wishes(session)
        secrets = self._find_secrets()
        todo = plan.make_plan(session, wishes, secrets)
        if account is not None:
            todo = start.take_over(todo, account)
        journal.expect(len(todo) + 2)
        try:
            if self.project == plan.USER:
                await self._ensure_user_project(session, journal)
            await start.run(todo)
            journal.say("Starting your session")
            pod = await self._launch(session, start.owner)
            journal.say("Your session is up, waiting for its first answer")
            url = str(self._get_pod_url(pod))
            failing = launching.wait_failed(self._pod_watch, session, self.pod_id)
            if error := await answering.wait_unless(url, self.http_timeout / 2, failing):
                raise error
        except BaseException:
            await self._undo(start)
            raise
        return url

    async def _take_reserved(self, session: Session) -> tuple[Session, Mapping[str, Any] | None]:
        """The session under the names of a reserved one, where there is one."""
        if self.reserve is None or self.reserve.is_empty or session.suffix:
            return session, None
        sample = reserving.make_sample(session.hub)
        ready = plan.make_ready_steps(sample, await self.decide_wishes(sample))
        recipe = reserving.make_recipe(ready, sample)
        return await self.reserve.take(session, recipe) or (session, None)

    async def _ensure_user_project(self, session: Session, journal: Journal) -> None:
        as_user = self._make_cluster(self.told_token)
        await choosing.ensure_user_project(as_user, session.project)
        journal.say(f"Opening your project {session.project}")

    async def _launch(self, session: Session, owner: dict[str, Any]) -> Any:
        made = await self.get_pod_manifest()
        if self.modify_pod_hook:
            made = await maybe_future(self.modify_pod_hook(self, made))
        manifest = self.api.api_client.sanitize_for_serialization(made)
        if beside := self.make_console():
            manifest = console.add(manifest, beside, self.server.base_url)
        manifest = pods.dress(manifest, session, owner, _TOKENS[self.identity])
        furniture = self.make_furniture()
        if furniture:
            manifest = home.furnish(manifest, session, furniture)
        names = images.list_images(manifest)
        found = await resolving.resolve(self.cluster, self.namespace, names, self.log)
        manifest = images.settle(manifest, found)
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
        beside = console.make_path(self.server.base_url) if self.console_image else ""
        facts = self.make_facts(getattr(self, "public_hub_url", "") or "", beside)
        told = pods.make_environment(session, facts, self.project != plan.NONE)
        return {**env, **told, **self._expand_env(self.environment)}

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """Our steps and KubeSpawner's events, as they come, for the hub's progress page."""
        async for line in merge(self._journal.follow(), super().progress()):
            yield line

    async def poll(self) -> int | None:
        """None while the session runs or nobody can tell - a cache cannot; else its exit code."""
        try:
            before = losing.see(self)
            status = await super().poll()
            if status is None and self.identity == plan.USER_TOKEN:
                await usertoken.renew(self)
            return await losing.judge(self, status, before)
        except Exception as error:  # noqa: BLE001 - any failure to find out means: not known to be gone
            self.log.warning("Cannot tell whether %s runs, taking it to: %s", self.pod_name, error)
            return None

    async def stop(self, now: bool = False) -> None:
        """Remove the pod, the project and the account, each found by label and deleted by uid."""
        session = await self.make_session()
        by_request = await choosing.by_request(self.cluster, self.project_api, self.log)
        _, left = await asyncio.gather(
            self._stop_pods(session, 0 if now else self.delete_grace_period),
            steps.remove_session(
                self.cluster, session, by_request, temporary=self.project == plan.TEMPORARY
            ),
        )
        for error in left:
            self.log.error("Left to the culler: %s", error.detail)

    def run_post_stop_hook(self) -> Any:
        """JupyterHub's hook; before it, revoke the tokens that a restarted hub has forgotten."""
        revoked = hubtokens.revoke(self.user, self.name)
        if revoked:
            self.log.info(
                "Revoked %s of %s", "a token" if revoked == 1 else revoked, self._log_name
            )
        return super().run_post_stop_hook()

    async def _stop_pods(self, session: Session, grace: int) -> None:
        await self._start_watching_pods()
        wait = self.start_timeout
        await launching.remove(self.cluster, self._pod_watch, session, grace, wait)

    async def delete_forever(self) -> None:
        """Delete the user's home with the user, where there is one and `delete_pvc` says so."""
        if self.storage_pvc_ensure:
            await super().delete_forever()
        furniture = self.make_furniture()
        if furniture and self.delete_pvc:
            await steps.remove_home(self.cluster, await self.make_session(), furniture)
