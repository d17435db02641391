"""Settings that are written down and do nothing, as another one leaves them no place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from workshop_spawner.manifests import exposure
from workshop_spawner.rules import plan

Values = Mapping[str, object]

# What an administrator relies on: the hub does not start where one of these does nothing.
RELIED_ON = frozenset({"extra_resources", "network_internet"})


@dataclass(frozen=True)
class Row:
    """Settings that do nothing where `is_unused`, which looks at those of `looks_at`, says so."""

    names: tuple[str, ...]
    looks_at: tuple[str, ...]
    is_unused: Callable[[Values], bool]
    why: str


def _has_no_project(values: Values) -> bool:
    return values["project"] in (plan.USER, plan.NONE)


ROWS = (
    Row(
        (
            *("extra_resources", "image_registry", "hub_role", "budget", "project_owner"),
            *("project_role", "session_rules", "project_api", "pod_security"),
            *("project_labels", "project_annotations"),
        ),
        ("project",),
        _has_no_project,
        'the hub makes projects with WorkshopSpawner.project = "temporary" or "persistent" only',
    ),
    Row(
        ("project_template",),
        ("project",),
        lambda values: values["project"] != plan.USER,
        'it names the projects of WorkshopSpawner.project = "user"',
    ),
    Row(
        ("project_role", "session_rules"),
        ("project", "identity"),
        lambda values: not _has_no_project(values) and values["identity"] == plan.NONE,
        'with WorkshopSpawner.identity = "none" a session is nobody who could have rights',
    ),
    Row(
        ("user_token_key",),
        ("identity",),
        lambda values: values["identity"] != plan.USER_TOKEN,
        'it is about WorkshopSpawner.identity = "user-token"',
    ),
    Row(
        ("image_registry", "hub_role"),
        ("project", "extra_resources"),
        lambda values: not _has_no_project(values) and not values["extra_resources"],
        "it is about WorkshopSpawner.extra_resources, and there are none",
    ),
    Row(
        ("project_owner",),
        ("project", "project_api"),
        lambda values: not _has_no_project(values) and values["project_api"] == "request",
        'projects of WorkshopSpawner.project_api = "request" have no owner',
    ),
    Row(
        ("exposed_by", "exposed_domain", "exposed_annotations", "exposed_ingress_class"),
        ("exposed_ports",),
        lambda values: not values["exposed_ports"],
        "WorkshopSpawner.exposed_ports names no port",
    ),
    Row(
        ("exposed_domain", "exposed_annotations", "exposed_ingress_class"),
        ("exposed_ports", "exposed_by"),
        lambda values: bool(values["exposed_ports"]) and values["exposed_by"] == exposure.PROXY,
        'with WorkshopSpawner.exposed_by = "proxy" no port has a host name',
    ),
    Row(
        ("exposed_ingress_class",),
        ("exposed_ports", "exposed_by"),
        lambda values: bool(values["exposed_ports"]) and values["exposed_by"] == exposure.ROUTE,
        'with WorkshopSpawner.exposed_by = "route" there is no Ingress',
    ),
    Row(
        (
            *("network_internet", "network_api_addresses", "network_more_egress"),
            *("network_hub_labels", "network_router_labels"),
        ),
        ("network_policies",),
        lambda values: not values["network_policies"],
        "with WorkshopSpawner.network_policies = False nothing closes the network",
    ),
    Row(
        ("network_api_addresses",),
        ("network_policies", "network_internet"),
        lambda values: bool(values["network_policies"] and values["network_internet"]),
        "with WorkshopSpawner.network_internet = True sessions reach every address",
    ),
    Row(
        ("volume_path", "volume_class"),
        ("volume_size",),
        lambda values: not values["volume_size"],
        "without WorkshopSpawner.volume_size there is no volume",
    ),
    Row(
        ("console_memory", "console_branding", "console_command"),
        ("console_image",),
        lambda values: not values["console_image"],
        "without WorkshopSpawner.console_image there is no console",
    ),
)


def list_unused(
    values: Values, written: Collection[str], overridden: Collection[str] = ()
) -> Iterator[tuple[str, str]]:
    """The names of settings that do nothing, each with a sentence.

    `values` has all settings, `written` the names of those that an administrator gave another value
    than the default. What profiles or groups have `overridden` may be otherwise for some.
    """
    for row in ROWS:
        if set(row.looks_at) & set(overridden) or not row.is_unused(values):
            continue
        for name in row.names:
            if name in written:
                yield name, f"WorkshopSpawner.{name} has no effect: {row.why}."
