"""WorkshopSpawner, the class that JupyterHub loads: traits, and hooks that ask the other modules.

A session is a pod in the hub's namespace that runs as an account of its own, and a project in which
that account may work. Decisions are in rules/ and manifests/, what is
done to the cluster in start/ and kube/cluster.py.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from workshop_kube.errors import ExistsError
from workshop_spawner import metrics
from workshop_spawner.concurrency import run_together
from workshop_spawner.config.caps import CapSettings
from workshop_spawner.config.console import ConsoleSettings
from workshop_spawner.config.content import ContentSettings
from workshop_spawner.config.defaults import PodDefaults
from workshop_spawner.config.extras import ExtraSettings
from workshop_spawner.config.home import HomeSettings
from workshop_spawner.config.network import NetworkSettings
from workshop_spawner.config.sessions import SessionSettings
from workshop_spawner.config.warm_pods import WarmPodSettings
from workshop_spawner.config.workshops import WorkshopSettings
from workshop_spawner.hub_tasks import server_tokens, startup
from workshop_spawner.hub_tasks.pool import check_out
from workshop_spawner.kube.watch import PodWatch
from workshop_spawner.manifests import budgets, console, pods
from workshop_spawner.model import records, session_labels
from workshop_spawner.model.session import Session, is_same_server
from workshop_spawner.monitored import MonitoredSpawner
from workshop_spawner.rules import plan
from workshop_spawner.rules.api_errors import FAILURES, explain
from workshop_spawner.start import (
    api_address,
    project_api,
    project_role,
    recorded_pod,
    removal,
    session_pod,
    steps,
    user_project,
)
from workshop_spawner.start.hub_errors import (
    find_reason,
    make_spawn_error,
    spare_failure_count,
)
from workshop_spawner.start.progress import Progress, merge
from workshop_spawner.warm import StuckPodError

TOKEN_KEY = "api-token"  # noqa: S105 - the name of a key, not a secret
NAMES_TO_TRY = 3


class WorkshopSpawner(
    SessionSettings,
    WarmPodSettings,
    CapSettings,
    ExtraSettings,
    HomeSettings,
    NetworkSettings,
    ContentSettings,
    ConsoleSettings,
    WorkshopSettings,
    PodDefaults,
    MonitoredSpawner,
):
    """Run each session in a pod, with a service account and a project of its own."""

    _source = "cold"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._progress = Progress()

    def clear_state(self) -> None:
        """Forget the session that ended; the names of the next one are the default ones."""
        super().clear_state()
        self._progress = Progress()

    async def _find_token(self, session: Session) -> tuple[Session, str]:
        """The user's own token, and the session of whoever it belongs to.

        Whose roles these are is the cluster's say, not the hub's.
        """
        if self.identity != plan.USER_TOKEN:
            return session, ""
        token = await self._user_token.read()
        if self.project in (plan.TEMPORARY, plan.PERSISTENT):
            owner = await self._user_token.find_owner(self.cluster.as_owner_of(token))
        else:
            owner = await self._user_token.find_learnt()
        return replace(session, token_owner=owner), token

    async def _make_spec(self) -> plan.SessionSpec:
        """What was decided about this session; once a start."""
        budget = self.budget(self) if callable(self.budget) else self.budget
        setting, spec = self.project_api, self.make_static_spec(budget)
        if self.needs_api_networks():
            spec = await api_address.add_networks(self.cluster, spec)
        spec = await project_role.add_role(self.cluster, spec)
        return replace(
            spec,
            by_request=await project_api.is_by_request(self.cluster, setting, self.log),
            extra_resources=await self.read_extra_resources(),
            parameters=self._values,
        )

    def make_static_spec(self, budget: budgets.Setting) -> plan.SessionSpec:
        """What is decided about each session, whoever it is for."""
        exposed = self.make_exposed(self.cluster_subdomain)
        return replace(
            self.make_base_spec(self.make_rules(self.pod_port, exposed.hosts)),
            budget=budgets.parse_budget(budget),
            home_volume=self.make_home_volume(),
            web_console=self.make_console(),
            exposed=exposed,
            hub_role=self.hub_role,
            project_owner=self.project_owner,
            image_registry=self.image_registry,
        )

    async def _start(self) -> str:
        """Start the session; KubeSpawner.start() keeps this as the future of the start."""
        progress = self._progress
        self._last_loss = ""
        startup.begin(self.context, type(self), self.config, self.authenticator)
        begun, place = time.monotonic(), self.pod_name
        if self.context.is_alone:
            await self.context.is_alone.wait()
        try:
            await self.load_user_options()
            session, *_ = await run_together(self.make_session(), *self.begin_watches())
            self.forget_old_events()
            running = self._pod_watch.count(session_labels.make_labels(session))
            session = self.take_place(session, running)
            session, token = await self._find_token(session)
            spec = await self._make_spec()
            session = await self._find_lasting(session, spec.by_request)
            url = await self._start_under_free_name(session, spec, token)
            metrics.STARTS.labels("success").inc()
            metrics.START_SECONDS.labels(self._source).observe(time.monotonic() - begun)
            return url
        except FAILURES as error:
            told = explain(error, self.namespace)
            metrics.STARTS.labels(find_reason(told)[0]).inc()
            spare_failure_count(self.user.settings)
            raise make_spawn_error(told) from error
        finally:
            self.context.leave_place(place, self.pod_name)
            if self.context.pool is not None:
                self.context.pool.wake()
            progress.close()

    async def _start_under_free_name(
        self, session: Session, spec: plan.SessionSpec, token: str
    ) -> str:
        takes_pod = True
        for _ in range(NAMES_TO_TRY - 1):
            try:
                return await self._start_session(session, spec, token, takes_pod)
            except ExistsError as error:
                self.log.warning("%s; trying another name", error)
                session = self._rename(session, error)
            except StuckPodError as error:
                self.log.warning("Going on without a pod that does not go: %s", error.detail)
                takes_pod = False
        return await self._start_session(session, spec, token, takes_pod)

    async def _start_session(
        self, session: Session, spec: plan.SessionSpec, token: str, takes_pod: bool = True
    ) -> str:
        """Make all that the session owns, then its pod; undo everything when that fails.

        With `takes_pod` it may be handed over to one that waits.
        """
        fits = takes_pod and await self.may_take_over(session, spec)
        session, account = await check_out(self.context.pool, session, spec, fits)
        start = steps.Start(self.cluster, session, self._progress)
        try:
            self._session = session
            self.take_name(session)
            return await self._run_start(start, session, spec, token, account)
        except BaseException:
            await self._undo(start, account)
            raise

    async def _run_start(
        self,
        start: steps.Start,
        session: Session,
        spec: plan.SessionSpec,
        token: str,
        account: Mapping[str, Any] | None,
    ) -> str:
        progress = self._progress
        todo = plan.make_plan(session, plan.fill_in(spec, session), self._make_secrets(token))
        if account is not None:
            todo = start.take_over(todo, account)
        self._source = "cold" if account is None else "reserve"
        waiting = await self.take_waiting(session) if account is not None else None
        # A pod that waits is told what it needs when it is handed over.
        later = tuple(step for step in todo if waiting and step.name == plan.SECRET)
        todo = tuple(step for step in todo if step not in later)
        progress.expect(len(todo) + 2)
        if self.project == plan.USER:
            as_user = self.cluster.as_owner_of(token)
            await user_project.ensure_user_project(as_user, session.project)
            progress.add(f"Opening your project {session.project}")
        await start.run(todo)
        if await self.ensure_claim(self.cluster):
            progress.add(f"Making your volume claim {self.pvc_name}")
        progress.add("Starting your session")
        pod = await self.hand_over(session, spec, waiting) if waiting else None
        if pod is None:
            await start.run(later)
            pod = await self.launch(session, spec, start.owner)
        progress.add("Your session is up, waiting for its first answer")
        return await self.wait_for_server(session, pod)

    def _make_secrets(self, token: str) -> dict[str, str]:
        """What the pod is told in confidence: the hub's API token, and the user's own."""
        told = self.make_personal_secrets()
        own = {pods.USER_TOKEN_KEY: token} if token else {}
        return {**told, TOKEN_KEY: self.api_token, **own}

    async def _undo(self, start: steps.Start, account: Mapping[str, Any] | None) -> None:
        """Remove what a failed start made; what cannot be removed now the culler removes."""
        pool = self.context.pool
        if account is not None and pool is not None and not start.tried:
            # It was taken out, and no plan was made with it that would name what is in it.
            await pool.give_up(account)
        for error in await asyncio.shield(asyncio.ensure_future(start.undo())):
            self.log.error("Could not undo a start, left to the culler: %s", error.detail)

    async def _start_watching_pods(self, replace: bool = False) -> object:
        """KubeSpawner's hook: watch with our reflector; replace one that has given up."""
        watch = self.pod_reflector
        dead = isinstance(watch, PodWatch) and watch.is_dead
        started = await self._start_reflector(
            kind="pods",
            reflector_class=PodWatch,
            labels={"component": self.component_label},
            omit_namespace=False,
            replace=replace or dead,
        )
        self.context.pod_watch = self._pod_watch
        return started

    def get_env(self) -> dict[str, Any]:
        """JupyterHub's environment and ours; what is secret comes from the session's Secret."""
        if self.is_ahead:
            return self.make_env_ahead()
        env = super().get_env()
        session = self._session
        if session is None:
            return env
        env.pop("JPY_API_TOKEN", None)
        env["JUPYTERHUB_API_TOKEN"] = pods.make_reference(session.secret, TOKEN_KEY)
        beside = console.make_path(self.server.base_url) if self.console_image else ""
        public_url = getattr(self, "public_hub_url", "") or ""
        facts = self.make_facts(self.hub.base_url, public_url, self.hub.public_host, beside)
        told = pods.make_environment(session, facts, self.project != plan.NONE)
        # What an administrator says wins, also what a callable of theirs has said.
        said = self.make_personal_env(session)
        return {**env, **told, **{name: env[name] for name in self.environment}, **said}

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """Our steps and KubeSpawner's events, as they come, for the hub's progress page."""
        async for line in merge(self._progress.follow(), super().progress()):
            yield line

    async def stop(self, now: bool = False) -> None:
        """Remove the pod that the state names, and all that it and the session own.

        Each is found by label and deleted by uid, whatever user, server and workshop are called
        by now, and whichever spawner made the pod.
        """
        grace = 0 if now else self.delete_grace_period
        session = await self._find_running()
        by_request = await project_api.is_by_request(self.cluster, self.project_api, self.log)
        pod = await self._find_recorded_pod()
        said = records.read_pod(pod, await self.find_hub()) if pod else None
        sessions = [session, *([said] if said and not is_same_server(said, session) else [])]
        removing = [
            removal.remove_session(
                self.cluster, each, by_request, temporary=self.project == plan.TEMPORARY
            )
            for each in sessions
        ]
        results = await run_together(self._stop_pods(session, pod, grace), *removing)
        for error in [error for errors in results[1:] for error in errors]:
            self.log.error("Left to the culler: %s", error.detail)

    def run_post_stop_hook(self) -> object:
        """JupyterHub's hook; before it, revoke the tokens that a restarted hub has forgotten."""
        self.context.ended += 1
        revoked = server_tokens.revoke(self.user, self.name)
        if revoked:
            self.log.info(
                "Revoked %s of %s", "a token" if revoked == 1 else revoked, self._log_name
            )
        return super().run_post_stop_hook()

    async def _stop_pods(self, session: Session, pod: Mapping[str, Any] | None, grace: int) -> None:
        await self._start_watching_pods()
        wait = self.start_timeout
        removing = [session_pod.remove(self.cluster, self._pod_watch, session, grace, wait)]
        if pod is not None:
            removing.append(recorded_pod.remove(self.cluster, pod, grace, wait))
        await run_together(*removing)

    async def delete_forever(self) -> None:
        """Delete the user's home with the user, where there is one and `delete_pvc` says so."""
        if self.storage_pvc_ensure:
            await super().delete_forever()
        home_volume = self.make_home_volume()
        if home_volume and self.delete_pvc:
            await removal.remove_home(self.cluster, await self.make_session(), home_volume)
            await self._notes.forget(self.user.name, self.name)
