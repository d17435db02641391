"""The options of the culler that jupyterhub-idle-culler does not have.

Traits and their checks only. `app.py` turns them into rules; the reference is made of the help.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from traitlets import Bool, Callable, Int, List, TraitError, Unicode, default, validate

from workshop_culler.config.idle_culler import IdleCuller
from workshop_culler.events.rules import destinations
from workshop_culler.rules import limits, wrong_codes

NAMESPACE_FILE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


class CullerTraits(IdleCuller):
    """All options of the culler."""

    once = Bool(
        False,
        help="""Do one pass and leave.

        The exit code is 0 if all could be done, 1 if something failed, 2 if it cannot start.
        False by default. For cron jobs, and to try a configuration.
        Example: `workshop-culler --once`""",
    ).tag(config=True)

    dry_run = Bool(
        False,
        help="""Print a table of what would be done and why, and do nothing.

        False by default; it implies one pass. Use it before switching a rule on.
        Example: `workshop-culler --dry-run --timeout=3600`""",
    ).tag(config=True)

    pending_timeout = Int(
        0,
        min=0,
        help="""How long a server may be starting before its start is interrupted.

        Seconds from the start; 0, the default, leaves it to `Spawner.start_timeout`. Set it
        if servers are seen that stay pending for ever. max_age holds for them anyway.
        Example: `c.WorkshopCuller.pending_timeout = 1200`""",
    ).tag(config=True)

    policies: List[Any] = List(
        help="""Different limits for different people: a list of dicts, the first that matches wins.

        Each has `match`, with any of `group`, `user`, `profile`, `server` (patterns like
        `"class-*"`, or lists of them), `admin` (True or False) and `label:<name>` (of the
        session's pod; needs clean_cluster), and what it changes: `idle`, `age`, `pending`,
        `extend`, `extend_limit`, `warn` in seconds (0 is off for that rule alone),
        `exempt`, `remove`, and a `name` for the log. Empty by default.
        Example: `c.WorkshopCuller.policies = [{"match": {"group": "class-a"}, "idle": 0}]`""",
    ).tag(config=True)

    limits_hook = Callable(
        None,
        allow_none=True,
        help="""A function that changes the limits of one server.

        Called with the keywords `server` and `limits` (see `workshop_culler.rules.models.Server`
        and `workshop_culler.rules.limits.Limits`); returns a dict of changes as in a policy, or
        None. It may be a coroutine. None by default. For timetables and the like.
        Example: `c.WorkshopCuller.limits_hook = my_function`""",
    ).tag(config=True)

    anonymous_timeout = Int(
        0,
        min=0,
        help="""How long an anonymous visitor without a server is kept as a user.

        Seconds since the last activity; 0, the default, keeps them. Anonymous are the
        members of anonymous_group. Set it on hubs with drop-in workshops, longer than the
        pages of a full hub take to try again. Needs the scopes delete:users and
        read:users:groups.
        Example: `c.WorkshopCuller.anonymous_timeout = 300`""",
    ).tag(config=True)

    anonymous_group = Unicode(
        "workshop-anonymous",
        help="""The hub's group of anonymous visitors.

        A name; `AnonymousAuthenticator` puts visitors into workshop-anonymous. Change it if
        another authenticator marks them otherwise.
        Example: `c.WorkshopCuller.anonymous_group = "visitors"`""",
    ).tag(config=True)

    grace_after_start = Int(
        330,
        min=0,
        help="""How long idleness ends no server after a start, an outage or a jump of the clock.

        Seconds; 330 by default, as servers report activity about every 300. Until they did,
        the hub's times are behind the truth. Other rules hold; a single pass (once) does not wait.
        Example: `c.WorkshopCuller.grace_after_start = 60`""",
    ).tag(config=True)

    clean_cluster = Bool(
        False,
        help="""Whether to remove what dead sessions left in the cluster.

        Projects, accounts, routes and so on; False by default. Turn it on with
        WorkshopSpawner; it needs the rights of `templates/hub-rbac.yaml`. It looks even when
        all limits are 0.
        Example: `c.WorkshopCuller.clean_cluster = True`""",
    ).tag(config=True)

    application = Unicode(
        help="""The name of the spawner's application, as in the label `app` of its sessions.

        By default $SPAWNER_APPLICATION. Set it as `WorkshopSpawner.application` is set.
        Example: `c.WorkshopCuller.application = "lab"`""",
    ).tag(config=True)

    namespace = Unicode(
        help="""The namespace in which the hub runs and sessions have their pods.

        By default $SPAWNER_NAMESPACE, else the one of this pod. It is never deleted.
        Example: `c.WorkshopCuller.namespace = "workshops"`""",
    ).tag(config=True)

    hub_account = Unicode(
        help="""The full name of the hub's account, written on all that its sessions own.

        `system:serviceaccount:<namespace>:<name>`; by default the account that the culler
        itself has, as it runs with the hub's. Set it as `WorkshopSpawner.hub_account` is set.
        Example: `c.WorkshopCuller.hub_account = "system:serviceaccount:workshop:hub"`""",
    ).tag(config=True)

    hub_id = Unicode(
        help="""The id of the hub, as it writes it on what its sessions own.

        By default $WORKSHOP_HUB_ID, which WorkshopSpawner gives to services that the hub
        manages. It tells two hubs of one application in one namespace from each other; where
        it is not known, what carries the ids of several hubs is left alone. Set it for a culler
        that the hub does not start.
        Example: `c.WorkshopCuller.hub_id = "5f3a9c"`""",
    ).tag(config=True)

    orphan_grace = Int(
        90,
        min=0,
        help="""How old something in the cluster must be before it is taken for left over.

        Seconds on the cluster's own clock; 90 by default. Raise it if the hub and the
        cluster are slow to agree.
        Example: `c.WorkshopCuller.orphan_grace = 300`""",
    ).tag(config=True)

    stuck_timeout = Int(
        600,
        min=0,
        help="""How long one of our projects may be terminating before finalizers are taken off.

        Seconds; 600 by default, 0 never. Only objects in that project that somebody has
        asked to delete are touched. Raise it if operators need longer for their own clean-up.
        Example: `c.WorkshopCuller.stuck_timeout = 1800`""",
    ).tag(config=True)

    cull_volumes = Bool(
        False,
        help="""Whether the volumes of dead sessions are deleted, too.

        False by default: people's files are kept. Turn it on for drop-in workshops.
        Example: `c.WorkshopCuller.cull_volumes = True`""",
    ).tag(config=True)

    extension = Int(
        900,
        min=0,
        help="""How much time an extension gives from the moment it is asked for.

        Seconds; 900 by default, 0 for no extensions. The session is then not ended before
        that, be it for idleness or age. Policies change it with `extend`.
        Example: `c.WorkshopCuller.extension = 1800`""",
    ).tag(config=True)

    extension_limit = Int(
        3600,
        min=0,
        help="""How far people may extend their session beyond the end that it had at first.

        Seconds; 3600 by default. Who may stop others' sessions may extend these without this limit.
        Policies change it with `extend_limit`.
        Example: `c.WorkshopCuller.extension_limit = 7200`""",
    ).tag(config=True)

    warning = Int(
        300,
        min=0,
        help="""How long before its end a session is warned.

        Seconds; 300 by default. Policies change it with `warn`.
        Example: `c.WorkshopCuller.warning = 600`""",
    ).tag(config=True)

    state_file = Unicode(
        "workshop-culler.json",
        help="""The file that keeps extensions, hands, hints and the announcement over a restart.

        A path, by default in the working folder, which for a service of the hub is the hub's.
        Put it on a volume where the hub's database is. With clean_cluster extensions are
        written on the sessions' projects, too.
        Example: `c.WorkshopCuller.state_file = "/srv/jupyterhub/workshop-culler.json"`""",
    ).tag(config=True)

    open_metrics = Bool(
        False,
        help="""Whether metrics can be read without a token.

        False by default: it takes a token with the scope read:metrics, as the hub's own
        metrics do. Open them only where the network keeps strangers out.
        Example: `c.WorkshopCuller.open_metrics = True`""",
    ).tag(config=True)

    trusted_proxies: List[str] = List(
        Unicode(),
        help="""Proxies between people and this service, whose word on people's addresses holds.

        Addresses or networks, besides this machine's own, which is where the hub's proxy mostly
        is; empty by default. Whoever types wrong codes at the instructors' page is slowed down by
        address. Set it where the proxy is another pod, or a router stands before it: else all
        people are one address.
        Example: `c.WorkshopCuller.trusted_proxies = ["10.128.0.0/14"]`""",
    ).tag(config=True)

    trust_loopback = Bool(
        True,
        help="""Whether what connects from this machine's own addresses is the hub's proxy.

        True by default, as the hub's proxy mostly runs beside this service. Set it to False where
        sessions are processes of this machine (SimpleLocalProcessSpawner, the demo): they reach
        this service's port too, and could give each wrong code another address. Then all who
        come through the proxy count as one address.
        Example: `c.WorkshopCuller.trust_loopback = False`""",
    ).tag(config=True)

    webhooks: List[Any] = List(
        help="""Who is told what happens to sessions: a list of dicts, one a receiver.

        Each has a `name` for the log, a `url` (https) that takes a POST, and the `secret_file` with
        which deliveries are signed; perhaps `events`, patterns such as `"session.ended"` (all by
        default), `allow_local` (True where the receiver is on this machine) and `plain_http`. Empty
        by default: nothing leaves. Set it for a chat, a score board, a register; events name
        people, and hold what they write with a raised hand.
        Example: `c.WorkshopCuller.webhooks = [{"name": "chat", "url":
        "https://chat.example.org/hooks/1", "secret_file": "/run/secrets/chat", "events":
        ["session.hand-raised"]}]`""",
    ).tag(config=True)

    event_log = Unicode(
        help="""A file to which what happens to sessions is written, a line of JSON an event.

        A path, or "-" for standard output; empty, the default, for none. It is rotated at 10 MB,
        and three older ones are kept (mode 0600). Set it to know afterwards who came how far.
        Example: `c.WorkshopCuller.event_log = "/srv/jupyterhub/workshop-events.jsonl"`""",
    ).tag(config=True)

    event_queue = Unicode(
        "workshop-events.sqlite",
        help="""The file that keeps events until each receiver has taken them.

        A path, by default in the working folder, which for a service of the hub is the hub's.
        It holds at most 10000 events, and exists with webhooks or event_log only. Put it on a
        volume where the hub's database is.
        Example: `c.WorkshopCuller.event_queue = "/srv/jupyterhub/workshop-events.sqlite"`""",
    ).tag(config=True)

    @default("application")
    def _default_application(self) -> str:
        return os.environ.get("SPAWNER_APPLICATION", "")

    @default("hub_id")
    def _default_hub_id(self) -> str:
        return os.environ.get("WORKSHOP_HUB_ID", "")

    @default("namespace")
    def _default_namespace(self) -> str:
        told = os.environ.get("SPAWNER_NAMESPACE", "")
        return told or (NAMESPACE_FILE.read_text().strip() if NAMESPACE_FILE.exists() else "")

    @default("log_format")
    def _default_log_format(self) -> str:
        return "[%(levelname)1.1s %(asctime)s %(name)s] %(message)s"

    @default("log_level")
    def _default_log_level(self) -> int:
        return logging.INFO

    @validate("trusted_proxies")
    def _check_proxies(self, proposal: Mapping[str, Any]) -> list[str]:
        try:
            wrong_codes.parse_networks(proposal["value"])
        except ValueError as error:
            raise TraitError(f"WorkshopCuller.trusted_proxies: {error}") from error
        return list(proposal["value"])

    @validate("webhooks")
    def _check_webhooks(self, proposal: Mapping[str, Any]) -> Any:
        try:
            destinations.parse_destinations(proposal["value"])
        except destinations.BadDestinationError as error:
            raise TraitError(f"WorkshopCuller.{error}") from error
        return proposal["value"]

    @validate("policies")
    def _check_policies(self, proposal: Mapping[str, Any]) -> Any:
        try:
            limits.make_policies(proposal["value"])
        except limits.BadPolicyError as error:
            raise TraitError(f"WorkshopCuller.{error}") from error
        return proposal["value"]
