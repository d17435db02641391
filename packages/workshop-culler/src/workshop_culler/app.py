"""The program `workshop-culler`: options, checks at start, the timer, a clean end.

It contains no rule; what the options mean is in `config/reading.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from traitlets import TraitError
from traitlets.config import Config

from workshop_culler import __version__
from workshop_culler.clients import cluster, hub
from workshop_culler.config import idle_culler, reading, strict, traits
from workshop_culler.config.settings import Settings
from workshop_culler.errors import ApiError, StartError, TemporaryError
from workshop_culler.events import outlet
from workshop_culler.events.rules import destinations
from workshop_culler.passes import cluster_sweep, metrics, report, sweep
from workshop_culler.rules import idle_grace, limits, orphans, pass_times, scopes
from workshop_culler.service import seen_sessions, server, sessions, state_store
from workshop_kube import errors as kube_errors
from workshop_kube import labels

Answer = TypeVar("Answer")

EXIT_OK, EXIT_TROUBLE, EXIT_NO_START = 0, 1, 2
CONFIG_FILES = ("workshop_culler_config.py", "idle_culler_config.py")


class WorkshopCuller(traits.CullerTraits):
    """Ends idle and over-age sessions and removes what they leave in the cluster."""

    name = "workshop-culler"
    version = __version__
    description = __doc__ or ""
    aliases = {  # noqa: RUF012 - as traitlets has it
        **idle_culler.SHARED_ALIASES,
        "log-level": "Application.log_level",
        "anonymous-timeout": "WorkshopCuller.anonymous_timeout",
        "pending-timeout": "WorkshopCuller.pending_timeout",
        "clean-cluster": "WorkshopCuller.clean_cluster",
        "application": "WorkshopCuller.application",
        "namespace": "WorkshopCuller.namespace",
        "state-file": "WorkshopCuller.state_file",
    }
    flags = {  # noqa: RUF012 - as traitlets has it
        **idle_culler.SHARED_FLAGS,
        "clean-cluster": ({"WorkshopCuller": {"clean_cluster": True}}, "--clean-cluster=true"),
        "once": ({"WorkshopCuller": {"once": True}}, "one pass, for cron"),
        "dry-run": ({"WorkshopCuller": {"dry_run": True}}, "print the verdicts and do nothing"),
        "debug": ({"Application": {"log_level": "DEBUG"}}, "log more"),
    }

    raise_config_file_errors = True

    def _create_loader(self, *args: Any, **kwargs: Any) -> strict.StrictLoader:
        kwargs = {"log": self.log, "subcommands": self.subcommands, **kwargs}
        return strict.StrictLoader(*args, **kwargs)

    def update_config(self, config: Config) -> None:
        """Take what was read, unless there is something in it that nobody knows."""
        strict.check_settings(config, type(self))
        super().update_config(config)

    def exit(self, exit_status: int | str | None = 0) -> NoReturn:
        """Leave; what traitlets refuses to start with has our code for that."""
        sys.exit(EXIT_NO_START if exit_status == 1 else exit_status)

    def start(self) -> None:
        """Load the configuration, run, and leave with the exit code."""
        if self.generate_config:
            print(self.generate_config_file())
            sys.exit(EXIT_OK)
        try:
            self.read_config()
            if problem := reading.problem_with_options(self, self.extra_args):
                raise StartError(problem)
            for sentence in reading.list_unused(self):
                self.log.warning("%s", sentence)
            code = asyncio.run(self.run())
        except (StartError, TraitError) as error:
            for sentence in str(error).splitlines():
                self.log.critical("%s", sentence)
            code = EXIT_NO_START
        sys.exit(code)

    def read_config(self) -> None:
        """Load the configuration file that is named, or the first of the usual ones."""
        for name in [self.config_file] if self.config_file else CONFIG_FILES:
            if Path(name).exists():
                self._load(name)
                return
        if self.config_file:
            raise StartError(f"config_file: there is no {self.config_file}")

    def _load(self, name: str) -> None:
        try:
            self.load_config_file(name)
        except SystemExit:
            raise
        except Exception as error:
            # Whatever the file does: it is the admin's program.
            where = f" (line {error.lineno})" if isinstance(error, SyntaxError) else ""
            raise StartError(
                f"config_file: {name} cannot be read{where}: {type(error).__name__}: {error}"
            ) from error

    async def run(self) -> int:
        """Open the clients, check the rights, sweep until told to stop; the exit code."""
        async with contextlib.AsyncExitStack() as stack:
            client = await stack.enter_async_context(hub.Hub(reading.make_address(self), self.log))
            settings = reading.make_settings(self)
            await check_scopes(self, client, settings)
            cleaner = None
            if self.clean_cluster:
                side = await stack.enter_async_context(cluster.open_cluster(self.log))
                cleaner = make_cluster_sweep(self, side, client, await find_requestor(self, side))
            counter = await self._make_session_service(
                stack,
                sweep.Sweep(
                    client, settings, self.log, cleaner, grace_seconds=self.grace_after_start
                ),
            )
            if self.once or self.dry_run:
                return await self._run_once(counter.work)
            pages = await self._serve(stack, counter)
            self._tell_events(stack, counter, pages)
            return await self._run_on(counter, pages)

    async def _make_session_service(
        self, stack: contextlib.AsyncExitStack, work: sweep.Sweep
    ) -> sessions.SessionService:
        """What people ask for; its own client to the hub, so that a long pass delays nobody."""
        store = state_store.StateStore(Path(self.state_file), self.log)
        store.read()
        client = await stack.enter_async_context(hub.Hub(reading.make_address(self), self.log))
        made = sessions.SessionService(
            client, work, store, metrics.Metrics(), self.log, work.cluster_sweep
        )
        work.find_extension = made.find_extension
        return made

    async def _serve(
        self, stack: contextlib.AsyncExitStack, counter: sessions.SessionService
    ) -> server.Service | None:
        """The pages and the API, if the hub gave this service a URL."""
        names = ("JUPYTERHUB_SERVICE_URL", "JUPYTERHUB_SERVICE_PREFIX")
        place = server.parse_listen_address(*(os.environ.get(name, "") for name in names))
        if place is None:
            self.log.info("No pages and no API: this service has no 'url' in the hub's services")
            return None
        counter.store.check()
        made = server.Service(
            place,
            counter,
            self.log,
            open_metrics=self.open_metrics,
            trusted_proxies=reading.find_trusted(self),
        )
        made.start()
        stack.push_async_callback(made.close)
        return made

    def _tell_events(
        self,
        stack: contextlib.AsyncExitStack,
        counter: sessions.SessionService,
        pages: server.Service | None,
    ) -> None:
        """Have others told what happens to sessions, where some are configured."""
        hooks = destinations.parse_destinations(self.webhooks)
        if not hooks and not self.event_log:
            return
        receivers = outlet.make_receivers(hooks, self.event_log)
        made = outlet.Outlet(
            outlet.open_queue(Path(self.event_queue), reading.find_source()),
            outlet.Look(
                lambda: seen_sessions.find_seen(counter),
                lambda seen: seen_sessions.find_why(counter, seen),
            ),
            receivers,
            self.log,
            counter.metrics.count_event,
            counter.metrics.set_waiting,
        )
        stack.push_async_callback(made.close)
        made.start()
        if pages:
            pages.live.listeners.append(made.wake)

    async def _run_once(self, work: sweep.Sweep) -> int:
        done = await work.run()
        if self.dry_run:
            print(report.render_table(done.rows))
        self.log.info("%s", report.render_summary(done))
        return EXIT_OK if done.ok else EXIT_TROUBLE

    async def _run_on(self, counter: sessions.SessionService, pages: server.Service | None) -> int:
        stop, work = make_stop_event(), counter.work
        grace = idle_grace.make_grace(self.grace_after_start, time.time(), time.monotonic())
        while not stop.is_set():
            begin = time.monotonic()
            # Before the pass, too: a laptop sleeps mostly between two.
            grace = idle_grace.look(grace, time.time(), begin)
            work.suspend_idle(max(grace.until, work.idle_resumes))
            done = await work.run()
            self.log.info("%s", report.render_summary(done))
            counter.metrics.count_pass(done, time.time())
            if pages:
                pages.trouble = "; ".join(done.troubles)
            grace = idle_grace.look(grace, time.time(), time.monotonic(), outage=done.outage)
            work.suspend_idle(max(grace.until, work.idle_resumes))
            await self._forget_ended(counter)
            rest = self._find_rest(work, done, begin)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), rest)
        return EXIT_OK

    async def _forget_ended(self, counter: sessions.SessionService) -> None:
        try:
            await counter.forget_ended()
        except ApiError as error:
            self.log.info("Raised hands are kept, as the hub does not say who is here: %s", error)

    def _find_rest(self, work: sweep.Sweep, done: report.Report, begin: float) -> float:
        now = time.monotonic()
        until_end = (done.next_end - work.hub.now).total_seconds() if done.next_end else None
        until_idle = work.idle_resumes - now if work.idle_suspended else None
        return pass_times.find_rest(
            reading.find_interval(self), now - begin, (until_end, until_idle)
        )


def make_stop_event() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def find_requestor(app: WorkshopCuller, side: cluster.Cluster) -> str:
    """Who the spawner is to the cluster: as configured, or who we are ourselves."""
    if app.hub_account:
        return app.hub_account
    try:
        return (await ask_patiently(app, side.whoami)).name
    except kube_errors.KubeError as error:
        raise StartError(f"hub_account: the cluster did not tell it ({error}): set it") from error


def make_cluster_sweep(
    app: WorkshopCuller, side: cluster.Cluster, client: hub.Hub, requestor: str
) -> cluster_sweep.ClusterSweep:
    """The cluster's half; raises StartError naming the option that is missing."""
    for name in ("application", "namespace"):
        if not getattr(app, name):
            raise StartError(
                f"{name}: must be set with clean_cluster; see `workshop-culler --help-all`"
            )
    owner = labels.Owner(app.application, app.namespace, requestor, app.hub_id)
    rules = orphans.Rules(app.orphan_grace, app.stuck_timeout, app.cull_volumes)
    return cluster_sweep.ClusterSweep(side, client, owner, rules, app.log, app.dry_run, app.hub_id)


async def check_scopes(app: WorkshopCuller, client: hub.Hub, settings: Settings) -> None:
    """Refuse to start without the least scopes; waits while the hub is not up yet."""
    try:
        model = await ask_patiently(app, client.whoami)
    except ApiError as error:
        why = "the hub does not know our token" if error.status in (401, 403) else "url"
        raise StartError(f"{why}: {error}") from error
    needed = scopes.find_needed(
        deletes_users=settings.users.any,
        user_age=bool(settings.users.age),
        groups="group" in limits.needed_subjects(settings.ordered) or bool(app.anonymous_timeout),
        state=False,
    )
    has = model.get("scopes") or ()
    if missing := scopes.find_missing(needed, has):
        raise StartError(scopes.render_missing(missing, needed, model.get("name", "culler")))
    filtered = scopes.find_filtered(needed, has)
    if app.clean_cluster and filtered:
        raise StartError(
            f"clean_cluster: needs {', '.join(filtered)} without a filter: "
            "else the hub says of users that exist that they do not"
        )


async def ask_patiently(app: WorkshopCuller, ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """An answer, waited for while the other side is not up yet; a single pass does not wait."""
    while True:
        try:
            return await ask()
        except (TemporaryError, kube_errors.TemporaryError) as error:
            if app.once or app.dry_run:
                raise StartError(f"no answer at start: {error}") from error
            app.log.warning("Waiting: %s", error)
            await asyncio.sleep(5)


def main() -> None:
    """The console script."""
    WorkshopCuller.launch_instance()
