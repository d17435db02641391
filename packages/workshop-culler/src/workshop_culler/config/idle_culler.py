"""The options of jupyterhub-idle-culler 2.0 under their own names: its users change one word.

The class is called `IdleCuller` so that `c.IdleCuller.timeout = ...` in an existing
configuration file goes on working. `app.py` builds on it.
"""

from __future__ import annotations

import os

from traitlets import Bool, Callable, Int, Unicode, default
from traitlets.config import Application


class IdleCuller(Application):
    """Options shared with jupyterhub-idle-culler."""

    api_page_size = Int(
        0,
        min=0,
        help="""How many users to ask the hub for at once.

        A number; 0 means 200, the most that a hub allows unless told otherwise. Lower it if
        a hub on slow storage takes long to answer one page.
        Example: `c.WorkshopCuller.api_page_size = 100`""",
    ).tag(config=True)

    concurrency = Int(
        20,
        min=1,
        help="""How many requests to the hub may be under way at once.

        A number, at least 1; 20 by default. Of stops, which mostly wait for their servers, five
        times as many: a hundred servers stop at once. Raise it if more of them end at the same
        time and take long to stop; lower it if people notice the hub being slow then.
        Example: `c.WorkshopCuller.concurrency = 20`""",
    ).tag(config=True)

    config_file = Unicode(
        "",
        help="""The configuration file to load.

        A path; by default workshop_culler_config.py, else idle_culler_config.py, in the
        working folder, if there. Set it to keep the file elsewhere.
        Example: `workshop-culler --config=/etc/jupyterhub/culler.py`""",
    ).tag(config=True)

    cull_admin_users = Bool(
        True,
        help="""Whether admins may be deleted as users (only with cull_users).

        True by default, as in jupyterhub-idle-culler. Turn it off to keep admins. Their
        servers have the same limits as anybody's: to exempt those, use a policy.
        Example: `c.WorkshopCuller.cull_admin_users = False`""",
    ).tag(config=True)

    cull_arbiter_hook = Callable(
        None,
        allow_none=True,
        help="""A function that decides whether a server is idle for too long.

        Called with the keywords `inactive` (a timedelta), `inactive_limit` (seconds) and
        `server` (the hub's model); true stops the server, false keeps it unless another
        rule ends it. It may be a coroutine. None by default. For different limits a policy
        or `limits_hook` is simpler; this one is for rules that look at the server's state.
        Example: `c.WorkshopCuller.cull_arbiter_hook = my_function`""",
    ).tag(config=True)

    cull_default_servers = Bool(
        True,
        help="""Whether default (unnamed) servers are stopped.

        True by default. Turn it off where only named servers are for a limited time.
        Example: `c.WorkshopCuller.cull_default_servers = False`""",
    ).tag(config=True)

    cull_every = Int(
        0,
        min=0,
        help="""How often to look.

        Seconds from the start of one pass to the next; 0 means half of timeout, and at most
        60 with clean_cluster. Passes never overlap; one comes sooner when a session is due
        before. Lower it where people stop being idle and others wait for their place.
        Example: `c.WorkshopCuller.cull_every = 30`""",
    ).tag(config=True)

    cull_named_servers = Bool(
        True,
        help="""Whether named servers are stopped.

        True by default. Turn it off to limit default servers only.
        Example: `c.WorkshopCuller.cull_named_servers = False`""",
    ).tag(config=True)

    cull_users = Bool(
        False,
        help="""Whether users without a server are deleted.

        When inactive for timeout, or older than max_age; False by default. Meant for
        hubs on which every user is temporary; to delete only
        anonymous visitors use anonymous_timeout. Needs the scope delete:users.
        Example: `c.WorkshopCuller.cull_users = True`""",
    ).tag(config=True)

    generate_config = Bool(
        False,
        help="""Print a configuration file with all options and leave.

        Example: `workshop-culler --generate-config > workshop_culler_config.py`""",
    ).tag(config=True)

    internal_certs_location = Unicode(
        "internal-ssl",
        help="""The folder of the hub's internal certificates (only with ssl_enabled).

        A path, by default internal-ssl in the working folder. Set it as
        `JupyterHub.internal_certs_location` is set.
        Example: `c.WorkshopCuller.internal_certs_location = "/srv/jupyterhub/internal-ssl"`""",
    ).tag(config=True)

    max_age = Int(
        0,
        min=0,
        help="""How old a server may become, even if it is used.

        Seconds from its start; 0, the default, means no limit. It holds for servers that
        are still starting, too. Set it for workshops that end at a time.
        Example: `c.WorkshopCuller.max_age = 3600`""",
    ).tag(config=True)

    remove_named_servers = Bool(
        False,
        help="""Whether named servers are removed from the hub's list when they are stopped.

        False by default: they can be started again. Turn it on where each session gets a
        named server of its own, as in a BinderHub.
        Example: `c.WorkshopCuller.remove_named_servers = True`""",
    ).tag(config=True)

    ssl_enabled = Bool(
        False,
        help="""Whether the hub's API is behind its internal TLS.

        False by default. Turn it on when `JupyterHub.internal_ssl` is on.
        Example: `c.WorkshopCuller.ssl_enabled = True`""",
    ).tag(config=True)

    timeout = Int(
        600,
        min=0,
        help="""How long a server may be idle before it is stopped.

        Seconds without activity that the hub knows of; 600 by default; 0 switches this rule
        off and no other. Raise it for classes with long talks between exercises.
        Example: `c.WorkshopCuller.timeout = 7200`""",
    ).tag(config=True)

    url = Unicode(
        help="""The address of the hub's REST API.

        By default $JUPYTERHUB_API_URL, which a hub gives to its managed services. Set it
        when the culler runs elsewhere.
        Example: `c.WorkshopCuller.url = "http://hub:8081/hub/api"`""",
    ).tag(config=True)

    @default("url")
    def _default_url(self) -> str:
        return os.environ.get("JUPYTERHUB_API_URL", "")


SHARED_ALIASES = {
    "api-page-size": "IdleCuller.api_page_size",
    "concurrency": "IdleCuller.concurrency",
    "config": "IdleCuller.config_file",
    "cull-admin-users": "IdleCuller.cull_admin_users",
    "cull-default-servers": "IdleCuller.cull_default_servers",
    "cull-every": "IdleCuller.cull_every",
    "cull-named-servers": "IdleCuller.cull_named_servers",
    "cull-users": "IdleCuller.cull_users",
    "internal-certs-location": "IdleCuller.internal_certs_location",
    "max-age": "IdleCuller.max_age",
    "remove-named-servers": "IdleCuller.remove_named_servers",
    "ssl-enabled": "IdleCuller.ssl_enabled",
    "timeout": "IdleCuller.timeout",
    "url": "IdleCuller.url",
}

# `--cull-users` alone means true; with a value the alias above takes it.
SHARED_FLAGS = {
    name.replace("_", "-"): (
        {"IdleCuller": {name: True}},
        f"same as --{name.replace('_', '-')}=true",
    )
    for name in (
        "cull_admin_users",
        "cull_default_servers",
        "cull_named_servers",
        "cull_users",
        "generate_config",
        "remove_named_servers",
        "ssl_enabled",
    )
}
