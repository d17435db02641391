"""images/hub as it is shipped starts in a pod, up to somebody's shell.

The hub is a random user on a read-only file system, with a mounted account that has the rights of
templates/ and no more; sessions find it by its Service's name. Here a mode has what its parameters
say; as templates deploy them, all modes run in tests/test_openshift_deployed.py.
"""

import asyncio
import contextlib
import json
from urllib.parse import urlsplit

import pytest

import pod_command
import pod_hub
import visitor

pytest_plugins = ("pod_fixtures",)
pytestmark = [pytest.mark.hub]

HAS_RIGHTS = "The hub's account has all rights that it needs"


RULES = [{"apiGroups": ["batch"], "resources": ["cronjobs"], "verbs": ["get", "list"]}]
EXTRA = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "tasks"},
    "data": {"where": "${project_namespace}"},
}


def make_rules_of_template(name, rules):
    """What the template makes of SESSION_RULES: a ClusterRole, and the right to give it away."""
    bind = {
        "apiGroups": ["rbac.authorization.k8s.io"],
        "resources": ["clusterroles"],
        "verbs": ["bind"],
        "resourceNames": [name],
    }
    hub = {"kind": "ServiceAccount", "name": "hub", "namespace": pod_hub.NAMESPACE}
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole"}
    api = {"apiVersion": "rbac.authorization.k8s.io/v1"}
    return (
        {**api, "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules},
        {**api, "kind": "ClusterRole", "metadata": {"name": f"bind-{name}"}, "rules": [bind]},
        {
            **api,
            "kind": "ClusterRoleBinding",
            "metadata": {"name": f"bind-{name}"},
            "subjects": [hub],
            "roleRef": {**reference, "name": f"bind-{name}"},
        },
    )


async def test_a_portal_has_what_its_parameters_say(make_pod_hub, pod_site):
    name = "intro-session-rules"
    hub = make_pod_hub(
        CONFIGURATION_TYPE="learning-portal",
        WORKSHOP_NAME="intro",
        WORKSHOP_TITLE="Introduction <to> Go",
        SPAWNER_PASSWORD="sesame",
        ASK_NAME="true",
        SESSION_RULES=json.dumps(RULES),
        SPAWNER_ROLE="view",
        EXTRA_RESOURCES=json.dumps([EXTRA]),
        EXPOSED_PORTS="8081,3000",
        RESOURCE_BUDGET="medium",
        RESERVED_SESSIONS="1",
        NETWORK_INTERNET="false",
        CLUSTER_SUBDOMAIN="apps.example.com",
        TERMINAL_ENVVARS="export LESSON='{three} boats'",
        OC_VERSION="4.20",
        HOMEROOM_LINK="https://workshops.example.com/",
    )
    pod_site.apply(*make_rules_of_template(name, RULES))
    pod_site.apply(*pod_hub.read_more_rights("RESERVED_SESSIONS", "NETWORK_INTERNET"))
    await hub.start()
    async with visitor.Visitor.arrive(hub.url) as guest:
        with pytest.raises(visitor.VisitError, match="Introduction &lt;to&gt; Go"):
            await guest.log_in(name="Ann", code="wrong")
        await guest.log_in(name="Ann", code="sesame")
        async for _ in guest.watch_start():
            pass
        await guest.open()
        async with guest.terminal() as shell:
            for variable, value in {
                "CONFIGURATION_TYPE": "learning-portal",
                "LESSON": "{three} boats",
                "OC_VERSION": "4.20",
                "CLUSTER_SUBDOMAIN": "apps.example.com",
                "HOMEROOM_LINK": "https://workshops.example.com/",
                "WORKSHOP_NAME": "intro",
            }.items():
                assert await shell.run(f'echo "${variable}"') == value
            project = await shell.run("echo $PROJECT_NAMESPACE")
        path = f"/api/v1/namespaces/{project}"
        assert pod_site.request("GET", f"{path}/configmaps/tasks").body["data"] == {
            "where": project
        }
        quota = pod_site.request("GET", f"{path}/resourcequotas/compute-resources").body
        assert quota["spec"]["hard"]["limits.memory"] == "2Gi"
        bindings = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{project}/rolebindings"
        found = pod_site.request("GET", bindings).body["items"]
        assert {"view", name} <= {one["roleRef"]["name"] for one in found}
    await hub.logged(HAS_RIGHTS)
    await hub.logged("removed nothing")  # a pass of the culler, over hub and cluster


IDLE = """
c.JupyterHub.services = [
    {
        'name': 'cull-idle',
        'admin': True,
        'command': ['cull-idle-servers', '--timeout=300', '--cull-every=60'],
    }
]
"""


async def test_the_original_s_own_culler_of_idle_servers_runs_beside(make_pod_hub):
    text = (pod_hub.IMAGE / "Dockerfile").read_text()
    assert all(
        f"ln -s {to} /opt/workshop/bin/{name}" in text for name, to in pod_command.LINKS.items()
    )
    hub = make_pod_hub(CONFIGURATION_TYPE="learning-portal")
    hub.write("configs/jupyterhub_config.py", IDLE)
    await hub.start()
    line = await hub.logged("No pages and no API: this service has no 'url'")  # only theirs
    await hub.logged("judged nothing", since=hub.log.index(line))
    assert "exited with status" not in hub.log_text


UNTOLD = """
for service in c.JupyterHub.services:
    service.pop("environment")
"""


async def test_the_culler_finds_a_mounted_account_without_being_told(make_pod_hub, pod_site):
    """As in any hub of any chart, whose services are given nothing of the hub's environment."""
    hub = make_pod_hub(CONFIGURATION_TYPE="learning-portal")
    hub.write("configs/jupyterhub_config.py", UNTOLD)
    # The cluster's API by the name and the port that it has in each pod.
    async with forward(443, pod_site.url):
        await hub.start()
        await hub.logged("removed nothing")
        assert "exited with status" not in hub.log_text


@contextlib.asynccontextmanager
async def forward(port, url):
    """Pass on each connection to this port of loopback to the server of the URL."""
    place, tasks = urlsplit(url), set()

    async def copy(reader, writer):
        try:
            while data := await reader.read(2**16):
                writer.write(data)
                await writer.drain()
        finally:
            writer.transport.abort()

    async def serve(reader, writer):
        onward = await asyncio.open_connection(place.hostname, place.port)
        tasks.update(
            asyncio.ensure_future(copy(*pair))
            for pair in ((reader, onward[1]), (onward[0], writer))
        )

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
