"""A client of a fresh cluster (the fixture `cluster` is pocket_openshift's)."""

import pytest

from workshop_kube import client
from workshop_kube.openshift_login.tokens import make_token_name
from workshop_kube.rules.manifests import make_reference
from workshop_kube.rules.retries import Patience

QUICK = Patience(total=10, timeout=3, first_wait=0.01, longest_wait=0.05)
# What goes wrong once or twice, and must not be seen.
FAULTS = {
    "429": {"status": 429, "retry_after": 0},
    "500": {"status": 500},
    "503 twice": {"status": 503, "times": 2},
    "no answer, nothing done": {"drop": "before"},
    "no answer, yet done": {"drop": "after"},
}


@pytest.fixture(params=FAULTS.values(), ids=list(FAULTS))
def fault(request):
    """Each of the faults."""
    return request.param


@pytest.fixture
async def kube(cluster):
    """The administrator's client, which does not wait for long."""
    connection = await client.load_kubeconfig(cluster.kubeconfig)
    async with client.Cluster(connection, patience=QUICK) as made:
        yield made


@pytest.fixture
def space(cluster):
    """The name of a namespace that exists."""
    (made,) = cluster.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "class"}}
    )
    return made["metadata"]["name"]


@pytest.fixture
def as_hub(cluster, kube, space):
    """The client of an account that may do nothing but look at config maps."""
    cluster.apply(
        {
            **make_reference("v1", "ServiceAccount", "hub", space),
        },
        {
            **make_reference("rbac.authorization.k8s.io/v1", "Role", "hub", space),
            "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}],
        },
        {
            **make_reference("rbac.authorization.k8s.io/v1", "RoleBinding", "hub", space),
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "hub"},
            "subjects": [{"kind": "ServiceAccount", "name": "hub", "namespace": space}],
        },
    )
    return kube.as_owner_of(cluster.token(space, "hub"))


@pytest.fixture
async def ada(cluster, kube):
    """The client of a user who has logged in by OAuth."""
    cluster.add_user("ada", "secret")
    user = await kube.ensure(
        make_reference("user.openshift.io/v1", "User", "ada"), lambda found, wanted: True
    )
    await kube.create(
        {
            **make_reference(
                "oauth.openshift.io/v1", "OAuthAccessToken", make_token_name("sha256~secret")
            ),
            "userName": "ada",
            "userUID": user["metadata"]["uid"],
            "clientName": "openshift-challenging-client",
            "scopes": ["user:full"],
            "expiresIn": 3600,
            "redirectURI": "https://localhost/",
        }
    )
    return kube.as_owner_of("sha256~secret")
