"""Every way to run a session: whose token it has, and which project. A real hub, a real API."""

from __future__ import annotations

import base64

import pytest

pytestmark = pytest.mark.hub
PODS = "/api/v1/namespaces/workshops/pods"
BY_NAME = """
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.WorkshopSpawner.restart_url = ""
"""
WITH_TOKEN = """
import os
os.environ["JUPYTERHUB_CRYPT_KEY"] = "ab" * 32
from jupyterhub.auth import Authenticator

class Tokens(Authenticator):
    "As one that logs in to the cluster: the token is in auth_state."
    allow_all = True
    enable_auth_state = True

    async def authenticate(self, handler, data):
        state = {"access_token": open(os.environ["TOKEN_FILE"]).read()}
        return {"name": data["username"], "auth_state": state}

c.JupyterHub.authenticator_class = Tokens
c.WorkshopSpawner.identity = "user-token"
c.Spawner.poll_interval = 1
"""


def mounted(site, name, file="token"):
    """What the session finds in the folder of its account: as the node agent has it."""
    pod = site.as_admin(f"{PODS}/{name}")
    return [volume["name"] for volume in pod["spec"]["volumes"]]


async def enter(visitor, name):
    await visitor.enter(username=name, password="x")


async def test_no_identity_and_no_project(site, workshop, visit):
    site.pocket.start_node()
    hub = await workshop(
        BY_NAME + 'c.WorkshopSpawner.identity = "none"\nc.WorkshopSpawner.project = "none"\n'
    )
    visitor = await visit(hub)
    await enter(visitor, "alice")
    pod = site.as_admin(f"{PODS}/intro-user-alice")
    assert pod["spec"]["automountServiceAccountToken"] is False
    assert not pod["spec"].get("volumes")
    env = {e["name"] for e in pod["spec"]["containers"][0]["env"]}
    assert "PROJECT_NAMESPACE" not in env
    assert site.names("/api/v1/namespaces?labelSelector=app%3Dintro") == []


async def test_a_persistent_project_stays_and_follows_its_budget(site, workshop, visit):
    site.pocket.start_node()
    path = "/apis/rbac.authorization.k8s.io/v1/clusterroles/workshop-hub-projects"
    role = site.as_admin(path)
    role["rules"] += [
        {
            "apiGroups": [""],
            "resources": ["limitranges", "resourcequotas"],
            "verbs": ["list", "patch", "delete"],
        },
        {
            "apiGroups": ["rbac.authorization.k8s.io"],
            "resources": ["rolebindings"],
            "verbs": ["patch", "delete"],
        },
        {
            "apiGroups": ["networking.k8s.io"],
            "resources": ["networkpolicies"],
            "verbs": ["patch"],
        },
    ]
    site.pocket.request("PUT", path, role)
    lasting = BY_NAME + 'c.WorkshopSpawner.project = "persistent"\n'
    hub = await workshop(lasting)
    visitor = await visit(hub)
    await enter(visitor, "alice")
    quota = "/api/v1/namespaces/intro-alice/resourcequotas/compute-resources"
    first = site.as_admin("/api/v1/namespaces/intro-alice")["metadata"]
    assert site.as_admin(quota)["spec"]["hard"]["limits.cpu"] == "1"
    assert (await hub.api("DELETE", "users/alice/server"))[0] in (202, 204)
    await site.gone()
    hub.config = hub.config.replace('budget = "small"', 'budget = "large"')
    await hub.restart()
    again = await visit(hub)
    await enter(again, "alice")
    assert site.as_admin("/api/v1/namespaces/intro-alice")["metadata"]["uid"] == first["uid"]
    assert site.as_admin(quota)["spec"]["hard"]["limits.cpu"] == "4"


@pytest.fixture
def alices_token(site, tmp_path):
    """Alice as a user of the cluster: an account that may request projects."""
    rbac = "rbac.authorization.k8s.io"
    site.pocket.apply(
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "alice", "namespace": "default"},
        },
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "requester"},
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": "self-provisioner"},
            "subjects": [{"kind": "ServiceAccount", "name": "alice", "namespace": "default"}],
        },
    )
    file = tmp_path / "token"
    file.write_text(site.pocket.token("default", "alice"))
    return file


async def test_a_users_own_token_and_project(site, workshop, visit, alices_token):
    site.pocket.start_node()
    path = "/apis/rbac.authorization.k8s.io/v1/namespaces/workshops/roles/workshop-hub"
    role = site.as_admin(path)
    role["rules"].append({"apiGroups": [""], "resources": ["secrets"], "verbs": ["patch"]})
    site.pocket.request("PUT", path, role)
    hub = await workshop(
        WITH_TOKEN + 'c.WorkshopSpawner.project = "user"\n'
        'c.WorkshopSpawner.project_template = "{username}-dev"\n',
        env={"TOKEN_FILE": str(alices_token)},
    )
    visitor = await visit(hub)
    await enter(visitor, "alice")
    made = site.as_admin("/api/v1/namespaces/alice-dev")["metadata"]
    assert made["annotations"]["openshift.io/requester"] == "system:serviceaccount:default:alice"
    pod = site.as_admin(f"{PODS}/intro-user-alice")
    token = alices_token.read_text()
    assert token not in f"{pod}"
    assert token not in hub.log_text
    sources = pod["spec"]["volumes"][0]["projected"]["sources"]
    assert {"secret": {"name": "intro-alice", "items": [{"key": "token", "path": "token"}]}} in (
        sources
    )
    secret = site.as_admin("/api/v1/namespaces/workshops/secrets/intro-alice")
    assert secret["metadata"]["ownerReferences"][0]["name"] == "intro-alice"
    renewed = site.pocket.token("default", "alice", 1800)
    alices_token.write_text(renewed)
    await (await visit(hub)).login(username="alice", password="x")

    def kept():
        secret = site.as_admin("/api/v1/namespaces/workshops/secrets/intro-alice")
        return base64.b64decode(secret["data"]["token"]).decode()

    await site.pocket.until(lambda: kept() == renewed)
    await hub.api("DELETE", "users/alice/server")
    await site.gone()
    assert site.as_admin("/api/v1/namespaces/alice-dev"), "the user's own project stays"


async def test_a_login_without_a_token_is_told(site, workshop, visit, alices_token):
    site.pocket.start_node()
    alices_token.write_text("")
    hub = await workshop(WITH_TOKEN, env={"TOKEN_FILE": str(alices_token)})
    visitor = await visit(hub)
    page = await visitor.fail(username="alice", password="x")
    assert "Your login has run out" in page
    assert site.left() == []


async def test_a_name_that_no_project_can_have_is_told(site, workshop, visit, alices_token):
    hub = await workshop(
        WITH_TOKEN + 'c.WorkshopSpawner.project = "user"\n'
        'c.WorkshopSpawner.project_template = "{unescaped_username}"\n',
        env={"TOKEN_FILE": str(alices_token)},
    )
    page = await (await visit(hub)).fail(username="alice@example.com", password="x")
    assert "No project can be called as yours would be" in page
    await hub.logged("project_template is '{unescaped_username}', for 'alice@example.com'")
    assert "Unhandled error" not in hub.log_text


async def test_extra_resources_and_projects(site, workshop, visit, tmp_path):
    site.pocket.start_node()
    resources = tmp_path / "resources.yaml"
    resources.write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes}\n"
        'data: {who: "${username}"}\n---\n'
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${project_namespace}-dev\n"
        "  annotations: {session/role: view, session/budget: medium}\n"
    )
    hub = await workshop(f'c.WorkshopSpawner.extra_resources = "{resources}"')
    visitor = await visit(hub)
    await visitor.enter()
    project = f"intro-{visitor.name}"
    notes = site.as_admin(f"/api/v1/namespaces/{project}/configmaps/notes")
    assert notes["data"] == {"who": visitor.name}
    quota = f"/api/v1/namespaces/{project}-dev/resourcequotas/compute-resources"
    assert site.as_admin(quota)["spec"]["hard"]["limits.cpu"] == "2"
    bindings = site.as_admin(
        f"/apis/rbac.authorization.k8s.io/v1/namespaces/{project}-dev/rolebindings"
    )["items"]
    roles = {b["metadata"]["name"]: b["roleRef"]["name"] for b in bindings}
    assert roles["workshop-session"] == "view"
    await hub.api("DELETE", f"users/{visitor.name}/server")
    await site.gone()


async def test_an_extra_resource_that_cannot_be_made_fails_the_start(site, workshop, visit):
    site.pocket.start_node()
    hub = await workshop(
        "c.WorkshopSpawner.extra_resources = '''\n"
        "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n'''\n"
    )
    visitor = await visit(hub)
    page = await visitor.fail()
    assert "Widget" in page
    await site.gone()


async def test_profiles_have_budgets_of_their_own(site, workshop, visit):
    site.pocket.start_node()
    hub = await workshop(
        BY_NAME + "c.WorkshopSpawner.profile_list = ["
        "{'display_name': 'Small', 'slug': 'small', 'default': True},"
        "{'display_name': 'Large', 'slug': 'large',"
        " 'kubespawner_override': {'budget': 'large', 'image': 'example.com/large'}}]\n"
    )
    await hub.api("POST", "users/alice")
    assert (await hub.start_server("alice", {"profile": "large"}))[-1]["ready"]
    quota = "/api/v1/namespaces/intro-alice/resourcequotas/compute-resources"
    assert site.as_admin(quota)["spec"]["hard"]["limits.cpu"] == "4"
    pod = site.as_admin(f"{PODS}/intro-user-alice")
    assert pod["spec"]["containers"][0]["image"] == "example.com/large"


async def test_a_home_is_kept_from_one_session_to_the_next(site, workshop, visit, tmp_path):
    site.pocket.start_node()
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "exercise").write_text("one")
    path = "/apis/rbac.authorization.k8s.io/v1/namespaces/workshops/roles/workshop-hub"
    role = site.as_admin(path)
    role["rules"].append(
        {
            "apiGroups": [""],
            "resources": ["persistentvolumeclaims"],
            "verbs": ["get", "create", "delete"],
        }
    )
    site.pocket.request("PUT", path, role)
    hub = await workshop(
        BY_NAME + 'c.WorkshopSpawner.project = "none"\nc.WorkshopSpawner.identity = "none"\n'
        f'c.WorkshopSpawner.volume_size = "1Gi"\nc.WorkshopSpawner.volume_path = "{tree}"\n'
    )
    visitor = await visit(hub)
    await enter(visitor, "alice")
    claim = "/api/v1/namespaces/workshops/persistentvolumeclaims/intro-user-alice"
    first = site.as_admin(claim)["metadata"]
    assert first["labels"]["class"] == "home"
    await hub.api("DELETE", "users/alice/server")
    await site.gone()
    assert site.as_admin(claim)["metadata"]["uid"] == first["uid"]
    await hub.api("DELETE", "users/alice")
    await site.pocket.until(lambda: not site.as_admin(claim))
