import pytest

KIND = "ingresses.networking.k8s.io"
SERVICE = {"service": {"name": "s", "port": {"number": 1}}}


def path(**change):
    found = {"path": "/", "pathType": "Prefix", "backend": SERVICE, **change}
    return {"rules": [{"http": {"paths": [found]}}]}


PLACE = "spec.rules[0].http.paths[0]"


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (
            {"defaultBackend": None},
            ["spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"],
        ),
        (
            path(backend={}),
            [f'{PLACE}.backend: Invalid value: "": resource or service backend is required'],
        ),
        (
            {"rules": [{"host": "10.0.0.1"}]},
            [
                'spec.rules[0].host: Invalid value: "10.0.0.1": must '
                "be a DNS name, not an IP address"
            ],
        ),
        ({"rules": [{"http": {}}]}, ["spec.rules[0].http.paths: Required value"]),
        (path(path="x"), [f'{PLACE}.path: Invalid value: "x": must be an absolute path']),
        (path(path="/a//b"), [f"{PLACE}.path: Invalid value: \"/a//b\": must not contain '//'"]),
        (path(path="/a/.."), [f"{PLACE}.path: Invalid value: \"/a/..\": cannot end with '/..'"]),
        (path(pathType=None), [f"{PLACE}.pathType: Required value: pathType must be specified"]),
        (
            path(pathType="Regex"),
            [
                f'{PLACE}.pathType: Unsupported value: "Regex": supported '
                'values: "Exact", "ImplementationSpecific", "Prefix"'
            ],
        ),
        (
            path(backend={"service": {"port": {"number": 1}}}),
            [f"{PLACE}.backend.service.name: Required value"],
        ),
        (
            path(backend={"service": {"name": "s"}}),
            [f"{PLACE}.backend: Required value: port name or number is required"],
        ),
        (
            path(backend={"service": {"name": "s", "port": {"name": "a", "number": 1}}}),
            [f'{PLACE}.backend: Invalid value: "": cannot set both port name & port number'],
        ),
        (
            path(backend={**SERVICE, "resource": {}}),
            [f'{PLACE}.backend: Invalid value: "": cannot set both resource and service backends'],
        ),
        ({"tls": [{"hosts": ["A"]}]}, None),
        (path(path="", pathType="ImplementationSpecific"), []),
        ({"rules": [{"host": "*.a.example"}]}, []),
    ],
)
def test_an_ingress_without_sense_is_told(say, spec, said):
    found = say(KIND, spec=spec)
    assert found == said if said is not None else found[0].startswith("spec.tls[0].hosts[0]: ")


def test_a_class_is_said_once(say):
    note = {"annotations": {"kubernetes.io/ingress.class": "a"}}
    assert say(KIND, metadata=note, spec={"ingressClassName": "b"}) == [
        'annotations.kubernetes.io/ingress.class: Invalid value: "a": must match '
        "`ingressClassName` when both are specified"
    ]
    assert say(KIND, old={}, metadata=note, spec={"ingressClassName": "b"}) == []
