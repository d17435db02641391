"""Everything that can be configured: the traits of the application, with their checks and help.

The class is the base of `app.ButterflyApp`, under whose name it is configured. No wiring here.
"""

from __future__ import annotations

import logging
import os
from typing import Any

from traitlets import Bool, Enum, Float, Integer, List, TraitError, Unicode, default, validate
from traitlets.config import Application

from jupyterhub_butterfly import clients
from jupyterhub_butterfly.rules import origins, proxying

ALIASES = {
    "ip": "ButterflyApp.ip",
    "port": "ButterflyApp.port",
    "mode": "ButterflyApp.mode",
    "client": "ButterflyApp.client",
    "config": "ButterflyApp.config_file",
}


class ButterflyOptions(Application):
    """The traits of `ButterflyApp`."""

    aliases = {**Application.aliases, **ALIASES}  # noqa: RUF012 - traitlets' own

    config_file = Unicode(
        "",
        help="""Path of a configuration file, Python like jupyterhub_config.py.

        Empty (the default): none is read. Set it to configure more than fits on a command line.
        Example: `jupyterhub-butterfly --config=/etc/butterfly_config.py`
        """,
    ).tag(config=True)

    mode = Enum(
        ["auto", "hub", "none", "basic", "openshift"],
        default_value="auto",
        help="""Who may enter.

        "auto" (the default): "hub" where a hub started us, else "basic" or "openshift" where their
        variables are set. "basic": AUTH_USERNAME and AUTH_PASSWORD. "openshift": log in at the
        cluster, with the pod's account OAUTH_SERVICE_ACCOUNT as OAuth client; only who administers
        the project enters. "none": whoever reaches the port. Set it to run without a hub.
        Example: `c.ButterflyApp.mode = "none"`
        """,
    ).tag(config=True)

    allow_open_to_all = Bool(
        False,
        help="""Let mode "none" listen on other addresses than loopback.

        Default False: it refuses to start, as everybody who reaches the port would have a shell.
        Set it only where something else keeps strangers out.
        Example: `c.ButterflyApp.allow_open_to_all = True`
        """,
    ).tag(config=True)

    ip = Unicode(
        "",
        help="""Address to listen on.

        Empty (the default): the one in JUPYTERHUB_SERVICE_URL, or 127.0.0.1 without a hub. "*": all
        of IPv4 and IPv6. Set it when the hub's view of the address is not ours, as in a pod that
        knows its own, or in a container without a hub.
        Example: `c.ButterflyApp.ip = "0.0.0.0"`
        """,
    ).tag(config=True)

    port = Integer(
        None,
        allow_none=True,
        help="""Port to listen on.

        None (the default): the one in JUPYTERHUB_SERVICE_URL, or 8888 without a hub. 0: any that is
        free. Set it when another port is forwarded to us. Example: `c.ButterflyApp.port = 10080`
        """,
    ).tag(config=True)

    client = Enum(
        list(clients.CLIENTS),
        default_value="butterfly",
        help="""The browser client: "butterfly" or "xterm".

        Default "butterfly". Choose "xterm" for phones, input methods and screen readers. A single
        tab can choose by `?client=xterm`. Example: `c.ButterflyApp.client = "xterm"`
        """,
    ).tag(config=True)

    shell = List(
        Unicode(),
        help="""The program in a terminal, with its arguments.

        Default: /bin/bash (else $SHELL, else /bin/sh), interactive; no login shell, as /etc/profile
        would set PATH again. Set it to
        start something else for everybody.
        Example: `c.ButterflyApp.shell = ["/usr/bin/zsh", "-il"]`
        """,
    ).tag(config=True)

    home = Unicode(
        "",
        help="""The folder in which shells start.

        Empty (the default): $TERMINAL_HOME, else the home folder. Set it to begin in a project.
        Example: `c.ButterflyApp.home = "/opt/app-root/src"`
        """,
    ).tag(config=True)

    roots = List(
        Unicode(),
        default_value=["/opt/workshop", "/opt/app-root"],
        help="""Folders in which an image and a workshop keep what shells need.

        Default /opt/workshop and /opt/app-root: from each, `etc/profile.d/*.sh`, `etc/envvars/*.sh`
        and `envvars/{terminal,workshop,gateway}.sh` are sourced at start, in this order, for all
        shells, and the program `etc/init.d/rc.local` is run. Set it to [] for none.
        Example: `c.ButterflyApp.roots = ["/opt/lab"]`
        """,
    ).tag(config=True)

    max_sessions = Integer(
        20,
        min=1,
        help="""The most terminals at a time.

        Default 20, a number of shells. Raise it for people who keep many open; each costs the
        memory of its programs. Example: `c.ButterflyApp.max_sessions = 50`
        """,
    ).tag(config=True)

    session_idle_seconds = Float(
        0,
        min=0,
        help="""After how long a terminal that no browser looks at is ended.

        Seconds; default 0, never: what runs goes on until the server stops. Set it where people
        leave many behind. Example: `c.ButterflyApp.session_idle_seconds = 3600`
        """,
    ).tag(config=True)

    history_bytes = Integer(
        100_000,
        min=0,
        help="""How much of a terminal's latest output is kept to show again on re-attach.

        Bytes; default 100000. Raise it for long logs; each terminal may hold so much memory.
        Example: `c.ButterflyApp.history_bytes = 1_000_000`
        """,
    ).tag(config=True)

    resize = Enum(
        ["last", "smallest"],
        default_value="last",
        help="""Which browser gives a shared terminal its size.

        "last" (the default): who typed or resized last. "smallest": everybody sees all of it.
        Choose "smallest" to show a terminal to a class.
        Example: `c.ButterflyApp.resize = "smallest"`
        """,
    ).tag(config=True)

    allow_escapes = Bool(
        False,
        help="""Let programs use Butterfly's own escape sequences: images, HTML, prompts.

        Default False: they are taken out, as whatever text somebody prints could then put markup
        into the page and type commands into the shell. Set it only where all output is trusted.
        Example: `c.ButterflyApp.allow_escapes = True`
        """,
    ).tag(config=True)

    output_is_activity = Bool(
        False,
        help="""Count what programs print as activity, besides what a person types.

        Default False: a forgotten `tail -f` does not keep a session alive. Set it where long jobs
        are watched. Example: `c.ButterflyApp.output_is_activity = True`
        """,
    ).tag(config=True)

    activity_interval = Float(
        min=1,
        help="""How often activity is reported to the hub while it goes on.

        Seconds, give or take a tenth; default $JUPYTERHUB_ACTIVITY_INTERVAL, and without that 300.
        Keep it below a third of the time after which the hub's culler takes a session for idle.
        Example: `c.ButterflyApp.activity_interval = 60`
        """,
    ).tag(config=True)

    culler_url = Unicode(
        "",
        help="""Where the session asks the workshop-culler's service how long it still lasts.

        The service's address as the session reaches it, through the hub's proxy; empty (the
        default): $WORKSHOP_CULLER_URL, and without that pages show no clock. Set it where
        sessions have an end.
        Example: `c.ButterflyApp.culler_url = "http://proxy-public/services/workshop-culler/"`
        """,
    ).tag(config=True)

    recheck_seconds = Float(
        300,
        min=1,
        help="""How often the hub is asked again about the login behind an open socket.

        Seconds; default 300, as long as JupyterHub's own client trusts an answer. Lower it where
        people lose rights in the middle of a session. Example: `c.ButterflyApp.recheck_seconds =
        30`
        """,
    ).tag(config=True)

    stop_seconds = Float(
        1.0,
        min=0.1,
        help="""How long the server may take to go when it is told to.

        Seconds; default 1, what KubeSpawner gives. Half of it is for the culler's answer why the
        session ends, which the page then shows. Raise it with `c.KubeSpawner.delete_grace_period`
        where pages often say no cause. Example: `c.ButterflyApp.stop_seconds = 5`
        """,
    ).tag(config=True)

    allow_origins = List(
        Unicode(),
        help="""Further origins whose pages may open the terminal's sockets.

        Full origins; none by default but the server's own and JUPYTERHUB_PUBLIC_URL's. Set it where
        a proxy changes the Host header. Example: `c.ButterflyApp.allow_origins =
        ["https://w.example"]`
        """,
    ).tag(config=True)

    proxy_ports = Unicode(
        "1024-65535",
        help="""Ports of the session whose programs are shown at `proxy/<port>/`, below the prefix.

        Ports and ranges, with commas; default "1024-65535", without the server's own. Empty: none.
        Set it where only the workshop's own applications shall be reached.
        Example: `c.ButterflyApp.proxy_ports = "8080, 3000-3999"`
        """,
    ).tag(config=True)

    files_root = Unicode(
        "",
        help="""The folder whose files can be uploaded and downloaded: nothing outside of it.

        A path; empty (the default): the home folder. Set it where the work lies elsewhere.
        Example: `c.ButterflyApp.files_root = "/srv/project"`
        """,
    ).tag(config=True)

    upload_bytes = Integer(
        512 * 1024**2,
        min=0,
        help="""The largest file that can be uploaded into the session.

        Bytes; default 512 MiB; 0 turns uploading off. Lower it where a pod that fills its disk is
        evicted. Example: `c.ButterflyApp.upload_bytes = 100 * 1024**2`
        """,
    ).tag(config=True)

    download_bytes = Integer(
        2 * 1024**3,
        min=0,
        help="""The largest file, or folder as a zip file, that can be downloaded from the session.

        Bytes; default 2 GiB; 0 turns downloading off. Lower it to save traffic.
        Example: `c.ButterflyApp.download_bytes = 0`
        """,
    ).tag(config=True)

    frame_ancestors = Unicode(
        "'self'",
        help="""Which pages may put the terminal into a frame (CSP `frame-ancestors`).

        Sources as in the CSP; default 'self', the pages of the same origin. Set it to embed
        terminals in a portal. Example: `c.ButterflyApp.frame_ancestors = "'self'
        https://portal.example"`
        """,
    ).tag(config=True)

    extensions = List(
        Unicode(),
        allow_none=True,
        default_value=None,
        help="""Names of the extensions to load (entry points `jupyterhub_butterfly.extensions`).

        None (the default): all that are installed. Set it to choose, or to [] for none.
        Example: `c.ButterflyApp.extensions = ["dashboard"]`
        """,
    ).tag(config=True)

    @default("activity_interval")
    def _default_activity_interval(self) -> float:
        text = os.environ.get("JUPYTERHUB_ACTIVITY_INTERVAL") or "300"
        try:
            return float(text)
        except ValueError:
            raise TraitError(
                f"JUPYTERHUB_ACTIVITY_INTERVAL is {text!r}; it takes seconds, such as 60."
            ) from None

    @default("log_level")
    def _default_log_level(self) -> int:
        return logging.INFO

    @default("shell")
    def _default_shell(self) -> list[str]:
        for path in ("/bin/bash", os.environ.get("SHELL", ""), "/bin/sh"):
            if path and os.access(path, os.X_OK):
                return [path, "-i"]
        return ["/bin/sh", "-i"]

    @validate("shell")
    def _check_shell(self, proposal: Any) -> list[str]:
        argv = proposal["value"]
        if not argv or not os.access(argv[0], os.X_OK):
            raise TraitError(
                f"ButterflyApp.shell: {argv[:1] or 'an empty list'} is no program that can be run; "
                "give the full path and the arguments."
            )
        return argv

    @validate("proxy_ports")
    def _check_ports(self, proposal: Any) -> str:
        try:
            proxying.parse_ports(proposal["value"])
        except ValueError as error:
            raise TraitError(f"ButterflyApp.proxy_ports: {error}.") from error
        return proposal["value"]

    @validate("allow_origins")
    def _check_origins(self, proposal: Any) -> list[str]:
        for origin in proposal["value"]:
            if origins.make_origin(origin) != origin.lower().rstrip("/"):
                raise TraitError(
                    f"ButterflyApp.allow_origins: {origin!r} is no origin; write scheme and host, "
                    "for example https://workshop.example"
                )
        return proposal["value"]
