"""From traits to frozen values: the settings of the passes, the hub's address, the interval."""

from __future__ import annotations

import os
import ssl
from collections.abc import Sequence

from workshop_culler.clients import hub
from workshop_culler.config.settings import Settings
from workshop_culler.config.traits import CullerTraits
from workshop_culler.errors import StartError
from workshop_culler.rules import limits, user_verdicts, wrong_codes

SSL_BY_TRAITS = "internal_certs_location"


def find_interval(culler: CullerTraits) -> float:
    """Seconds between passes: as configured, or half of the idle time (a minute with a cluster)."""
    if culler.cull_every:
        return culler.cull_every
    half = culler.timeout / 2 or 60.0
    return min(half, 60.0) if culler.clean_cluster else half


def make_address(culler: CullerTraits) -> hub.HubAddress:
    """Where the hub is; raises StartError naming what is missing."""
    token = os.environ.get("JUPYTERHUB_API_TOKEN", "")
    if not culler.url:
        raise StartError("url: set WorkshopCuller.url or $JUPYTERHUB_API_URL to the hub's API")
    if not token:
        raise StartError("set $JUPYTERHUB_API_TOKEN; a hub gives it to its managed services")
    return hub.HubAddress(
        url=culler.url,
        token=token,
        timeout=_read_timeout(),
        concurrency=culler.concurrency,
        page_size=culler.api_page_size or 200,
        ssl=_make_ssl(culler),
    )


def _read_timeout() -> float:
    text = os.environ.get("JUPYTERHUB_REQUEST_TIMEOUT") or "60"
    try:
        return float(text)
    except ValueError:
        raise StartError(
            f"$JUPYTERHUB_REQUEST_TIMEOUT must be seconds, such as 60, not {text!r}"
        ) from None


def _make_ssl(culler: CullerTraits) -> ssl.SSLContext | None:
    """The context for a hub with internal_ssl: by the traits, or as the hub told its service."""
    if culler.ssl_enabled:
        folder = culler.internal_certs_location
        name = f"{folder}/hub-internal/hub-internal"
        files = [f"{name}.crt", f"{name}.key", f"{folder}/hub-ca/hub-ca.crt"]
        said = SSL_BY_TRAITS
    else:
        names = ("CERTFILE", "KEYFILE", "CLIENT_CA")
        files = [os.environ.get(f"JUPYTERHUB_SSL_{name}", "") for name in names]
        said = "$JUPYTERHUB_SSL_CERTFILE"
    if not all(files):
        return None
    try:
        return hub.make_ssl(*files)
    except OSError as error:
        missing = next((path for path in files if not os.access(path, os.R_OK)), files[0])
        raise StartError(
            f"{said}: the certificates for the hub's internal_ssl cannot be used: {missing}: "
            f"{error.strerror or error}"
        ) from error


def find_trusted(culler: CullerTraits) -> tuple[wrong_codes.Network, ...]:
    """The networks whose `X-Forwarded-For` is believed."""
    loopback = wrong_codes.LOOPBACK if culler.trust_loopback else ()
    return (*loopback, *wrong_codes.parse_networks(culler.trusted_proxies))


def problem_with_options(culler: CullerTraits, rest: Sequence[str] = ()) -> str | None:
    """What contradicts itself, in a sentence that names the option; None if nothing does."""
    if rest:
        return f"{rest[0]!r} is no option; see `workshop-culler --help`"
    if culler.url and not culler.url.startswith(("http://", "https://", "http+unix://")):
        return f"url: must be like http://hub:8081/hub/api, not {culler.url!r}"
    if culler.anonymous_timeout and not culler.anonymous_group:
        return "anonymous_timeout: needs anonymous_group, which tells who is anonymous"
    if culler.clean_cluster:
        return None
    if culler.cull_volumes:
        return "cull_volumes: needs clean_cluster, without which nothing in the cluster is removed"
    if "label" in limits.needed_subjects(limits.make_policies(culler.policies)):
        return "policies: to match by label:... needs clean_cluster, which reads the pods' labels"
    return None


# Options that do nothing without another.
WITHOUT = {
    "clean_cluster": ("application", "namespace", "hub_account", "orphan_grace", "stuck_timeout"),
    "cull_users": ("cull_admin_users",),
    "extension": ("extension_limit",),
    "ssl_enabled": ("internal_certs_location",),
    "anonymous_timeout": ("anonymous_group",),
}


def find_source() -> str:
    """What names this hub in events: the service's public address, or its place at the hub."""
    names = ("JUPYTERHUB_PUBLIC_URL", "JUPYTERHUB_SERVICE_PREFIX")
    return next((os.environ[name] for name in names if os.environ.get(name)), "workshop-culler")


def list_unused(culler: CullerTraits) -> list[str]:
    """What is written down and does nothing, a sentence each."""
    sections = [
        culler.config[c.__name__] for c in type(culler).__mro__ if c.__name__ in culler.config
    ]
    return [
        f"{name} has no effect: it needs {needed}"
        for needed, names in WITHOUT.items()
        for name in names
        if not getattr(culler, needed) and any(name in section for section in sections)
    ]


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
