"""Login at a cluster with the pod's own account, against pocket-openshift."""

import html
import re
import ssl
from urllib.parse import urljoin, urlsplit

import aiohttp
import pytest

from jupyterhub_butterfly import settings
from jupyterhub_butterfly.auth import openshift

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
    trust = ssl.create_default_context(cafile=str(cluster.ca_file))

    async def send(method, url, form=None):
        for _ in range(10):
            options = {"data": form, "ssl": trust, "allow_redirects": False}
            async with person.session.request(method, url, **options) as answer:
                text, location = await answer.text(), answer.headers.get("Location")
            if location is None:
                return url, answer.status, text
            method, url, form = "GET", urljoin(url, location), None
        raise AssertionError("going round in circles")

    def hidden(text):
        fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', text)
        return [(key, html.unescape(value)) for key, value in fields]

    url, status, text = await send("GET", f"{server.url}terminal/session/1")
    assert urlsplit(url).path == "/login", text[:500]
    form = [*hidden(text), ("username", name), ("password", f"pw-{name}")]
    url, status, text = await send("POST", url, form)
    if urlsplit(url).path.endswith("/approve"):
        scopes = re.findall(r'name="scope" value="([^"]*)"', text)
        form = [*hidden(text), ("approve", "x"), *(("scope", scope) for scope in scopes)]
        url, status, text = await send("POST", url, form)
    return status, text


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


async def test_who_does_not_stays_outside(place, person_factory, cluster):
    bob = person_factory(place.url)
    status, text = await log_in(bob, place, cluster, "bob")
    assert status == 403
    assert "bob does not administer the project lab" in text


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


def test_the_challenge_is_that_of_the_standard():
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
    assert openshift.make_challenge(verifier) == ("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
