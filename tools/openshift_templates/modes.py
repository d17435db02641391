"""The templates of the hub's five modes, and those that need no right outside their project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from openshift_templates import hub, keycloak, rights
from openshift_templates import parameters as known
from openshift_templates.objects import (
    Object,
    make_binding,
    make_cluster_role,
    make_oauth_client,
    make_role,
)
from openshift_templates.parameters import Default, Required
from openshift_templates.template import Template

APP = "${NAME_PREFIX}${WORKSHOP_NAME}"
NAMESPACE = "${SPAWNER_NAMESPACE}"
HOST = f"{APP}-{NAMESPACE}.${{CLUSTER_SUBDOMAIN}}"
# What belongs to the whole cluster has the namespace in its name, too.
UNIQUE = f"{APP}-{NAMESPACE}"
VISITOR = f"{UNIQUE}-visitor"
CALLBACK = f"https://{HOST}/hub/oauth_callback"
ACCOUNT_CA = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"
NAMESPACED = (
    "role,rolebinding,serviceaccount,configmap,secret,persistentvolumeclaim,networkpolicy,"
    "poddisruptionbudget,lease"
)
RIGHTS = {
    "hosted-workshop": "hub-rbac-hosted-workshop.yaml",
    "jumpbox-server": "hub-rbac-jumpbox-server.yaml",
    "learning-portal": "hub-rbac.yaml",
    "terminal-server": "hub-rbac-hosted-workshop.yaml",
    "user-workspace": "hub-rbac-user-workspace.yaml",
}
VISIT = f"Open https://{HOST}/"
INSTRUCT = "Instructors: /services/workshop-culler/login, with the code ${INSTRUCTOR_CODE}"


def name_place(mode: str) -> dict[str, Default]:
    """The parameters that all modes begin with."""
    return known.join(known.PLACE, WORKSHOP_NAME=Required(mode), NAME_PREFIX="")


def render_deletion(app: str = APP, namespace: str = NAMESPACE, cluster: str = "") -> str:
    """The commands that remove a deployment with all that its sessions have."""
    own = f"oc delete all,{NAMESPACED} -l app={app}"
    place = f"workshop.jupyter.org/namespace={namespace}"
    whole = f"oc delete {cluster} -l app={app},{place}"
    return "\n".join(["To remove all of it:", *([f"  {whole}"] if cluster else []), f"  {own}"])


def make_hub(mode: str, parameters: Mapping[str, Default], **told: str) -> hub.Hub:
    """The hub of a mode, at its host name."""
    return hub.Hub(APP, mode, parameters, HOST, told=told)


def list_own_rights(
    app: str, namespace: str, file: str, settings: tuple[str, ...] = (), without: str = ""
) -> list[Object]:
    """What the hub's account may do in its own project."""
    name = f"{app}-spawner"
    rules = rights.leave_out(rights.list_rules(file, "Role", settings), without)
    role = make_role(name, rules)
    return [role, make_binding(name, role, name, namespace)]


def list_project_rights(mode: str) -> list[Object]:
    """What it may do to projects, anywhere in the cluster, and who owns the projects.

    The owner has no rights. Whoever deletes it deletes the projects of all sessions: so that it is
    an object of its own, which nobody has another reason to delete or to recreate.
    """
    name, session, extra = f"{UNIQUE}-spawner", f"{UNIQUE}-session-rules", f"{UNIQUE}-spawner-rules"
    owner = f"{UNIQUE}-projects"
    is_portal = mode == "learning-portal"
    settings = ("NETWORK_INTERNET", *(("RESERVED_SESSIONS",) if is_portal else ()))
    rules = rights.list_rules(RIGHTS[mode], "ClusterRole", settings)
    rules = rights.add_names(rules, "bind", session, *((VISITOR,) if is_portal else ()))
    rules = rights.add_names(rules, "get", owner)
    roles = [
        make_cluster_role(name, NAMESPACE, rules),
        make_cluster_role(extra, NAMESPACE, "${{SPAWNER_RULES}}"),
    ]
    account = f"{APP}-spawner"
    return [
        make_cluster_role(owner, NAMESPACE, []),
        make_cluster_role(session, NAMESPACE, "${{SESSION_RULES}}"),
        *([make_cluster_role(VISITOR, NAMESPACE, _list_visitor_rules())] if is_portal else ()),
        *roles,
        *(make_binding(role["metadata"]["name"], role, account, NAMESPACE) for role in roles),
    ]


def _list_visitor_rules() -> list[Object]:
    """Those of `workshop-admin`, so that nothing has to be applied to the cluster before."""
    return rights.list_rules("workshop-admin.yaml", "ClusterRole")


def make_learning_portal() -> Template:
    """Visitors without an account, each with a project of their own for an hour."""
    mode = "learning-portal"
    parameters = known.join(
        *(name_place(mode), known.LISTING, known.SIZES, {"WORKSHOP_CPU": ""}, known.VISITORS),
        *(known.CONSOLE, known.PROJECTS, known.PORTS, known.IMAGES, known.CONTENT, known.CONFIG),
        known.NETWORK,
    )
    settings = ("WORKSHOP_IMAGE", "EXPOSED_BY-route", "RESERVED_SESSIONS", "RESERVED_PODS")
    made = make_hub(mode, parameters, **_name_projects(), VISITOR_ROLE=VISITOR)
    return Template(
        mode,
        "Workshop for visitors without an account",
        APP,
        parameters,
        [
            *list_project_rights(mode),
            *list_own_rights(APP, NAMESPACE, RIGHTS[mode], settings),
            *hub.list_objects(made),
        ],
        [VISIT, INSTRUCT, render_deletion(cluster="clusterrole,clusterrolebinding")],
    )


def _name_projects() -> dict[str, str]:
    return {"SESSION_RULES": f"{UNIQUE}-session-rules", "PROJECT_OWNER": f"{UNIQUE}-projects"}


def make_learning_portal_without_projects() -> Template:
    """The same where nobody may give a hub rights in the whole cluster."""
    whole = make_learning_portal()
    gone = {*known.PROJECTS, *known.CONSOLE, "NETWORK_INTERNET"}
    gone |= {"RESERVED_SESSIONS", "RESERVED_PODS"}
    parameters = {name: each for name, each in whole.parameters.items() if name not in gone}
    settings = ("WORKSHOP_IMAGE", "EXPOSED_BY-route")
    made = make_hub("learning-portal", parameters, SESSION_PROJECTS="false")
    file, homes = RIGHTS["jumpbox-server"], "persistentvolumeclaims"
    own = list_own_rights(APP, NAMESPACE, file, settings, homes)
    return Template(
        "learning-portal-without-projects",
        "Workshop for visitors without an account, whose shells may do nothing in the cluster",
        APP,
        parameters,
        [*own, *hub.list_objects(made)],
        [VISIT, INSTRUCT, render_deletion()],
    )


def make_openshift(mode: str) -> Template:
    """Users of the cluster, each as themselves."""
    console = known.CONSOLE if mode == "hosted-workshop" else {}
    parameters = known.join(
        *(name_place(mode), known.LISTING, known.SIZES, {"WORKSHOP_CPU": ""}, known.USERS),
        *(console, {"CONSOLE_URL": ""}, known.OPENSHIFT, {"COOKIE_SECRET": known.HEX_32}),
        *(known.IMAGES, known.CONTENT, known.CONFIG, known.NETWORK),
    )
    del parameters["NETWORK_INTERNET"]  # asks for a right in the whole cluster
    client = f"{UNIQUE}-console"
    made = make_hub(mode, parameters, OAUTH_CLIENT_ID=client)
    console_text = " and the web console" if console else ""
    return Template(
        mode,
        f"Workshop for users of the cluster: a terminal{console_text}",
        APP,
        parameters,
        [
            make_oauth_client(client, NAMESPACE, CALLBACK),
            *list_own_rights(APP, NAMESPACE, RIGHTS[mode]),
            *hub.list_objects(made),
        ],
        [VISIT, render_deletion(cluster="oauthclient")],
    )


def make_with_client(mode: str) -> Template:
    """The same for who administers a project only: the OAuthClient is there already."""
    whole = make_openshift(mode)
    parameters = known.join(
        whole.parameters, OAUTH_CLIENT_ID=Required(), OAUTH_CLIENT_SECRET=Required()
    )
    made = make_hub(mode, parameters, OAUTH_CLIENT_ID="${OAUTH_CLIENT_ID}")
    return replace(
        whole,
        name=f"{mode}-with-client",
        parameters=parameters,
        title=f"{whole.title}, by an OAuthClient that is there",
        objects=[*list_own_rights(APP, NAMESPACE, RIGHTS[mode]), *hub.list_objects(made)],
        message=[VISIT, f"The OAuthClient must lead back to {CALLBACK}", render_deletion()],
    )


def make_keycloak(mode: str) -> Template:
    """People who register themselves at a Keycloak that comes along."""
    has_projects = mode == "user-workspace"
    budget: Mapping[str, Default] = {
        "SPAWNER_ROLE": Required("admin"),
        "RESOURCE_BUDGET": Required("default"),
    }
    parameters = known.join(
        *(name_place(mode), known.LISTING, known.SIZES, {"WORKSHOP_CPU": ""}, known.USERS),
        *((known.CONSOLE, known.PROJECTS, budget, known.PORTS) if has_projects else ()),
        *(known.IMAGES, known.KEYCLOAK, known.CONTENT, known.CONFIG, known.NETWORK),
    )
    host = f"{APP}-keycloak-{NAMESPACE}.${{CLUSTER_SUBDOMAIN}}"
    told = {
        "KEYCLOAK_REALM_URL": f"https://{host}/realms/{keycloak.REALM}",
        "OAUTH_CLIENT_ID": keycloak.CLIENT,
        # OpenShift has its routers' authority there, too.
        "OAUTH_CA_FILE": ACCOUNT_CA,
    }
    if not has_projects:
        del parameters["NETWORK_INTERNET"]
    made = make_hub(mode, parameters, **told, **(_name_projects() if has_projects else {}))
    settings = ("EXPOSED_BY-route",) if has_projects else ()
    kind = "a project each" if has_projects else "shells that may do nothing in the cluster"
    cluster = "clusterrole,clusterrolebinding" if has_projects else ""
    return Template(
        mode,
        f"Workshop for people who register themselves, with {kind}",
        APP,
        parameters,
        [
            *(list_project_rights(mode) if has_projects else ()),
            *list_own_rights(APP, NAMESPACE, RIGHTS[mode], settings),
            *keycloak.list_objects(APP, host, CALLBACK),
            *hub.list_objects(made),
        ],
        [
            VISIT,
            f"Accounts: https://{host}/admin/workshop/console/",
            render_deletion(cluster=cluster),
        ],
    )


def list_templates() -> list[Template]:
    """All of them."""
    return [
        make_learning_portal(),
        make_learning_portal_without_projects(),
        *(make_openshift(mode) for mode in ("hosted-workshop", "terminal-server")),
        *(make_with_client(mode) for mode in ("hosted-workshop", "terminal-server")),
        *(make_keycloak(mode) for mode in ("user-workspace", "jumpbox-server")),
    ]
