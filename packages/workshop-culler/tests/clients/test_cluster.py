import socket
from datetime import UTC, datetime

import pytest
import yaml
from aiohttp import test_utils, web

from workshop_culler import errors
from workshop_culler.clients.cluster import Cluster
from workshop_culler.rules import kinds

SELECTOR = "app=lab,class=session"


async def test_lists_by_label_page_by_page(session_cluster, monkeypatch):
    monkeypatch.setattr("workshop_culler.clients.cluster.PAGE", 2)
    for number in range(5):
        session_cluster.add_session(f"u{number}")
    session_cluster.cluster.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}}
    )
    async with session_cluster.client() as client:
        items = await client.list_objects(kinds.PROJECTS, SELECTOR)
        assert sorted(item.name for item in items) == [f"lab-u{n}" for n in range(5)]
        assert client.requests == 3
        first = items[0]
        assert first.uid
        assert first.version
        assert abs((first.created - datetime.now(UTC)).total_seconds()) < 60
        assert abs((client.now - datetime.now(UTC)).total_seconds()) < 60


async def test_a_firm_404_is_gone_and_nothing_else_is(session_cluster):
    async with session_cluster.client() as client:
        with pytest.raises(errors.GoneError):
            await client.get_object(kinds.PODS, "workshops", "lab-user-ada")
        for fault in ({"status": 500}, {"drop": "before"}, {"retry_after": 1}, {"status": 503}):
            session_cluster.cluster.faults.clear()
            session_cluster.cluster.faults.add(verb="get", resource="pods", times=None, **fault)
            with pytest.raises(errors.TemporaryError):
                await client.get_object(kinds.PODS, "workshops", "lab-user-ada")


async def test_a_short_fault_is_ridden_out(session_cluster):
    session_cluster.add_session("ada")
    session_cluster.cluster.faults.add(verb="list", resource="namespaces", times=2, status=500)
    async with session_cluster.client() as client:
        assert len(await client.list_objects(kinds.PROJECTS, SELECTOR)) == 1


async def test_a_kind_that_is_not_there(session_cluster):
    async with session_cluster.client() as client:
        with pytest.raises(errors.ApiError) as error:
            await client.list_objects(kinds.Kind("crumbs", "example.org"), SELECTOR, "workshops")
        assert not isinstance(error.value, errors.TemporaryError)


async def test_deletes_exactly_what_was_judged(session_cluster):
    session_cluster.add_session("ada")
    async with session_cluster.client() as client:
        (account,) = await client.list_objects(kinds.ACCOUNTS, SELECTOR, "workshops")
        await client.delete_object(account)
        await client.delete_object(account)  # gone already is fine
        assert session_cluster.names("serviceaccounts") == []


async def test_another_object_of_that_name_is_kept(session_cluster):
    session_cluster.add_session("ada")
    async with session_cluster.client() as client:
        (account,) = await client.list_objects(kinds.ACCOUNTS, SELECTOR, "workshops")
        session_cluster.cluster.request(
            "DELETE", "/api/v1/namespaces/workshops/serviceaccounts/lab-ada"
        )
        session_cluster.add_session("ada", "s2")
        with pytest.raises(errors.ChangedError):
            await client.delete_object(account)
        assert session_cluster.names("serviceaccounts") == ["lab-ada"]


async def test_an_object_that_was_taken_up_again_is_kept(session_cluster):
    session_cluster.add_session("ada")
    async with session_cluster.client() as client:
        (project,) = await client.list_objects(kinds.PROJECTS, SELECTOR)
        await client.annotate_object(project, {"spawner/session": "another"})
        with pytest.raises(errors.ChangedError):
            await client.delete_object(project)


async def test_a_delete_whose_answer_was_lost(session_cluster):
    session_cluster.add_session("ada")
    session_cluster.cluster.faults.add(verb="delete", resource="serviceaccounts", drop="after")
    async with session_cluster.client() as client:
        (account,) = await client.list_objects(kinds.ACCOUNTS, SELECTOR, "workshops")
        await client.delete_object(account)
        assert session_cluster.names("serviceaccounts") == []


async def test_annotations_are_set_and_removed(session_cluster):
    session_cluster.add_session("ada")
    async with session_cluster.client() as client:
        (project,) = await client.list_objects(kinds.PROJECTS, SELECTOR)
        changed = await client.annotate_object(project, {"a/b": "c"})
        assert changed.annotations["a/b"] == "c"
        changed = await client.annotate_object(project, {"a/b": None})
        assert "a/b" not in changed.annotations


async def test_finalizers_are_taken_off_this_object_only(session_cluster):
    account = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "held", "namespace": "workshops", "finalizers": ["example.org/x"]},
    }
    session_cluster.cluster.apply(account)
    configs = kinds.Kind("configmaps")
    async with session_cluster.client() as client:
        item = await client.get_object(configs, "workshops", "held")
        session_cluster.cluster.request("DELETE", "/api/v1/namespaces/workshops/configmaps/held")
        await client.remove_finalizers(configs, item)
        with pytest.raises(errors.GoneError):
            await client.get_object(configs, "workshops", "held")
        session_cluster.cluster.apply(account)
        with pytest.raises(errors.ChangedError):
            await client.remove_finalizers(configs, item)


async def test_kinds_are_discovered_and_a_broken_group_is_skipped(session_cluster):
    async with session_cluster.client() as client:
        found, broken = await client.list_kinds()
        names = {kind.plural for kind in found}
        assert {"pods", "configmaps", "rolebindings", "routes"} <= names
        assert not any("/" in name for name in names)
        assert "namespaces" not in names
        assert broken == []


async def test_broken_groups_are_skipped_and_named(session_cluster, monkeypatch, tmp_path, log):
    """An aggregated API whose server is away, one that says nothing, one without a version."""
    app = web.Application()
    pods = {"name": "pods", "namespaced": True, "verbs": ["list", "patch", "delete"]}
    status = {"name": "pods/status", "namespaced": True, "verbs": ["list", "patch"]}
    odd = {"name": "odds", "namespaced": True}
    answers = {
        "/api/v1": {"resources": [pods, status, odd]},
        "/apis": {
            "groups": [
                {"name": "away.io", "preferredVersion": {"groupVersion": "away.io/v1"}},
                {"name": "mute.io", "preferredVersion": {"groupVersion": "mute.io/v1"}},
                {"name": "bare.io"},
                {"name": "good.io", "preferredVersion": {"groupVersion": "good.io/v2"}},
            ]
        },
        "/apis/mute.io/v1": {},
        "/apis/good.io/v2": {"resources": [{**pods, "name": "goods"}]},
    }

    async def answer(request):
        return web.json_response(
            answers.get(request.path), status=200 if request.path in answers else 503
        )

    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    point_at(f"http://127.0.0.1:{runner.addresses[0][1]}", session_cluster, monkeypatch, tmp_path)
    try:
        async with Cluster(log, timeout=5, sleep=no_sleep) as client:
            found, broken = await client.list_kinds()
    finally:
        await runner.cleanup()
    assert found == [kinds.Kind("pods"), kinds.Kind("goods", "good.io", "v2")]
    assert len(broken) == 2
    assert broken[0].startswith("away.io/v1 (GET /apis/away.io/v1: the cluster answered 503")
    assert broken[1] == "bare.io (it names no version)"


def point_at(url, session_cluster, monkeypatch, tmp_path):
    """Set KUBECONFIG to one whose cluster is at this address."""
    config = yaml.safe_load(session_cluster.cluster.kubeconfig.read_text())
    config["clusters"][0]["cluster"] = {"server": url}
    path = tmp_path / "kubeconfig"
    path.write_text(yaml.safe_dump(config))
    monkeypatch.setenv("KUBECONFIG", str(path))


async def test_who_we_are(session_cluster, monkeypatch):
    metadata = {"name": "hub", "namespace": "workshops"}
    session_cluster.cluster.apply(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}
    )
    token = session_cluster.cluster.token("workshops", "hub")
    monkeypatch.setenv("KUBECONFIG", str(session_cluster.cluster.kubeconfig_for(token)))
    async with session_cluster.client() as client:
        assert await client.whoami() == "system:serviceaccount:workshops:hub"


async def test_without_credentials_it_says_what_to_set(monkeypatch, tmp_path, log):
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    with pytest.raises(errors.StartError, match="KUBECONFIG"):
        async with Cluster(log):
            pass


async def test_a_cluster_that_takes_calls_and_never_answers_holds_nobody_up(
    session_cluster, monkeypatch, tmp_path, log
):
    """A half-open connection: the socket is there, nobody reads from it."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        point_at(url, session_cluster, monkeypatch, tmp_path)
        async with Cluster(log, timeout=0.2, sleep=no_sleep) as client:
            with pytest.raises(errors.TemporaryError, match="no answer: TimeoutError"):
                await client.list_objects(kinds.PROJECTS, SELECTOR)
            assert client.requests == 3


async def no_sleep(seconds):
    pass


@pytest.mark.parametrize("text", ["<html>Please log in</html>", "[]"])
async def test_a_page_in_the_place_of_the_api_is_no_empty_cluster(
    session_cluster, monkeypatch, tmp_path, log, text
):
    """With status 200, as a proxy or a portal may have it."""

    async def answer(_request):
        return web.Response(text=text, content_type="text/html")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with test_utils.TestServer(app, host="127.0.0.1") as server:
        point_at(f"http://127.0.0.1:{server.port}", session_cluster, monkeypatch, tmp_path)
        async with Cluster(log, sleep=no_sleep) as client:
            with pytest.raises(errors.TemporaryError, match="not the API's"):
                await client.list_objects(kinds.PROJECTS, SELECTOR)


async def test_tls_is_verified(session_cluster, monkeypatch, tmp_path):
    """A kubeconfig with another CA is refused, not trusted."""
    config = yaml.safe_load(session_cluster.cluster.kubeconfig.read_text())
    config["clusters"][0]["cluster"].pop("certificate-authority-data", None)
    config["clusters"][0]["cluster"].pop("certificate-authority", None)
    path = tmp_path / "kubeconfig"
    path.write_text(yaml.safe_dump(config))
    monkeypatch.setenv("KUBECONFIG", str(path))
    async with session_cluster.client() as client:
        with pytest.raises(errors.TemporaryError, match="no answer"):
            await client.list_objects(kinds.PROJECTS, SELECTOR)
