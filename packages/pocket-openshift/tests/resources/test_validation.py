import pytest

NAMESPACED = "/api/v1/namespaces/default"
PODS = f"{NAMESPACED}/pods"
MERGE = {"Content-Type": "application/merge-patch+json"}


def pod(name="p", **spec):
    container = {"name": "c", "image": "example.com/x"}
    return {"metadata": {"name": name}, "spec": {"containers": [container], **spec}}


def test_a_pod_without_sense_is_refused_with_all_that_is_wrong(cluster):
    answer = cluster.request("POST", PODS, pod(containers=[{"image": "x"}], restartPolicy="Once"))
    assert (answer.status, answer.body["reason"]) == (422, "Invalid")
    assert [cause["field"] for cause in answer.body["details"]["causes"]] == [
        "spec.containers[0].name",
        "spec.restartPolicy",
    ]
    assert cluster.request("GET", f"{PODS}/p").status == 404


@pytest.mark.parametrize(
    ("plural", "body", "field"),
    [
        ("services", {"spec": {"ports": [{"port": 0}]}}, "spec.ports[0].port"),
        ("configmaps", {"data": {"a b": ""}}, "data[a b]"),
        ("secrets", {"type": "kubernetes.io/tls"}, "data[tls.crt]"),
        ("persistentvolumeclaims", {"spec": {}}, "spec.accessModes"),
        ("resourcequotas", {"spec": {"hard": {"pods": "-1"}}}, "spec.hard[pods]"),
    ],
)
def test_other_kinds_are_looked_at_too(cluster, plural, body, field):
    answer = cluster.request("POST", f"{NAMESPACED}/{plural}", {"metadata": {"name": "x"}, **body})
    assert answer.status == 422
    assert field in [cause["field"] for cause in answer.body["details"]["causes"]]


def test_a_dry_run_is_told_the_same(cluster):
    assert cluster.request("POST", f"{PODS}?dryRun=All", pod(containers=[])).status == 422


def test_defaults_are_filled_in_before(cluster):
    """What a caller may leave out, nobody is blamed for."""
    assert cluster.request("POST", PODS, pod()).status == 201


def test_what_may_not_change_stays(cluster):
    cluster.request("POST", PODS, pod())
    change = {"spec": {"restartPolicy": "Never"}}
    answer = cluster.request("PATCH", f"{PODS}/p", change, headers=MERGE)
    assert answer.status == 422
    assert answer.body["message"].startswith(
        'Pod "p" is invalid: spec: Forbidden: pod updates may not change fields other than'
    )


def test_a_status_may_say_anything(cluster):
    cluster.request("POST", PODS, pod())
    change = {"status": {"phase": "Running"}}
    assert cluster.request("PATCH", f"{PODS}/p/status", change, headers=MERGE).status == 200


def test_what_is_likely_a_mistake_is_let_in_with_a_warning(cluster):
    answer = cluster.request("POST", PODS, pod(imagePullSecrets=[{}]))
    assert answer.status == 201
    assert answer.warnings == ('spec.imagePullSecrets[0].name: invalid empty name ""',)
