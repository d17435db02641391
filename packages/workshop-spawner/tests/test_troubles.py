"""Trouble is told as what it is, on a real hub; and links go where the hub is."""

from __future__ import annotations

from base64 import b64encode
from types import SimpleNamespace

import pytest
import trustme
import yaml

pytestmark = pytest.mark.hub
PODS = "/api/v1/namespaces/workshops/pods"
BY_NAME = """
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
"""
PROFILES = (
    "c.WorkshopSpawner.profile_list = [{'display_name': 'Big', 'slug': 'big', 'profile_options': "
    "{'size': {'display_name': 'Size', 'choices': {'l': {'display_name': 'L'}}}}}]\n"
)


async def test_a_profile_that_is_gone_is_dropped_with_a_line_in_the_log(site, workshop):
    site.pocket.start_node()
    hub = await workshop(BY_NAME + PROFILES)
    await hub.api("POST", "users/alice")
    lines = await hub.start_server("alice", {"profile": "big", "size": "l"})
    assert lines[-1].get("ready"), lines
    await hub.api("DELETE", "users/alice/server")
    await site.gone()
    for config in (PROFILES.replace("'l'", "'m'"), ""):
        hub.config = hub.config.split("c.WorkshopSpawner.profile_list")[0] + config
        await hub.restart()
        since = len(hub.log)
        assert (await hub.start_server("alice"))[-1].get("ready"), hub.log_text
        line = await hub.logged("options that are gone are dropped", since=since)
        assert ("profile 'big'" in line) is (config == "")
        await hub.api("DELETE", "users/alice/server")
        await site.gone()


async def test_a_cluster_that_is_away_at_the_first_start_is_told_as_later(site, workshop, visit):
    hub = await workshop(
        BY_NAME + "c.Spawner.consecutive_failure_limit = 2\n"
        "c.KubeSpawner.k8s_api_request_retry_timeout = 1\n"
    )
    site.pocket.faults.add(verb="*", resource="*", drop="before", times=None)
    for name in ("alice", "bob", "carol"):
        visitor = await visit(hub)
        assert "The cluster does not answer" in await visitor.fail(username=name, password="x")
        visitors = await hub.api("GET", f"users/{name}")
        assert not visitors[1]["server"]
    assert "Unhandled error" not in hub.log_text
    assert "Aborting due to" not in hub.log_text


async def test_another_authority_at_the_first_start_is_told_as_what_it_is(
    site, workshop, visit, tmp_path
):
    other = yaml.safe_load(site.kubeconfig.read_text())
    pem = trustme.CA().cert_pem.bytes()
    other["clusters"][0]["cluster"]["certificate-authority-data"] = b64encode(pem).decode()
    kubeconfig = tmp_path / "of-another-cluster"
    kubeconfig.write_text(yaml.safe_dump(other))
    hub = await workshop(
        BY_NAME + "c.Spawner.consecutive_failure_limit = 2\n", env={"KUBECONFIG": str(kubeconfig)}
    )
    for name in ("alice", "bob", "carol"):
        visitor = await visit(hub)
        assert "The cluster does not answer" in await visitor.fail(username=name, password="x")
        status, page, _ = await visitor.get(f"hub/spawn-pending/{name}")
        assert (status, "The cluster does not answer" in page) == (503, True)
    assert "certificate" in await hub.logged("is not trusted")
    assert "Unhandled error" not in hub.log_text
    assert "Aborting due to" not in hub.log_text


def make_quota(**hard):
    metadata = {"name": "of-hub", "namespace": "workshops"}
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": metadata,
        "spec": {"hard": hard},
    }


async def test_a_full_quota_of_the_hubs_namespace_is_a_full_house(site, workshop, visit):
    site.pocket.start_node()
    hub = await workshop(BY_NAME)
    site.pocket.apply(make_quota(pods="1"))
    first, second = await visit(hub), await visit(hub)
    await first.enter(username="alice", password="x")
    said = await second.fail(username="bob", password="x")
    assert "All places of the workshop are taken" in said
    assert "lacks a right" not in hub.log_text


async def test_a_quota_that_asks_for_limits_is_met_with_defaults(site, workshop):
    site.pocket.start_node()
    site.pocket.apply(make_quota(**{"limits.memory": "20Gi", "limits.cpu": "20"}))
    hub = await workshop(BY_NAME)
    await hub.api("POST", "users/alice")
    lines = await hub.start_server("alice")
    assert lines[-1].get("ready"), lines
    (container,) = site.as_admin(f"{PODS}/intro-user-alice")["spec"]["containers"]
    assert container["resources"]["limits"] == {"cpu": "1", "memory": "1Gi"}


async def test_events_that_cannot_be_listed_cost_the_page_only(site, workshop):
    site.pocket.start_node()
    site.pocket.faults.add(verb="list", resource="events", status=403, times=None)
    hub = await workshop(BY_NAME)
    await hub.api("POST", "users/alice")
    await hub.api("POST", "users/bob")
    for name in ("alice", "bob"):
        assert (await hub.start_server(name))[-1].get("ready"), hub.log_text
    await hub.logged("The pages of starts show no events")


async def test_the_link_to_start_over_goes_where_the_hub_is(site, workshop, visit):
    site.pocket.start_node()
    hub = await workshop(start=False)
    hub.base_url = "/workshop/"
    await hub.start()
    visitor = await visit(hub)
    await visitor.enter()
    pod = site.as_admin(f"{PODS}/intro-user-{visitor.name}")
    env = {e["name"]: e.get("value") for e in pod["spec"]["containers"][0]["env"]}
    assert env["RESTART_URL"] == "/workshop/hub/restart"
    url = f"http://127.0.0.1:{hub.port}{env['RESTART_URL']}"
    async with visitor.http.get(url) as answer:
        assert answer.status == 200
        assert "restart" in await answer.text()


async def test_public_url_alone_is_where_every_address_leads(site, workshop, visit):
    """Behind a proxy of another host name, of which the hub is told by nothing else."""
    site.pocket.start_node()
    hub = await workshop(start=False)
    hub.base_url = "/workshop/"
    public, inside = f"http://localhost:{hub.port}/workshop/", f"127.0.0.1:{hub.port}"
    hub.config += f"c.JupyterHub.public_url = {public!r}\n"
    await hub.start()
    visitor = await visit(SimpleNamespace(url=public, until=hub.until))
    await visitor.enter()
    pod = site.as_admin(f"{PODS}/intro-user-{visitor.name}")
    env = {e["name"]: e.get("value", "") for e in pod["spec"]["containers"][0]["env"]}
    assert env["RESTART_URL"] == f"{public}hub/restart"
    assert env["JUPYTERHUB_ROUTE"].startswith(public)
    assert [name for name, value in env.items() if inside in value] == []
    for path in ("hub/login", "hub/home", "hub/restart", "hub/nowhere", f"user/{visitor.name}/"):
        async with visitor.http.get(public + path, allow_redirects=False) as answer:
            told = f"{answer.headers.get('Location', '')} {await answer.text()}"
            assert inside not in told, path
            assert f"127.0.0.1:{hub.hub_port}" not in told, path
    assert (await visitor.get("hub/restart"))[2] == env["RESTART_URL"]
