"""templates/openshift deployed: `new-app`, a person through the router to a shell, deleted by label.

The hub runs as a pod of the node agent, with the image's configuration, as a random user on a
read-only file system; the address is the Route's, with TLS.
"""

import threading

import pytest

import deployed
import namespaces
import openshift_templates_data as data
from pocket_openshift import __main__

pytest_plugins = ("pod_fixtures",)
pytestmark = [pytest.mark.hub]

NAMESPACE = "room-7"


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
    portal.remove()
    await portal.until_gone()
    assert cluster.request("GET", f"/api/v1/namespaces/{project}").status == 404
