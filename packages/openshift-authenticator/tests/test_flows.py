"""Whole logins: a real hub, a real proxy, pocket-openshift's API and OAuth server.

People are HTTP clients that fill in the pages (conftest.py); once, in test_login_in_browser.py, a
real browser.
"""

import asyncio
import contextlib
import json
import re
import shlex
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest

from waiting import until_so

pytestmark = pytest.mark.hub

KEY = "0123456789abcdef" * 4
ANNOTATION = "serviceaccounts.openshift.io/oauth-redirecturi.jupyterhub"
BASE = """
import sys
c.JupyterHub.authenticator_class = "openshift-cluster"
c.JupyterHub.spawner_class = "simple"
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.tests.mocksu"]
c.SimpleLocalProcessSpawner.home_dir_template = "."
c.JupyterHub.cleanup_servers = False
"""


def assert_no_traceback(hub):
    found = [number for number, line in enumerate(hub.log) if "Traceback" in line]
    assert not found, "".join(hub.log[found[0] - 3 : found[0] + 40])


@pytest.fixture
def no_secrets(monkeypatch):
    """Collects what must be in no log; checked when the test is over."""
    hubs, secrets = [], []
    yield hubs, secrets
    for hub in hubs:
        for secret in secrets:
            assert secret not in hub.log_text
        # Whatever else looks like an OpenShift token or a service account's.
        leaks = [line for line in hub.log if re.search(r"sha256~[\w-]{43}(?![\w-])", line)]
        assert not leaks
        assert not [line for line in hub.log if "eyJ" in line]


async def test_in_a_pod_with_no_settings_at_all(hub_factory, place, browsing, no_secrets):
    cluster = place.cluster
    for name in ("alice", "bob", "teacher"):
        cluster.add_user(name, f"pw-{name}")
    cluster.apply(place.bind("alice", "edit"), place.bind("teacher", "admin"))
    hub = await hub_factory(BASE, env=place.env)
    no_secrets[0].append(hub)
    callback = f"{hub.url}hub/oauth_callback"

    # The account registers no redirect: the page says so, the log says the line that mends it.
    async with browsing(hub) as alice:
        await alice.get("hub/oauth_login")
        assert alice.status == 500
        assert "does not register it" in alice.text
    line = (await hub.logged("oc annotate serviceaccount")).strip()
    *command, annotation = shlex.split(line)
    assert command == [
        *("oc", "annotate", "serviceaccount", "hub", "--namespace", "workshop", "--overwrite")
    ]
    assert annotation == f"{ANNOTATION}={callback}"
    place.annotate(annotation.partition("=")[2])

    # A member of the project: approval page the first time, none the second.
    async with browsing(hub) as alice:
        await alice.log_in("alice", "pw-alice")
        assert alice.is_home, alice.text
        assert "/oauth/authorize/approve" in alice.paths
        known = await alice.status_page()
        assert known["name"] == "alice"
        assert known["token_expires"]
        assert "hub" not in known
    place.mount()
    async with browsing(hub) as alice:
        await alice.log_in("alice", "pw-alice")
        assert alice.is_home, alice.text
        assert "/oauth/authorize/approve" not in alice.paths

        # The older login's token is given back, and at logout so is this one.
        async def is_one():
            return len(place.live_tokens()) == 1

        await until_so(is_one)
        await alice.get("hub/logout")
        assert place.live_tokens() == set()

    # Whoever administers the project is the hub's admin; whoever has no rights stays out.
    async with browsing(hub) as teacher:
        await teacher.log_in("teacher", "pw-teacher")
        known = await teacher.status_page()
        assert known["hub"]["client_id"] == "system:serviceaccount:workshop:hub"
        assert known["hub"]["scope"] == ["user:info", "user:check-access"]
        assert known["hub"]["problem"] is None
    # Nobody comes in while the cluster does not say what they may do.
    for fault in ({"status": 403}, {"status": 500}, {"drop": "before"}):
        cluster.faults.add(resource="selfsubjectaccessreviews", times=100, **fault)
        async with browsing(hub) as teacher:
            await teacher.log_in("teacher", "pw-teacher")
            assert teacher.status == 503, (fault, teacher.text)
            assert await teacher.status_page() is None
        cluster.faults.clear()
    async with browsing(hub) as bob:
        await bob.log_in("bob", "pw-bob", allow=False)
        assert bob.status == 403
        assert "You did not allow this hub" in bob.text
        await bob.log_in("bob", "pw-bob", untick={"user:check-access"})
        assert bob.status == 403
        assert "leave everything ticked" in bob.text
        await bob.log_in("bob", "pw-bob")
        assert bob.status == 403
        assert "known to the cluster as bob" in bob.text

    users = {user["name"]: user["admin"] for user in (await hub.api("GET", "users"))[1]}
    assert users == {"alice": False, "teacher": True}
    assert_no_traceback(hub)
    no_secrets[1].extend([*place.tokens, "pw-alice", "pw-bob", "pw-teacher"])


async def test_at_the_start_the_hub_checks_itself(hub_factory, place):
    """Nobody has come yet; the callback is known from public_url, then from a Route."""
    hub = await hub_factory(BASE, env=place.env, start=False)
    hub.config += f"c.JupyterHub.public_url = {hub.url!r}\n"
    await hub.start()
    await hub.logged(f"{ANNOTATION}={hub.url}hub/oauth_callback")
    await hub.stop()

    reference = json.dumps({"reference": {"kind": "Route", "name": "hub"}})
    key = "serviceaccounts.openshift.io/oauth-redirectreference.hub"
    account = {"name": "hub", "namespace": "workshop", "annotations": {key: reference}}
    viewer = place.bind("hub", "view")
    viewer["subjects"] = [{"kind": "ServiceAccount", "name": "hub", "namespace": "workshop"}]
    place.cluster.apply(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account},
        {
            "apiVersion": "route.openshift.io/v1",
            "kind": "Route",
            "metadata": {"name": "hub", "namespace": "workshop"},
            "spec": {
                "host": "hub.example",
                "to": {"kind": "Service", "name": "hub"},
                "tls": {"termination": "edge"},
            },
        },
        viewer,
    )
    hub = await hub_factory(BASE, env=place.env)
    await hub.logged("sends people back to https://hub.example/hub/oauth_callback")


GROUPS = """
c.OpenShiftAuthenticator.openshift_url = {url!r}
c.OpenShiftAuthenticator.api_ca_file = {ca!r}
c.OpenShiftAuthenticator.oauth_ca_file = {ca!r}
c.OpenShiftAuthenticator.client_id = "jupyterhub"
c.OpenShiftAuthenticator.client_secret_file = {secret!r}
c.OpenShiftAuthenticator.manage_groups = True
c.OpenShiftAuthenticator.allowed_groups = {{"students"}}
c.OpenShiftAuthenticator.admin_groups = {{"teachers"}}
c.OpenShiftAuthenticator.auth_refresh_age = 1
"""


@pytest.fixture
def outside(hub_factory, place, tmp_path):
    """A hub outside the cluster that logs people in by an OAuthClient."""

    async def start(more="", env=()):
        secret = tmp_path / "secret"
        secret.write_text("s3cret-of-the-client\n")
        ca = str(place.cluster.ca_file)
        text = GROUPS.format(url=place.cluster.url, ca=ca, secret=str(secret)) + more
        env = {
            "SERVICE_ACCOUNT_DIR": str(tmp_path / "none"),
            "JUPYTERHUB_CRYPT_KEY": KEY,
            **dict(env),
        }
        hub = await hub_factory(BASE + text, env=env)
        place.make_client(hub)
        return hub

    return start


def set_group(cluster, name, *users):
    cluster.apply(
        {
            "apiVersion": "user.openshift.io/v1",
            "kind": "Group",
            "metadata": {"name": name},
            "users": list(users),
        }
    )


async def open_server(person, hub):
    """What a browser does to get into its server: the hub's own OAuth. Answers the token."""
    environment = json.loads((await person.get("user/alice/env")).text)
    query = {
        "client_id": environment["JUPYTERHUB_CLIENT_ID"],
        "redirect_uri": environment["JUPYTERHUB_OAUTH_CALLBACK_URL"],
        "response_type": "code",
        "state": "x",
    }
    url = f"{hub.url}hub/api/oauth2/authorize?{urlencode(query)}"
    async with person.session.get(url, allow_redirects=False) as answer:
        code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    form = {
        "client_id": query["client_id"],
        "client_secret": environment["JUPYTERHUB_API_TOKEN"],
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": query["redirect_uri"],
    }
    async with person.session.post(f"{hub.url}hub/api/oauth2/token", data=form) as answer:
        return (await answer.json())["access_token"]


async def use_token(hub, token):
    """What the hub answers to a server that asks whose token this is."""
    headers = {"Authorization": f"token {token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{hub.url}hub/api/user") as answer,
    ):
        return answer.status


async def test_groups_come_and_go_while_people_work(outside, place, browsing, no_secrets):
    cluster = place.cluster
    hub = await outside()
    no_secrets[0].append(hub)
    cluster.add_user("alice", "pw-alice", ["students"])
    async with browsing(hub) as alice:
        await alice.log_in("alice", "pw-alice")
        assert alice.is_home, alice.text
        assert (await hub.api("GET", "users/alice"))[1]["groups"] == ["students"]
        answer = await hub.api("POST", "users/alice/server")
        assert answer[0] in (201, 202), (answer, hub.log_text[-3000:])

        async def is_ready():
            return (await hub.api("GET", "users/alice"))[1]["servers"].get("", {}).get("ready")

        await until_so(is_ready, seconds=120)
        token = await open_server(alice, hub)
        assert await use_token(hub, token) == 200

        set_group(cluster, "teachers", "alice")

        async def is_admin():
            await alice.status_page()
            return (await hub.api("GET", "users/alice"))[1]["admin"]

        await until_so(is_admin)
        assert (await hub.api("GET", "users/alice"))[1]["groups"] == ["students", "teachers"]

        # Trouble in the cluster is nothing that alice notices.
        for fault in ({"status": 503}, {"status": 429}, {"status": 403}, {"drop": "before"}):
            cluster.faults.add(verb="get", resource="users", times=1000, **fault)
            asked = len(cluster.requests)

            async def was_asked(asked=asked, fault=fault):
                assert await alice.status_page() is not None
                return len(cluster.requests) > asked or fault.get("drop")

            await until_so(was_asked)
            assert await alice.status_page() is not None
            cluster.faults.clear()

        # Out of all groups: out of the hub, but the server is left alone.
        for group in ("students", "teachers"):
            set_group(cluster, group)

        async def is_out():
            return await alice.status_page() is None

        await until_so(is_out, seconds=120)
        await alice.log_in("alice", "pw-alice")
        assert alice.status == 403
        assert "known to the cluster as alice" in alice.text
        # The server is left alone, but the browser has to log in before it gets there.
        assert await is_ready()
        assert await use_token(hub, token) in (401, 403, 404)
    assert_no_traceback(hub)


ACT_AS_USER = """
c.OpenShiftAuthenticator.sessions_act_as_user = True
"""


async def test_sessions_that_act_as_the_user_and_their_tokens(outside, place, browsing, no_secrets):
    cluster = place.cluster
    hub = await outside(ACT_AS_USER)
    no_secrets[0].append(hub)
    cluster.add_user("alice", "pw-alice", ["students"])
    cluster.add_user("teacher", "pw-teacher", ["teachers"])
    async with browsing(hub) as alice, browsing(hub) as teacher:
        await teacher.log_in("teacher", "pw-teacher")
        await alice.log_in("alice", "pw-alice")
        assert alice.is_home, alice.text
        known = await teacher.status_page()
        assert known["hub"]["scope"] == ["user:full"]
        before = place.live_tokens()
        assert len(before) == 2
        # A second login keeps the first token: a running session may be using it.
        async with browsing(hub) as elsewhere:
            await elsewhere.log_in("alice", "pw-alice")
            assert len(place.live_tokens()) == 3
            # Logging out gives back both, and the other browser has to log in again.
            await elsewhere.get("hub/logout")
        assert len(place.live_tokens()) == 1

        async def is_out():
            return await alice.status_page() is None

        await until_so(is_out)

        # Deleted with the user.
        await alice.log_in("alice", "pw-alice")
        assert len(place.live_tokens()) == 2
        assert (await hub.api("DELETE", "users/alice"))[0] == 204
        assert len(place.live_tokens()) == 1
    assert_no_traceback(hub)


async def test_a_cluster_that_is_away_keeps_nobody_from_leaving(outside, place, browsing):
    cluster = place.cluster
    hub = await outside(ACT_AS_USER)
    cluster.add_user("alice", "pw-alice", ["students"])
    async with browsing(hub) as alice:
        await alice.log_in("alice", "pw-alice")
        assert alice.is_home, alice.text
        cluster.faults.add(resource="useroauthaccesstokens", times=1000, delay=30)
        since = len(hub.log)
        await alice.get("hub/logout")
        assert urlsplit(alice.url).path == "/hub/login"
        assert "ends by itself" not in "".join(hub.log[since:]), "it did not wait for the cluster"
        assert await alice.status_page() is None
        cluster.faults.clear()
        for fault in ({"drop": "before"}, {"status": 500}):
            await alice.log_in("alice", "pw-alice")
            assert alice.is_home, alice.text
            cluster.faults.add(resource="useroauthaccesstokens", times=1000, **fault)
            assert (await hub.api("DELETE", "users/alice"))[0] == 204
            await hub.logged("A token was not revoked and ends by itself", since=since)
            cluster.faults.clear()
            since = len(hub.log)
    assert_no_traceback(hub)


async def test_a_token_that_ends_means_a_new_login_and_the_server_lives_on(
    outside, place, browsing, no_secrets
):
    cluster = place.cluster
    hub = await outside()
    no_secrets[0].append(hub)
    cluster.add_user("alice", "pw-alice", ["students"])
    async with browsing(hub) as alice:
        await alice.log_in("alice", "pw-alice")
        assert (await hub.api("POST", "users/alice/server"))[0] in (201, 202)

        async def is_ready():
            return (await hub.api("GET", "users/alice"))[1]["servers"].get("", {}).get("ready")

        await until_so(is_ready, seconds=120)
        for name in place.live_tokens():
            path = f"/apis/oauth.openshift.io/v1/oauthaccesstokens/{name}"
            assert cluster.request("DELETE", path).status == 200
        cluster.forget_tokens()

        async def is_out():
            return await alice.status_page() is None

        await until_so(is_out)
        assert await is_ready()
        await alice.log_in("alice", "pw-alice")
        assert alice.is_home, alice.text
        assert await is_ready()

    assert_no_traceback(hub)


async def test_names_as_people_have_them(outside, place, browsing, no_secrets):
    cluster = place.cluster
    hub = await outside("c.OpenShiftAuthenticator.allow_all = True\n")
    no_secrets[0].append(hub)
    names = [
        "user@example.com",
        "Jean-Luc.Picard",
        "jean-luc.picard",
        "Zoë",
        "王芳",
        "token",
        "John Smith",
        "CN=x,OU=y",
    ]
    for name in names:
        cluster.add_user(name, "pw-of-somebody")
        async with browsing(hub) as person:
            await person.log_in(name, "pw-of-somebody")
            assert person.is_home, (name, person.text)
            assert (await person.status_page())["name"] == name
    users = {user["name"] for user in (await hub.api("GET", "users"))[1]}
    assert users == set(names)
    assert_no_traceback(hub)


async def test_another_person_under_an_old_name_is_kept_out(outside, place, browsing):
    cluster = place.cluster
    hub = await outside()
    cluster.add_user("alice", "pw-alice", ["students"])
    async with browsing(hub) as alice:
        await alice.log_in("alice", "pw-alice")
        assert alice.is_home, alice.text
        await alice.get("hub/logout")  # which forgets the token, but not who alice was
    for path in ("identities", "users"):
        api = f"/apis/user.openshift.io/v1/{path}"
        for item in cluster.request("GET", api).body["items"]:
            cluster.request("DELETE", f"{api}/{item['metadata']['name']}")
    async with browsing(hub) as alice:
        await alice.log_in("alice", "pw-alice")
        assert alice.status == 403
        assert "deleted and made again" in alice.text
        await hub.logged("delete the user alice at /hub/admin")
        assert (await hub.api("DELETE", "users/alice"))[0] == 204
        await alice.log_in("alice", "pw-alice")
        assert alice.is_home, alice.text
    assert_no_traceback(hub)


async def test_a_hub_started_again_while_the_cluster_is_away(outside, place, browsing):
    cluster = place.cluster
    hub = await outside("c.OpenShiftAuthenticator.refresh_tolerance = 3\n")
    cluster.add_user("alice", "pw-alice", ["students"])
    async with browsing(hub) as alice:
        await alice.log_in("alice", "pw-alice")
        cluster.faults.add(verb="get", resource="users", times=10_000, status=503)
        await hub.restart()

        async def is_out():
            return await alice.status_page() is None

        await until_so(is_out, seconds=120)
        cluster.faults.clear()
        await until_so(lambda: alice.status_page(), seconds=120)
    assert_no_traceback(hub)


async def test_the_wrong_secret_is_a_sentence(outside, place, browsing, tmp_path, no_secrets):
    hub = await outside()
    no_secrets[0].append(hub)
    no_secrets[1].append("not-the-secret")
    (tmp_path / "secret").write_text("not-the-secret")
    place.cluster.add_user("alice", "pw-alice", ["students"])
    async with browsing(hub) as alice:
        await alice.log_in("alice", "pw-alice")
        assert alice.status == 500
        assert "the hub has not the secret of the OAuthClient jupyterhub" in alice.text
        (tmp_path / "secret").write_text("s3cret-of-the-client")
        await alice.log_in("alice", "pw-alice")
        assert alice.is_home, alice.text
    assert_no_traceback(hub)


HERD = """
from openshift_authenticator.refresh import rules
rules.YOUNG_SECONDS = 0  # these logins are younger than a real class's
c.OpenShiftAuthenticator.auth_refresh_age = 300
c.OpenShiftAuthenticator.refresh_tolerance = 0  # whoever is not confirmed is out
c.OpenShiftAuthenticator.request_timeout = 60  # a busy machine is no trouble of the cluster's
c.JupyterHub.redirect_to_server = False
"""


class Relay:
    """A relay in front of the API that counts the connections open side by side."""

    def __init__(self, target):
        self.host, self.port = urlsplit(target).hostname, urlsplit(target).port
        self.open = self.most = 0

    async def pass_on(self, reader, writer):
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            there_reader, there_writer = await asyncio.open_connection(self.host, self.port)
            await asyncio.gather(self.copy(reader, there_writer), self.copy(there_reader, writer))
        finally:
            self.open -= 1

    async def copy(self, reader, writer):
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def counting_relay(target):
    relay = Relay(target)
    server = await asyncio.start_server(relay.pass_on, relay.host, 0)
    relay.url = f"https://{relay.host}:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield relay


@pytest.mark.slow
@pytest.mark.timeout(300)  # two hundred logins take their time on a busy machine
async def test_a_hub_of_two_hundred_started_again(outside, place, browsing):
    """After the restart all come at once, each with three requests; the cluster sees ten."""
    cluster = place.cluster
    names = [f"student-{number}" for number in range(200)]
    async with contextlib.AsyncExitStack() as stack:
        relay = await stack.enter_async_context(counting_relay(cluster.url))
        hub = await outside(HERD + f"c.OpenShiftAuthenticator.openshift_url = {relay.url!r}\n")
        crowd = [await stack.enter_async_context(browsing(hub)) for _ in names]
        for name in names:
            cluster.add_user(name, "pw-of-all", ["students"])
        clients = asyncio.Semaphore(8)

        async def log_in(person, name):
            async with clients:
                await person.log_in_at_once(name, "pw-of-all")
                assert person.is_home, (name, person.status, person.text)

        await asyncio.gather(*map(log_in, crowd, names))
        await hub.restart()

        cluster.faults.add(verb="get", resource="users", times=10_000, delay=0.2)
        before, relay.most = len(cluster.requests), 0

        async def come_back(person, page):
            url = hub.url + page
            async with person.session.get(url, allow_redirects=False) as answer:
                return answer.status

        pages = ("hub/home", "hub/openshift-login", "hub/home")
        visits = [come_back(person, page) for person in crowd for page in pages]
        statuses = await asyncio.gather(*visits)
    assert set(statuses) == {200}
    asked = [record for record in cluster.requests[before:] if record.resource == "users"]
    assert len(asked) == len(names)
    # Ten at a time; a connection counts until the relay has noticed its end. Unbounded it is 64.
    assert 2 <= relay.most <= 20
    assert_no_traceback(hub)
