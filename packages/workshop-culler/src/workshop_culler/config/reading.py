"""From traits to frozen values: the settings of the passes, the hub's address, the interval."""

from __future__ import annotations

import os

from workshop_culler.clients import hub
from workshop_culler.config.settings import Settings
from workshop_culler.config.traits import CullerTraits
from workshop_culler.errors import StartError
from workshop_culler.rules import limits, user_verdicts


def find_interval(culler: CullerTraits) -> float:
    """Seconds between passes: as configured, or half of the idle time (a minute with a cluster)."""
    if culler.cull_every:
        return culler.cull_every
    half = culler.timeout / 2 or 60.0
    return min(half, 60.0) if culler.clean_cluster else half


def make_address(culler: CullerTraits) -> hub.Address:
    """Where the hub is; raises StartError naming what is missing."""
    token = os.environ.get("JUPYTERHUB_API_TOKEN", "")
    if not culler.url:
        raise StartError("url: set WorkshopCuller.url or $JUPYTERHUB_API_URL to the hub's API")
    if not token:
        raise StartError("set $JUPYTERHUB_API_TOKEN; a hub gives it to its managed services")
    return hub.Address(
        url=culler.url,
        token=token,
        timeout=float(os.environ.get("JUPYTERHUB_REQUEST_TIMEOUT") or 60),
        concurrency=culler.concurrency,
        page_size=culler.api_page_size or 200,
        ssl=hub.make_ssl(culler.internal_certs_location) if culler.ssl_enabled else None,
    )


def make_settings(culler: CullerTraits) -> Settings:
    """The rules of all passes, from the options."""
    first = [] if culler.cull_default_servers else [{"match": {"server": ""}, "exempt": True}]
    if not culler.cull_named_servers:
        first.append({"match": {"server": "?*"}, "exempt": True})
    return Settings(
        general=limits.Limits(
            idle=culler.timeout,
            age=culler.max_age,
            pending=culler.pending_timeout,
            remove=culler.remove_named_servers,
            extend=culler.extension,
            extend_limit=culler.extension_limit,
            warn=culler.warning,
        ),
        ordered=limits.make_policies([*first, *culler.policies]),
        users=user_verdicts.UserRules(
            anonymous_group=culler.anonymous_group,
            anonymous=culler.anonymous_timeout,
            idle=culler.timeout if culler.cull_users else 0,
            age=culler.max_age if culler.cull_users else 0,
            admins=culler.cull_admin_users,
        ),
        arbiter=culler.cull_arbiter_hook,
        limits_hook=culler.limits_hook,
        dry_run=culler.dry_run,
    )
