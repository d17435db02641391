import pytest

KIND = "routes.route.openshift.io"
LABEL = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'"


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"to": {"name": None}}, ["spec.to.name: Required value"]),
        ({"to": {"kind": "Pod"}}, ['spec.to.kind: Invalid value: "Pod": must reference a Service']),
        (
            {"to": {"weight": 257}},
            ["spec.to.weight: Invalid value: 257: weight must be an integer between 0 and 256"],
        ),
        ({"path": "x"}, ['spec.path: Invalid value: "x": path must begin with /']),
        ({"port": {}}, ["spec.port.targetPort: Required value"]),
        (
            {"wildcardPolicy": "All"},
            [
                'spec.wildcardPolicy: Unsupported value: "All": supported '
                'values: "None", "Subdomain"'
            ],
        ),
        (
            {"tls": {"termination": "magic"}},
            [
                'spec.tls.termination: Unsupported value: "magic": '
                'supported values: "edge", "passthrough", "reencrypt"'
            ],
        ),
        (
            {"tls": {"termination": "passthrough", "key": "k"}},
            [
                'spec.tls.key: Invalid value: "redacted key data": passthrough termination does '
                "not "
                "support certificates"
            ],
        ),
        (
            {"tls": {"termination": "passthrough"}, "path": "/x"},
            ['spec.path: Invalid value: "/x": passthrough termination does not support paths'],
        ),
        (
            {"tls": {"termination": "edge", "destinationCACertificate": "c"}},
            [
                'spec.tls.destinationCACertificate: Invalid value: "redacted destination ca '
                'certificate data": edge termination does not support destination certificates'
            ],
        ),
        (
            {"alternateBackends": [{"kind": "Service", "name": "s"}] * 4},
            [
                "spec.alternateBackends: Required value: cannot specify more than 3 alternate "
                "backends"
            ],
        ),
        ({"host": "a.example", "tls": {"termination": "edge"}}, []),
    ],
)
def test_a_route_without_sense_is_told(say, spec, said):
    assert say(KIND, spec=spec) == said


@pytest.mark.parametrize("host", ["A.example", "-a.example", "a_b"])
def test_a_host_has_labels(say, host):
    first, second = say(KIND, spec={"host": host})
    assert first.endswith("host must conform to DNS 952 subdomain conventions")
    assert LABEL in second
    loose = {"annotations": {"route.openshift.io/allow-non-dns-compliant-host": "true"}}
    assert say(KIND, metadata=loose, spec={"host": host}) == [first]


def test_a_host_that_was_long_before_may_stay(say):
    old = {"spec": {"host": f"{'a' * 64}.example"}}
    assert len(say(KIND, **old)) == 1
    assert say(KIND, old=old, spec={"path": "/x"}) == []
    assert say(KIND, old={}, spec={"wildcardPolicy": "Subdomain", "host": "a.example"}) == [
        'spec.wildcardPolicy: Invalid value: "Subdomain": field is immutable'
    ]
