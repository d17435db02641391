import pytest

PATH = "/api/v1/namespaces/default/services"


def service(name="web", **spec):
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"ports": [{"port": 80}], **spec},
    }


def test_what_a_service_leaves_out_is_filled_in(cluster):
    (made,) = cluster.apply(service())
    spec = made["spec"]
    assert spec["ports"] == [{"port": 80, "protocol": "TCP", "targetPort": 80}]
    assert (spec["type"], spec["sessionAffinity"]) == ("ClusterIP", "None")
    assert spec["clusterIPs"] == [spec["clusterIP"]]
    assert spec["clusterIP"].startswith("10.0.")


def test_what_it_says_stays(cluster):
    (made,) = cluster.apply(service(ports=[{"port": 80, "targetPort": "http", "protocol": "UDP"}]))
    assert made["spec"]["ports"] == [{"port": 80, "targetPort": "http", "protocol": "UDP"}]


def test_services_have_addresses_of_their_own_and_keep_them(cluster):
    first, second = cluster.apply(service("a"), service("b"))
    assert first["spec"]["clusterIP"] != second["spec"]["clusterIP"]
    (again,) = cluster.apply(service("a", ports=[{"port": 81}]))
    assert again["spec"]["clusterIP"] == first["spec"]["clusterIP"]
    moved = {**again, "spec": {**again["spec"], "clusterIP": "10.0.9.9"}}
    answer = cluster.request("PUT", f"{PATH}/a", moved)
    assert answer.status == 422
    assert "may not change once set" in answer.body["message"]


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"ports": []}, "spec.ports"),
        ({"ports": [{"port": 70000, "targetPort": 80}]}, "spec.ports[0].port"),
        ({"ports": [{"targetPort": "http"}]}, "spec.ports[0].port"),
    ],
)
def test_what_cannot_be_is_refused(cluster, spec, field):
    answer = cluster.request("POST", PATH, service(**spec))
    assert answer.status == 422
    assert [cause["field"] for cause in answer.body["details"]["causes"]] == [field]


@pytest.mark.parametrize(
    "spec",
    [
        {"clusterIP": "None", "ports": []},
        {"type": "ExternalName", "externalName": "a.example", "ports": []},
    ],
)
def test_a_service_may_be_only_a_name(cluster, spec):
    answer = cluster.request("POST", PATH, service(**spec))
    assert answer.status == 201
    assert answer.body["spec"].get("clusterIP") in (None, "None")


def test_a_claim_waits_until_it_is_bound(cluster):
    (made,) = cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "home", "namespace": "default"},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1Gi"}},
            },
        }
    )
    assert made["status"]["phase"] == "Pending"
    assert made["spec"]["volumeMode"] == "Filesystem"
