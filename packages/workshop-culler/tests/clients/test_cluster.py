import socket

import pytest
import yaml
from aiohttp import test_utils, web

from workshop_culler import errors
from workshop_culler.clients.cluster import open_cluster
from workshop_kube import errors as kube_errors
from workshop_kube.rules.manifests import make_reference

POD = make_reference("v1", "Pod", "lab-user-ada", "workshops")


async def list_projects(client):
    return await client.list("v1", "Namespace", selector="app=lab", metadata_only=True)


async def test_a_short_fault_is_ridden_out(session_cluster):
    session_cluster.add_session("ada")
    session_cluster.cluster.faults.add(verb="list", resource="namespaces", times=2, status=500)
    async with session_cluster.client() as client:
        assert len(await list_projects(client)) == 1
        assert client.pool.count == 3


async def test_a_firm_404_is_gone_and_nothing_else_is(session_cluster):
    async with session_cluster.client() as client:
        with pytest.raises(kube_errors.GoneError):
            await client.get(POD)
        for fault in ({"status": 500}, {"drop": "before"}, {"retry_after": 1}, {"status": 503}):
            session_cluster.cluster.faults.clear()
            session_cluster.cluster.faults.add(verb="get", resource="pods", times=None, **fault)
            with pytest.raises(kube_errors.TemporaryError):
                await client.get(POD)


def point_at(url, session_cluster, monkeypatch, tmp_path):
    """Set KUBECONFIG to one whose cluster is at this address."""
    config = yaml.safe_load(session_cluster.cluster.kubeconfig.read_text())
    config["clusters"][0]["cluster"] = {"server": url}
    path = tmp_path / "kubeconfig"
    path.write_text(yaml.safe_dump(config))
    monkeypatch.setenv("KUBECONFIG", str(path))


@pytest.mark.parametrize("text", [None, "", "no: [yaml", "kind: Config"])
async def test_without_credentials_it_says_what_to_set(monkeypatch, tmp_path, log, text):
    path = tmp_path / "kubeconfig"
    if text is not None:
        path.write_text(text)
    monkeypatch.setenv("KUBECONFIG", str(path))
    with pytest.raises(errors.StartError, match=r"^clean_cluster: .*kubeconfig"):
        async with open_cluster(log):
            pass


async def test_a_cluster_that_takes_calls_and_never_answers_holds_nobody_up(
    session_cluster, monkeypatch, tmp_path
):
    """A half-open connection: the socket is there, nobody reads from it."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        point_at(url, session_cluster, monkeypatch, tmp_path)
        async with session_cluster.client(timeout=0.2) as client:
            with pytest.raises(kube_errors.TemporaryError, match="did not answer within"):
                await list_projects(client)
            assert client.pool.count == 3


@pytest.mark.parametrize("text", ["<html>Please log in</html>", "[]"])
async def test_a_page_in_the_place_of_the_api_is_no_empty_cluster(
    session_cluster, monkeypatch, tmp_path, text
):
    """With status 200, as a proxy or a portal may have it."""

    async def answer(_request):
        return web.Response(text=text, content_type="text/html")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with test_utils.TestServer(app, host="127.0.0.1") as server:
        point_at(f"http://127.0.0.1:{server.port}", session_cluster, monkeypatch, tmp_path)
        async with session_cluster.client() as client:
            with pytest.raises(kube_errors.TemporaryError, match="not the API's"):
                await list_projects(client)


async def test_tls_is_verified(session_cluster, monkeypatch, tmp_path):
    """A kubeconfig with another CA is refused, not trusted."""
    url = yaml.safe_load(session_cluster.cluster.kubeconfig.read_text())["clusters"][0]["cluster"]
    point_at(url["server"], session_cluster, monkeypatch, tmp_path)
    async with session_cluster.client() as client:
        with pytest.raises(kube_errors.CertificateError):
            await list_projects(client)
