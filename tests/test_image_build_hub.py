"""The hub's image in a container, up to somebody's shell in the session's image in another.

The cluster is pocket-openshift; its node is a container of the session's image, so that sessions
are that image's processes under its user. `python3 noxfile.py -s images` builds and runs all of it,
with a network of its own, in which the image's fixed ports are free.
"""

import contextlib

import hub_settings
import pytest

import build_images
import containers
import pod_hub
import visitor
from oauth_person import person_at_a_browser
from openid_provider import serve_realm

pytestmark = [pytest.mark.image, pytest.mark.hub, pytest.mark.timeout(600)]

HUB, NODE = "localhost/workshop-hub", "localhost/workshop-node"
NOTEBOOK = "localhost/workshop-notebook"
URL = "http://127.0.0.1:8080/"
SECRET = "of-the-client"
CRYPT_KEY = "ab" * 32
ENVIRONMENTS = "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' > /tmp/seen"


@pytest.fixture
def site(cluster):
    """A cluster with the hub's namespace."""
    metadata = {"name": pod_hub.NAMESPACE}
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    return cluster


@pytest.fixture
def start_hub(engine, site, tmp_path):
    """`hub = await start_hub(mode, NAME=...)`: the image, as a pod of a template runs it.

    `start_hub.files` are mounted at /opt/app-root/oauth.
    """
    with contextlib.ExitStack() as stack:

        async def start(mode, **environment):
            site.apply(*pod_hub.read_rights(mode))
            account = pod_hub.mount_account(site, tmp_path / "account")
            host, port = site.url.removeprefix("https://").split(":")
            environment |= {
                "KUBERNETES_SERVICE_HOST": host,
                "KUBERNETES_SERVICE_PORT": port,
                "CONFIGURATION_TYPE": mode,
                "WORKSHOP_IMAGE": "workshop-terminal",
            }
            folder = tmp_path / "oauth"
            folder.mkdir()
            for name, text in start.files.items():
                (folder / name).write_text(text)
            options = (
                *("-v", f"{account}:{pod_hub.ACCOUNT}:ro"),
                *("-v", f"{folder}:/opt/app-root/oauth:ro"),
                *("--mount", "type=tmpfs,destination=/opt/app-root/data,tmpfs-mode=0775"),
                *("--add-host", f"{mode}-spawner:127.0.0.1"),
            )
            running = containers.run(engine, HUB, environment=environment, options=options)
            container = stack.enter_context(running)
            stack.callback(lambda: print(container.logs()[-8000:]))
            await containers.answers(container, f"{URL}hub/api", wanted=200)
            return container

        start.files = {}
        yield start


@pytest.fixture
def notebook_node(engine):
    """The image of a node whose pods are processes of the notebook's image."""
    tag = "localhost/workshop-node-notebook"
    argument = ("--build-arg", f"DASHBOARD={NOTEBOOK}")
    engine.build("-f", build_images.DOCKERFILES["node"], *argument, "-t", tag, str(pod_hub.ROOT))
    return tag


@pytest.fixture
def node(engine, site, tmp_path, request):
    """A node of the cluster whose pods are processes of the session's image."""
    image = getattr(request, "param", NODE)
    image = request.getfixturevalue(image) if image.isidentifier() else image
    folder = tmp_path / "node"
    folder.mkdir()
    kubeconfig = site.kubeconfig_for(site.admin_token)
    (folder / "admin.yaml").write_text(kubeconfig.read_text())
    command = ("/opt/node/bin/pocket-openshift", "node", "--kubeconfig", "/c/admin.yaml")
    hosts = [f"--add-host={mode}-spawner:127.0.0.1" for mode in hub_settings.MODES]
    options = ("-v", f"{folder}:/c:ro", *hosts)
    with containers.run(engine, image, *command, options=options) as container:
        yield container
        print("--- node", container.logs()[-4000:])


@pytest.fixture(autouse=True)
def readable(tmp_path):
    """What is mounted belongs to root and is read by a user of the cluster's choice."""
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)


@contextlib.asynccontextmanager
async def open_shell(guest):
    """The terminal of somebody who has logged in, once the session is up."""
    async for _ in guest.watch_start():
        pass
    await guest.open()
    async with guest.terminal() as shell:
        assert await shell.run("id -u; cut -d. -f1 /etc/debian_version") == "1234567\n13"
        yield shell


@contextlib.asynccontextmanager
async def open_shell_of(person, name):
    """The same of a person at an OAuth server's form."""
    guest = visitor.Visitor(URL, person.session)
    guest.name = name
    async with open_shell(guest) as shell:
        yield shell


async def test_a_visitor_gets_a_shell_in_the_sessions_image(start_hub, node):
    hub = await start_hub("learning-portal")
    async with visitor.Visitor.arrive(URL) as guest:
        await guest.log_in()
        async with open_shell(guest) as shell:
            assert await shell.run("echo $PROJECT_NAMESPACE") == f"learning-portal-{guest.name}"
            said = await shell.run("kubectl create configmap boats --from-literal=three=3")
            assert said == "configmap/boats created"
            assert "forbidden" in await shell.run("kubectl get pods -n default 2>&1")
            await shell.run(ENVIRONMENTS)
            assert await shell.run("grep -c ^JUPYTERHUB_USER= /tmp/seen") != "0", "it sees some"
            assert await shell.run("grep -cE '^(JUPYTERHUB|JPY)_API_TOKEN=' /tmp/seen") == "0"
        await guest.stop()
    assert "Service workshop-culler exited" not in hub.logs()
    assert hub.stop() == 0


@pytest.mark.parametrize("mode", hub_settings.OPENSHIFT)
async def test_a_user_of_the_cluster_gets_a_shell_as_themselves(start_hub, node, site, mode):
    site.add_user("ann", "pw-ann")
    site.apply(
        {
            "apiVersion": "oauth.openshift.io/v1",
            "kind": "OAuthClient",
            "metadata": {"name": f"{mode}-console"},
            "secret": SECRET,
            "grantMethod": "auto",
            "redirectURIs": [f"{URL}hub/oauth_callback"],
        }
    )
    start_hub.files = {"secret": SECRET}
    hub = await start_hub(mode, JUPYTERHUB_CRYPT_KEY=CRYPT_KEY)
    async with person_at_a_browser(site.ca_file) as person:
        await person.get(URL)
        await person.log_in("ann", "pw-ann")
        async with open_shell_of(person, "ann") as shell:
            assert await shell.run("echo $PROJECT_NAMESPACE") == "ann"
            assert 'User "ann" cannot list' in await shell.run("kubectl get namespaces 2>&1")
    assert hub.is_running()


@pytest.mark.parametrize(
    ("mode", "project"), [("user-workspace", "user-workspace-ann"), ("jumpbox-server", "none")]
)
async def test_who_has_an_account_at_keycloak_gets_a_shell(
    start_hub, node, tmp_path, mode, project
):
    async with serve_realm(tmp_path) as realm, person_at_a_browser(realm.ca_file) as person:
        realm.people["ann"] = {}
        start_hub.files = {"secret": realm.secret, "ca.crt": realm.ca_file.read_text()}
        hub = await start_hub(
            mode,
            KEYCLOAK_REALM_URL=realm.url,
            OAUTH_CLIENT_ID=realm.client,
            OAUTH_CA_FILE="/opt/app-root/oauth/ca.crt",
        )
        await person.get(URL)
        await person.send("POST", person.url, [("username", "ann")])
        async with open_shell_of(person, "ann") as shell:
            assert await shell.run("echo ${PROJECT_NAMESPACE:-none}") == project
        assert hub.is_running()


@pytest.mark.parametrize("node", ["notebook_node"], indirect=True)
async def test_a_session_may_be_a_stock_notebook_server(start_hub, node):
    await start_hub("learning-portal", NOTEBOOK_IMAGE="example.com/notebook:1")
    async with visitor.Visitor.arrive(URL) as guest:
        await guest.log_in()
        async for _ in guest.watch_start():
            pass
        assert "JupyterLab" in await guest.open("lab")
        assert '"python3"' in await guest.open("api/kernelspecs")


def test_what_the_hub_is_made_of_works(engine):
    """Wheels were stripped, and generated code is there as bytecode alone."""
    code = (
        "import aiohttp, cryptography.fernet, kubernetes_asyncio.client.models.v1_pod, kubespawner,"
        "psycopg, pydantic, sqlalchemy, yaml; print(psycopg.connect)"
    )
    words = containers.make_options({}, containers.ANYBODY)
    python = ("/opt/workshop/venv/bin/python3", "-c", code)
    assert "method Connection.connect" in engine.run("run", "--rm", *words, HUB, *python)
    said = engine.run("run", "--rm", *words, HUB, "configurable-http-proxy", "--version")
    assert said.startswith("5.")


async def test_the_hubs_pages_have_their_files(start_hub):
    hub = await start_hub("learning-portal")
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
