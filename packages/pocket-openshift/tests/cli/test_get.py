import json

import yaml

from pocket_openshift.cli import get


def config_map(name, namespace="default", **labels):
    metadata = {"name": name, "namespace": namespace, "labels": labels}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"k": "v"}}


def test_objects_are_a_table(cluster, pocket):
    cluster.apply(config_map("short"), config_map("a-longer-name"))
    code, out, errors = pocket("get", "cm")
    assert (code, errors) == (0, [])
    assert out[0].split()[0] == "NAME"
    rows = [line.split()[0] for line in out[1:]]
    assert {"short", "a-longer-name"} <= set(rows)
    assert len({line.find(line.split()[1]) for line in out}) == 1, "columns are aligned"


def test_one_object_or_some(cluster, pocket):
    cluster.apply(config_map("a", app="x"), config_map("b"))
    assert [line.split()[0] for line in pocket("get", "configmap", "a")[1]] == ["NAME", "a"]
    assert [line.split()[0] for line in pocket("get", "cm", "-l", "app=x")[1]] == ["NAME", "a"]
    assert pocket("get", "cm", "-l", "app=none")[1] == ["No resources found"]
    assert pocket("get", "cm", "-o", "name", "-l", "app=x")[1] == ["configmap/a"]


def test_several_kinds_at_once(cluster, pocket):
    cluster.apply(config_map("a", app="x"))
    assert pocket("get", "sa,cm", "-o", "name", "-l", "app=x")[1] == ["configmap/a"]
    out = pocket("get", "sa,cm")[1]
    assert [line.split()[0] for line in out if line.split()][:2] == [
        "NAME",
        "serviceaccount/default",
    ]
    assert "" in out
    assert any(line.startswith("configmap/a ") for line in out)
    assert "name one kind" in pocket("get", "sa,cm", "-o", "yaml")[2][0]


def test_all_is_what_a_person_looks_for(cluster, pocket):
    assert pocket("get", "all")[1] == ["No resources found"]
    spec = {"ports": [{"port": 80}]}
    metadata = {"name": "web", "namespace": "default"}
    cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec})
    out = pocket("get", "all")[1]
    assert [line.split()[0] for line in out] == ["NAME", "service/web"]


def test_of_all_projects(cluster, pocket):
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    cluster.apply(config_map("a", "shop", app="x"), config_map("b", app="x"))
    out = pocket("get", "cm", "-A", "-l", "app=x")[1]
    assert [line.split()[:2] for line in out] == [
        ["NAMESPACE", "NAME"],
        ["default", "b"],
        ["shop", "a"],
    ]
    assert [line.split()[0] for line in pocket("get", "cm", "-n", "shop", "a")[1]] == ["NAME", "a"]


def test_an_object_as_it_is(cluster, pocket):
    cluster.apply(config_map("a"))
    assert yaml.safe_load("\n".join(pocket("get", "cm", "a", "-o", "yaml")[1]))["data"] == {
        "k": "v"
    }
    assert json.loads("\n".join(pocket("get", "cm", "a", "-o", "json")[1]))["kind"] == "ConfigMap"


def test_what_is_not_there_is_said(pocket):
    code, out, errors = pocket("get", "cm", "none")
    assert (code, out, errors) == (1, [], ['error: configmaps "none" not found'])


def test_a_server_without_tables_is_understood():
    body = {"kind": "ConfigMapList", "items": []}
    (text,) = get.render(body, "table", "configmap", namespaces=False)
    assert yaml.safe_load(text) == body
