import pytest
import yaml

from pocket_openshift.cli import delete, session
from workshop_kube.client import Cluster, load_kubeconfig


def config_map(name):
    metadata = {"name": name, "namespace": "default"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}


PATH = "/api/v1/namespaces/default/configmaps"


def test_objects_are_deleted_by_name(cluster, pocket):
    cluster.apply(config_map("a"), config_map("b"), config_map("c"))
    code, out, errors = pocket("delete", "cm", "a", "b")
    assert (code, errors) == (0, [])
    assert out == ['configmap "a" deleted', 'configmap "b" deleted']
    assert cluster.request("GET", f"{PATH}/a").status == 404
    assert cluster.request("GET", f"{PATH}/c").status == 200


def test_the_objects_of_a_file_are_deleted_the_last_first(cluster, pocket, tmp_path):
    cluster.apply(config_map("a"))
    file = tmp_path / "some.yaml"
    file.write_text(yaml.safe_dump_all([config_map("gone"), config_map("a")]))
    code, out, errors = pocket("delete", "-f", str(file))
    assert (code, errors) == (1, [])
    assert out == ['configmap "a" deleted', 'configmap "gone" is not there']
    assert cluster.request("GET", f"{PATH}/a").status == 404


def test_objects_are_deleted_by_label(cluster, pocket):
    labelled = config_map("a")
    labelled["metadata"]["labels"] = {"app": "hub"}
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": "hub", "labels": {"app": "hub"}},
        "rules": [],
    }
    cluster.apply(labelled, config_map("b"), role)
    code, out, _ = pocket("delete", "cm,clusterroles.rbac.authorization.k8s.io", "-l", "app=hub")
    assert code == 0
    assert out == [
        'configmap "a" deleted',
        'clusterrole.rbac.authorization.k8s.io "hub" deleted',
    ]
    assert cluster.request("GET", f"{PATH}/b").status == 200
    assert pocket("delete", "cm", "-l", "app=hub")[:2] == (0, [])


@pytest.mark.parametrize("words", [[], ["cm"], ["cm", "a", "-f", "x"], ["cm", "a", "-l", "b=c"]])
def test_it_asks_what_to_delete(pocket, words):
    code, _, errors = pocket("delete", *words)
    assert (code, "say what" in errors[0]) == (1, True)


def test_what_is_not_there_is_said(pocket):
    code, _, errors = pocket("delete", "cm", "none")
    assert (code, errors) == (1, ['error: configmaps "none" not found'])


def test_an_answer_that_is_lost_is_no_failure(cluster, pocket):
    cluster.apply(config_map("a"))
    cluster.faults.add(resource="configmaps", verb="delete", drop="after")
    assert pocket("delete", "cm", "a")[0] == 0


async def test_an_object_that_took_the_name_meanwhile_is_not_touched(cluster, monkeypatch):
    cluster.apply(config_map("a"))
    async with Cluster(await load_kubeconfig(cluster.kubeconfig)) as client:
        get = client.get

        async def swap(reference):
            found = await get(reference)
            cluster.request("DELETE", f"{PATH}/a")
            cluster.apply(config_map("a"))
            return found

        monkeypatch.setattr(client, "get", swap)
        await delete.delete(session.ApiSession(client, "default"), config_map("a"))
    assert cluster.request("GET", f"{PATH}/a").status == 200
