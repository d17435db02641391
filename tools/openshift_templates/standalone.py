"""Sessions without a hub: one person's terminal or dashboard, and notes alone."""

from __future__ import annotations

from collections.abc import Mapping

from openshift_templates import hub, modes
from openshift_templates import parameters as known
from openshift_templates.objects import (
    LOCKED,
    SECURITY,
    Object,
    let_in,
    list_env,
    list_secret_env,
    make_account,
    make_binding,
    make_claim,
    make_cluster_role,
    make_deployment,
    make_http_probe,
    make_ingress_policy,
    make_login_annotations,
    make_mount,
    make_old_binding,
    make_resources,
    make_route,
    make_secret,
    make_service,
)
from openshift_templates.parameters import Default, Required
from openshift_templates.template import Template

PORT = 10080
SESSION, WORKSHOP = "${NAME_PREFIX}${SESSION_NAME}", "${NAME_PREFIX}${WORKSHOP_NAME}"
TOLD = (
    *("DOWNLOAD_URL", "WORKSHOP_FILE", "OC_VERSION", "ODO_VERSION", "KUBECTL_VERSION"),
    *("CLUSTER_SUBDOMAIN", "CONSOLE_URL", "WORKSHOP_NAME"),
)
# The copy is made aside and renamed at the end: a container killed half-way leaves no half home.
FILL = """\
set -eu
if [ ! -d "$2/workspace" ]; then
  rm -rf "$2/.setup-volume"
  mkdir "$2/.setup-volume"
  cp -R --preserve=mode,links,timestamps "$1/." "$2/.setup-volume/"
  mv "$2/.setup-volume" "$2/workspace"
fi
"""
ROOT, VOLUME = "/opt/app-root", "/mnt/workspace"


def list_objects(
    app: str,
    image: str,
    parameters: Mapping[str, Default],
    *,
    told: Mapping[str, str] | None = None,
    has_account: bool = True,
) -> list[Object]:
    """The session; with `has_account` its shells are logged in, and so are people by OpenShift."""
    login = {"username": "${AUTH_USERNAME}", "password": "${AUTH_PASSWORD}"}
    annotations = {"kubernetes.io/tls-acme": "false"}
    found = [
        make_secret(app, {**login, **({"token": "${OPENSHIFT_TOKEN}"} if has_account else {})}),
        hub.make_envvars(f"{app}-env", *_list_kinds(parameters)),
        _make_deployment(app, image, parameters, told or {}, has_account=has_account),
        make_service(app, app, PORT),
        make_route(app, app, PORT, annotations=annotations),
        make_ingress_policy(app, app, let_in(PORT)),
    ]
    if has_account:
        found.insert(0, make_account(f"{app}-user", make_login_annotations(app)))
    if "VOLUME_SIZE" in parameters:
        found.insert(0, make_claim(f"{app}-data", "${VOLUME_SIZE}"))
    return found


def _list_kinds(parameters: Mapping[str, Default]) -> list[str]:
    kinds = ("terminal", "workshop", "gateway")
    return [kind for kind in kinds if f"{kind.upper()}_ENVVARS" in parameters]


def _make_deployment(
    app: str,
    image: str,
    parameters: Mapping[str, Default],
    told: Mapping[str, str],
    *,
    has_account: bool,
) -> Object:
    values = {name: f"${{{name}}}" for name in TOLD if name in parameters}
    values |= {"OAUTH_SERVICE_ACCOUNT": f"{app}-user"} if has_account else {}
    if "OPENSHIFT_PROJECT" in parameters:
        values["PROJECT_NAMESPACE"] = "${OPENSHIFT_PROJECT}"
    secret = {"AUTH_USERNAME": "username", "AUTH_PASSWORD": "password"}
    health = make_http_probe("/api", PORT, timeoutSeconds=10)
    resources = make_resources("${WORKSHOP_MEMORY}")
    container: Object = {
        "name": "terminal",
        "image": f"${{{image}}}",
        "env": [*list_env({**values, **told}), *list_secret_env(app, secret)],
        "ports": [{"containerPort": PORT, "protocol": "TCP"}],
        "readinessProbe": health,
        "livenessProbe": {**health, "initialDelaySeconds": 60},
        "resources": resources,
        "securityContext": SECURITY,
        "volumeMounts": [make_mount("env", "/opt/workshop/envvars")],
    }
    volumes: list[Object] = [{"name": "env", "configMap": {"name": f"{app}-env"}}]
    more: Object = {}
    if has_account:
        container["volumeMounts"].append(make_mount("token", "/var/run/workshop"))
        items = [{"key": "token", "path": "token"}]
        volumes.append({"name": "token", "secret": {"secretName": app, "items": items}})
    if "VOLUME_SIZE" in parameters:
        home = {**make_mount("data", ROOT, read_only=False), "subPath": "workspace"}
        container["volumeMounts"].append(home)
        volumes.append({"name": "data", "persistentVolumeClaim": {"claimName": f"{app}-data"}})
        more["initContainers"] = [_make_setup(container["image"], resources)]
    account = f"{app}-user" if has_account else ""
    return make_deployment(app, app, account, container, volumes, **more)


def _make_setup(image: str, resources: Object) -> Object:
    return {
        "name": "setup-volume",
        "image": image,
        "command": ["/bin/sh", "-c", FILL, "setup-volume", ROOT, VOLUME],
        "resources": resources,
        "securityContext": SECURITY,
        "volumeMounts": [make_mount("data", VOLUME, read_only=False)],
    }


def _list_message(app: str, *, cluster: str = "") -> list[str]:
    place = "${WORKSHOP_NAMESPACE}" if cluster else ""
    return [
        f"Its address: oc get route {app}",
        "Log in with OpenShift, or, if AUTH_USERNAME is set, as ${AUTH_USERNAME} with the password "
        "${AUTH_PASSWORD}",
        modes.render_deletion(app, place, cluster),
    ]


def make_terminal(name: str, title: str, **more: Default) -> Template:
    """A terminal whose shells administer the project."""
    parameters = known.join(
        {"SESSION_NAME": Required("terminal"), "NAME_PREFIX": ""},
        {"TERMINAL_IMAGE": Required(known.TERMINAL_IMAGE)},
        *(more, known.TERMINAL),
    )
    objects = [
        *list_objects(SESSION, "TERMINAL_IMAGE", parameters),
        make_old_binding(f"{SESSION}-admin", "admin", f"{SESSION}-user"),
    ]
    return Template(name, title, SESSION, parameters, objects, _list_message(SESSION))


def _join_dashboard(**more: Default) -> dict[str, Default]:
    return known.join(
        {"WORKSHOP_NAME": Required("workshop"), "NAME_PREFIX": ""},
        more,
        {"WORKSHOP_IMAGE": Required(known.SESSION_IMAGE)},
        *(known.TERMINAL, known.CONTENT),
        {"CLUSTER_SUBDOMAIN": "", "OPENSHIFT_PROJECT": "", "CONSOLE_URL": ""},
    )


def make_dashboard() -> Template:
    """Notes and terminals whose shells administer the project."""
    parameters = _join_dashboard()
    objects = [
        *list_objects(WORKSHOP, "WORKSHOP_IMAGE", parameters),
        make_old_binding(f"{WORKSHOP}-admin", "admin", f"{WORKSHOP}-user"),
    ]
    title = "Workshop for one person, in a project of theirs"
    return Template("dashboard", title, WORKSHOP, parameters, objects, _list_message(WORKSHOP))


def make_dashboard_cluster_admin() -> Template:
    """Notes and terminals whose shells administer the cluster."""
    namespace = "${WORKSHOP_NAMESPACE}"
    parameters = _join_dashboard(WORKSHOP_NAMESPACE=Required())
    name = f"{WORKSHOP}-{namespace}-cluster-admin"
    role = make_cluster_role("cluster-admin", namespace, [])
    objects = [
        *list_objects(WORKSHOP, "WORKSHOP_IMAGE", parameters),
        make_binding(name, role, f"{WORKSHOP}-user", namespace),
    ]
    title = "Workshop for one person, who administers the cluster"
    message = _list_message(WORKSHOP, cluster="clusterrolebinding")
    return Template("dashboard-cluster-admin", title, WORKSHOP, parameters, objects, message)


def make_workshop_only() -> Template:
    """Notes without a terminal beside them, and without rights in the cluster."""
    parameters = known.join(
        {"WORKSHOP_NAME": Required("workshop"), "NAME_PREFIX": ""},
        {"WORKSHOP_IMAGE": Required(known.SESSION_IMAGE), "WORKSHOP_ENVVARS": ""},
        {"DOWNLOAD_URL": "", "WORKSHOP_FILE": "", "WORKSHOP_MEMORY": Required("512Mi")},
        {"AUTH_USERNAME": Required("workshop"), "AUTH_PASSWORD": known.LETTERS_16},
    )
    told = {"WORKSHOP_ONLY": "true"}
    objects = list_objects(WORKSHOP, "WORKSHOP_IMAGE", parameters, told=told, has_account=False)
    message = [
        f"Its address: oc get route {WORKSHOP}",
        "Log in as ${AUTH_USERNAME} with the password ${AUTH_PASSWORD}",
        modes.render_deletion(WORKSHOP, ""),
    ]
    return Template("workshop-only", "Notes alone", WORKSHOP, parameters, objects, message)


# The same image as the sessions' unless they are said, which costs a node nothing.
PROFILE_IMAGES = ("PROFILE_IMAGE_1", "PROFILE_IMAGE_2", "PROFILE_IMAGE_3")


def make_pre_pull() -> Template:
    """A pod on each node that has the sessions' image, so that no visitor waits for it."""
    app = f"{WORKSHOP}-pre-pull"
    parameters = known.join(
        {"WORKSHOP_NAME": Required("learning-portal"), "NAME_PREFIX": ""},
        {"WORKSHOP_IMAGE": Required(known.SESSION_IMAGE)},
        dict.fromkeys(PROFILE_IMAGES, Required(known.SESSION_IMAGE)),
    )
    container: Object = {
        "name": "image",
        "image": "${WORKSHOP_IMAGE}",
        "command": ["/bin/sh", "-c", "exec sleep infinity"],
        "resources": make_resources("16Mi", "1m"),
        "securityContext": LOCKED,
    }
    made = make_deployment(WORKSHOP, app, "", container, terminationGracePeriodSeconds=0)
    policy = make_ingress_policy(app, app)
    pod = made["spec"]["template"]
    pod["metadata"]["labels"]["component"] = "pre-pull"
    pod["spec"]["initContainers"] = [
        {
            **container,
            "name": name.lower().replace("_", "-"),
            "image": f"${{{name}}}",
            "command": ["/bin/sh", "-c", "exit 0"],
        }
        for name in PROFILE_IMAGES
    ]
    spec = {key: value for key, value in made["spec"].items() if key in ("selector", "template")}
    daemons = {**made, "kind": "DaemonSet", "spec": spec}
    message = [f"How far it is: oc get daemonset {app}", f"Then: oc delete daemonset {app}"]
    message.append(modes.render_deletion(WORKSHOP))
    title = "Sessions' image on every node, before people come"
    return Template("pre-pull", title, WORKSHOP, parameters, [daemons, policy], message)


def list_templates() -> list[Template]:
    """All of them."""
    return [
        make_terminal("terminal", "Terminal for one person, in a project of theirs"),
        make_terminal(
            "terminal-workspace",
            "Terminal for one person, with a home that stays",
            VOLUME_SIZE=Required("1Gi"),
        ),
        make_dashboard(),
        make_dashboard_cluster_admin(),
        make_workshop_only(),
        make_pre_pull(),
    ]
