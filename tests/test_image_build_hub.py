"""The hub's image in a container, up to a visitor's shell in the session's image in another.

The cluster is pocket-openshift; its node is a container of the session's image, so that sessions are
that image's processes under its user. `python3 noxfile.py -s images` builds and runs all of it, with a
network of its own, in which the image's fixed ports are free.
"""

import contextlib
from pathlib import Path

import pytest
import yaml

import containers
import visitor

pytestmark = [pytest.mark.image, pytest.mark.hub]

ROOT = Path(__file__).resolve().parents[1]
HUB, NODE = "localhost/workshop-hub", "localhost/workshop-node"
URL = "http://127.0.0.1:8080/"
NAMESPACE = "workshop"
ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
SERVICE = "learning-portal-spawner"
SEARCH = "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' > /tmp/seen"


@pytest.fixture
def account(cluster, tmp_path):
    """What the kubelet mounts for the hub's account, which has the rights of templates/ only."""
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    cluster.apply(namespace)
    text = (ROOT / "templates" / "hub-rbac.yaml").read_text()
    for document in yaml.safe_load_all(text.replace("HUB_NAMESPACE", NAMESPACE)):
        if not document["kind"].startswith("Cluster"):
            document["metadata"]["namespace"] = NAMESPACE
        cluster.apply(document)
    folder = tmp_path / "account"
    folder.mkdir()
    (folder / "token").write_text(cluster.token(NAMESPACE, "hub"))
    (folder / "namespace").write_text(NAMESPACE)
    (folder / "ca.crt").write_text(cluster.ca_file.read_text())
    folder.chmod(0o755)
    return folder


@pytest.fixture
async def hub(engine, cluster, account):
    """The hub's image, as a pod of the template runs it."""
    port = cluster.url.rpartition(":")[2]
    environment = {
        "KUBERNETES_SERVICE_HOST": "127.0.0.1",
        "KUBERNETES_SERVICE_PORT": port,
        "CONFIGURATION_TYPE": "learning-portal",
    }
    options = (
        *("-v", f"{account}:{ACCOUNT}:ro"),
        *("--mount", "type=tmpfs,destination=/opt/app-root/data,tmpfs-mode=0775"),
        *("--add-host", f"{SERVICE}:127.0.0.1"),
    )
    with containers.run(engine, HUB, environment=environment, options=options) as container:
        assert await containers.answers(container, f"{URL}hub/api") == 200
        yield container


@pytest.fixture
def node(engine, cluster, tmp_path):
    """A node of the cluster whose pods are processes of the session's image."""
    folder = tmp_path / "node"
    folder.mkdir(mode=0o755)
    kubeconfig = cluster.kubeconfig_for(cluster.admin_token)
    (folder / "admin.yaml").write_text(kubeconfig.read_text())
    (folder / "admin.yaml").chmod(0o644)
    command = ("/opt/node/bin/pocket-openshift", "node", "--kubeconfig", "/c/admin.yaml")
    options = ("-v", f"{folder}:/c:ro", "--add-host", f"{SERVICE}:127.0.0.1")
    with containers.run(engine, NODE, *command, options=options) as container:
        yield container


@contextlib.asynccontextmanager
async def visit():
    """Somebody without an account, in the session's shell."""
    async with visitor.Visitor.arrive(URL) as guest:
        await guest.log_in()
        async for _ in guest.watch_start():
            pass
        await guest.open()
        async with guest.terminal() as shell:
            yield guest, shell


async def test_a_visitor_gets_a_shell_in_the_sessions_image(hub, node):
    try:
        async with visit() as (guest, shell):
            project = f"learning-portal-{guest.name}"
            assert await shell.run("echo $PROJECT_NAMESPACE") == project
            assert await shell.run("id -u; cat /etc/debian_version | cut -d. -f1") == "1234567\n13"
            said = await shell.run("kubectl create configmap boats --from-literal=three=3")
            assert said == "configmap/boats created"
            assert "forbidden" in await shell.run("kubectl get pods -n default 2>&1")
            # The node's own process has an admin's file, as a kubelet would, but no token of the hub.
            await shell.run(SEARCH)
            assert await shell.run("grep -c ^JUPYTERHUB_USER= /tmp/seen") != "0"
            assert await shell.run("grep -cE '^(JUPYTERHUB|JPY)_API_TOKEN=' /tmp/seen") == "0"
        await guest.stop()
    except BaseException:
        print(hub.logs()[-6000:], node.logs()[-3000:], sep="\n--- node\n")
        raise
    assert hub.is_running()
    assert "exited with status" not in hub.logs(), "the culler stays up"
    assert hub.stop() == 0


async def test_what_the_hub_is_made_of_works(engine):
    """Wheels were stripped, and generated code is there as bytecode alone."""
    code = (
        "import aiohttp, cryptography.fernet, kubernetes_asyncio.client.models.v1_pod, kubespawner,"
        "psycopg2, pydantic, sqlalchemy, yaml; print(psycopg2.connect)"
    )
    words = containers.make_options({}, containers.ANYBODY)
    python = ("/opt/workshop/venv/bin/python3", "-c", code)
    assert "function connect" in engine.run("run", "--rm", *words, HUB, *python)
    said = engine.run("run", "--rm", *words, HUB, "configurable-http-proxy", "--version")
    assert said.startswith("5.")


async def test_the_hubs_pages_have_their_files(hub):
    files = (
        "components/bootstrap/dist/js/bootstrap.bundle.min.js",
        "components/@fortawesome/fontawesome-free/css/fontawesome.css",
        "components/@fortawesome/fontawesome-free/webfonts/fa-solid-900.woff2",
        "components/jquery/dist/jquery.min.js",
        "components/moment/moment.js",
        "components/requirejs/require.js",
        "css/style.min.css",
    )
    for file in files:
        status = await containers.answers(hub, f"{URL}hub/static/{file}")
        assert status == 200, file
