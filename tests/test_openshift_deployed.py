"""templates/openshift deployed: `new-app`, a person through the router to a shell, deleted by label.

The hub runs as a pod of the node agent, with the image's configuration, as a random user on a
read-only file system; the address is the Route's, with TLS.
"""

import sys
import threading
from pathlib import Path

import pytest

import deployed
import namespaces
import pod_keycloak
import openshift_templates_data as data
from pocket_openshift import __main__

pytest_plugins = ("pod_fixtures",)
pytestmark = [pytest.mark.hub]

NAMESPACE = data.NAMESPACE
HAS_RIGHTS = "The hub's account has all rights that it needs"


@pytest.fixture
def oc(cluster, monkeypatch, capsys):
    """`code, lines, errors = oc("get", "pods")`: one command as the cluster's administrator."""
    monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))

    def run(*words):
        codes = []
        # It has a loop of its own.
        thread = threading.Thread(
            target=lambda: codes.append(__main__.main([str(word) for word in words]))
        )
        thread.start()
        thread.join(60)
        said = capsys.readouterr()
        return codes[0], said.out.splitlines(), said.err.splitlines()

    return run


@pytest.fixture
def deploy(pod_network, cluster, oc, tmp_path):
    """`deployment = deploy("learning-portal")`, with the host names that it will have."""
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    node = cluster.start_node(router_port=80, router_tls_port=443)

    def make(template, **values):
        made = deployed.Deployment(oc, cluster, node.router, template, NAMESPACE)
        made.make(**values)
        path = f"/apis/route.openshift.io/v1/namespaces/{NAMESPACE}/routes"
        routes = cluster.request("GET", path).body["items"]
        hosts = [route["spec"]["host"] for route in routes]
        namespaces.add_host(tmp_path, *hosts, f"{made.app}-spawner")
        return made

    return make


async def test_a_portal_from_its_template_to_nothing(deploy, cluster):
    portal = deploy("learning-portal", WORKSHOP_TITLE="Introduction to Go")
    portal.run_image()
    await portal.until_ready()
    async with portal.browser() as (guest, _):
        name = await guest.log_in()
        async for _ in guest.watch_start():
            pass
        await guest.open()
        async with guest.terminal() as shell:
            project = f"learning-portal-{name}"
            assert await shell.run("echo $PROJECT_NAMESPACE") == project
            assert "No resources found" in await shell.run("pocket-openshift get pods")
        quota = cluster.request("GET", f"/api/v1/namespaces/{project}/resourcequotas").body
        assert "compute-resources" in [item["metadata"]["name"] for item in quota["items"]]
        assert cluster.request("GET", f"/api/v1/namespaces/{project}").status == 200
    await portal.until_logged(HAS_RIGHTS)
    portal.remove()
    await portal.until_gone()
    assert cluster.request("GET", f"/api/v1/namespaces/{project}").status == 404


async def reach_shell(guest, person, name):
    """The terminal of somebody who has logged in, once the session is up."""
    guest.name = name
    if "spawn-pending" in person.url:
        async for _ in guest.watch_start():
            pass
    await guest.open()
    return guest.terminal()


@pytest.mark.parametrize("mode", ["hosted-workshop", "terminal-server"])
async def test_a_user_of_the_cluster_is_let_in_by_the_template_s_client(deploy, cluster, mode):
    cluster.add_user("ann", "pw-ann")
    workshop = deploy(mode)
    workshop.run_image()
    await workshop.until_ready()
    async with workshop.browser() as (guest, person):
        await person.get(guest.url)
        await person.log_in("ann", "pw-ann")
        async with await reach_shell(guest, person, "ann") as shell:
            assert await shell.run("echo $PROJECT_NAMESPACE") == "ann"
            assert 'User "ann" cannot list' in await shell.run("pocket-openshift get namespaces")
    await workshop.until_logged(HAS_RIGHTS)
    workshop.remove()
    await workshop.until_gone()
    assert cluster.request("GET", "/api/v1/namespaces/ann").status == 200, "it is ann's"


def trust_routers(cluster, router):
    """As OpenShift does: the account's certificates have the routers' authority too."""
    path = f"/api/v1/namespaces/{NAMESPACE}/configmaps/kube-root-ca.crt"
    found = cluster.request("GET", path).body
    found["data"]["ca.crt"] += router.ca_pem
    assert cluster.request("PUT", path, found).status == 200


@pytest.mark.parametrize(
    ("mode", "project"), [("user-workspace", "user-workspace-ann"), ("jumpbox-server", "none")]
)
async def test_people_who_register_themselves_are_let_in(deploy, cluster, mode, project):
    workshop = deploy(mode)
    trust_routers(cluster, workshop.router)
    realm, port = "/opt/keycloak/data/import/realm.json", 18080
    program = str(Path(pod_keycloak.__file__))
    workshop.move_port("-keycloak", port)
    workshop.run_image("-keycloak", [sys.executable, program, realm, str(port)])
    workshop.run_image("-keycloak-db", [sys.executable, "-m", "http.server", "5432"])
    workshop.run_image()
    await workshop.until_ready("-keycloak")
    await workshop.until_ready("-keycloak-db")
    await workshop.until_ready()
    async with workshop.browser() as (guest, person):
        await person.get(guest.url)
        await person.send("POST", person.url, [("username", "ann")])
        async with await reach_shell(guest, person, "ann") as shell:
            assert await shell.run("echo ${PROJECT_NAMESPACE:-none}") == project
    await workshop.until_logged(HAS_RIGHTS)
    workshop.remove()
    await workshop.until_gone()
