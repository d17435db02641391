"""images/hub as it is shipped starts in a pod, in each of its modes, up to somebody's shell.

The hub is a random user on a read-only file system, with a mounted account that has the rights of
templates/ and no more; sessions find it by its Service's name.
"""

import contextlib

import hub_settings
import pytest

import namespaces
import pod_hub
import visitor
from oauth_person import OAuthPerson, person_at_a_browser
from openid_provider import serve_realm

pytestmark = [pytest.mark.hub]

HAS_RIGHTS = "The hub's account has all rights that it needs"
CRYPT_KEY = "ab" * 32
IMAGE = "registry.example.com/terminal:1"


@pytest.fixture
def network(tmp_path):
    """A network in which the image's ports are free and the names of its Services known."""
    if reason := namespaces.problem_with_namespaces():
        pytest.skip(reason)
    names = [f"{mode}-spawner" for mode in hub_settings.MODES]
    with namespaces.private_namespaces():
        namespaces.add_host(tmp_path, *names, "kubernetes.default.svc")
        yield


@pytest.fixture
def site(network, cluster):
    """A cluster with a node, and the hub's namespace in it."""
    metadata = {"name": pod_hub.NAMESPACE}
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    cluster.start_node()
    return cluster


@pytest.fixture
async def make_hub(site, tmp_path):
    """`hub = make_hub(CONFIGURATION_TYPE=...)`, not started yet."""
    async with contextlib.AsyncExitStack() as stack:

        def make(**environment):
            environment = {"TERMINAL_IMAGE": IMAGE, **environment}
            hub = pod_hub.make_hub(tmp_path / "hub", site, environment)
            stack.push_async_callback(hub.close)
            return hub

        yield make


@pytest.fixture
async def realm(network, tmp_path):
    """Where the people of the modes with a login at Keycloak have their accounts."""
    async with serve_realm(tmp_path) as served:
        served.people |= {"ann": {}, "mallory": {}}
        yield served


@contextlib.asynccontextmanager
async def browser(ca_file):
    """A person at a browser that trusts this CA, who logs in by forms."""
    async with person_at_a_browser(ca_file) as person:
        yield person


async def open_shell(person: OAuthPerson, hub, name):
    """The terminal of somebody who has logged in, once the session is up."""
    guest = visitor.Visitor(hub.url, person.session)
    guest.name = name
    if "spawn-pending" in person.url:
        async for _ in guest.watch_start():
            pass
    await guest.open()
    return guest.terminal()


def give_login(hub, realm):
    """Mount what a login at the realm needs."""
    hub.write("oauth/secret", f"{realm.secret}\n")
    hub.write("oauth/ca.crt", realm.ca_file.read_text())
    return {
        "KEYCLOAK_REALM_URL": realm.url,
        "OAUTH_CLIENT_ID": realm.client,
        "OAUTH_CA_FILE": "/opt/app-root/oauth/ca.crt",
    }


async def log_in_at_realm(person, hub, name):
    """Open the hub, and be at the provider's form without a click in between."""
    await person.get(hub.url)
    assert "/realms/workshop/" in person.url, person.text
    await person.send("POST", person.url, [("username", name)])


async def test_a_visitor_without_an_account_gets_a_shell(make_hub):
    hub = make_hub(CONFIGURATION_TYPE="learning-portal")
    await hub.start()
    async with visitor.Visitor.arrive(hub.url) as guest:
        name = await guest.log_in()
        async for _ in guest.watch_start():
            pass
        await guest.open()
        async with guest.terminal() as shell:
            assert await shell.run("echo $PROJECT_NAMESPACE") == f"learning-portal-{name}"
            assert await shell.run("echo $CONFIGURATION_TYPE") == "learning-portal"
    await hub.logged(HAS_RIGHTS)
    await hub.logged("removed nothing")  # a pass of the culler, over hub and cluster


@pytest.mark.parametrize("mode", hub_settings.OPENSHIFT)
async def test_a_user_of_the_cluster_is_in_the_shell_as_themselves(make_hub, site, mode):
    site.add_user("ann", "pw-ann")
    client = {
        "apiVersion": "oauth.openshift.io/v1",
        "kind": "OAuthClient",
        "metadata": {"name": f"{mode}-console"},
        "secret": "of-the-client",
        "grantMethod": "auto",
        "redirectURIs": ["http://127.0.0.1:8080/hub/oauth_callback"],
    }
    site.apply(client)
    hub = make_hub(CONFIGURATION_TYPE=mode, JUPYTERHUB_CRYPT_KEY=CRYPT_KEY)
    hub.write("oauth/secret", "of-the-client\n")
    await hub.start()
    async with browser(site.ca_file) as person:
        await person.get(hub.url)
        assert person.url.startswith(site.oauth_url), "no page of the hub before"
        await person.log_in("ann", "pw-ann")
        async with await open_shell(person, hub, "ann") as shell:
            assert await shell.run("echo $PROJECT_NAMESPACE") == "ann"
            said = await shell.run("pocket-openshift get namespaces")
            assert 'User "ann" cannot list' in said
    await hub.logged(HAS_RIGHTS)


async def test_who_has_an_account_at_keycloak_gets_a_project_that_stays(make_hub, realm, site):
    hub = make_hub(CONFIGURATION_TYPE="user-workspace")
    hub.env |= give_login(hub, realm)
    await hub.start()
    async with browser(realm.ca_file) as person:
        await log_in_at_realm(person, hub, "ann")
        async with await open_shell(person, hub, "ann") as shell:
            assert await shell.run("echo $PROJECT_NAMESPACE") == "user-workspace-ann"
    await hub.logged(HAS_RIGHTS)


async def test_who_has_an_account_at_keycloak_gets_a_shell_of_nobody(make_hub, realm, site):
    hub = make_hub(CONFIGURATION_TYPE="jumpbox-server")
    hub.env |= give_login(hub, realm)
    await hub.start()
    async with browser(realm.ca_file) as person:
        await log_in_at_realm(person, hub, "ann")
        async with await open_shell(person, hub, "ann") as shell:
            assert await shell.run("echo ${PROJECT_NAMESPACE:-none}") == "none"
            assert "No such file" in await shell.run('cat "$SERVICE_ACCOUNT_DIR/token"')
    await hub.logged(HAS_RIGHTS)
