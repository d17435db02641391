"""Every trait and hook of KubeSpawner and Spawner is honoured, or refused by name."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from kubespawner import KubeSpawner
from traitlets import TraitError
from traitlets.config import Config

from workshop_spawner import WorkshopSpawner
from workshop_spawner.config.defaults import REFUSED
from workshop_spawner.manifests import budgets
from workshop_spawner.model.session import Hub, Session
from workshop_spawner.rules import pod_manifest

PODS = "/api/v1/namespaces/workshops/pods"
BY_NAME = """
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.WorkshopSpawner.restart_url = ""
"""

CONTAINER = {"name": "more", "image": "more"}
TERM = {"weight": 1, "podAffinityTerm": {"topologyKey": "zone"}}
NODE_TERM = {"matchExpressions": [{"key": "a", "operator": "Exists"}]}
# A value of each setting that shows in KubeSpawner's pod.
IN_THE_POD = {
    "allow_privilege_escalation": True,
    "args": ["--x"],
    "cmd": ["other"],
    "port": 1234,
    "common_labels": {"team": "a"},
    "component_label": "other",
    "debug": True,
    "container_security_context": {"runAsUser": 7},
    "cpu_guarantee": 0.5,
    "cpu_limit": 2.0,
    "default_url": "/lab",
    "disable_user_config": True,
    "environment": {"A": "b"},
    "env_keep": ["HOME"],
    "extra_annotations": {"a": "b"},
    "extra_container_config": {"stdin": True},
    "extra_containers": [CONTAINER],
    "extra_labels": {"a": "b"},
    "extra_pod_config": {"hostname": "h"},
    "extra_resource_guarantees": {"gpu": "1"},
    "extra_resource_limits": {"gpu": "1"},
    "fs_gid": 5,
    "gid": 6,
    "hub_connect_url": "http://hub:1",
    "image": "other",
    "image_pull_policy": "Always",
    "image_pull_secrets": ["s"],
    "init_containers": [CONTAINER],
    "ip": "127.0.0.9",
    "lifecycle_hooks": {"preStop": {"exec": {"command": ["x"]}}},
    "mem_guarantee": 2**20,
    "mem_limit": 2**21,
    "modify_pod_hook": lambda _spawner, pod: pod.metadata.labels.update(hook="x") or pod,
    "node_affinity_preferred": [{"weight": 1, "preference": NODE_TERM}],
    "node_affinity_required": [NODE_TERM],
    "node_selector": {"a": "b"},
    "notebook_dir": "/n",
    "oauth_client_allowed_scopes": ["self"],
    "pod_affinity_preferred": [TERM],
    "pod_affinity_required": [TERM["podAffinityTerm"]],
    "pod_anti_affinity_preferred": [TERM],
    "pod_anti_affinity_required": [TERM["podAffinityTerm"]],
    "pod_name_template": "x-{username}",
    "pod_security_context": {"runAsUser": 7},
    "priority_class_name": "p",
    "privileged": True,
    "scheduler_name": "s",
    "supplemental_gids": [9],
    "tolerations": [{"key": "a"}],
    "uid": 7,
    "volume_mounts": [{"name": "v", "mountPath": "/v"}],
    "volumes": [{"name": "v", "emptyDir": {}}],
    "working_dir": "/w",
}
# What happens elsewhere, and where that is shown.
ELSEWHERE = {
    **dict.fromkeys(
        (
            "storage_pvc_ensure",
            "storage_access_modes",
            "storage_capacity",
            "storage_class",
            "storage_extra_annotations",
            "storage_extra_labels",
            "storage_selector",
            "pvc_name_template",
            "remember_pvc_name",
            "handle_legacy_names",
            "delete_pvc",
        ),
        "KubeSpawner's claim: here, tests/test_stepwise.py",
    ),
    **dict.fromkeys(
        (
            "services_enabled",
            "dns_name_template",
            "secret_name_template",
            "secret_mount_path",
            "ssl_alt_names",
            "ssl_alt_names_include_local",
            "after_pod_created_hook",
        ),
        "KubeSpawner's Secret, Service and hook: here",
    ),
    **dict.fromkeys(
        (
            "pre_spawn_hook",
            "post_stop_hook",
            "progress_ready_hook",
            "auth_state_hook",
            "options_form",
            "options_from_form",
            "apply_user_options",
            "group_overrides",
            "consecutive_failure_limit",
            "http_timeout",
            "poll_interval",
            "poll_jitter",
            "start_timeout",
            "oauth_roles",
            "server_token_scopes",
        ),
        "called by JupyterHub around ours: here, test_spawner.py",
    ),
    **dict.fromkeys(
        (
            "profile_list",
            "profile_form_template",
            "additional_profile_form_template_paths",
            "slow_spawn_message",
            "slow_spawn_message_frequency",
            "slow_spawn_message_threshold",
            "events_enabled",
            "get_pod_url",
            "pod_connect_ip",
            "hub_connect_ip",
            "hub_connect_port",
            "k8s_api_host",
            "k8s_api_ssl_ca_cert",
            "k8s_api_verify_ssl",
            "slug_scheme",
        ),
        "KubeSpawner's own methods, which ours calls",
    ),
    **dict.fromkeys(
        (
            "namespace",
            "delete_grace_period",
            "delete_stopped_pods",
            "k8s_api_request_timeout",
            "k8s_api_request_retry_timeout",
        ),
        "read by ours: test_spawner.py",
    ),
    "k8s_api_threadpool_workers": "does nothing in KubeSpawner either, which says so",
}


def inherited():
    ours = WorkshopSpawner.class_traits(config=True)
    return sorted(set(KubeSpawner.class_traits(config=True)) & set(ours))


def test_all_settings_of_the_installed_versions_are_known():
    known = {*IN_THE_POD, *ELSEWHERE, *REFUSED}
    assert set(inherited()) - known == set(), "honour it, or refuse it by name"


def make(cls, **settings):
    config = Config()
    for name, value in settings.items():
        config[cls.__name__][name] = value
    user = SimpleNamespace(
        name="alice", id=1, url="/user/alice/", escaped_name="alice", settings={}
    )
    user.get_auth_state = None
    spawner = cls(_mock=True, config=config, user=user)
    spawner.server = None
    return spawner


async def make_theirs(**settings):
    spawner = make(KubeSpawner, **settings)
    pod = await spawner.get_pod_manifest()
    if spawner.modify_pod_hook:
        pod = spawner.modify_pod_hook(spawner, pod)
    return spawner.api.api_client.sanitize_for_serialization(pod)


async def make_ours(**settings):
    spawner = make(WorkshopSpawner, **settings)
    spec = spawner.make_static_spec(budgets.DEFAULT)
    hub = Hub("workshop", "m", "default", "system:serviceaccount:default:hub")
    session = Session(hub, "s" * 16, "alice", pod_name=spawner.pod_name)
    return pod_manifest.complete(await spawner.make_pod(), session, spec, {"uid": "u"}, "/")


@pytest.mark.parametrize("name", [n for n in inherited() if n in IN_THE_POD])
@pytest.mark.usefixtures("credentials", "close_clients")
async def test_what_shows_in_kubespawners_pod_shows_in_ours(name):
    value = {name: IN_THE_POD[name]}
    needed = {"volume_mounts": "volumes", "args": "cmd"}.get(name)
    more = {needed: IN_THE_POD[needed]} if needed else {}
    assert await make_theirs(**value, **more) != await make_theirs(**more), "choose another value"
    assert await make_ours(**value, **more) != await make_ours(**more)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_cannot_be_honoured_is_refused_by_name(name):
    value = {"a": "b"} if name.endswith(("labels", "annotations")) else "x"
    value = True if name.startswith(("enable", "automount")) else value
    with pytest.raises(TraitError, match=f"WorkshopSpawner.{name} cannot be used"):
        make(WorkshopSpawner, **{name: value})


def allow(site, *rules):
    """Add rules of group, resource and verbs to the hub's role in its namespace."""
    path = "/apis/rbac.authorization.k8s.io/v1/namespaces/workshops/roles/workshop-hub"
    role = site.as_admin(path)
    for resource, *verbs in rules:
        role["rules"].append({"apiGroups": [""], "resources": [resource], "verbs": verbs})
    assert site.pocket.request("PUT", path, role).status == 200


CLAIMS = "/api/v1/namespaces/workshops/persistentvolumeclaims"
AS_Z2JH = """
c.KubeSpawner.storage_pvc_ensure = True
c.KubeSpawner.storage_capacity = "10Gi"
c.KubeSpawner.storage_access_modes = ["ReadWriteOnce"]
c.KubeSpawner.storage_extra_labels = {"hub.jupyter.org/of": "{username}"}
c.KubeSpawner.volumes = {"volume-{user_server}": {
    "name": "volume-{user_server}", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}}
c.KubeSpawner.volume_mounts = {"volume-{user_server}": {
    "name": "volume-{user_server}", "mountPath": "%s"}}
c.KubeSpawner.extra_labels = {"hub.jupyter.org/network-access-hub": "true"}
c.KubeSpawner.fs_gid = 100
c.KubeSpawner.allow_privilege_escalation = False
"""


@pytest.mark.hub
async def test_the_claim_of_a_usual_chart_is_made_kept_and_goes_with_the_user(
    site, workshop, tmp_path
):
    site.pocket.start_node()
    allow(site, ("persistentvolumeclaims", "get", "create", "delete"))
    hub = await workshop(BY_NAME + AS_Z2JH % (tmp_path / "home"))
    await hub.api("POST", "users/alice")
    lines = await hub.start_server("alice")
    assert lines[-1].get("ready"), lines
    claim = site.as_admin(f"{CLAIMS}/claim-alice")
    assert claim["spec"]["resources"]["requests"]["storage"] == "10Gi"
    assert claim["metadata"]["labels"]["hub.jupyter.org/of"] == "alice"
    pod = site.as_admin(f"{PODS}/intro-user-alice")
    volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
    assert volumes["volume-alice"]["persistentVolumeClaim"] == {"claimName": "claim-alice"}
    assert pod["metadata"]["labels"]["hub.jupyter.org/network-access-hub"] == "true"
    await hub.api("DELETE", "users/alice/server")
    await site.gone()
    assert (await hub.start_server("alice"))[-1].get("ready")
    uid = claim["metadata"]["uid"]
    assert site.as_admin(f"{CLAIMS}/claim-alice")["metadata"]["uid"] == uid
    await hub.api("DELETE", "users/alice/server")
    await hub.api("DELETE", "users/alice")
    await site.pocket.until(lambda: not site.as_admin(f"{CLAIMS}/claim-alice"))


HOOKS = """
def tell(hook):
    def told(spawner, *more):
        print("called:", hook, type(spawner).__name__, *[type(m).__name__ for m in more])
        return more[0] if hook == "modify_pod_hook" else None
    return told

async def created(spawner, pod):
    print("created:", pod["metadata"]["name"], pod["metadata"]["uid"])

async def ready(spawner, event):
    return {**event, "message": "as the hook says"}

def form(spawner):
    return "choose <input name='x'>"

c.KubeSpawner.modify_pod_hook = tell("modify_pod_hook")
c.KubeSpawner.after_pod_created_hook = created
c.KubeSpawner.services_enabled = True
c.KubeSpawner.get_pod_url = lambda spawner, pod: f"http://{pod['status']['podIP']}:8888"
c.KubeSpawner.pod_name_template = "server-{username}"
c.Spawner.pre_spawn_hook = tell("pre_spawn_hook")
c.Spawner.post_stop_hook = tell("post_stop_hook")
c.Spawner.auth_state_hook = tell("auth_state_hook")
c.Spawner.apply_user_options = lambda spawner, options: None
c.Spawner.progress_ready_hook = ready
c.Spawner.options_form = form
c.Spawner.environment = {"WORKSHOP_NAME": lambda spawner: "of " + spawner.user.name}
"""


@pytest.mark.hub
async def test_hooks_are_called_and_a_service_is_made(site, workshop, visit):
    site.pocket.start_node()
    allow(site, ("services", "get", "create", "delete"))
    hub = await workshop(BY_NAME + HOOKS)
    visitor = await visit(hub)
    await visitor.login(username="alice", password="x")
    assert "choose <input" in (await visitor.get("hub/spawn/alice"))[1]
    lines = await hub.start_server("alice", {"x": "1"})
    assert lines[-1].get("ready"), lines
    assert lines[-1]["message"] == "as the hook says"
    pod = site.as_admin(f"{PODS}/server-alice")
    assert f"created: server-alice {pod['metadata']['uid']}" in hub.log_text
    service = site.as_admin("/api/v1/namespaces/workshops/services/server-alice")
    assert service["metadata"]["ownerReferences"][0]["uid"] == pod["metadata"]["uid"]
    labels = pod["metadata"]["labels"].items()
    assert service["spec"]["selector"].items() <= labels, "the Service finds the pod"
    env = {e["name"]: e.get("value") for e in pod["spec"]["containers"][0]["env"]}
    assert env["WORKSHOP_NAME"] == "of alice"
    await hub.api("DELETE", "users/alice/server")
    await site.gone()
    await hub.logged("called: post_stop_hook WorkshopSpawner")
    for called in (
        "pre_spawn_hook WorkshopSpawner",
        "modify_pod_hook WorkshopSpawner V1Pod",
        "auth_state_hook WorkshopSpawner NoneType",
    ):
        assert f"called: {called}" in hub.log_text
    assert site.as_admin("/api/v1/namespaces/workshops/services/server-alice") is None


TLS_SERVER = """
import os, ssl
from http.server import ThreadingHTTPServer
from urllib.parse import urlparse
from single_server import Answer

url = urlparse(os.environ["JUPYTERHUB_SERVICE_URL"])
server = ThreadingHTTPServer(("127.0.0.1", url.port), Answer)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(os.environ["JUPYTERHUB_SSL_CERTFILE"], os.environ["JUPYTERHUB_SSL_KEYFILE"])
context.load_verify_locations(os.environ["JUPYTERHUB_SSL_CLIENT_CA"])
context.verify_mode = ssl.CERT_REQUIRED
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
"""
WITH_TLS = """
c.JupyterHub.internal_ssl = True
c.KubeSpawner.secret_mount_path = "%s/"
c.KubeSpawner.port = %d
c.KubeSpawner.pod_connect_ip = "127.0.0.1"
c.KubeSpawner.ssl_alt_names = ["IP:127.0.0.1"]
c.KubeSpawner.environment = {"PYTHONPATH": "%s"}
c.WorkshopSpawner.cmd = ["%s", "-c", "import tls_server"]
"""


@pytest.mark.hub
async def test_with_internal_ssl_a_session_has_its_certificates(
    site, workshop, visit, tmp_path, held_port
):
    site.pocket.start_node()
    allow(site, ("services", "get", "create", "delete"), ("secrets", "delete"))
    (tmp_path / "tls_server.py").write_text(TLS_SERVER)
    path = f"{tmp_path}:{Path(__file__).parent}"
    config = WITH_TLS % (tmp_path / "certificates", held_port, path, sys.executable)
    hub = await workshop(BY_NAME + config, start=False)
    hub.config += f"c.JupyterHub.hub_bind_url = 'https://127.0.0.1:{hub.hub_port}'\n"
    hub.config += f"c.ConfigurableHTTPProxy.api_url = 'https://127.0.0.1:{hub.proxy_port}'\n"
    await hub.start()
    visitor = await visit(hub)
    said = await visitor.enter(username="alice", password="x")
    assert said == "hello from alice", hub.log_text
    pod = site.as_admin(f"{PODS}/intro-user-alice")
    secret = site.as_admin("/api/v1/namespaces/workshops/secrets/intro-user-alice-tls")
    assert secret["metadata"]["ownerReferences"][0]["uid"] == pod["metadata"]["uid"]
