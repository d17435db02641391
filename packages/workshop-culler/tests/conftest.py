"""A real hub with resting servers, and the clients to it, for the culler's tests."""

import contextlib
import logging
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

import realhub
from ports import hold_port
from workshop_culler.clients import cluster as cluster_client
from workshop_culler.clients import hub as hub_client
from workshop_culler.passes import cluster_sweep
from workshop_culler.rules import orphans
from workshop_kube import labels
from workshop_kube.rules.retries import Patience

CONFIG = Path(__file__).with_name("resting_hub_config.py").read_text()
SCOPES = ["list:users", "read:users:activity", "read:servers", "delete:servers"]
ROLE = """
c.JupyterHub.services.append({{"name": "workshop-culler", "api_token": {token!r}}})
c.JupyterHub.load_roles.append(
    {{"name": "workshop-culler", "services": ["workshop-culler"], "scopes": {scopes!r}}}
)
"""
TOKEN = "culler-" + "0" * 32


class ShiftedHub(hub_client.Hub):
    """A client to a real hub whose clock can be set ahead: time is a value, nobody waits."""

    ahead = timedelta(0)

    def note_date(self, headers):
        super().note_date(headers)
        self.now += self.ahead


class CullerHub:
    """A real hub, with what tests do to it."""

    def __init__(self, hub):
        self.hub = hub
        self.api_url = f"http://127.0.0.1:{hub.hub_port}/hub/api"
        self.address = hub_client.HubAddress(self.api_url, TOKEN, timeout=120)

    @contextlib.asynccontextmanager
    async def client(self, **ahead):
        """A client to the hub whose clock is ahead."""

        async def no_sleep(seconds):
            pass

        log = logging.getLogger("test.hub")
        async with ShiftedHub(self.address, log, no_sleep) as client:
            client.ahead = timedelta(**ahead)
            yield client

    async def add_user(self, name, group=""):
        """A user, and perhaps the group that it is put into."""
        status, _ = await self.hub.api("POST", f"users/{name}")
        assert status == 201
        if group:
            await self.hub.api("POST", f"groups/{group}")
            await self.hub.api("POST", f"groups/{group}/users", {"users": [name]})

    async def start_server(self, name, server="", **options):
        """Start a server (of a user that is made if need be); waits until it is ready."""
        await self.hub.api("POST", f"users/{name}")
        path = f"users/{name}/servers/{server}" if server else f"users/{name}/server"
        status, answer = await self.hub.api("POST", path, options)
        assert status in (201, 202), answer
        if options.get("seconds", 0) >= 0:
            await self.until_ready(name, server)

    async def until_ready(self, name, server=""):
        """Wait on the hub's own progress events, which end when the server is ready."""
        path = (
            f"users/{name}/servers/{server}/progress" if server else f"users/{name}/server/progress"
        )

        headers = {"Authorization": f"token {self.hub.token}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.get(f"{self.api_url}/{path}") as answer,
        ):
            async for line in answer.content:
                if b'"ready": true' in line:
                    return
                assert b'"failed": true' not in line, line

    async def running(self):
        """The servers that the hub has, as user or user/server."""
        _, users = await self.hub.api("GET", "users")
        names = [(user["name"], server) for user in users for server in user["servers"]]
        return sorted(f"{user}/{server}" if server else user for user, server in names)

    async def stop_all(self):
        """Stop every server; the names of all users."""
        _, users = await self.hub.api("GET", "users")
        for user in users:
            for server in user["servers"]:
                which = f"servers/{server}" if server else "server"
                await self.hub.api("DELETE", f"users/{user['name']}/{which}")
        return [user["name"] for user in users]

    async def clear(self):
        """Back to how it was: no server, no user but the admin."""
        for name in await self.stop_all():
            if name != "root":
                await self.hub.api("DELETE", f"users/{name}")

    async def users(self):
        """The names of all users."""
        _, users = await self.hub.api("GET", "users")
        return sorted(user["name"] for user in users)


@pytest.fixture
async def make_culler_hub(hub_factory, held_port):
    """Start a hub in which the culler has these scopes."""

    async def make(*more_scopes, config="", scopes=SCOPES, **env):
        env = make_env(held_port, **env)
        hub = await hub_factory(make_config([*scopes, *more_scopes]) + config, env=env)
        return CullerHub(hub)

    return make


def make_config(scopes):
    """The configuration of a hub in which the culler has these scopes."""
    return CONFIG + ROLE.format(token=TOKEN, scopes=scopes)


def make_env(port, **env):
    """The environment of a hub; its servers keep their port when it starts again."""
    return {"RESTING_PORT": str(port), **env}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_hub(tmp_path_factory):
    """One hub for all tests of a module; the culler may delete users, start servers, see groups."""
    if reason := realhub.proxy_missing():
        pytest.skip(reason)
    scopes = [*SCOPES, "servers", "delete:users", "read:users:groups", "read:users"]
    folder = tmp_path_factory.mktemp("hub")
    with hold_port() as resting:
        async with realhub.real_hubs(folder) as factory:
            yield await factory(make_config(scopes), env=make_env(resting.port))


@pytest_asyncio.fixture(loop_scope="module")
async def culler_hub(shared_hub):
    """The shared hub, empty again; tests that use it run on the module's loop."""
    culler_hub = CullerHub(shared_hub)
    yield culler_hub
    if shared_hub.process.returncode is not None:
        await shared_hub.start()
    await culler_hub.clear()


CODE = "instructors-" + "7" * 24
SERVICE_CONFIG = """
import sys
c.JupyterHub.services.append({{
    "name": "culler",
    "command": [sys.executable, "-m", "workshop_culler", {options}],
    "url": "http://127.0.0.1:{port}",
    "oauth_client_allowed_scopes": ["servers", "access:servers", "custom:workshop:instruct"],
    "oauth_no_confirm": True,
}})
c.JupyterHub.services.append({{"name": "lead", "api_token": {code!r}}})
c.JupyterHub.custom_scopes = {{
    "custom:workshop:assist": {{"description": "See sessions of workshops, and give hints"}},
    "custom:workshop:instruct": {{
        "description": "Do all that the page for instructors can",
        "subscopes": ["custom:workshop:assist"],
    }},
}}
for name, scope in {{
    "guest": [],
    "assistant": ["custom:workshop:assist"],
    "instructor": ["custom:workshop:instruct"],
    "other-class": ["custom:workshop:instruct!group=class-b"],
}}.items():
    c.JupyterHub.services.append({{"name": name, "api_token": f"{{name}}-" + 24 * "5"}})
    c.JupyterHub.load_roles.append({{
        "name": f"role-{{name}}", "services": [name],
        "scopes": ["access:services!service=culler", *scope],
    }})
c.JupyterHub.load_roles += [
    {{"name": "lead", "services": ["lead"], "scopes": [
        "access:services!service=culler", "servers"]}},
    {{"name": "culler", "services": ["culler"], "scopes": [
        "list:users", "read:users:activity", "read:users:groups", "servers"]}},
    {{"name": "instructors", "groups": ["instructors"], "scopes": [
        "access:services!service=culler", "servers", "access:servers"]}},
    {{"name": "helpers", "groups": ["helpers"], "scopes": [
        "access:services!service=culler", "read:servers!group=class-a"]}},
    {{"name": "assistants", "groups": ["assistants"], "scopes": [
        "access:services!service=culler", "custom:workshop:assist!group=class-a"]}},
    {{"name": "guests", "groups": ["guests"], "scopes": ["access:services!service=culler"]}},
]
c.JupyterHub.load_groups = {{
    "instructors": {{"users": ["grace"]}}, "helpers": {{"users": ["hal"]}},
    "guests": {{"users": ["guy"]}}, "assistants": {{"users": ["abe"]}},
    "class-a": {{"users": ["ada"]}},
    "class-b": {{"users": ["bob"]}},
}}
"""


class CullerService(CullerHub):
    """A culler_hub with the culler as a managed service, its API and its page."""

    # The codes of roles: services of the hub that people may be.
    codes = {  # noqa: RUF012 - never changed
        name: f"{name}-" + 24 * "5" for name in ("guest", "assistant", "instructor", "other-class")
    }

    @property
    def page(self):
        """The instructor's page as a browser reaches it: through the hub's proxy."""
        return f"{self.hub.url}services/culler/"

    async def token(self, user, *scopes):
        """A token of a user, as a server or a script has it."""
        body = {"scopes": list(scopes)} if scopes else {}
        status, model = await self.hub.api("POST", f"users/{user}/tokens", body)
        assert status == 201, model
        return model["token"]

    async def ask(self, method, path, body=None, *, token=""):
        """Ask the service; status and JSON (or text)."""
        headers = {"Authorization": f"token {token}"} if token else {}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.request(method, self.page + path, json=body, allow_redirects=False) as answer,
        ):
            if answer.content_type == "application/json":
                return answer.status, await answer.json()
            return answer.status, await answer.text()

    async def open_page(self, browser, user, **options):
        """The page in a browser in which `user` has logged in; `page.troubles` tells of scripts."""
        from pages import log_in  # as in the root's conftest.py

        page = await log_in(browser, self.page, user, **options)
        page.on("console", lambda m: m.type == "error" and page.troubles.append(m.text))
        await page.wait_for_url(self.page)
        return page


@pytest.fixture
async def make_culler_service(hub_factory):
    """Start a hub of one's own with the culler as its service, with these options."""
    with hold_port() as resting, hold_port() as service:

        async def make(*options, more=""):
            words = ", ".join(map(repr, options))
            config = SERVICE_CONFIG.format(port=service.port, options=words, code=CODE) + more
            hub = await hub_factory(make_config(SCOPES) + config, env=make_env(resting.port))
            await hub.logged("judged ")
            return CullerService(hub)

        yield make


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_service(tmp_path_factory):
    """One hub with the culler as its service, for all tests of a module."""
    if reason := realhub.proxy_missing():
        pytest.skip(reason)
    options = '"--max-age=3600", "--cull-every=1", "--WorkshopCuller.extension=1800"'
    folder = tmp_path_factory.mktemp("culler_service")
    with hold_port() as resting, hold_port() as service:
        config = SERVICE_CONFIG.format(port=service.port, options=options, code=CODE)
        async with realhub.real_hubs(folder) as factory:
            hub = await factory(make_config(SCOPES) + config, env=make_env(resting.port))
            await hub.logged("judged ")
            yield CullerService(hub)


@pytest_asyncio.fixture(loop_scope="module")
async def culler_service(shared_service):
    """The shared culler_service, with no server left from the test before."""
    yield shared_service
    await shared_service.stop_all()


@pytest.fixture
def log():
    return logging.getLogger("test.culler")


OWNER = labels.Owner("lab", "workshops", "system:serviceaccount:workshops:hub")


def make_metadata(kind, name, user, session="", **changes):
    """The metadata of an object of a session, as the spawner writes it."""
    metadata = {
        "name": name,
        "labels": {
            "app": "lab",
            "class": "session",
            "user": user,
            labels.SESSION: session or f"{user}-1",
        },
        "annotations": {
            labels.REQUESTOR: OWNER.requestor,
            labels.NAMESPACE: OWNER.namespace,
            labels.DEPLOYMENT: "lab",
            labels.POD: f"lab-user-{user}",
            labels.USERNAME: user,
        },
    }
    if kind != "Namespace":
        metadata["namespace"] = OWNER.namespace
    for part in ("labels", "annotations"):
        metadata[part] |= changes.get(part, {})
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata}


class SessionCluster:
    """The emulated cluster with the hub's namespace, and what sessions own in it."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.make = make_metadata
        cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "workshops"}})

    def add_session(self, user, session="", *, pod=False, **changes):
        """Project, account and service of a session, perhaps with its pod."""
        self.cluster.apply(
            make_metadata("Namespace", f"lab-{user}", user, session, **changes),
            make_metadata("ServiceAccount", f"lab-{user}", user, session, **changes),
            make_metadata("Service", f"lab-{user}", user, session, **changes)
            | {"spec": {"ports": [{"port": 80}]}},
        )
        if pod:
            self.add_pod(user, session, **changes)

    def add_pod(self, user, session="", **changes):
        """The pod of a session."""
        spec = {"containers": [{"name": "notebook", "image": "x", "command": ["sleep", "1"]}]}
        pod = make_metadata("Pod", f"lab-user-{user}", user, session, **changes)
        self.cluster.apply(pod | {"spec": spec})

    def names(self, resource="namespaces"):
        """The names of our items of a kind, those that terminate left out."""
        place = "" if resource == "namespaces" else "/namespaces/workshops"
        answer = self.cluster.request("GET", f"/api/v1{place}/{resource}?labelSelector=app%3Dlab")
        metadata = [item["metadata"] for item in answer.body["items"]]
        return sorted(meta["name"] for meta in metadata if not meta.get("deletionTimestamp"))

    def client(self, **patience):
        """A client to the cluster, with retries that do not wait."""

        async def no_sleep(seconds):
            pass

        bounds = Patience(**{"total": 60, "timeout": 10, "tries": 3, **patience})
        return cluster_client.open_cluster(logging.getLogger("test.cluster"), bounds, no_sleep)

    def make_sweep(self, side, client, rules=None, *, dry_run=False, hub_id="", **ahead):
        """The cluster's half of a pass, with a clock that is ahead."""

        def clock():
            return side.api.date and side.api.date + timedelta(**ahead)

        log = logging.getLogger("test.cluster_sweep")
        return cluster_sweep.ClusterSweep(
            side, client, OWNER, rules or orphans.Rules(), log, dry_run, hub_id, clock=clock
        )


@pytest.fixture
def session_cluster(cluster, monkeypatch):
    """The emulated cluster, with KUBECONFIG set to an admin's."""
    monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))
    return SessionCluster(cluster)
