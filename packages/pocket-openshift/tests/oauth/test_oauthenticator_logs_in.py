"""The authenticator that people use today, unmodified, in a real hub, logs in here."""

import pytest

from oauth_person import person_at_a_browser

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
    async with person_at_a_browser(people.ca_file) as person:
        await person.get(f"{hub.url}hub/oauth_login")
        assert 'name="password"' in person.text
        await person.log_in("alice", "pw-alice")
        if client != "console":
            assert "Authorize access" in person.text
            await person.approve()
        assert person.url.startswith(hub.url), person.text
    status, alice = await hub.api("GET", "users/alice")
    assert status == 200
    assert "students" in alice["groups"]
