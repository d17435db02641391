import pytest

from pocket_openshift.resources import ingresses

BACKEND = {"service": {"name": "web", "port": {"number": 80}}}


def ingress(**path):
    path = {"path": "/", "pathType": "Prefix", "backend": BACKEND, **path}
    path = {name: value for name, value in path.items() if value is not None}
    return {
        "metadata": {"name": "i"},
        "spec": {"rules": [{"host": "a", "http": {"paths": [path]}}]},
    }


AT = "spec.rules[0].http.paths[0]"


@pytest.mark.parametrize(
    ("obj", "field"),
    [
        (ingress(), None),
        ({"spec": {"defaultBackend": BACKEND}}, None),
        ({"spec": {}}, "spec"),
        ({}, "spec"),
        (ingress(pathType=None), f"{AT}.pathType"),
        (ingress(pathType="Regex"), f"{AT}.pathType"),
        (ingress(path="x"), f"{AT}.path"),
        (ingress(path=None), f"{AT}.path"),
        (ingress(path=None, pathType="ImplementationSpecific"), None),
        (ingress(backend=None), f"{AT}.backend"),
    ],
)
def test_what_is_wrong_with_an_ingress_is_said(obj, field):
    assert [cause.field for cause in ingresses.find_causes(obj)] == ([field] if field else [])


def test_the_server_admits_ingresses(cluster):
    path = "/apis/networking.k8s.io/v1/namespaces/default/ingresses"
    made = cluster.request("POST", path, ingress())
    assert (made.status, made.body["status"]) == (201, {"loadBalancer": {}})
    assert cluster.request("POST", path, {"metadata": {"name": "j"}}).status == 422
