"""The parameters of all templates: what each is, and its default.

Their names are those of the templates that people know from before; each of these is on the page
docs/how-to/migrate-templates.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

VERSION = "0.1.0"


class Generated(NamedTuple):
    """A default that the cluster draws for each deployment, by this expression."""

    expression: str


class Required(NamedTuple):
    """A value must be given; where `default` is not empty, there is one."""

    default: str = ""


Default = str | Generated | Required
LETTERS_16, LETTERS_32 = Generated("[a-zA-Z0-9]{16}"), Generated("[a-zA-Z0-9]{32}")
HEX_32, HEX_64 = Generated("[a-f0-9]{32}"), Generated("[a-f0-9]{64}")

DESCRIPTIONS: Mapping[str, str] = {
    "ADMIN_USERS": "The hub's administrators, by name, between spaces.",
    "APPLICATION_NAME": "What the names of all objects begin with.",
    "ASK_NAME": "Whether visitors must type a name (true, false).",
    "AUTH_PASSWORD": "Password that goes with AUTH_USERNAME.",
    "AUTH_USERNAME": "Name to log in with; without it, whoever administers the project logs in "
    "with OpenShift.",
    "AUTO_START": "Whether the login page presses its own button (true, false).",
    "BUILDER_IMAGE": "ImageStreamTag of this project, of an image that builds by S2I.",
    "CLUSTER_SUBDOMAIN": "Domain of the cluster's routes, such as apps.example.com.",
    "CONSOLE_BRANDING": "Whose name the web console shows.",
    "CONSOLE_IMAGE": "OpenShift's web console, run beside each session; without it there is none.",
    "CONSOLE_MEMORY": "Memory of the console.",
    "CONSOLE_URL": "A web console that people log in to themselves.",
    "CONTEXT_DIR": "Folder of the repository to build from.",
    "COOKIE_SECRET": "Signs the cookies of logins.",
    "DATABASE_IMAGE": "PostgreSQL as OpenShift has it, an ImageStreamTag of this project or a "
    "whole name. `oc tag openshift/postgresql:16-el9 postgresql:16-el9` makes the default one.",
    "DATABASE_MEMORY": "Memory of the database.",
    "DATABASE_PASSWORD": "Password of the hub's database.",
    "DOWNLOAD_URL": "Content that sessions fetch when they start.",
    "EXPOSED_BY": "How EXPOSED_PORTS are reached: proxy (behind the hub's login) or route.",
    "EXPOSED_PORTS": "Ports of a session that browsers reach, between commas.",
    "EXTRA_RESOURCES": "More objects for each session, YAML or JSON.",
    "GATEWAY_ENVVARS": "As TERMINAL_ENVVARS.",
    "GIT_REFERENCE": "Branch or tag to build.",
    "GIT_REPOSITORY_REF": "Branch or tag to build.",
    "GIT_REPOSITORY_URL": "Git repository to build from.",
    "HOMEROOM_LINK": "A page that lists workshops; sessions lead back there.",
    "HOMEROOM_NAME": "In which group a page that lists workshops shows this one.",
    "IDLE_TIMEOUT": "Seconds without a key press after which a session ends; 0 is never.",
    "IMAGE_PULL_SECRET": "A Secret with the login of the sessions' registry.",
    "INSTRUCTOR_CODE": "Code for instructors, typed at /services/workshop-culler/login.",
    "JUPYTERHUB_CONFIG": "Python that is added to the hub's configuration, and wins over it.",
    "JUPYTERHUB_CRYPT_KEY": "Encrypts the users' tokens in the hub's database.",
    "JUPYTERHUB_ENVVARS": "Shell that is sourced before the hub starts.",
    "JUPYTERHUB_IMAGE": "The hub's image, an ImageStreamTag of this project or a whole name.",
    "JUPYTERHUB_MEMORY": "Memory of the hub.",
    "JUPYTERHUB_NAME": "Name of the image that is built.",
    "KEYCLOAK_DB_PASSWORD": "Password of Keycloak's database.",
    "KEYCLOAK_DB_VOLUME_SIZE": "Size of the volume of Keycloak's database.",
    "KEYCLOAK_IMAGE": "Keycloak 26, an ImageStreamTag of this project or a whole name.",
    "KEYCLOAK_PASSWORD": "Password of Keycloak's administrator.",
    "KEYCLOAK_USER": "Name of Keycloak's administrator.",
    "KUBECTL_VERSION": "Which kubectl sessions use, where the image has it.",
    "LETS_ENCRYPT": "Whether an ACME controller is to give the route a certificate (true, false).",
    "MAX_SESSION_AGE": "Seconds after which any session ends; 0 is never.",
    "NAME_PREFIX": "Names of all objects begin with this.",
    "NETWORK_INTERNET": "Whether sessions may reach addresses outside the cluster (true, false).",
    "NOTEBOOK_IMAGE": "Image of the sessions, an ImageStreamTag of this project or a whole name.",
    "NOTEBOOK_INTERFACE": "What sessions show first: classic or lab.",
    "NOTEBOOK_MEMORY": "Memory of a session.",
    "OAUTH_CLIENT_ID": "Name of the OAuthClient that the cluster's administrator has made.",
    "OAUTH_CLIENT_SECRET": "Secret of the hub's OAuth client.",
    "OC_VERSION": "Which oc sessions use, where the image has it.",
    "ODO_VERSION": "Which odo they use.",
    "OPENSHIFT_PROJECT": "Name of a user's own project, such as {username}-dev.",
    "OPENSHIFT_TOKEN": "A token that shells act with in place of the account's own.",
    "REGISTERED_USERS": "The only users who may enter, between spaces; without it, all who can log "
    "in.",
    "RESERVED_PODS": "In how many of them a pod runs already and waits for its visitor.",
    "RESERVED_SESSIONS": "How many sessions are kept ready ahead.",
    "RESOURCE_BUDGET": "Size of a session's project: small to xxx-large, unlimited, default.",
    "SERVER_LIMIT": "How many sessions at once; who comes later waits. 0 is no limit.",
    "SESSION_NAME": "The session's name.",
    "SESSION_RULES": "More rights of a session in its project: rules of RBAC in JSON.",
    "SPAWNER_IMAGE": "The hub's image, an ImageStreamTag of this project or a whole name.",
    "SPAWNER_MEMORY": "Memory of the hub.",
    "SPAWNER_NAMESPACE": "The project into which this is deployed.",
    "SPAWNER_PASSWORD": "A code that visitors must type; without it everybody comes in.",
    "SPAWNER_ROLE": "ClusterRole of a session in its project, such as admin, edit or view; where "
    "there is none, one like admin that keeps network policies and host names to the hub.",
    "SPAWNER_RULES": "What the hub may do in the cluster to make EXTRA_RESOURCES: rules of RBAC in "
    "JSON.",
    "TERMINAL_ENVVARS": "Shell that is sourced when a session starts, such as export EDITOR=nano.",
    "TERMINAL_IMAGE": "The terminal's image, an ImageStreamTag of this project or a whole name.",
    "TRUSTED_PROXIES": "Addresses of the routers before the hub, between commas, so that its "
    "limits tell visitors apart.",
    "VOLUME_SIZE": "Size of a volume for each home; without it nothing is kept.",
    "WORKSHOP_CPU": "CPU of a session; without it, as much as the node has.",
    "WORKSHOP_DESCRIPTION": "A sentence for the login page.",
    "WORKSHOP_ENVVARS": "As TERMINAL_ENVVARS.",
    "WORKSHOP_FILE": "Which variant of the content sessions show.",
    "WORKSHOP_IMAGE": "Image of the sessions, an ImageStreamTag of this project or a whole name.",
    "PROFILE_IMAGE_1": "Image of a profile, as WORKSHOP_IMAGE.",
    "PROFILE_IMAGE_2": "Image of a profile, as WORKSHOP_IMAGE.",
    "PROFILE_IMAGE_3": "Image of a profile, as WORKSHOP_IMAGE.",
    "WORKSHOP_MEMORY": "Memory of a session.",
    "WORKSHOP_NAME": "The workshop's name.",
    "WORKSHOP_NAMESPACE": "The project into which this is deployed.",
    "WORKSHOP_TITLE": "What the login page calls the workshop.",
}

HUB_IMAGE = f"workshop-hub:{VERSION}"
SESSION_IMAGE = f"workshop-dashboard:{VERSION}"
TERMINAL_IMAGE = f"workshop-terminal:{VERSION}"
NOTEBOOK_IMAGE = f"workshop-notebook:{VERSION}"
POSTGRESQL_IMAGE = "postgresql:16-el9"
KEYCLOAK_IMAGE = "keycloak:26.4"

PLACE: Mapping[str, Default] = {"SPAWNER_NAMESPACE": Required(), "CLUSTER_SUBDOMAIN": Required()}
CONTENT: Mapping[str, Default] = {
    "TERMINAL_ENVVARS": "",
    "WORKSHOP_ENVVARS": "",
    "GATEWAY_ENVVARS": "",
    "DOWNLOAD_URL": "",
    "WORKSHOP_FILE": "",
    "OC_VERSION": "",
    "ODO_VERSION": "",
    "KUBECTL_VERSION": "",
}
CONFIG: Mapping[str, Default] = {"JUPYTERHUB_CONFIG": "", "JUPYTERHUB_ENVVARS": ""}
LISTING: Mapping[str, Default] = {
    "HOMEROOM_NAME": "",
    "HOMEROOM_LINK": "",
    "WORKSHOP_TITLE": "",
    "WORKSHOP_DESCRIPTION": "",
}
CONSOLE: Mapping[str, Default] = {
    "CONSOLE_MEMORY": "128Mi",
    "CONSOLE_BRANDING": "openshift",
    "CONSOLE_IMAGE": "",
}
SIZES: Mapping[str, Default] = {"SPAWNER_MEMORY": "768Mi", "WORKSHOP_MEMORY": "512Mi"}
IMAGES: Mapping[str, Default] = {
    "WORKSHOP_IMAGE": SESSION_IMAGE,
    "SPAWNER_IMAGE": Required(HUB_IMAGE),
    "IMAGE_PULL_SECRET": "",
}
PROJECTS: Mapping[str, Default] = {
    "SPAWNER_ROLE": "",
    "RESOURCE_BUDGET": Required("small"),
    "SPAWNER_RULES": Required("[]"),
    "EXTRA_RESOURCES": "",
    "SESSION_RULES": Required("[]"),
}
PORTS: Mapping[str, Default] = {"EXPOSED_PORTS": "", "EXPOSED_BY": Required("proxy")}
NETWORK: Mapping[str, Default] = {
    "NETWORK_INTERNET": Required("true"),
    "TRUSTED_PROXIES": "",
    "LETS_ENCRYPT": Required("false"),
}
VISITORS: Mapping[str, Default] = {
    "SPAWNER_PASSWORD": "",
    "ASK_NAME": "",
    "AUTO_START": "",
    "INSTRUCTOR_CODE": LETTERS_32,
    "SERVER_LIMIT": "8",
    "RESERVED_SESSIONS": "0",
    "RESERVED_PODS": "0",
    "IDLE_TIMEOUT": "300",
    "MAX_SESSION_AGE": "3600",
}
USERS: Mapping[str, Default] = {
    "ADMIN_USERS": "",
    "REGISTERED_USERS": "",
    "SERVER_LIMIT": "",
    "IDLE_TIMEOUT": "7200",
    "MAX_SESSION_AGE": "",
}
OPENSHIFT: Mapping[str, Default] = {
    "VOLUME_SIZE": "",
    "OPENSHIFT_PROJECT": "",
    "OAUTH_CLIENT_SECRET": LETTERS_32,
    "JUPYTERHUB_CRYPT_KEY": HEX_64,
}
KEYCLOAK: Mapping[str, Default] = {
    "VOLUME_SIZE": "",
    "KEYCLOAK_IMAGE": Required(KEYCLOAK_IMAGE),
    "KEYCLOAK_USER": Generated("[a-zA-Z0-9]{8}"),
    "KEYCLOAK_PASSWORD": LETTERS_16,
    "KEYCLOAK_DB_VOLUME_SIZE": Required("1Gi"),
    "KEYCLOAK_DB_PASSWORD": LETTERS_16,
    "DATABASE_IMAGE": Required(POSTGRESQL_IMAGE),
    "OAUTH_CLIENT_SECRET": HEX_32,
}
LOGIN: Mapping[str, Default] = {"AUTH_USERNAME": "", "AUTH_PASSWORD": LETTERS_16}
TERMINAL: Mapping[str, Default] = {
    **LOGIN,
    "OPENSHIFT_TOKEN": "",
    "TERMINAL_ENVVARS": "",
    "OC_VERSION": "",
    "ODO_VERSION": "",
    "KUBECTL_VERSION": "",
    "WORKSHOP_MEMORY": Required("512Mi"),
}
SOURCE: Mapping[str, Default] = {
    "GIT_REPOSITORY_URL": Required(),
    "GIT_REFERENCE": Required("master"),
    "CONTEXT_DIR": "",
}
DATABASE: Mapping[str, Default] = {
    "DATABASE_IMAGE": Required(POSTGRESQL_IMAGE),
    "DATABASE_PASSWORD": LETTERS_16,
    "COOKIE_SECRET": HEX_32,
    "JUPYTERHUB_MEMORY": Required("512Mi"),
    "DATABASE_MEMORY": Required("512Mi"),
    "NOTEBOOK_MEMORY": Required("512Mi"),
    "NOTEBOOK_INTERFACE": "classic",
    "JUPYTERHUB_CRYPT_KEY": HEX_64,
}


def join(*groups: Mapping[str, Default], **more: Default) -> dict[str, Default]:
    """Groups of parameters as one; the later default wins."""
    found: dict[str, Default] = {}
    for group in (*groups, more):
        found |= group
    return found


def render(
    parameters: Mapping[str, Default], without: Sequence[str] = ()
) -> list[dict[str, object]]:
    """The list `parameters` of a Template."""
    return [
        {"name": name, "description": DESCRIPTIONS[name], **_render_default(default)}
        for name, default in parameters.items()
        if name not in without
    ]


def _render_default(default: Default) -> dict[str, object]:
    if isinstance(default, Generated):
        return {"generate": "expression", "from": default.expression, "required": True}
    if isinstance(default, Required):
        value = {"value": default.default} if default.default else {}
        return {**value, "required": True}
    return {"value": default}
