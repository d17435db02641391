import pytest


@pytest.mark.parametrize(
    ("path", "spec", "filled"),
    [
        (
            "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies",
            {},
            {"podSelector": {}, "policyTypes": ["Ingress"]},
        ),
        (
            "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers",
            {
                "maxReplicas": 3,
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"},
            },
            {"minReplicas": 1},
        ),
    ],
)
def test_what_an_object_leaves_out_is_filled_in(cluster, path, spec, filled):
    made = cluster.request("POST", path, {"metadata": {"name": "x"}, "spec": spec})
    assert made.status == 201
    assert filled.items() <= made.body["spec"].items()
    assert cluster.request("GET", f"{path}/x").body["spec"] == made.body["spec"]
