"""Fixtures: servers that misbehave on purpose, over real TLS, and components that talk to them.

A project in pocket-openshift with the hub's account, and people with browsers.

What behaves is pocket-openshift's job; a server that lies is the one thing made here.
"""

import asyncio
import base64
import contextlib
import json
import ssl
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import aiohttp
import pytest
import trustme
from tornado import httpserver, netutil, web

from oauth_person import OAuthPerson
from openshift_authenticator.cluster import client, trust


def make_jwt(claims):
    """A token that looks like a service account's; nobody here checks its signature."""

    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part(claims)}.signature"


@pytest.fixture
def account_dir(tmp_path):
    """Mount a service account as Kubernetes does; call it again and the token is another."""
    folder = tmp_path / "serviceaccount"
    folder.mkdir()

    def mount(namespace="workshop", name="hub", serial=1):
        claims = {"sub": f"system:serviceaccount:{namespace}:{name}", "jti": str(serial)}
        (folder / "token").write_text(make_jwt(claims))
        (folder / "namespace").write_text(namespace)
        return folder

    return mount


@dataclass
class LyingServer:
    """Answers each path as the test says: a tuple (status, headers, body), or a coroutine."""

    ca_file: str
    port: int = 0
    answers: dict = field(default_factory=dict)
    seen: list = field(default_factory=list)

    @property
    def url(self):
        return f"https://localhost:{self.port}"

    async def answer(self, handler):
        request = handler.request
        self.seen.append(request)
        answer = self.answers.get(request.path, (404, {}, "404 page not found\n"))
        if callable(answer):
            answer = await answer(request)
        status, headers, body = answer
        handler.set_status(status)
        for name, value in headers.items():
            handler.set_header(name, value)
        handler.finish(body if isinstance(body, str | bytes) else json.dumps(body))


@pytest.fixture(scope="session")
def authority():
    return trustme.CA()


@pytest.fixture
async def lying_server(tmp_path, authority):
    ca_file = tmp_path / "lying-ca.crt"
    authority.cert_pem.write_to_path(ca_file)
    lying = LyingServer(str(ca_file))

    class Handler(web.RequestHandler):
        async def prepare(self):
            await lying.answer(self)

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    server = httpserver.HTTPServer(web.Application([(".*", Handler)]), ssl_options=context)
    sockets = netutil.bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    lying.port = sockets[0].getsockname()[1]
    yield lying
    server.stop()
    await server.close_all_connections()
    await asyncio.sleep(0)


@pytest.fixture
async def api_at():
    """The cluster at an address, trusted by the given file."""
    opened = []

    def make(url, ca_file, timeout=120.0):
        trusted = trust.make_context(ca_file)
        opened.append(client.Cluster(url, trusted, trusted, timeout))
        return opened[-1]

    yield make
    for api in opened:
        await api.close()


@pytest.fixture
def api(api_at, lying_server):
    """The lying server as a cluster."""
    return api_at(lying_server.url, lying_server.ca_file)


ACCOUNT = "/api/v1/namespaces/workshop/serviceaccounts/hub"
ANNOTATION = "serviceaccounts.openshift.io/oauth-redirecturi.jupyterhub"
MERGE = {"Content-Type": "application/merge-patch+json"}
KEY = "0123456789abcdef" * 4


@dataclass
class Place:
    """A cluster with a project `workshop`, whose account `hub` is mounted as into a pod."""

    cluster: object
    folder: object
    tokens: list = field(default_factory=list)

    def mount(self):
        """Mount a new token, as a kubelet does about once an hour."""
        token = self.cluster.token("workshop", "hub")
        self.tokens.append(token)
        (self.folder / "token").write_text(token)
        (self.folder / "namespace").write_text("workshop")
        (self.folder / "ca.crt").write_text(self.cluster.ca_file.read_text())

    @property
    def env(self):
        place = urlsplit(self.cluster.url)
        return {
            "KUBERNETES_SERVICE_HOST": place.hostname,
            "KUBERNETES_SERVICE_PORT": str(place.port),
            "SERVICE_ACCOUNT_DIR": str(self.folder),
            "JUPYTERHUB_CRYPT_KEY": KEY,
        }

    def annotate(self, redirect):
        body = {"metadata": {"annotations": {ANNOTATION: redirect}}}
        assert self.cluster.request("PATCH", ACCOUNT, body, headers=MERGE).status == 200

    @staticmethod
    def bind(user, role, namespace="workshop"):
        """The role binding that gives a user a role."""
        return {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {"name": f"{user}-{role}", "namespace": namespace},
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": role,
            },
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}],
        }

    def make_client(self, hub, method="auto"):
        self.cluster.apply(
            {
                "apiVersion": "oauth.openshift.io/v1",
                "kind": "OAuthClient",
                "metadata": {"name": "jupyterhub"},
                "secret": "s3cret-of-the-client",
                "grantMethod": method,
                "redirectURIs": [f"{hub.url}hub/oauth_callback"],
            }
        )

    def live_tokens(self):
        """Names of the OAuth tokens that exist."""
        path = "/apis/oauth.openshift.io/v1/oauthaccesstokens"
        return {
            item["metadata"]["name"] for item in self.cluster.request("GET", path).body["items"]
        }


@pytest.fixture
def place(cluster, tmp_path):
    folder = tmp_path / "serviceaccount"
    folder.mkdir()
    cluster.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "workshop"}},
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "hub", "namespace": "workshop"},
        },
    )
    place = Place(cluster, folder)
    place.mount()
    return place


class HubVisitor(OAuthPerson):
    """Somebody with a browser who comes to the hub by the OAuth server."""

    def __init__(self, session, hub, ca_file):
        super().__init__(session, ca_file)
        self.hub = hub

    async def get(self, url):
        return await super().get(urljoin(self.hub.url, url))

    async def log_in(self, name, password, *, then="hub/home", allow=True, untick=()):
        """From the hub to wherever the login ends; `allow=False` presses Deny."""
        self.paths = []
        await self.get(f"hub/oauth_login?next=/{then}")
        if self.path == "/login":
            await super().log_in(name, password)
        if self.path.endswith("/approve"):
            await self.approve(allow=allow, untick=untick)
        return self

    async def log_in_at_once(self, name, password):
        """As log_in, but without the login page: the password goes along with the request."""
        url = urljoin(self.hub.url, "hub/oauth_login?next=/hub/home")
        secret = base64.b64encode(f"{name}:{password}".encode()).decode()
        async with self.session.get(url, allow_redirects=False) as answer:
            location = answer.headers["Location"]
        async with self.session.get(
            location,
            headers={"Authorization": f"Basic {secret}"},
            ssl=self.trust,
            allow_redirects=False,
        ) as answer:
            location = answer.headers["Location"]
        return await self.send("GET", location)

    @property
    def is_home(self):
        return self.status == 200 and self.path == "/hub/home"

    async def status_page(self):
        """What the hub says about this login; None if it sends us to log in."""
        await self.get("hub/openshift-login")
        if self.path != "/hub/openshift-login" or self.status != 200:
            return None
        return json.loads(self.text)


@pytest.fixture
def browsing(cluster):
    @contextlib.asynccontextmanager
    async def browsing(hub):
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            yield HubVisitor(session, hub, cluster.ca_file)

    return browsing
