"""The application: what can be configured, `create_app` and `start`.

Console script `jupyterhub-butterfly`. The class holds traits and wiring; other modules do the work.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import socket
import ssl
import sys
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import tornado.httpserver
import tornado.netutil
import tornado.web
from traitlets import TraitError
from traitlets.config import Config

from jupyterhub_butterfly import (
    __version__,
    auth,
    clients,
    config,
    extensions,
    handlers,
    process,
    proxy,
    rendering,
    routes,
    settings,
    sockets,
    strict,
)
from jupyterhub_butterfly.hub import activity, culler_client, join_client, raised_hand
from jupyterhub_butterfly.rules import origins
from jupyterhub_butterfly.shell import shells
from jupyterhub_butterfly.terminal import joint, reaper, sessions
from jupyterhub_butterfly.transfer import files, offers

KEEP_ALIVE_SECONDS = sockets.KEEP_ALIVE
SWEEP_SECONDS = 5.0
# Of the time that the spawner gives: for the answer why the session ends, then for the shells.
CAUSE_SHARE, SHELLS_SHARE = 0.5, 0.4
# After the start, when no first answer is waited for.
TRIM_SECONDS = 2.0


class ButterflyApp(config.ButterflyOptions):
    """A single-user server for JupyterHub that is a terminal in the browser."""

    name = "jupyterhub-butterfly"
    version = __version__
    description = __doc__

    def initialize(self, argv: list[str] | None = None) -> None:
        """Read the command line, the configuration file and the hub's environment."""
        super().initialize(argv)
        if self.config_file:
            path = Path(self.config_file).absolute()
            if not path.is_file():
                self.exit_with(f"ButterflyApp.config_file: there is no {path}.")
            self._load(path)
        for name in ("jupyterhub_butterfly", "tornado"):
            logger = logging.getLogger(name)
            logger.handlers, logger.propagate = self.log.handlers, False
            logger.setLevel(self.log.getEffectiveLevel())
        self.hub: settings.HubSettings | None = None
        self.environ = dict(os.environ)
        if self._mode() == "hub":
            self.hub = settings.parse_hub(self.environ)
        for name in settings.SECRET_VARIABLES:
            os.environ.pop(name, None)

    raise_config_file_errors = True

    def _load(self, path: Path) -> None:
        try:
            self.load_config_file(path.name, path=str(path.parent))
        except Exception as error:  # noqa: BLE001 - whatever the admin's program raises
            self.exit_with(
                f"ButterflyApp.config_file: {path} cannot be read: {type(error).__name__}: {error}"
            )

    def _create_loader(self, *args: Any, **kwargs: Any) -> strict.StrictLoader:
        kwargs = {"log": self.log, "subcommands": self.subcommands, **kwargs}
        return strict.StrictLoader(*args, **kwargs)

    def update_config(self, config: Config) -> None:
        """Take what was read, unless there is something in it that nobody knows."""
        strict.check_settings(config, type(self))
        super().update_config(config)

    def _mode(self) -> str:
        if self.mode != "auto":
            return self.mode
        if settings.has_hub(self.environ):
            return "hub"
        # A name comes first: templates always name the account, and have an empty AUTH_USERNAME.
        if self.environ.get("AUTH_USERNAME"):
            return "none" if self.environ["AUTH_USERNAME"] == "*" else "basic"
        if self.environ.get("OAUTH_SERVICE_ACCOUNT"):
            return "openshift"
        raise settings.SettingsError(
            "No hub started this server, and nothing says who may enter. For one name and password "
            "set AUTH_USERNAME and AUTH_PASSWORD; for the accounts of OpenShift, in a pod, "
            "OAUTH_SERVICE_ACCOUNT; for yourself, on this machine only: "
            "jupyterhub-butterfly --mode=none"
        )

    def exit_with(self, sentence: str) -> NoReturn:
        """Say what is wrong, without a stack trace, and end."""
        self.log.critical(sentence)
        sys.exit(2)

    @property
    def prefix(self) -> str:
        """Path of this server, from "/" to "/"."""
        return self.hub.prefix if self.hub else "/"

    def make_gate(self, secret: bytes) -> auth.Gate:
        """The way in."""
        if self.hub is not None:
            from jupyterhub_butterfly.auth import hub

            return hub.HubGate(self.hub)
        if self._mode() == "basic":
            from jupyterhub_butterfly.auth import basic

            name, password = (self.environ.get(f"AUTH_{n}", "") for n in ("USERNAME", "PASSWORD"))
            return basic.BasicGate(name, password, secret)
        if self._mode() == "openshift":
            return self._make_openshift_gate(secret)
        from jupyterhub_butterfly.auth import none

        outside = self.address()[0] not in none.LOOPBACK_ADDRESSES
        if outside and not self.allow_open_to_all:
            raise settings.SettingsError(
                f"Mode 'none' on {self.address()[0]} would give everybody a shell. Listen on "
                "127.0.0.1, choose another mode, or set ButterflyApp.allow_open_to_all."
            )
        return none.OpenGate(secret, () if outside else none.LOOPBACK)

    def _make_openshift_gate(self, secret: bytes) -> auth.Gate:
        try:
            from jupyterhub_butterfly.auth import openshift, openshift_client
        except ImportError as error:
            raise settings.SettingsError(
                "ButterflyApp.mode = 'openshift' needs workshop-kube: "
                "pip install jupyterhub-butterfly[openshift]"
            ) from error
        account = openshift.find_account(self.environ)
        cluster = openshift_client.OpenShiftClient(account, openshift.find_ca_file(self.environ))
        return openshift.OpenShiftGate(cluster, secret)

    def make_reporter(self) -> activity.Reporter | None:
        """The reporter of activity, where there is a hub to tell."""
        if self.hub is None or not self.hub.activity_url:
            return None
        options: dict[str, Any] = {}
        if self.hub.certfile:
            options = {
                "client_cert": self.hub.certfile,
                "client_key": self.hub.keyfile,
                "ca_certs": self.hub.client_ca,
            }
        return activity.Reporter(
            self.hub.activity_url,
            self.hub.api_token,
            self.hub.server_name,
            interval=self.activity_interval,
            request_options=options,
        )

    def make_culler_client(self) -> culler_client.CullerClient | None:
        """The client of the culler's service, where its address is known."""
        url = self.culler_url or self.environ.get("WORKSHOP_CULLER_URL", "")
        if self.hub is None or not url:
            return None
        reporter = self.reporter
        return culler_client.CullerClient(
            url,
            self.hub.api_token,
            self.hub.server_name,
            lambda: reporter.seconds_idle() if reporter else float("inf"),
        )

    def record_activity(self, kind: str) -> None:
        """Take note of a key, or of output where that counts."""
        if self.reporter is not None and (kind == "input" or self.output_is_activity):
            self.reporter.record()

    def create_app(self) -> tornado.web.Application:
        """Build the web application; nothing is started and no port opened."""
        secret = secrets.token_bytes(32)
        self.reporter = self.make_reporter()
        self.gate = self.make_gate(secret)
        self.shells = shells.Shells(self, self.environ)
        self.sessions = sessions.Sessions(
            self.shells.make_policy(), on_activity=self.record_activity
        )
        self.orphans = reaper.Orphans()
        root = self.files_root or self.shells.home
        self.files = files.Files(root, self.upload_bytes, self.download_bytes)
        self.sockets = sockets.Sockets(self.recheck_seconds)
        self.proxy = proxy.Proxy(self.proxy_ports, self.address()[0])
        self.culler = self.make_culler_client()
        self.join_client = join_client.JoinClient(self.culler) if self.culler else None
        note = self.join_client.note if self.join_client else lambda guest, state: None
        self.joint = joint.Joint(self.sockets.tell_person, note)
        loaded = extensions.load_extensions(self.make_context(), self.extensions)
        landing = self.hub.landing if self.hub else ""
        self.table = routes.make_table(self.gate, loaded, find_hub_version(), landing)
        rendering.prepare(f"{self.client}.html")
        public = origins.make_origin(self.hub.public_url) if self.hub else None
        return tornado.web.Application(
            routes.make_rules(self.prefix, self.table),
            default_handler_class=handlers.NotFound,
            cookie_secret=secret,
            secret=secret,
            gate=self.gate,
            sessions=self.sessions,
            sockets=self.sockets,
            proxy=self.proxy,
            files=self.files,
            prefix=self.prefix,
            client=self.client,
            culler=self.culler,
            joint=self.joint,
            join_client=self.join_client,
            frame_ancestors=self.frame_ancestors,
            allowed_origins=(*self.allow_origins, *([public] if public else [])),
            hub=self.hub,
            menu=[
                *([{"label": "Files", "path": "files/home/"}] if self.files.open else []),
                *({"label": m.label, "path": m.path} for e in loaded for m in e.menu),
            ],
            websocket_max_message_size=sockets.LARGEST_FRAME,
            log=self.log,
            log_function=log_request,
        )

    def make_context(self) -> extensions.Context:
        """What extensions are told, of hub and culler too where there are some."""
        context = extensions.Context(
            self.prefix,
            self.config,
            self.log,
            self.hub.user if self.hub else "",
            self.client,
            start_url=self.hub.start_url if self.hub else "",
            file_limits=self.files.limits,
        )
        if self.culler is None:
            return context
        return replace(
            context,
            tell_page=self.culler.tell_page,
            tell_tests=self.culler.tell_tests,
            hand=raised_hand.RaisedHand(self.culler),
        )

    def address(self) -> tuple[str, int]:
        """Where to listen."""
        ip = self.ip or (self.hub.ip if self.hub else "127.0.0.1")
        port = self.hub.port if self.hub else 8888
        return ip, port if self.port is None else self.port

    def start(self) -> None:
        """Serve until a signal ends us."""
        process.hide_memory(self.log)
        asyncio.run(self.serve())

    async def serve(self) -> None:
        """Open the port and run until SIGTERM or SIGINT."""
        app = self.create_app()
        server = tornado.httpserver.HTTPServer(
            app, xheaders=True, ssl_options=make_ssl(self.hub), max_body_size=1024 * 1024
        )
        ip, port = self.address()
        listening = bind_port(ip, port)
        server.add_sockets(listening)
        self.proxy.own_port = port = listening[0].getsockname()[1]
        if self.hub is None:
            await self.gate.start()
        self.log.info("Terminal at %s:%d%s, mode %s", ip, port, self.prefix, self.gate.mode)
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        loop.call_later(TRIM_SECONDS, process.trim_memory)
        async with contextlib.AsyncExitStack() as stack:
            for job in self.jobs():
                task = asyncio.create_task(job)
                stack.callback(task.cancel)
            await ended.wait()
        server.stop()
        await self.shut_down()

    def jobs(self) -> list[Coroutine[Any, Any, None]]:
        """What runs beside the requests."""
        jobs = [
            process.repeat(KEEP_ALIVE_SECONDS, self._keep_alive),
            process.repeat(SWEEP_SECONDS, self._sweep),
            self.shells.set_up(self._notify),
            self.shells.choose_tools(),
        ]
        if self.shells.runtime is not None and self.files.open:
            service = offers.OfferService(self.shells.runtime.socket, self.files, self.sessions)
            jobs.append(service.serve())
        if self.reporter is not None:
            jobs.append(self.reporter.report_forever())
        return jobs

    def _notify(self, sentence: str) -> None:
        for session in self.sessions:
            session.broadcast({"cmd": "notice", "text": sentence})

    async def _keep_alive(self) -> None:
        self.sockets.keep_alive()

    async def _sweep(self) -> None:
        self.sessions.sweep()
        if os.getpid() == 1:
            self.orphans.sweep()
        await self.sockets.recheck(asyncio.get_running_loop().time())

    async def shut_down(self) -> None:
        """Hang up the shells and go, within `stop_seconds`."""
        pids = [session.pid for session in self.sessions if session.pid]
        # Pages show why, once the hub has confirmed to them that the session has ended.
        asks = self.culler if len(self.sockets) else None
        cause = await asks.find_cause(CAUSE_SHARE * self.stop_seconds) if asks else ""
        self.sockets.close_all(1001, cause or "the server stops")
        self.sessions.close(1001, cause or "the server stops")
        await self.proxy.close()
        await self.sessions.reaper.wait(pids, SHELLS_SHARE * self.stop_seconds)
        self.shells.remove()


def find_hub_version() -> str:
    """Return the installed JupyterHub's version, for the hub's check."""
    import jupyterhub

    return jupyterhub.__version__


def bind_port(ip: str, port: int) -> list[socket.socket]:
    """Listen. Raises `SettingsError` with a sentence where that cannot be."""
    try:
        return tornado.netutil.bind_sockets(port, "" if ip == "*" else ip, reuse_port=False)
    except OSError as error:
        raise settings.SettingsError(
            f"Port {port} of {ip} cannot be had ({error.strerror}): "
            "stop what listens there, or give another one with --port."
        ) from error


def make_ssl(hub: settings.HubSettings | None) -> ssl.SSLContext | None:
    """Make the context of internal SSL: our certificate, and only clients of the hub's CA."""
    if hub is None or not hub.certfile:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=hub.client_ca or None)
    context.load_cert_chain(hub.certfile, hub.keyfile or None)
    if hub.client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def log_request(handler: tornado.web.RequestHandler) -> None:
    """Log path and status; never a query, cookie or token."""
    status = handler.get_status()
    write = handler.application.settings["log"].info if status >= 400 else None
    if write is not None:
        write("%d %s %.200s", status, handler.request.method, handler.request.path)


def main(argv: list[str] | None = None) -> None:
    """Run the server; what a person must mend is said in a sentence."""
    app = ButterflyApp.instance()
    try:
        app.initialize(argv)
        app.start()
    except (settings.SettingsError, extensions.ExtensionError, clients.ClientMissingError) as error:
        app.exit_with(str(error))
    except TraitError as error:
        app.exit_with(str(error))


if __name__ == "__main__":
    main()
