"""Sessions keep who they are while names, settings and the hub itself change. Real hubs."""

from __future__ import annotations

import pytest
from jupyterhub.spawner import Spawner

pytestmark = pytest.mark.hub
PODS = "/api/v1/namespaces/workshops/pods"
CLAIMS = "/api/v1/namespaces/workshops/persistentvolumeclaims"
BY_NAME = """
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.cleanup_servers = False
c.JupyterHub.allow_named_servers = True
"""
LASTING = """
c.WorkshopSpawner.project = "persistent"
c.WorkshopSpawner.volume_size = "1Gi"
c.WorkshopSpawner.volume_path = "%s"
"""
SECOND = 'c.WorkshopSpawner.application = "second"\n'


@pytest.fixture
def lasting(tmp_path):
    """The configuration of lasting projects and homes; the image's tree is a small one."""
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "exercise").write_text("one")
    return LASTING % tree


@pytest.fixture(autouse=True)
def lasting_rights(site):
    """What lasting projects and homes take."""
    where = "/apis/rbac.authorization.k8s.io/v1/"
    for path, group, resources, verbs in (
        (
            "namespaces/workshops/roles/workshop-hub",
            "",
            ["persistentvolumeclaims"],
            ["get", "create", "delete"],
        ),
        (
            "clusterroles/workshop-hub-projects",
            "rbac.authorization.k8s.io",
            ["rolebindings"],
            ["patch", "delete"],
        ),
        ("clusterroles/workshop-hub-projects", "networking.k8s.io", ["networkpolicies"], ["patch"]),
        (
            "clusterroles/workshop-hub-projects",
            "",
            ["limitranges", "resourcequotas"],
            ["list", "patch", "delete"],
        ),
    ):
        role = site.as_admin(where + path)
        role["rules"].append({"apiGroups": [group], "resources": resources, "verbs": verbs})
        assert site.pocket.request("PUT", where + path, role).status == 200


def projects_of(site, user):
    """The names of a user's lasting projects."""
    found = site.as_admin("/api/v1/namespaces?labelSelector=class%3Dproject")["items"]
    name = "hub.jupyter.org/username"
    return [o["metadata"]["name"] for o in found if o["metadata"]["annotations"][name] == user]


def homes(site):
    return sorted(site.names(CLAIMS))


async def start(hub, name="alice", server=""):
    if server:
        status, said = await hub.api("POST", f"users/{name}/servers/{server}")
        assert status in (201, 202), said

        async def is_ready():
            user = (await hub.api("GET", f"users/{name}"))[1]
            return user["servers"].get(server, {}).get("ready")

        await hub.until(is_ready)
        return
    lines = await hub.start_server(name)
    assert lines[-1].get("ready"), f"{lines[-1]}\n{hub.log_text}"


async def stop(hub, site, name="alice", server=""):
    path = f"servers/{server}" if server else "server"
    status, said = await hub.api("DELETE", f"users/{name}/{path}")
    assert status in (202, 204), said

    async def is_stopped():
        user = (await hub.api("GET", f"users/{name}"))[1]
        return not user["servers"].get(server)

    await hub.until(is_stopped)


async def make_hub(workshop, config, *users):
    hub = await workshop(BY_NAME + config)
    for user in users or ("alice",):
        await hub.api("POST", f"users/{user}")
    return hub


async def test_a_taken_name_leads_to_one_other_project_for_good(site, workshop, lasting):
    site.pocket.start_node()
    metadata = {"name": "intro-alice"}
    site.pocket.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    hub = await make_hub(workshop, lasting)
    for _ in range(2):
        await start(hub)
        await stop(hub, site)
    (project,) = projects_of(site, "alice")
    assert project.startswith("intro-alice-")
    await hub.stop()
    (hub.folder / "hub.sqlite").unlink()
    await hub.start()
    await hub.api("POST", "users/alice")
    await start(hub)
    assert projects_of(site, "alice") == [project], "found again by its labels"


async def test_a_lost_database_leads_back_to_the_same_project_and_home(site, workshop, lasting):
    site.pocket.start_node()
    hub = await make_hub(workshop, lasting)
    await start(hub)
    await hub.stop()
    (hub.folder / "hub.sqlite").unlink()
    await hub.start()
    await hub.api("POST", "users/alice")
    await start(hub)
    assert projects_of(site, "alice") == ["intro-alice"]
    assert homes(site) == ["intro-user-alice"]


async def test_stop_ends_what_runs_though_the_application_has_another_name(site, workshop):
    site.pocket.start_node()
    hub = await make_hub(workshop, "")
    await start(hub)
    assert site.left()
    await hub.stop()
    hub.config += SECOND
    await hub.start()
    await stop(hub, site)
    await site.gone()
    await start(hub)
    assert "second-user-alice" in site.names(PODS)


async def test_stop_ends_what_an_older_state_names_by_what_the_pod_says(site, workshop):
    """As a hub has it whose states were written before sessions were recorded."""
    site.pocket.start_node()
    hub = await make_hub(workshop, "")
    await start(hub)
    await hub.stop()
    forget_records(hub.folder / "hub.sqlite")
    hub.config += SECOND
    await hub.start()
    await stop(hub, site)
    await site.gone()


def forget_records(path):
    import json
    import sqlite3

    with sqlite3.connect(path) as database:
        ((state,),) = database.execute("select state from spawners").fetchall()
        kept = {k: v for k, v in json.loads(state).items() if not k.startswith("workshop")}
        database.execute("update spawners set state = ?", (json.dumps(kept),))
    database.close()


ADD_ADDRESS = """
def add_address(spawner, pod):
    if not any(e["name"] == "POD_IP" for e in spawner.api.api_client.sanitize_for_serialization(
            pod.spec.containers[0].env)):
        pod.spec.containers[0].env.append({"name": "POD_IP", "valueFrom": {"fieldRef": {
            "fieldPath": "status.podIP"}}})
    return pod
"""


async def test_a_hub_changes_from_kubespawner_and_back(site, workshop):
    site.pocket.start_node()
    kubespawner = 'c.JupyterHub.spawner_class = "kubespawner.KubeSpawner"\n'
    settings = ADD_ADDRESS + (
        "c.KubeSpawner.namespace = 'workshops'\nc.KubeSpawner.image = 'example.com/workshop'\n"
        "c.KubeSpawner.cmd = c.WorkshopSpawner.cmd\n"
        "c.KubeSpawner.modify_pod_hook = add_address\n"
    )
    hub = await make_hub(workshop, settings + kubespawner)
    await start(hub)
    (theirs,) = site.names(PODS)
    assert theirs == "jupyter-alice"
    await hub.stop()
    hub.config = hub.config.replace(kubespawner, "")
    await hub.start()
    assert (await hub.api("GET", "users/alice"))[1]["servers"][""]["ready"]
    await stop(hub, site)
    assert site.names(PODS) == [], "the pod that the state names is ended"
    await start(hub)
    assert site.names(PODS) == ["intro-user-alice"]
    await hub.stop()
    hub.config += kubespawner
    await hub.start()
    assert (await hub.api("GET", "users/alice"))[1]["servers"][""]["ready"]
    await stop(hub, site)
    await site.pocket.until(lambda: site.names(PODS) == [])


async def test_a_user_is_renamed_while_the_session_runs(site, workshop):
    site.pocket.start_node()
    hub = await make_hub(workshop, "c.Spawner.poll_interval = 1\n")
    await start(hub)
    (pod,) = site.names(PODS)
    assert (await hub.api("PATCH", "users/alice", {"name": "alicia"}))[0] == 200
    await hub.kill()
    await hub.start()
    assert (await hub.api("GET", "users/alicia"))[1]["servers"][""]["ready"]
    assert site.names(PODS) == [pod]
    await stop(hub, site, "alicia")
    await site.gone()


async def test_who_is_renamed_keeps_project_and_home_and_nobody_else_gets_them(
    site, workshop, lasting
):
    site.pocket.start_node()
    hub = await make_hub(workshop, lasting)
    await start(hub)
    await stop(hub, site)
    await hub.api("PATCH", "users/alice", {"name": "alicia"})
    await hub.api("POST", "users/alice")
    await start(hub, "alice")
    await start(hub, "alicia")
    env = {told["JUPYTERHUB_USER"]: (told["PROJECT_NAMESPACE"], home) for told, home in seen(site)}
    assert env["alicia"] == ("intro-alice", "intro-user-alice")
    assert env["alice"][0] != "intro-alice"
    assert env["alice"][1] != "intro-user-alice"


@pytest.mark.parametrize("starts", [True, False], ids=["and starts", "and does not start"])
async def test_who_is_renamed_before_the_database_is_lost_keeps_project_and_home(
    site, workshop, lasting, starts
):
    site.pocket.start_node()
    hub = await make_hub(workshop, lasting)
    await start(hub)
    await stop(hub, site)
    assert (await hub.api("PATCH", "users/alice", {"name": "alicia"}))[0] == 200
    if starts:
        await start(hub, "alicia")
    await site.pocket.until(lambda: "lasting.workshop.jupyter.org/alicia" in str(lease(site)))
    await hub.stop()
    (hub.folder / "hub.sqlite").unlink()
    await hub.start()
    for name in ("alice", "alicia"):
        await hub.api("POST", f"users/{name}")
        await start(hub, name)
    has = {told["JUPYTERHUB_USER"]: (told["PROJECT_NAMESPACE"], home) for told, home in seen(site)}
    assert has["alicia"] == ("intro-alice", "intro-user-alice")
    assert not {*has["alice"]} & {*has["alicia"]}, "and nobody else gets them"


def lease(site):
    """What says which hub has the name."""
    return site.as_admin("/apis/coordination.k8s.io/v1/namespaces/workshops/leases/intro-hub")


def seen(site):
    """What each running session is told, and its home."""
    for pod in site.as_admin(PODS)["items"]:
        told = {e["name"]: e.get("value") for e in pod["spec"]["containers"][0]["env"]}
        volumes = pod["spec"]["volumes"]
        claims = [v["persistentVolumeClaim"] for v in volumes if "persistentVolumeClaim" in v]
        yield told, claims[0]["claimName"]


async def test_a_renamed_server_keeps_project_and_home(site, workshop, lasting):
    if not hasattr(Spawner, "rename"):
        pytest.skip("JupyterHub 5 renames no servers")
    site.pocket.start_node()
    hub = await make_hub(workshop, lasting)
    await start(hub, server="one")
    await stop(hub, site, server="one")
    (project,), (home,) = projects_of(site, "alice"), homes(site)
    status, said = await hub.api("PATCH", "users/alice/servers/one", {"name": "two"})
    assert status == 200, said
    await start(hub, server="two")
    assert projects_of(site, "alice") == [project]
    assert homes(site) == [home]
