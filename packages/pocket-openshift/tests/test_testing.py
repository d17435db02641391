import asyncio
import ssl
import subprocess
import sys

import pytest
import yaml

import waiting
from pocket_openshift import testing


def namespace(name):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def test_two_clusters_know_nothing_of_each_other():
    with testing.PocketCluster() as one, testing.PocketCluster() as other:
        one.apply(namespace("a"))
        assert other.request("GET", "/api/v1/namespaces/a").status == 404
        assert other.request("GET", "/api/v1/namespaces", token=one.admin_token).status == 401


def test_apply_creates_or_replaces(cluster):
    cluster.apply(namespace("a"))
    made = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "a"}}
    cluster.apply({**made, "data": {"k": "1"}})
    (changed,) = cluster.apply({**made, "data": {"k": "2"}})
    assert changed["data"] == {"k": "2"}


def test_apply_says_what_was_refused(cluster):
    with pytest.raises(RuntimeError, match="Namespace Bad_Name was refused"):
        cluster.apply(namespace("Bad_Name"))
    with pytest.raises(ValueError, match="no such kind"):
        cluster.apply({"apiVersion": "v1", "kind": "Nothing", "metadata": {"name": "x"}})


def test_a_kubeconfig_is_for_its_token(cluster):
    cluster.apply(namespace("a"))
    token = cluster.token("a", "default")
    config = yaml.safe_load(cluster.kubeconfig_for(token, "a").read_text())
    assert config["users"][0]["user"]["token"] == token
    assert config["contexts"][0]["context"]["namespace"] == "a"
    assert config["clusters"][0]["cluster"]["server"] == cluster.url


def test_it_is_gone_with_the_block():
    with testing.PocketCluster() as cluster:
        folder = cluster.kubeconfig.parent
    assert not folder.exists()
    with pytest.raises(OSError, match="refused"):
        cluster.request("GET", "/version")


def test_a_kept_cluster_goes_on(tmp_path):
    with testing.PocketCluster(data=tmp_path) as cluster:
        cluster.apply(namespace("a"))
        token, admin, ca = (
            cluster.token("a", "default"),
            cluster.admin_token,
            cluster.ca_file.read_text(),
        )
        version = cluster.request("GET", "/api/v1/namespaces").body["metadata"]["resourceVersion"]
    with testing.PocketCluster(data=tmp_path) as cluster:
        assert cluster.admin_token == admin
        assert cluster.ca_file.read_text() == ca
        assert cluster.request("GET", "/api/v1/namespaces/a/pods", token=token).status == 403
        old = cluster.request(
            "GET", f"/api/v1/namespaces?watch=1&resourceVersion={int(version) - 1}"
        )
        assert old.body[0]["object"]["code"] == 410


def test_a_kept_cluster_finishes_a_deletion_that_was_begun(tmp_path):
    with testing.PocketCluster(data=tmp_path, namespace_seconds=60) as cluster:
        cluster.apply(namespace("a"))
        cluster.request("DELETE", "/api/v1/namespaces/a")
        assert cluster.request("GET", "/api/v1/namespaces/a").status == 200
    with testing.PocketCluster(data=tmp_path) as cluster:
        assert cluster.request("GET", "/api/v1/namespaces/a").status == 404


def test_it_says_when_it_is_not_running():
    with pytest.raises(RuntimeError, match="not running"):
        testing.PocketCluster().run(lambda: None)


def test_it_works_without_pytest():
    program = (
        "from pocket_openshift.testing import PocketCluster\n"
        "with PocketCluster() as cluster:\n"
        "    print(cluster.request('GET', '/healthz').body)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "ok\n", "")


def test_the_time_of_a_deleted_namespace():
    with testing.PocketCluster(namespace_seconds=0.3) as cluster:
        cluster.apply(namespace("a"))
        cluster.request("DELETE", "/api/v1/namespaces/a")
        assert cluster.request("GET", "/api/v1/namespaces/a/serviceaccounts/default").status == 200
        waiting.until(lambda: cluster.request("GET", "/api/v1/namespaces/a").status == 404)


async def test_one_waits_for_what_happens(cluster):
    path = "/api/v1/namespaces/default/configmaps/late"
    made = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "late"}}
    waiting = asyncio.create_task(cluster.until(lambda: cluster.request("GET", path).status == 200))
    await asyncio.sleep(0)
    assert not waiting.done()
    await asyncio.to_thread(cluster.apply, made)
    assert await waiting is True


async def test_one_waits_for_requests_and_for_faults(cluster):
    cluster.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "ada"}})
    token = cluster.token("default", "ada")

    async def asked():
        return [each for each in cluster.requests if each.user.endswith(":ada")]

    waiting = asyncio.create_task(cluster.until(asked))
    await asyncio.sleep(0)
    await asyncio.to_thread(cluster.request, "GET", "/api/v1/pods", token=token)
    assert (await waiting)[0].status == 403
    fault = cluster.faults.add(resource="pods", delay=60)
    waiting = asyncio.create_task(cluster.until(lambda: fault.seen))
    slow = asyncio.create_task(
        asyncio.to_thread(cluster.request, "GET", "/api/v1/pods", token=token)
    )
    assert await waiting == 1
    cluster.stop()  # which ends the request that is not answered yet
    with pytest.raises((ConnectionError, ssl.SSLError)):
        await slow


async def test_what_does_not_happen_is_said_with_what_did(cluster):
    cluster.request("GET", "/api/v1/pods")
    with pytest.raises(TimeoutError, match=r"not so within 0\.01 s.*\n.*pods"):
        await cluster.until(lambda: False, seconds=0.01)
    assert not cluster.plane.observers


async def test_an_error_of_the_condition_is_passed_on(cluster):
    def fail():
        raise TimeoutError("of its own")

    with pytest.raises(TimeoutError, match="of its own"):
        await cluster.until(fail)
    assert not cluster.plane.observers
