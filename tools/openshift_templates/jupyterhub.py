"""A hub whose sessions are notebooks, with PostgreSQL: jupyterhub-deployer and its kin."""

from __future__ import annotations

from collections.abc import Mapping

from openshift_templates import builds, database, hub, modes
from openshift_templates import parameters as known
from openshift_templates.objects import Object, make_oauth_client, make_old_binding
from openshift_templates.parameters import Default, Required
from openshift_templates.template import Template

APP = "${APPLICATION_NAME}"
NAMESPACE = "${SPAWNER_NAMESPACE}"
DB_SIZE = "1Gi"
# Nobody's login keeps count here.
LIMITS: Mapping[str, Default] = {
    "SERVER_LIMIT": "20",
    "IDLE_TIMEOUT": "7200",
    "MAX_SESSION_AGE": "0",
    "SPAWNER_PASSWORD": "",
    "INSTRUCTOR_CODE": known.LETTERS_32,
    "TRUSTED_PROXIES": "",
}


def _make_hub(mode: str, parameters: Mapping[str, Default], host: str = "", **told: str) -> hub.Hub:
    told = {"WORKSHOP_NAME": APP, "DATABASE_HOST": f"{APP}-db:{database.PORT}", **told}
    image, memory = "JUPYTERHUB_IMAGE", "JUPYTERHUB_MEMORY"
    return hub.Hub(APP, mode, parameters, host, image, memory, told, has_volume=False)


def _list_database() -> list[Object]:
    password, memory = "${DATABASE_PASSWORD}", "${DATABASE_MEMORY}"
    client = f"{APP}-spawner"
    return database.list_objects(APP, f"{APP}-db", client, "jupyterhub", password, DB_SIZE, memory)


def make_deployer(name: str, title: str, *built: Object, **more: Default) -> Template:
    """Notebooks for whoever comes, which may do nothing in the cluster."""
    parameters = known.join(
        {"APPLICATION_NAME": Required("jupyterhub")},
        {"JUPYTERHUB_IMAGE": Required(known.HUB_IMAGE)},
        *(more, known.CONFIG, known.DATABASE, LIMITS),
    )
    del parameters["JUPYTERHUB_CRYPT_KEY"]
    # Who builds the notebook's image names no other.
    told = {} if "NOTEBOOK_IMAGE" in parameters else {"NOTEBOOK_IMAGE": f"{APP}-nb:{builds.TAG}"}
    made = _make_hub("learning-portal", parameters, SESSION_PROJECTS="false", **told)
    objects = [
        *built,
        make_old_binding(f"{APP}-edit", "edit", made.name),
        *_list_database(),
        *hub.list_objects(made),
    ]
    message = [
        f"Its address: oc get route {made.name}",
        modes.INSTRUCT,
        modes.render_deletion(APP, ""),
    ]
    return Template(name, title, APP, parameters, objects, message)


def make_workspace() -> Template:
    """Notebooks for users of the cluster, who act as themselves."""
    parameters = known.join(
        *(known.PLACE, {"APPLICATION_NAME": Required("jupyterhub")}),
        {"JUPYTERHUB_IMAGE": Required(known.HUB_IMAGE)},
        {"NOTEBOOK_IMAGE": Required(known.NOTEBOOK_IMAGE)},
        *(known.CONFIG, {"ADMIN_USERS": "", "REGISTERED_USERS": ""}, known.DATABASE),
        {"OPENSHIFT_PROJECT": "", "VOLUME_SIZE": "", "IDLE_TIMEOUT": ""},
        {"OAUTH_CLIENT_SECRET": known.LETTERS_32, "TRUSTED_PROXIES": ""},
    )
    host = f"{APP}-{NAMESPACE}.${{CLUSTER_SUBDOMAIN}}"
    client = f"{APP}-{NAMESPACE}-users"
    made = _make_hub("terminal-server", parameters, host, OAUTH_CLIENT_ID=client)
    callback = f"https://{host}/hub/oauth_callback"
    objects = [
        make_oauth_client(client, NAMESPACE, callback),
        *modes.list_own_rights(APP, NAMESPACE, modes.RIGHTS["terminal-server"]),
        *_list_database(),
        *hub.list_objects(made),
    ]
    message = [f"Open https://{host}/", modes.render_deletion(APP, NAMESPACE, "oauthclient")]
    title = "Notebooks for users of the cluster"
    return Template("jupyterhub-workspace", title, APP, parameters, objects, message)


def list_templates() -> list[Template]:
    """All of them."""
    built = builds.list_source_build(f"{APP}-nb")
    return [
        make_deployer(
            "jupyterhub-deployer",
            "Notebooks for whoever comes",
            NOTEBOOK_IMAGE=Required(known.NOTEBOOK_IMAGE),
        ),
        make_deployer(
            "jupyterhub-quickstart",
            "Notebooks for whoever comes, of an image built from a repository",
            *built,
            BUILDER_IMAGE=Required(known.NOTEBOOK_IMAGE),
            **known.SOURCE,
        ),
        make_workspace(),
    ]
