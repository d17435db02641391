"""templates/openshift deployed: `new-app`, people through the router to a shell, then removed.

The hub runs as a pod of the node agent, with the image's configuration, as a random user on a
read-only file system; the address is the Route's, with TLS.
"""

import asyncio
import base64
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import command_line
import doc_blocks
import namespaces
import openshift_deployment
import openshift_templates_data as data
import pod_keycloak
import postgres

pytest_plugins = ("pod_fixtures",)
pytestmark = [pytest.mark.hub]

NAMESPACE = data.NAMESPACE
HOW_TO = data.ROOT / "docs" / "how-to"
PAGE = HOW_TO / "deploy-on-openshift.md"
HOST = f"learning-portal-{NAMESPACE}.apps.example.com"
HAS_RIGHTS = "The hub's account has all rights that it needs"


@pytest.fixture
def oc(cluster, monkeypatch, capsys):
    """`code, lines, errors = oc("get", "pods")`: one command as the cluster's administrator."""
    return command_line.make_command(cluster, monkeypatch, capsys)


@pytest.fixture
def deploy(pod_network, cluster, oc, tmp_path):
    """`deployment = deploy("learning-portal")`, with the host names that it will have."""
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    node = cluster.start_node(router_port=80, router_tls_port=443)

    def make(template, **values):
        made = openshift_deployment.Deployment(oc, cluster, node.router, template, NAMESPACE)
        made.make(**values)
        path = f"/apis/route.openshift.io/v1/namespaces/{NAMESPACE}/routes"
        routes = cluster.request("GET", path).body["items"]
        hosts = [route["spec"]["host"] for route in routes]
        namespaces.add_host(tmp_path, *hosts, f"{made.app}-spawner")
        return made

    return make


@pytest.fixture
def follow(cluster, tmp_path):
    """`said = follow(script)`: what a block's commands print; none of them may fail."""
    if not shutil.which("kubectl"):
        pytest.skip("needs kubectl (apt-get install kubernetes-client)")
    own = tmp_path / "kubeconfig"
    shutil.copy(cluster.kubeconfig, own)
    python, support = Path(sys.executable).parent, Path(command_line.__file__).parent
    path = f"{support}:{python}:{os.environ['PATH']}"
    env = {**os.environ, "KUBECONFIG": str(own), "PATH": path}

    def run(script):
        command = ["sh", "-euc", script]
        done = subprocess.run(
            command, cwd=data.ROOT, env=env, capture_output=True, text=True, timeout=150
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.splitlines()

    return run


def read_changes():
    """The commands of other pages for a hub that runs, with one wait for all of them."""
    pages = [HOW_TO / "event-day.md", HOW_TO / "upgrade.md"]
    blocks = [
        block
        for page in pages
        for each in doc_blocks.read_blocks(page, "console").values()
        for block in each
        if "oc " in block
    ]
    lines = [line for block in blocks for line in block.splitlines()]
    waits = [line for line in lines if " rollout status " in line]
    assert len(waits) == 3
    return "\n".join([*(line for line in lines if line not in waits), waits[0]])


async def test_who_follows_the_page_has_a_portal_and_then_nothing(
    pod_network, cluster, follow, tmp_path
):
    blocks = doc_blocks.read_blocks(PAGE, "console").values()
    project, portal, wait, remove = (block for each in blocks for block in each)
    node = cluster.start_node(router_port=80, router_tls_port=443)
    namespaces.add_host(tmp_path, HOST, "learning-portal-spawner")
    said = follow(project)
    assert any(line.startswith("workshop-hub-1") for line in said), "builds have begun"
    said = follow(portal)
    made = openshift_deployment.Deployment(
        None, cluster, node.router, "learning-portal", NAMESPACE, said
    )
    assert f"Open https://{HOST}/" in said
    made.run_image()
    follow(wait)
    async with made.browser() as (guest, person):
        await person.get(f"{guest.url}hub/login")
        assert "Introduction to Go" in person.text
        name = await guest.log_in()
        async for _ in guest.watch_start():
            pass
        await guest.open()
        async with guest.terminal() as shell:
            session = f"learning-portal-{name}"
            assert await shell.run("echo $PROJECT_NAMESPACE") == session
            assert "No resources found" in await shell.run("pocket-openshift get pods")
            refused = await shell.run("pocket-openshift delete networkpolicy workshop-session")
            assert "cannot delete" in refused
        said_of_changes = await asyncio.to_thread(follow, read_changes())
        assert any(line.startswith("learning-portal-pre-pull") for line in said_of_changes)
        await made.until_open(guest)
        async with guest.terminal("2") as shell:
            assert await shell.run("echo $PROJECT_NAMESPACE") == session, "it outlived the hub"
        path = f"/api/v1/namespaces/{session}"
        quota = cluster.request("GET", f"{path}/resourcequotas/compute-resources").body
        assert quota["spec"]["hard"]["limits.memory"] == "1Gi", "small"
        levels = cluster.request("GET", path).body["metadata"]["labels"]
        assert levels["pod-security.kubernetes.io/enforce"] == "baseline"
    await made.until_logged(HAS_RIGHTS)
    # While the visitor's session still runs.
    printed = [line.strip() for line in said if line.startswith("  oc delete ")]
    assert [" ".join(line.split()) for line in remove.replace("\\\n", " ").splitlines()] == printed
    follow(remove)
    await made.until_gone()
    assert cluster.request("GET", path).status == 404


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
    workshop = deploy(mode, REGISTERED_USERS="ann")
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
            if project == "none":
                assert "No such file" in await shell.run('cat "$SERVICE_ACCOUNT_DIR/token"')
    async with workshop.browser() as (guest, stranger):
        await stranger.get(guest.url)
        await stranger.send("POST", stranger.url, [("username", "mallory")])
        assert stranger.status == 403
    await workshop.until_logged(HAS_RIGHTS)
    workshop.remove()
    await workshop.until_gone()


ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
TERMINAL = ["jupyterhub-butterfly", "--ip=*", "--port=10080"]  # as images/terminal/s2i/run


def let_administer(cluster, name):
    api = "rbac.authorization.k8s.io"
    cluster.apply(
        {
            "apiVersion": f"{api}/v1",
            "kind": "RoleBinding",
            "metadata": {"name": name, "namespace": NAMESPACE},
            "roleRef": {"apiGroup": api, "kind": "ClusterRole", "name": "admin"},
            "subjects": [{"apiGroup": api, "kind": "User", "name": name}],
        }
    )


async def test_a_terminal_alone_is_for_who_administers_the_project(deploy, cluster):
    for name in ("ann", "mallory"):
        cluster.add_user(name, f"pw-{name}")
    let_administer(cluster, "ann")
    terminal = deploy("terminal")
    terminal.run_image("", TERMINAL, SERVICE_ACCOUNT_DIR=ACCOUNT)
    await terminal.until_ready("")
    for name, status in {"ann": 200, "mallory": 403}.items():
        async with terminal.browser() as (guest, person):
            await person.get(guest.url)
            assert person.url.startswith(cluster.oauth_url)
            await person.log_in(name, f"pw-{name}")
            await person.approve()
            assert person.status == status, person.text
            assert (person.path == "/terminal/session/1") == (status == 200)
    terminal.remove()
    await terminal.until_gone()


async def test_a_terminal_alone_may_have_a_name_and_a_password(deploy):
    terminal = deploy("dashboard", AUTH_USERNAME="ada", AUTH_PASSWORD="sesame")
    terminal.run_image("", TERMINAL, SERVICE_ACCOUNT_DIR=ACCOUNT)
    await terminal.until_ready("")
    async with terminal.browser() as (guest, person):
        assert (await person.get(guest.url)).status == 401
        login = base64.b64encode(b"ada:sesame").decode()
        person.session.headers["Authorization"] = f"Basic {login}"
        assert (await person.get(guest.url)).status == 200


OF_TERMINALS = 'c.WorkshopSpawner.cmd = ["jupyterhub-butterfly"]'


async def test_a_hub_with_a_database_needs_no_right_in_the_cluster(deploy, cluster, tmp_path):
    """jupyterhub-deployer, whose sessions have no project; here they are terminals."""
    if reason := postgres.problem_with_postgres():
        pytest.skip(reason)
    with postgres.make_server() as server:
        server.port = 5432
        server.start()
        server.query("create database jupyterhub")
        notebooks = deploy(
            "jupyterhub-deployer",
            DATABASE_PASSWORD=postgres.PASSWORD,
            JUPYTERHUB_CONFIG=OF_TERMINALS,
        )
        namespaces.add_host(tmp_path, f"{notebooks.app}-db")
        notebooks.run_image("-db", ["sleep", "infinity"])  # it runs beside
        notebooks.run_image()
        await notebooks.until_ready()
        async with notebooks.browser() as (guest, _):
            await guest.log_in()
            async for _ in guest.watch_start():
                pass
            await guest.open()
            async with guest.terminal() as shell:
                assert await shell.run("echo ${PROJECT_NAMESPACE:-none}") == "none"
                assert "No such file" in await shell.run('cat "$SERVICE_ACCOUNT_DIR/token"')
        await notebooks.until_logged(HAS_RIGHTS)
        assert server.query("select count(*) from users", "jupyterhub").strip() == "1"
        notebooks.remove()
        await notebooks.until_gone()
