"""Sessions from beginning to end: a real hub and proxy, a real API, pods as processes."""

from __future__ import annotations

import asyncio
import base64

import pytest
from traitlets import TraitError
from traitlets.config import Config

from workshop_spawner.model import session_labels

pytestmark = pytest.mark.hub
PODS = "/api/v1/namespaces/workshops/pods"


async def test_two_visitors_each_have_a_session_and_leave_nothing(site, workshop, visit):
    site.pocket.start_node()
    hub = await workshop()
    one, two = await visit(hub), await visit(hub)
    assert await asyncio.gather(one.enter(), two.enter()) == [
        f"hello from {one.name}",
        f"hello from {two.name}",
    ]
    assert one.name != two.name
    projects = site.names("/api/v1/namespaces?labelSelector=class%3Dsession")
    assert sorted(projects) == sorted(f"intro-{visitor.name}" for visitor in (one, two))
    for visitor in (one, two):
        status, _ = await hub.api("DELETE", f"users/{visitor.name}/server")
        assert status in (202, 204)
    await site.gone()
    for visitor in (one, two):
        await hub.logged(f"Forgot the visitor {visitor.name}")
    assert (await hub.api("GET", "users"))[1] == []


async def test_a_session_may_work_in_its_project_and_nowhere_else(site, workshop, visit):
    site.pocket.start_node()
    hub = await workshop("c.WorkshopSpawner.pop('budget')\n")  # small, for visitors
    visitor = await visit(hub)
    await visitor.enter()
    token = site.pocket.token("workshops", f"intro-{visitor.name}")

    def ask(method, path, body=None):
        return site.pocket.request(method, path, body, token=token).status

    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}
    project = f"/api/v1/namespaces/intro-{visitor.name}"
    assert ask("POST", f"{project}/configmaps", config) == 201
    marks = site.as_admin(project)["metadata"]["labels"]
    assert marks["pod-security.kubernetes.io/enforce"] == "baseline"
    await hub.logged("Pods in the projects of sessions are held to 'baseline'")
    for kind in ("LoadBalancer", "NodePort"):
        service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": kind.lower()}}
        spec = {"type": kind, "ports": [{"port": 80}], "selector": {"app": "x"}}
        assert ask("POST", f"{project}/services", {**service, "spec": spec}) == 403, kind
    made = []
    for n in range(60):
        many = {**config, "metadata": {"name": f"many-{n}"}}
        made.append(ask("POST", f"{project}/configmaps", many))
    assert 30 < made.count(201) < 40, "one is the cluster's own"
    assert made[-1] == 403
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "x"}}
    refused = [
        ("GET", "/api/v1/namespaces", None),
        ("PUT", project, site.as_admin(project)),
        ("POST", f"{project}/resourcequotas", quota),
        ("DELETE", f"{project}/resourcequotas/compute-resources", None),
        ("DELETE", f"{project}/limitranges/resource-limits", None),
        ("GET", PODS, None),
        ("GET", "/api/v1/namespaces/workshops/secrets", None),
        ("POST", "/api/v1/namespaces/workshops/configmaps", config),
        ("GET", "/api/v1/namespaces/default/configmaps", None),
    ]
    assert [ask(*request) for request in refused] == [403] * len(refused)


async def test_secrets_are_not_in_the_pods_spec(site, workshop, visit):
    site.pocket.start_node()
    hub = await workshop()
    visitor = await visit(hub)
    await visitor.enter()
    secret = site.as_admin(f"/api/v1/namespaces/workshops/secrets/intro-{visitor.name}")
    token = base64.b64decode(secret["data"]["api-token"]).decode()
    pod = site.as_admin(f"{PODS}/intro-user-{visitor.name}")
    assert token not in f"{pod}"
    assert token not in hub.log_text
    env = {e["name"]: e.get("value") for e in pod["spec"]["containers"][0]["env"]}
    assert env["PROJECT_NAMESPACE"] == f"intro-{visitor.name}"
    assert env["JUPYTERHUB_API_TOKEN"] is None
    assert "JPY_API_TOKEN" not in env


# https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
VOLUMES = {
    *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral"),
    *("persistentVolumeClaim", "projected", "secret"),
}


async def test_every_container_is_as_restricted_clusters_want_it(site, workshop, visit):
    """Pod Security `restricted`; and OpenShift's restricted-v2, which chooses the user itself."""
    allow(site, OWN, ("", "persistentvolumeclaims", "get", "create", "delete"))
    hub = await workshop(
        'c.WorkshopSpawner.volume_size = "1Gi"\n'
        'c.WorkshopSpawner.console_image = "example.com/console"\n'
    )
    visitor = await visit(hub)
    await visitor.login()
    await site.pocket.until(lambda: site.names(PODS))
    spec = site.as_admin(f"{PODS}/intro-user-{visitor.name}")["spec"]
    containers = [*spec["containers"], *spec["initContainers"]]
    assert len(containers) == 3
    for container in containers:
        security = container["securityContext"]
        assert security["allowPrivilegeEscalation"] is False, container["name"]
        assert security["capabilities"] == {"drop": ["ALL"]}, container["name"]
        assert security["runAsNonRoot"] is True, container["name"]
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}, container["name"]
        assert not {"runAsUser", "runAsGroup", "privileged"} & set(security), container["name"]
        assert not any("hostPort" in port for port in container.get("ports", ()))
    assert not {"runAsUser", "runAsGroup", "fsGroup"} & set(spec.get("securityContext") or {})
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
    assert {key for volume in spec["volumes"] for key in volume} - {"name"} <= VOLUMES


async def test_the_progress_page_tells_the_steps(site, workshop, visit):
    site.pocket.start_node()
    site.pocket.faults.add(verb="create", resource="pods", delay=2.5)
    hub = await workshop()
    visitor = await visit(hub)
    _, _, url = await visitor.login()
    assert "spawn-pending" in url
    lines = await visitor.follow()
    said = " | ".join(line["message"] for line in lines)
    wanted = ("the account", "the project", "role workshop-admin", "budget to small", "Starting")
    for words in wanted:
        assert words in said
    assert lines[-1]["ready"]
    bars = [line["progress"] for line in lines if "progress" in line]
    assert bars == sorted(bars)


@pytest.mark.parametrize(
    ("config", "cause"),
    [
        ('c.WorkshopSpawner.cmd = ["false"]', "exit code 1"),
        ("c.WorkshopSpawner.cmd = []", "image"),
        ('c.WorkshopSpawner.project_role = "cluster-admin"', "lacks a right"),
        ('c.WorkshopSpawner.project_role = "no-such-role"', "has no role no-such-role"),
        (
            'c.WorkshopSpawner.cmd = ["sleep", "60"]\nc.WorkshopSpawner.http_timeout = 2',
            "",
        ),
    ],
    ids=["command ends", "no command", "may not bind", "no such role", "never answers"],
)
async def test_a_start_that_fails_says_why_and_leaves_nothing(site, workshop, visit, config, cause):
    site.pocket.start_node()
    hub = await workshop(config)
    visitor = await visit(hub)
    page = await visitor.fail()
    assert cause in page
    assert "<h1>Your session did not start</h1>" in page
    await site.gone()
    assert [user["name"] for user in (await hub.api("GET", "users"))[1]] == [visitor.name], (
        "who reads why it failed is not thrown out"
    )


async def test_a_hub_killed_in_the_middle_leaves_only_what_the_culler_finds(site, workshop, visit):
    hub = await workshop()  # no node: the pod stays on its way
    visitor = await visit(hub)
    _, _, url = await visitor.login()
    assert "spawn-pending" in url
    await site.pocket.until(lambda: site.names(PODS))
    await hub.kill()
    left = {
        "namespaces": site.as_admin("/api/v1/namespaces?labelSelector=class%3Dsession")["items"],
        "accounts": site.as_admin(
            "/api/v1/namespaces/workshops/serviceaccounts?labelSelector=class%3Dsession"
        )["items"],
        "pods": site.as_admin(PODS)["items"],
    }
    for things in left.values():
        assert len(things) == 1
        assert session_labels.is_ours(things[0]["metadata"], site.hub)
        assert things[0]["metadata"]["annotations"]["hub.jupyter.org/username"] == visitor.name
    site.pocket.start_node()
    await hub.start()

    async def settled():
        user = (await hub.api("GET", f"users/{visitor.name}"))[1]
        return not user.get("pending")

    await hub.until(settled, seconds=120)


async def test_stopping_in_the_middle_of_a_start(site, workshop, visit):
    hub = await workshop()
    visitor = await visit(hub)
    _, _, url = await visitor.login()
    assert "spawn-pending" in url
    status, _ = await hub.api("DELETE", f"users/{visitor.name}/server")
    assert status in (202, 204)
    await site.gone()


async def test_running_sessions_survive_a_hub_that_is_killed(site, workshop, visit):
    site.pocket.start_node()
    hub = await workshop()
    visitor = await visit(hub)
    await visitor.enter()
    uid = site.as_admin(f"{PODS}/intro-user-{visitor.name}")["metadata"]["uid"]
    await hub.kill()
    await hub.start()
    assert f"hello from {visitor.name}" in (await visitor.get(f"user/{visitor.name}/"))[1]
    assert site.as_admin(f"{PODS}/intro-user-{visitor.name}")["metadata"]["uid"] == uid
    await hub.api("DELETE", f"users/{visitor.name}/server")
    await site.gone()


async def test_who_comes_while_pods_cannot_be_listed_is_told_in_words(site, workshop, visit):
    hub = await workshop()
    site.pocket.faults.add(verb="list", resource="pods", status=503, times=None)
    visitor = await visit(hub)
    status, page, _ = await visitor.login()
    assert (status, "The cluster cannot do this just now" in page) == (503, True), page
    assert "Unhandled error" not in hub.log_text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('c.WorkshopSpawner.budget = "tiny"', "WorkshopSpawner.budget"),
        ('c.WorkshopSpawner.application = "Not A Name"', "WorkshopSpawner.application"),
        ("c.WorkshopSpawner.enable_user_namespaces = True", "enable_user_namespaces"),
        ('c.WorkshopSpawner.identity = "root"', "identity"),
        ("c.WorkshopSpawner.session_age = -1", "session_age"),
    ],
)
async def test_settings_that_cannot_work_are_refused_by_name(line, words):
    from workshop_spawner import WorkshopSpawner

    c = Config()
    exec(line)
    with pytest.raises(TraitError, match=words):
        WorkshopSpawner(_mock=True, config=c)


async def test_who_comes_when_all_places_are_taken_queues_up(site, workshop, visit):
    site.pocket.start_node()
    hub = await workshop("c.WorkshopSpawner.session_limit = 1")
    first = await visit(hub)
    await first.enter()
    second, third = await visit(hub), await visit(hub)
    status, page, url = await second.login()
    assert status == 429
    assert url.endswith("/hub/spawn")
    assert "you are next (number 1 in the queue)" in page
    assert "location.replace" in page
    assert "1 before you (number 2 in the queue)" in (await third.login())[1]
    await hub.api("DELETE", f"users/{first.name}/server")
    await site.gone()
    assert "number 2 in the queue" in (await third.get("hub/spawn"))[1]
    assert (await second.get("hub/spawn"))[0] == 200


def allow(site, role_path, *rules):
    """Add rules of group, resource and verbs to one of the hub's roles."""
    path = f"/apis/rbac.authorization.k8s.io/v1/{role_path}"
    role = site.as_admin(path)
    for group, resource, *verbs in rules:
        role["rules"].append({"apiGroups": [group], "resources": [resource], "verbs": verbs})
    assert site.pocket.request("PUT", path, role).status == 200


OWN, PROJECTS = "namespaces/workshops/roles/workshop-hub", "clusterroles/workshop-hub-projects"


async def test_ports_with_host_names_are_open_to_routers_and_go_with_the_session(
    site, workshop, visit
):
    site.pocket.start_node()
    allow(
        site,
        OWN,
        ("", "services", "get", "create"),
        ("route.openshift.io", "routes", "get", "create"),
        ("route.openshift.io", "routes/custom-host", "create"),
    )
    hub = await workshop(
        'c.WorkshopSpawner.exposed_ports = [8080]\nc.WorkshopSpawner.exposed_by = "route"\n'
        'c.WorkshopSpawner.cluster_subdomain = "apps.example.com"\n'
    )
    visitor = await visit(hub)
    await visitor.enter()
    routes = "/apis/route.openshift.io/v1/namespaces/workshops/routes"
    (route,) = site.as_admin(routes)["items"]
    assert route["spec"]["host"] == f"intro-{visitor.name}-8080.apps.example.com"
    assert route["spec"]["tls"]["termination"] == "edge"
    policy = site.as_admin(
        f"/apis/networking.k8s.io/v1/namespaces/workshops/networkpolicies/intro-{visitor.name}"
    )
    opened = [port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]]
    assert 8080 in opened
    await hub.api("DELETE", f"users/{visitor.name}/server")
    await site.gone()
    await site.pocket.until(lambda: not site.names(routes))


def is_ready(account):
    return "workshop.jupyter.org/ready" in account["metadata"]["annotations"]


async def test_who_needs_another_budget_gets_none_of_the_reserve(site, workshop, visit):
    site.pocket.start_node()
    allow(site, PROJECTS, ("", "namespaces", "patch"))
    allow(site, OWN, ("", "serviceaccounts", "patch"))
    hub = await workshop(
        'c.JupyterHub.authenticator_class = "dummy"\nc.Authenticator.allow_all = True\n'
        "c.WorkshopSpawner.reserved_sessions = 1\nc.WorkshopSpawner.profile_list = ["
        "{'display_name': 'A', 'slug': 'small'}, {'display_name': 'B', 'slug': 'large',"
        " 'kubespawner_override': {'budget': 'large'}}]\n"
        "c.Spawner.group_overrides = {'1': {'groups': ['builders'],"
        " 'spawner_override': {'budget': 'medium'}}}\n"
    )
    ready = "/api/v1/namespaces/workshops/serviceaccounts?labelSelector=class%3Dreserve"
    for name in ("carol", "alice", "dora", "bob"):
        await hub.api("POST", f"users/{name}")
    await hub.api("POST", "groups/builders")
    await hub.api("POST", "groups/builders/users", {"users": ["dora"]})

    async def start(name, profile):
        assert (await hub.start_server(name, {"profile": profile}))[-1]["ready"]

    def limit(name):
        quota = f"/api/v1/namespaces/intro-{name}/resourcequotas/compute-resources"
        return site.as_admin(quota)["spec"]["hard"]["limits.cpu"]

    await start("carol", "small")  # the pool begins with the first session
    await site.pocket.until(lambda: any(map(is_ready, site.as_admin(ready)["items"])), 60)
    stock = set(site.names(ready))
    await start("alice", "large")
    assert limit("alice") == "4"
    await start("dora", "small")
    assert limit("dora") == "2", "by her group"
    assert stock <= set(site.names(ready)), "theirs are made for them"
    await start("bob", "small")
    env = site.as_admin(f"{PODS}/intro-user-bob")["spec"]["containers"][0]["env"]
    assert {e["name"]: e.get("value") for e in env}["PROJECT_NAMESPACE"] in stock


async def test_a_session_from_the_reserve(site, workshop, visit):
    site.pocket.start_node()
    allow(site, PROJECTS, ("", "namespaces", "patch"))
    allow(site, OWN, ("", "serviceaccounts", "patch"))
    hub = await workshop("c.WorkshopSpawner.reserved_sessions = 2")
    ready = "/api/v1/namespaces?labelSelector=class%3Dreserve"
    accounts = "/api/v1/namespaces/workshops/serviceaccounts?labelSelector=class%3Dreserve"
    until = site.pocket.until
    await until(lambda: len(site.names(ready)) == 2)
    await until(lambda: all(map(is_ready, site.as_admin(accounts)["items"])))
    stock = set(site.names(ready))
    visitor = await visit(hub)
    assert await visitor.enter() == f"hello from {visitor.name}"
    (project,) = site.names("/api/v1/namespaces?labelSelector=class%3Dsession")
    assert project in stock
    pod = site.as_admin(f"{PODS}/intro-user-{visitor.name}")
    env = {e["name"]: e.get("value") for e in pod["spec"]["containers"][0]["env"]}
    assert env["PROJECT_NAMESPACE"] == project
    await until(lambda: len(site.names(ready)) == 2)
    await hub.api("DELETE", f"users/{visitor.name}/server")
    await site.gone()
    await until(lambda: project not in site.names("/api/v1/namespaces"))
