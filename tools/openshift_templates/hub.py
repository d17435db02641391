"""A hub with its Service, Route, settings and volume, for any mode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from openshift_templates.objects import (
    LOCKED,
    Object,
    let_in,
    list_env,
    list_secret_env,
    make_account,
    make_claim,
    make_config_map,
    make_deployment,
    make_disruption_budget,
    make_http_probe,
    make_ingress_policy,
    make_mount,
    make_resources,
    make_route,
    make_secret,
    make_service,
)
from openshift_templates.parameters import Default

# Parameters that the hub's container is told as they are.
TOLD = (
    *("ADMIN_USERS", "ASK_NAME", "AUTO_START", "CLUSTER_SUBDOMAIN", "CONSOLE_BRANDING"),
    *("CONSOLE_IMAGE", "CONSOLE_MEMORY", "CONSOLE_URL", "DOWNLOAD_URL", "EXPOSED_BY"),
    *("EXPOSED_PORTS", "HOMEROOM_LINK", "IDLE_TIMEOUT", "IMAGE_PULL_SECRET", "KUBECTL_VERSION"),
    *("MAX_SESSION_AGE", "NAME_PREFIX", "NETWORK_INTERNET", "NOTEBOOK_IMAGE"),
    *("NOTEBOOK_INTERFACE", "NOTEBOOK_MEMORY", "OC_VERSION", "ODO_VERSION", "OPENSHIFT_PROJECT"),
    *("REGISTERED_USERS", "RESERVED_PODS", "RESERVED_SESSIONS", "RESOURCE_BUDGET"),
    *("SERVER_LIMIT", "SPAWNER_ROLE"),
    *("TRUSTED_PROXIES", "VOLUME_SIZE", "WORKSHOP_CPU", "WORKSHOP_DESCRIPTION", "WORKSHOP_FILE"),
    *("WORKSHOP_IMAGE", "WORKSHOP_MEMORY", "WORKSHOP_NAME", "WORKSHOP_TITLE"),
)
# Those that come by a Secret, and the keys there.
SECRET = {
    "COOKIE_SECRET": "cookie-secret",
    "DATABASE_PASSWORD": "database-password",
    "INSTRUCTOR_CODE": "instructor-code",
    "JUPYTERHUB_CRYPT_KEY": "crypt-key",
    "SPAWNER_PASSWORD": "access-code",
}
ROOT = "/opt/app-root"
HEALTH = "/hub/health"
SESSIONS = 10_000  # more than there will be: no node that is drained takes one of them away
LISTED = {
    "HOMEROOM_NAME": "homeroom/group",
    "WORKSHOP_TITLE": "homeroom/title",
    "WORKSHOP_DESCRIPTION": "homeroom/description",
}


@dataclass(frozen=True)
class Hub:
    """What tells one hub from another. Texts may hold `${PARAMETER}`.

    `host` is empty where the cluster chooses the route's; `told` are more variables of the
    container. `image` and `memory` are the parameters that have the hub's. Without `has_volume`
    the database is elsewhere.
    """

    app: str
    mode: str
    parameters: Mapping[str, Default]
    host: str = ""
    image: str = "SPAWNER_IMAGE"
    memory: str = "SPAWNER_MEMORY"
    told: Mapping[str, str] = field(default_factory=dict)
    has_volume: bool = True

    @property
    def name(self) -> str:
        """Of the Deployment and the Service; sessions find the hub by it."""
        return f"{self.app}-spawner"

    def has(self, parameter: str) -> bool:
        """Whether its template has a parameter."""
        return parameter in self.parameters


def list_objects(hub: Hub) -> list[Object]:
    """All but rights and the login's client."""
    objects = [make_account(hub.name), *_list_settings(hub)]
    if hub.has_volume:
        objects.append(make_claim(f"{hub.name}-data", "1Gi"))
    session = {"app": hub.app, "class": "session"}
    budget = make_disruption_budget(f"{hub.app}-session", session, SESSIONS)
    return [
        *objects,
        make_deployment(hub.app, hub.name, hub.name, _make_container(hub), _list_volumes(hub)),
        make_service(hub.name, hub.name, 8080, 8081),
        make_route(hub.name, hub.name, 8080, hub.host, _make_annotations(hub)),
        # People, and sessions that ask how long they last; the hub's API is the sessions' alone.
        make_ingress_policy(hub.name, hub.name, let_in(8080), let_in(8081, session)),
        budget,
    ]


def _list_settings(hub: Hub) -> list[Object]:
    name = hub.name
    files = {
        "jupyterhub_config.py": "${JUPYTERHUB_CONFIG}",
        "jupyterhub_config.sh": "${JUPYTERHUB_ENVVARS}",
    }
    found = [
        make_secret(name, {key: f"${{{each}}}" for each, key in SECRET.items() if hub.has(each)}),
        make_config_map(f"{name}-configs", files),
    ]
    if hub.has("OAUTH_CLIENT_SECRET"):
        found.append(make_secret(f"{name}-oauth", {"secret": "${OAUTH_CLIENT_SECRET}"}))
    if hub.has("TERMINAL_ENVVARS"):
        found.append(make_envvars(f"{hub.app}-session-envvars"))
    if hub.has("EXTRA_RESOURCES"):
        data = {"extra_resources.yaml": "${EXTRA_RESOURCES}"}
        found.append(make_config_map(f"{hub.app}-session-resources", data))
    return found


def make_envvars(name: str, *kinds: str) -> Object:
    """The scripts that shells source."""
    kinds = kinds or ("terminal", "workshop", "gateway")
    data = {f"{kind}.sh": f"${{{kind.upper()}_ENVVARS}}" for kind in kinds}
    return make_config_map(name, data)


def _make_container(hub: Hub) -> Object:
    told = {
        "CONFIGURATION_TYPE": hub.mode,
        **({"PUBLIC_HOSTNAME": hub.host} if hub.host else {}),
        **hub.told,
        **{each: f"${{{each}}}" for each in TOLD if hub.has(each)},
    }
    if hub.has("TERMINAL_ENVVARS"):
        told["SESSION_ENVVARS"] = f"{hub.app}-session-envvars"
    secret = {each: key for each, key in SECRET.items() if hub.has(each)}
    return {
        "name": "hub",
        "image": f"${{{hub.image}}}",
        "env": [*list_env(told), *list_secret_env(hub.name, secret)],
        "ports": [
            {"containerPort": 8080, "protocol": "TCP"},
            {"containerPort": 8081, "protocol": "TCP"},
        ],
        # People come through the proxy, which learns its way to the hub last.
        "readinessProbe": make_http_probe(HEALTH, 8080, periodSeconds=2, timeoutSeconds=5),
        # A hub that starts may wait for its database.
        "livenessProbe": make_http_probe(HEALTH, 8081, timeoutSeconds=10, initialDelaySeconds=300),
        "resources": make_resources(f"${{{hub.memory}}}", "100m"),
        "securityContext": LOCKED,
        "volumeMounts": _list_mounts(hub),
    }


def _list_mounts(hub: Hub) -> list[Object]:
    found = [
        make_mount("configs", f"{ROOT}/configs"),
        make_mount("tmp", "/tmp", read_only=False),
    ]
    if hub.has_volume:
        found.append(make_mount("data", f"{ROOT}/data", read_only=False))
    if hub.has("OAUTH_CLIENT_SECRET"):
        found.append(make_mount("oauth", f"{ROOT}/oauth"))
    if hub.has("EXTRA_RESOURCES"):
        found.append(make_mount("resources", f"{ROOT}/resources"))
    return found


def _list_volumes(hub: Hub) -> list[Object]:
    sources: dict[str, Object] = {
        "configs": {"configMap": {"name": f"{hub.name}-configs"}},
        "tmp": {"emptyDir": {"sizeLimit": "256Mi"}},
        "data": {"persistentVolumeClaim": {"claimName": f"{hub.name}-data"}},
        "oauth": {"secret": {"secretName": f"{hub.name}-oauth"}},
        "resources": {"configMap": {"name": f"{hub.app}-session-resources"}},
    }
    return [{"name": mount["name"], **sources[mount["name"]]} for mount in _list_mounts(hub)]


def _make_annotations(hub: Hub) -> dict[str, str]:
    listed = {key: f"${{{each}}}" for each, key in LISTED.items() if hub.has(each)}
    acme = {"kubernetes.io/tls-acme": "${LETS_ENCRYPT}"} if hub.has("LETS_ENCRYPT") else {}
    # The page of a start stays open until the session is there.
    return {"haproxy.router.openshift.io/timeout": "5m", **acme, **listed}
