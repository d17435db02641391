"""One login as a person sees it: a real browser, the hub, the login and the approval page."""

from urllib.parse import urlsplit

import pytest

from pages import expect

pytestmark = [pytest.mark.hub, pytest.mark.browser]

CONFIG = """
c.JupyterHub.authenticator_class = "openshift-cluster"
c.JupyterHub.spawner_class = "simple"
c.JupyterHub.default_url = "/hub/home"
"""
ANNOTATION = "serviceaccounts.openshift.io/oauth-redirecturi.jupyterhub"


def make_objects(redirect):
    account = {"name": "hub", "namespace": "workshop", "annotations": {ANNOTATION: redirect}}
    group = {"apiGroup": "rbac.authorization.k8s.io"}
    return (
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account},
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "alice", "namespace": "workshop"},
            "roleRef": {**group, "kind": "ClusterRole", "name": "edit"},
            "subjects": [{**group, "kind": "User", "name": "alice"}],
        },
    )


async def test_a_person_logs_in_and_out(hub_factory, cluster, browser, tmp_path, artifacts):
    cluster.add_user("alice", "pw-alice")
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "workshop"}})
    cluster.apply(*make_objects("http://127.0.0.1/not-yet"))
    (tmp_path / "token").write_text(cluster.token("workshop", "hub"))
    (tmp_path / "ca.crt").write_text(cluster.ca_file.read_text())
    place = urlsplit(cluster.url)
    hub = await hub_factory(
        CONFIG,
        env={
            "KUBERNETES_SERVICE_HOST": place.hostname,
            "KUBERNETES_SERVICE_PORT": str(place.port),
            "SERVICE_ACCOUNT_DIR": str(tmp_path),
        },
    )
    # The browser does not know the authority that the cluster made a second ago.
    context = await browser.new_context(ignore_https_errors=True)
    page = await context.new_page()

    await page.goto(hub.url)
    await page.get_by_role("button", name="Sign in with OpenShift").click()
    await page.get_by_text("does not register it").wait_for()
    await page.screenshot(path=artifacts / "login-redirect-not-registered.png")

    cluster.apply(*make_objects(f"{hub.url}hub/oauth_callback"))
    await page.goto(hub.url)
    await page.get_by_role("button", name="Sign in with OpenShift").click()
    await page.get_by_label("Username").fill("alice")
    await page.get_by_label("Password").fill("pw-alice")
    await page.get_by_role("button", name="Log in").click()
    await page.get_by_text("user:check-access").wait_for()
    await page.screenshot(path=artifacts / "login-approval.png")
    await page.get_by_role("button", name="Allow selected permissions").click()

    await page.wait_for_url(f"{hub.url}hub/home")
    await expect(page.locator("nav")).to_contain_text("alice")
    await page.screenshot(path=artifacts / "login-home.png")
    kept = {cookie["name"] for cookie in await context.cookies(hub.url)}
    assert not [name for name in kept if name.startswith("oauthenticator-state")]

    await page.goto(f"{hub.url}hub/logout")
    await page.goto(f"{hub.url}hub/home")
    await page.get_by_role("button", name="Sign in with OpenShift").wait_for()
    await context.close()
