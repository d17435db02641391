"""Roles go to whoever the token belongs to, whatever the hub calls its user. A real hub and API."""

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

    def __init__(self, place, folder):
        self.cluster = place.pocket
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
def people(place, tmp_path):
    place.pocket.start_node()
    return People(place, tmp_path)


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
    place, people, serve, visit, person, hubs_name, fault
):
    own, namesakes = people.make_token(person), people.make_token(hubs_name)
    people.learn(own, **document(person))
    if fault:
        reviews = "selfsubjectreviews"
        place.pocket.faults.add(resource=reviews, user=person, times=None, **fault)
    hub = await serve()
    visitor = await visit(hub)
    await visitor.enter(username=person, password="x")
    assert visitor.name == hubs_name
    (subject,) = place.as_admin(BINDING.format(hubs_name))["subjects"]
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
    place, people, serve, visit, project, state, fault
):
    people.learn(people.make_token("ann.smith"), **state)
    if fault:
        place.pocket.faults.add(user="ann.smith", times=None, **fault)
    hub = await serve(f'c.WorkshopSpawner.project = "{project}"\n')
    visitor = await visit(hub)
    page = await visitor.fail(username="ann.smith", password="x")
    assert "does not say whose login this is; please log out and in again" in page
    assert place.left() == []
    assert place.as_admin("/api/v1/namespaces/intro-ann") is None
