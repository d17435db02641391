"""Login at a cluster with the pod's own account, against pocket-openshift."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from yarl import URL

from jupyterhub_butterfly import auth, settings
from jupyterhub_butterfly.auth import openshift
from oauth_person import OAuthPerson

pytest.importorskip("pocket_openshift", reason="needs pocket-openshift (packages/pocket-openshift)")

ANNOTATION = "serviceaccounts.openshift.io/oauth-redirecturi.terminal"
RBAC = "rbac.authorization.k8s.io"


def make_account(redirect):
    metadata = {"name": "term", "namespace": "lab", "annotations": {ANNOTATION: redirect}}
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}


def make_binding(user, role):
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": user, "namespace": "lab"},
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": RBAC, "kind": "User", "name": user}],
    }


@pytest.fixture
async def place(cluster, server_factory, tmp_path):
    """A terminal in mode openshift, in a project that ada administers and bob only edits."""
    for name in ("ada", "bob"):
        cluster.add_user(name, f"pw-{name}")
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "lab"}})
    cluster.apply(make_account("http://127.0.0.1/later"))
    cluster.apply(make_binding("ada", "admin"), make_binding("bob", "edit"))
    folder = tmp_path / "account"
    folder.mkdir()
    (folder / "token").write_text(cluster.token("lab", "term"))
    (folder / "namespace").write_text("lab")
    (folder / "ca.crt").write_text(cluster.ca_file.read_text())
    url = urlsplit(cluster.url)
    server = await server_factory(
        "--mode=openshift",
        "--ButterflyApp.recheck_seconds=1",
        env={
            "OAUTH_SERVICE_ACCOUNT": "term",
            "SERVICE_ACCOUNT_DIR": str(folder),
            "KUBERNETES_SERVICE_HOST": url.hostname,
            "KUBERNETES_SERVICE_PORT": str(url.port),
        },
    )
    cluster.apply(make_account(f"{server.url}oauth_callback"))
    return server


async def log_in(person, server, cluster, name):
    """Fill in the cluster's pages as a browser would; returns the last answer's status and text."""
    at_the_cluster = OAuthPerson(person.session, str(cluster.ca_file))
    await at_the_cluster.get(f"{server.url}terminal/session/1")
    assert at_the_cluster.path == "/login", at_the_cluster.text[:500]
    await at_the_cluster.log_in(name, f"pw-{name}")
    if at_the_cluster.path.endswith("/approve"):
        await at_the_cluster.approve()
    return at_the_cluster.status, at_the_cluster.text


async def test_who_administers_the_project_enters(place, person_factory, cluster):
    ada = person_factory(place.url)
    status, text = await log_in(ada, place, cluster, "ada")
    assert status == 200, text[:800]
    await ada.open_terminal("/")
    async with ada.terminal() as terminal:
        assert await terminal.run("echo in") == "in"
        async with ada.session.get(f"{place.url}logout"):
            pass
        async for _ in terminal.shell:
            pass
        assert terminal.shell.close_code == 4401
    with pytest.raises(aiohttp.WSServerHandshakeError):
        async with ada.connect("ws"):
            pass
    log = "".join(place.lines)
    assert "sha256~" not in log
    # The token was given back: the cluster lets who knows its name delete it.
    await cluster.until(lambda: not live_tokens(cluster))


def live_tokens(cluster):
    answer = cluster.request("GET", "/apis/oauth.openshift.io/v1/oauthaccesstokens")
    return [item["metadata"]["name"] for item in answer.body["items"]]


async def test_two_tabs_log_in_side_by_side(place, person_factory, cluster):
    ada = person_factory(place.url)
    states = []
    for path in ("terminal/session/1", "terminal/session/2"):
        async with ada.session.get(place.url + path, allow_redirects=False) as answer:
            states.append(URL(answer.headers["Location"]).query["state"])
    kept = [c.key for c in ada.session.cookie_jar if c.key.startswith("terminal-login-state-")]
    assert len(kept) == 2
    for state in states:
        url = f"{place.url}oauth_callback?code=nonsense&state={state}"
        async with ada.session.get(url, allow_redirects=False) as answer:
            assert "The cluster refused this login" in await answer.text(), "it was asked"
        async with ada.session.get(url, allow_redirects=False) as answer:
            assert "not begun in this browser" in await answer.text(), "a state is good once"


async def test_a_refusal_is_explained_in_our_words(place, person_factory):
    ada = person_factory(place.url)
    query = "error=access_denied&error_description=call+0190"
    async with ada.session.get(f"{place.url}oauth_callback?{query}") as answer:
        text = await answer.text()
    assert answer.status == 403
    assert "You did not allow this terminal" in text
    assert "0190" not in text


async def test_a_cluster_in_trouble_ends_no_session(place, person_factory, cluster):
    ada = person_factory(place.url)
    await log_in(ada, place, cluster, "ada")
    await ada.open_terminal("/")
    async with ada.terminal() as terminal:
        for fault in ({"status": 503}, {"status": 429}, {"status": 403}):
            asked = cluster.faults.add(resource="selfsubjectaccessreviews", times=None, **fault)
            await cluster.until(lambda asked=asked: asked.seen)
            assert await terminal.run("echo in") == "in"
            cluster.faults.clear()
    await place.logs("could not be checked")


async def test_who_does_not_stays_outside(place, person_factory, cluster):
    bob = person_factory(place.url)
    status, text = await log_in(bob, place, cluster, "bob")
    assert status == 403
    assert "bob does not administer the project lab" in text
    log = await place.logs("/oauth_callback: bob does not administer")
    assert "code=" not in log, "the address holds the code"


async def test_losing_the_right_closes_the_terminal(place, person_factory, cluster):
    ada = person_factory(place.url)
    await log_in(ada, place, cluster, "ada")
    await ada.open_terminal("/")
    async with ada.terminal() as terminal:
        await terminal.run("true")
        answer = cluster.request("DELETE", f"/apis/{RBAC}/v1/namespaces/lab/rolebindings/ada")
        assert answer.status == 200
        async for _ in terminal.shell:
            pass
        assert terminal.shell.close_code == 4401


async def test_a_login_begun_elsewhere_is_refused(place, person_factory):
    victim = person_factory(place.url)
    async with victim.session.get(f"{place.url}oauth_callback?code=stolen&state=x") as page:
        assert page.status == 403
        assert "not begun in this browser" in await page.text()


def test_what_is_missing_is_said():
    with pytest.raises(settings.SettingsError, match="OAUTH_SERVICE_ACCOUNT"):
        openshift.find_account({"SERVICE_ACCOUNT_DIR": "/nowhere"})


def test_a_bundle_that_is_none_is_said(tmp_path):
    assert openshift.find_ca_file({}) == ""
    (tmp_path / "ca").write_text("hello")
    for path in (tmp_path / "ca", tmp_path / "none", tmp_path):
        with pytest.raises(settings.SettingsError, match="OAUTH_CA_FILE"):
            openshift.find_ca_file({"OAUTH_CA_FILE": str(path)})


class SlowCluster:
    """As much of the client as a check again needs; answers when the test says so."""

    account = openshift.Account(Path("/"), "lab", "term", "https://api.example")

    def __init__(self):
        self.asked, self.go, self.says = 0, asyncio.Event(), True

    async def may_enter(self, token):
        self.asked += 1
        await self.go.wait()
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def gate():
    return openshift.OpenShiftGate(SlowCluster(), b"secret", Clock())


async def check(gate, login, requests=1):
    asking = [asyncio.create_task(gate.confirm(login, 300)) for _ in range(requests)]
    await asyncio.sleep(0)
    gate.cluster.go.set()
    return await asyncio.gather(*asking)


async def test_one_question_at_a_time_for_a_login(gate):
    login = openshift.Login("ada", "t", gate.clock.now - 301)
    assert await check(gate, login, 20) == [True] * 20
    assert gate.cluster.asked == 1
    assert await check(gate, login, 20) == [True] * 20
    assert gate.cluster.asked == 1, "known for a while"


@pytest.mark.parametrize(
    ("says", "ago", "enters"),
    [
        (True, 50_000, True),
        (False, 301, False),
        (auth.RefusedError("401"), 301, False),
        (auth.UnansweredError("503"), 301, True),
        (auth.UnansweredError("503"), 3599, True),
        (auth.UnansweredError("503"), 3601, False),
    ],
)
async def test_a_login_is_checked_again(gate, says, ago, enters):
    gate.cluster.says = says
    login = openshift.Login("ada", "t", gate.clock.now - ago)
    assert await check(gate, login) == [enters]


async def test_a_cluster_in_trouble_is_left_alone(gate):
    gate.cluster.says = auth.UnansweredError("503")
    logins = [openshift.Login("ada", "t", gate.clock.now - 301) for _ in range(10)]
    for login in logins:
        assert await check(gate, login) == [True]
    assert gate.cluster.asked == 1
    gate.clock.now += 61
    gate.cluster.says = True
    assert await check(gate, logins[0]) == [True]
    assert gate.cluster.asked == 2


def test_the_mode_says_what_is_missing_without_its_extra(tmp_path):
    code = (
        "import sys; sys.modules['workshop_kube'] = None;"
        "from jupyterhub_butterfly import app; app.main(['--mode=openshift'])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True)
    assert done.returncode == 2
    assert b"pip install jupyterhub-butterfly[openshift]" in done.stderr


@pytest.mark.parametrize("mode", ["none", "basic"])
def test_no_other_mode_imports_what_it_needs(mode, tmp_path):
    code = (
        "import sys; from jupyterhub_butterfly import app; one = app.ButterflyApp();"
        "one.initialize([sys.argv[1]]); one.create_app(); print('workshop_kube' in sys.modules)"
    )
    env = {**os.environ, "AUTH_USERNAME": "ada", "AUTH_PASSWORD": "x", "HOME": str(tmp_path)}
    command = [sys.executable, "-c", code, f"--mode={mode}"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, check=True)
    assert done.stdout == b"False\n"
