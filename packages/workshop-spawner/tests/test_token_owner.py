"""Roles go to whoever the token belongs to, whatever the hub calls its user. A real hub and API."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets

import pytest

pytestmark = pytest.mark.hub
BINDING = "/apis/rbac.authorization.k8s.io/v1/namespaces/intro-{}/rolebindings/workshop-session"
CONFIG = """
import json, os
os.environ["JUPYTERHUB_CRYPT_KEY"] = "ab" * 32
from jupyterhub.auth import Authenticator

class Tokens(Authenticator):
    "As one that logs in to the cluster: what it has learnt is in auth_state."
    allow_all = True
    enable_auth_state = True
    username_map = {"ann.smith": "ann"}

    async def authenticate(self, handler, data):
        state = json.loads(open(os.environ["STATE_FILE"]).read())
        return {"name": data["username"], "auth_state": state}

c.JupyterHub.authenticator_class = Tokens
c.WorkshopSpawner.identity = "user-token"
"""


class People:
    """Users of the cluster, each with a token, and what the authenticator learns at a login."""

    def __init__(self, site, folder):
        self.cluster = site.pocket
        self.file = folder / "state.json"

    def make_token(self, name):
        user = {"apiVersion": "user.openshift.io/v1", "kind": "User", "metadata": {"name": name}}
        (made,) = self.cluster.apply(user)
        secret = secrets.token_urlsafe(32)
        digest = base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest())
        self.cluster.apply(
            {
                "apiVersion": "oauth.openshift.io/v1",
                "kind": "OAuthAccessToken",
                "metadata": {"name": f"sha256~{digest.decode().rstrip('=')}"},
                "clientName": "openshift-challenging-client",
                "userName": name,
                "userUID": made["metadata"]["uid"],
                "scopes": ["user:full"],
                "redirectURI": "https://localhost/",
                "expiresIn": 86400,
            }
        )
        return f"sha256~{secret}"

    def learn(self, token, **state):
        self.file.write_text(json.dumps({"access_token": token, **state}))

    def may_look_into(self, project, token):
        path = f"/api/v1/namespaces/{project}/pods"
        return self.cluster.request("GET", path, token=token).status == 200


@pytest.fixture
def people(site, tmp_path):
    site.pocket.start_node()
    return People(site, tmp_path)


@pytest.fixture
def serve(people, workshop):
    async def serve(more=""):
        return await workshop(CONFIG + more, env={"STATE_FILE": str(people.file)})

    return serve


def document(name):
    return {"openshift_user": {"kind": "User", "metadata": {"name": name}}}


@pytest.mark.parametrize(
    ("person", "hubs_name", "fault"),
    [
        ("ann.smith", "ann", {}),
        ("Alice", "alice", {}),
        ("ann.smith", "ann", {"status": 404}),
        ("ann.smith", "ann", {"status": 403}),
    ],
    ids=["mapped", "in lower case", "no reviews are served", "beyond the scopes"],
)
async def test_a_role_goes_to_whose_token_it_is(
    site, people, serve, visit, person, hubs_name, fault
):
    own, namesakes = people.make_token(person), people.make_token(hubs_name)
    people.learn(own, **document(person))
    if fault:
        reviews = "selfsubjectreviews"
        site.pocket.faults.add(resource=reviews, user=person, times=None, **fault)
    hub = await serve()
    visitor = await visit(hub)
    await visitor.enter(username=person, password="x")
    assert visitor.name == hubs_name
    (subject,) = site.as_admin(BINDING.format(hubs_name))["subjects"]
    assert (subject["kind"], subject["name"]) == ("User", person)
    assert people.may_look_into(f"intro-{hubs_name}", own)
    assert not people.may_look_into(f"intro-{hubs_name}", namesakes)


REFUSALS = {
    "nobody says whose it is": (document("ann.smith"), {"resource": "*", "status": 403}),
    "no token any more": (document("ann.smith"), {"resource": "*", "status": 401}),
    "the login says somebody else": (document("ann"), {}),
}


@pytest.mark.parametrize("project", ["temporary", "persistent"])
@pytest.mark.parametrize(("state", "fault"), REFUSALS.values(), ids=REFUSALS)
async def test_a_token_of_nobody_knows_whom_gets_nothing(
    site, people, serve, visit, project, state, fault
):
    people.learn(people.make_token("ann.smith"), **state)
    if fault:
        site.pocket.faults.add(user="ann.smith", times=None, **fault)
    hub = await serve(f'c.WorkshopSpawner.project = "{project}"\n')
    visitor = await visit(hub)
    page = await visitor.fail(username="ann.smith", password="x")
    assert "does not say whose login this is; please log out and in again" in page
    assert site.left() == []
    assert site.as_admin("/api/v1/namespaces/intro-ann") is None


@pytest.mark.parametrize("project", ["temporary", "user"])
async def test_a_session_never_gets_the_token_of_somebody_of_the_same_name(
    site, people, serve, visit, project
):
    """Two people of the cluster have one name in the hub, and both log in."""
    path = "/apis/rbac.authorization.k8s.io/v1/namespaces/workshops/roles/workshop-hub"
    role = site.as_admin(path)
    role["rules"].append({"apiGroups": [""], "resources": ["secrets"], "verbs": ["patch"]})
    assert site.pocket.request("PUT", path, role).status == 200
    hub = await serve(
        f'c.WorkshopSpawner.project = "{project}"\nc.Spawner.poll_interval = 1\n'
        "c.Authenticator.refresh_pre_spawn = False\n"
    )
    first, second = people.make_token("ann.smith"), people.make_token("ann")
    people.learn(first, **document("ann.smith"))
    visitor = await visit(hub)
    await visitor.enter(username="ann.smith", password="x")
    people.learn(second, **document("ann"))
    await (await visit(hub)).login(username="ann", password="x")
    await hub.logged("keeps the login that it has: ann is logged in as ann of the cluster")
    assert token_in_session(site) == first
    people.learn(third := people.make_token("ann.smith"), **document("ann.smith"))
    await (await visit(hub)).login(username="ann.smith", password="x")
    await site.pocket.until(lambda: token_in_session(site) == third)


def token_in_session(site):
    found = site.as_admin("/api/v1/namespaces/workshops/secrets/intro-ann")
    return base64.b64decode(found["data"]["token"]).decode()
