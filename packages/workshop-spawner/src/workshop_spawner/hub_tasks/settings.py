"""What a hub's tasks read from the traits of its spawner class. Nothing here has a user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from workshop_kube.client.connections import Configuration
from workshop_spawner.context import HubContext
from workshop_spawner.kube.cluster import Cluster, make_patience
from workshop_spawner.logs import Log
from workshop_spawner.manifests import budgets
from workshop_spawner.model.session import Hub
from workshop_spawner.rules import plan, pod_security
from workshop_spawner.rules.hub_settings import HubSettings
from workshop_spawner.rules.reserve import schedule
from workshop_spawner.rules.rights import Uses
from workshop_spawner.rules.warm_pods import PodFacts


class SpawnerTraits(Protocol):
    """The traits that concern all sessions."""

    authenticator: object
    application: str
    mode: str
    namespace: str
    hub_account: str
    log: Log
    k8s_api_host: str
    k8s_api_ssl_ca_cert: str
    k8s_api_verify_ssl: bool | None
    k8s_api_request_timeout: float
    k8s_api_request_retry_timeout: float
    project_api: str
    reserved_sessions: int
    reserved_pods: int
    reserve_schedule: list[str]
    reserved_pod_age: int
    start_timeout: int
    session_limit: int
    console_image: str
    image: str
    volume_size: str
    storage_pvc_ensure: bool
    services_enabled: bool
    internal_ssl: bool
    delete_pvc: bool
    events_enabled: bool
    identity: str
    budget: Any
    extra_resources: Any
    profile_list: Any
    init_containers: Any

    def needs_api_networks(self) -> bool:
        """Whether it has to be found out where the cluster's API is."""

    def make_static_spec(self, budget: budgets.Setting) -> plan.SessionSpec:
        """What is decided about each session, with this budget."""


class ApiClient(Protocol):
    """A client of kubernetes_asyncio, such as KubeSpawner's."""

    configuration: Configuration


def open_cluster(context: HubContext, client: ApiClient, traits: SpawnerTraits) -> Cluster:
    """The hub's cluster, by the configuration of KubeSpawner's `client`."""
    timeout, total = traits.k8s_api_request_timeout, traits.k8s_api_request_retry_timeout
    return context.open_cluster(client.configuration, make_patience(timeout, total), traits.log)


async def find_hub(cluster: Cluster, traits: SpawnerTraits, hub_id: str = "") -> Hub:
    """The values that say whose sessions these are; asks the cluster once."""

    async def ask() -> str:
        return (await cluster.whoami()).name

    account = traits.hub_account or await cluster.facts.learn("own account", ask)
    return Hub(traits.application, traits.mode, traits.namespace, account, hub_id)


def make_settings(traits: SpawnerTraits) -> HubSettings:
    """The values; what a callable decides is left out, as it takes a visitor's spawner."""
    budget, extras = traits.budget, traits.extra_resources
    made = HubSettings(
        namespace=traits.namespace,
        application=traits.application,
        spec=traits.make_static_spec(budgets.DEFAULT if callable(budget) else budget),
        project_api=traits.project_api,
        extra_resources="" if callable(extras) else extras,
        asks_visitor=callable(budget) or callable(extras),
        reserved_sessions=traits.reserved_sessions,
        reserved_pods=traits.reserved_pods,
        windows=schedule.parse_schedule(traits.reserve_schedule),
        pod_age=traits.reserved_pod_age,
        pod_patience=max(traits.start_timeout, LONGEST_PULL),
        session_limit=traits.session_limit,
        pod_facts=_make_pod_facts(traits),
        privileged=pod_security.list_privileged(traits.init_containers),
        image_names=(traits.image, *_list_profile_images(traits.profile_list)),
    )
    return replace(made, uses=_make_uses(traits, made))


def _make_uses(traits: SpawnerTraits, made: HubSettings) -> Uses:
    """What the settings use beside what each session has."""
    has_home = bool(traits.volume_size) or traits.storage_pvc_ensure
    return Uses(
        home=has_home,
        delete_home=has_home and traits.delete_pvc,
        services=traits.services_enabled or traits.internal_ssl,
        certificates=traits.internal_ssl,
        events=traits.events_enabled,
        refresh=traits.identity == plan.USER_TOKEN,
        pool=made.keeps_pool,
        pods=made.keeps_pods,
        api_endpoints=traits.needs_api_networks(),
    )


# Seconds that a pod may take that nobody waits for: a node may have to pull a large image first.
LONGEST_PULL = 600
# Traits that may be a callable, or are a hook, which takes the visitor's spawner.
ASKED = (
    *("uid", "gid", "fs_gid", "supplemental_gids", "container_security_context"),
    *("pod_security_context", "profile_list", "modify_pod_hook", "after_pod_created_hook"),
    "get_pod_url",
)


def _make_pod_facts(traits: SpawnerTraits) -> PodFacts:
    """What goes into each session's pod, or is asked about it."""
    return PodFacts(
        home=bool(traits.volume_size) or traits.storage_pvc_ensure,
        console=bool(traits.console_image),
        services=traits.services_enabled,
        certificates=traits.internal_ssl,
        asked=tuple(name for name in ASKED if callable(getattr(traits, name, None))),
    )


def _list_profile_images(profiles: object) -> list[str]:
    found: list[Mapping[str, Any]] = profiles if isinstance(profiles, list) else []
    overrides = [profile.get("kubespawner_override") or {} for profile in found]
    return [made["image"] for made in overrides if isinstance(made.get("image"), str)]
