"""The authenticator that people use today, unmodified, in a real hub, logs in here."""

import re
import ssl
from urllib.parse import urljoin

import aiohttp
import pytest

pytestmark = pytest.mark.hub
pytest.importorskip("oauthenticator", reason="needs oauthenticator (pip install oauthenticator)")

CONFIG = """
c.JupyterHub.authenticator_class = "openshift"
c.JupyterHub.spawner_class = "simple"
c.OpenShiftOAuthenticator.allow_all = True
c.OpenShiftOAuthenticator.manage_groups = True
c.OpenShiftOAuthenticator.openshift_url = {url!r}
c.OpenShiftOAuthenticator.http_request_kwargs = {{"ca_certs": {ca!r}}}
c.OpenShiftOAuthenticator.client_id = {client!r}
c.OpenShiftOAuthenticator.client_secret = {secret!r}
"""


class Person:
    """Follows redirects across the hub and the OAuth server, filling in the forms it meets."""

    def __init__(self, session):
        self.session, self.seen = session, []

    async def follow(self, url):
        for _ in range(12):
            self.seen.append(url.partition("?")[0])
            async with self.session.get(url, allow_redirects=False) as answer:
                text = await answer.text()
            if answer.status != 302:
                return answer.status, text, url
            url = urljoin(url, answer.headers["Location"])
        raise AssertionError(f"lost in redirects: {self.seen}")

    async def submit(self, page, url, **more):
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
        fields = {name: value.replace("&amp;", "&") for name, value in fields.items()}
        action = re.search(r'action="([^"]+)"', page)[1]
        scopes = re.findall(r'name="scope" value="([^"]+)"', page)
        data = [*{**fields, **more}.items(), *(("scope", scope) for scope in scopes)]
        target = urljoin(url, action)
        async with self.session.post(target, data=data, allow_redirects=False) as answer:
            return urljoin(target, answer.headers["Location"])


def register(people, hub, client):
    redirect = f"{hub.url}hub/oauth_callback"
    if client == "console":
        path, change = (
            "/apis/oauth.openshift.io/v1/oauthclients/console",
            {"redirectURIs": [redirect]},
        )
    else:
        path = "/api/v1/namespaces/workshop/serviceaccounts/hub"
        annotation = {"serviceaccounts.openshift.io/oauth-redirecturi.hub": redirect}
        change = {"metadata": {"annotations": annotation}}
    merge = {"Content-Type": "application/merge-patch+json"}
    assert people.request("PATCH", path, change, headers=merge).status == 200


@pytest.mark.parametrize("client", ["console", "system:serviceaccount:workshop:hub"])
async def test_a_hub_logs_people_in(people, hub_factory, client):
    secret = "s3cret" if client == "console" else people.token("workshop", "hub")
    values = {"url": people.url, "ca": str(people.ca_file), "client": client, "secret": secret}
    hub = await hub_factory(CONFIG.format(**values))
    register(people, hub, client)
    trust = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=people.ca_file))
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(connector=trust, cookie_jar=jar) as session:
        person = Person(session)
        _, page, url = await person.follow(f"{hub.url}hub/oauth_login")
        assert 'name="password"' in page
        onward = await person.submit(page, url, username="alice", password="pw-alice")
        status, page, url = await person.follow(onward)
        if client != "console":
            assert "Authorize access" in page
            onward = await person.submit(page, url, approve="yes")
            status, page, url = await person.follow(onward)
        assert url.startswith(hub.url), page
    status, alice = await hub.api("GET", "users/alice")
    assert status == 200
    assert "students" in alice["groups"]
