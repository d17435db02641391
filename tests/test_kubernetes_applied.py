"""What chart and kustomize make of each mode, taken by a cluster without a word; one of them runs.

The modes in which people have accounts differ from the first by rights and login: each is applied
with strict checks to a namespace that takes restricted pods alone, and the one with the most parts
(a login, PostgreSQL, projects that stay) is followed to a shell.
"""

import asyncio

import pytest

import deployment
import helm
import kustomize
import pod_command
import postgres
import visitor
from oauth_person import OAuthPerson
from openid_provider import serve_realm
from pocket_openshift import testing

pytest_plugins = ("pod_fixtures", "deployment_fixtures")
pytestmark = [pytest.mark.programs, helm.need("helm", "kubectl")]

KEYCLOAK = {
    "settings__KEYCLOAK_REALM_URL": "https://keycloak.example.com/realms/workshop",
    "settings__OAUTH_CLIENT_ID": "workshops",
}
DATABASE = {
    "persistence__enabled": False,
    "settings__DATABASE_HOST": "db.example.com",
    "secrets__DATABASE_PASSWORD": postgres.PASSWORD,
}
CHARTS = {
    "learning-portal": {},
    "hosted-workshop": {"oauthSecret": "login"},
    "terminal-server": {"oauthSecret": "login"},
    "user-workspace": {"oauthSecret": "login", **KEYCLOAK},
    "jumpbox-server": {"oauthSecret": "login", **KEYCLOAK, **DATABASE},
}
WAY_IN = {"host": deployment.HOST, "ingress__enabled": True, "ingress__tlsSecret": "workshop-tls"}


def list_problems(cluster, namespace, objects):
    """What the cluster says to each, in a namespace that refuses and warns of other pods."""
    modes = ("enforce", "warn")
    labels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in modes}
    metadata = {"name": namespace, "labels": labels}
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    said = []
    for obj in objects:
        place = {"namespace": namespace, **obj["metadata"]}
        path = testing.collection_path({**obj, "metadata": place})
        answer = cluster.request("POST", f"{path}?fieldValidation=Strict", obj)
        said += [] if answer.status == 201 else [answer.body]
        said += [f"{obj['kind']}: {warning}" for warning in answer.warnings]
    return said


@pytest.mark.parametrize("mode", CHARTS)
def test_the_cluster_takes_what_they_make_of_each_mode(cluster, tmp_path, mode):
    chart = helm.render(namespace="by-helm", mode=mode, **WAY_IN, **CHARTS[mode])
    assert list_problems(cluster, "by-helm", chart) == []
    folder = kustomize.copy_overlay(
        tmp_path / "copy", "ingress", host=deployment.HOST, mode=mode, namespace="by-kustomize"
    )
    made = [one for one in kustomize.build(folder) if one["kind"] != "Namespace"]
    assert list_problems(cluster, "by-kustomize", made) == []


def test_a_misspelt_field_is_told(cluster):
    hub = helm.find(helm.render(), "Deployment")
    hub["spec"]["template"]["spec"]["nodeSelektor"] = {}
    (problem,) = list_problems(cluster, "teach", [hub])
    assert "nodeSelektor" in str(problem)


def make_login(realm):
    """The Secret that `oauthSecret` names."""
    text = {"secret": realm.secret, "ca.crt": realm.ca_file.read_text()}
    place = {"name": "login", "namespace": "teach"}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": place, "stringData": text}


@pytest.mark.hub
@pytest.mark.slow
async def test_who_has_an_account_gets_a_project_that_goes_with_the_release(
    site, cluster, tmp_path
):
    """user-workspace by the chart, with a realm of Keycloak's addresses and a real PostgreSQL."""
    if reason := postgres.problem_with_postgres():
        pytest.skip(reason)
    with postgres.make_server() as server:
        server.start()
        server.query("create database jupyterhub")
        async with serve_realm(tmp_path) as realm:
            realm.people["ann"] = {"email": "ann@example.com"}
            cluster.apply(make_login(realm))
            values = {
                "mode": "user-workspace",
                "oauthSecret": "login",
                "settings__KEYCLOAK_REALM_URL": realm.url,
                "settings__OAUTH_CLIENT_ID": realm.client,
                "settings__OAUTH_CA_FILE": "/opt/app-root/oauth/ca.crt",
                **DATABASE,
                "settings__DATABASE_HOST": server.address,
                "hub__command": pod_command.make_words(),
            }
            install = ("install", "intro", helm.CHART, "-n", "teach", "--wait", "--timeout=150s")
            with deployment.explained(site, "teach", "intro-spawner"):
                await asyncio.to_thread(site.helm, *install, **WAY_IN, **values)
                async with deployment.browse(deployment.trust(site.authority)) as session:
                    guest = visitor.Visitor(deployment.URL, session)
                    person = OAuthPerson(session, realm.ca_file)
                    person.trust.load_verify_locations(cadata=site.authority)
                    await person.get(deployment.URL)
                    await person.send("POST", person.url, [("username", "ann")])
                    guest.name = "ann"
                    async for _ in guest.watch_start():
                        pass
                    await guest.open()
                    async with guest.terminal() as shell:
                        assert await shell.run("echo $PROJECT_NAMESPACE") == "intro-ann"
                        can = "kubectl auth can-i create deployments"
                        assert await shell.run(can) == "yes"
            assert server.query("select count(*) from users", "jupyterhub").strip() == "1"
            await asyncio.to_thread(site.helm, "uninstall", "intro", "-n", "teach", "--wait")
    path = "/api/v1/namespaces/intro-ann"
    await cluster.until(lambda: cluster.request("GET", path).status == 404)
