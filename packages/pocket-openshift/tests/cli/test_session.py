import socket
from pathlib import Path

import pytest

from pocket_openshift import kubeconfigs
from pocket_openshift.cli import session
from workshop_kube import errors
from workshop_kube.client import Cluster, load_kubeconfig
from workshop_kube.rules.calls import Call
from workshop_kube.rules.manifests import make_reference
from workshop_kube.rules.retries import Patience

PODS = "/api/v1/namespaces/default/pods"


@pytest.fixture
def waits():
    return []


@pytest.fixture
async def to(cluster, waits):
    async def wait(seconds):
        waits.append(seconds)

    connection = await load_kubeconfig(cluster.kubeconfig)
    async with Cluster(connection, patience=session.PATIENCE, sleep=wait) as made:
        yield session.ApiSession(made, "default")


async def test_a_kubeconfig_is_found(cluster, tmp_path, monkeypatch):
    assert (await session.find_server(cluster.kubeconfig)).server == cluster.url
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path}/none:{cluster.kubeconfig}")
    assert (await session.find_server(None)).server == cluster.url
    monkeypatch.setenv("KUBECONFIG", "")
    monkeypatch.setattr("pathlib.Path.home", lambda: tmp_path)
    with pytest.raises(session.CommandError, match=r"no file .*give --kubeconfig FILE"):
        await session.find_server(None)
    with pytest.raises(session.CommandError, match="cannot be used as a kubeconfig"):
        await session.find_server(Path(tmp_path, "none"))


async def test_a_server_in_trouble_is_asked_again(cluster, to, waits):
    cluster.faults.add(resource="pods", verb="list", status=503, times=3)
    assert (await to.cluster.send(Call("GET", PODS))).status == 200
    assert len(waits) == 3


async def test_it_is_not_asked_for_ever(cluster, to, waits):
    cluster.faults.add(resource="pods", verb="list", status=503, times=100)
    with pytest.raises(errors.TemporaryError):
        await to.cluster.send(Call("GET", PODS))
    assert len(waits) == session.PATIENCE.tries - 1
    assert sum(waits) < session.PATIENCE.total


async def test_objects_are_placed_in_the_project(to):
    pod = make_reference("v1", "Pod", "p")
    assert (await to.place(pod))["metadata"]["namespace"] == "default"
    assert await to.place(make_reference("v1", "Pod", "p", "own")) == make_reference(
        "v1", "Pod", "p", "own"
    )
    node = make_reference("v1", "Node", "n")
    assert await to.place(node) == node


async def test_kinds_are_looked_up_once(cluster, to):
    for _ in range(3):
        assert (await to.find_resource("route")).kind.plural == "routes"
    asked = [one for one in cluster.requests if one.path == "/apis/route.openshift.io/v1"]
    assert len(asked) <= 1
    with pytest.raises(session.CommandError, match="no kind of objects called 'nothings'"):
        await to.find_resource("nothings")
    for version in ("v1", "no.such/v1"):
        with pytest.raises(errors.RefusedError, match="the cluster has no Nothing"):
            await to.place({"apiVersion": version, "kind": "Nothing"})


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (errors.GoneError("get", 'pods "no" not found', status=404), 'pods "no" not found'),
        (errors.RefusedError("find X", "the cluster has no X (v1)"), "the cluster has no X (v1)"),
        (errors.TemporaryError("get", "refused"), "https://api does not answer: refused"),
        (errors.UnknownError("get it", status=418), "get it: 418"),
    ],
)
def test_an_error_is_said_in_the_servers_words(error, says):
    assert session.explain(error, "https://api") == says


def test_a_server_that_is_gone_is_named(pocket, tmp_path, monkeypatch):
    monkeypatch.setattr(session, "PATIENCE", Patience(total=1, tries=1))
    with socket.create_server(("127.0.0.1", 0)) as held:
        url = f"http://127.0.0.1:{held.getsockname()[1]}"
    config = kubeconfigs.make_kubeconfig(url, "", "t")
    kubeconfigs.write(tmp_path / "config", config)
    code, _, said = pocket("get", "pods", "--kubeconfig", tmp_path / "config")
    assert (code, len(said)) == (1, 1)
    assert said[0].startswith(f"error: {url} does not answer: ")


def test_the_errors_of_a_verb_are_one_line(pocket, monkeypatch, tmp_path):
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    code, out, said = pocket("get", "pods")
    assert (code, out, len(said)) == (1, [], 1)
    assert said[0].startswith("error: no credentials for a cluster")
    (tmp_path / "bad").write_text("a: [")
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "bad"))
    assert pocket("get", "pods")[0] == 1
