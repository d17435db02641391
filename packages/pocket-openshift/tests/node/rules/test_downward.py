from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.node.rules import downward
from workshop_kube.rules import quantities

POD = {
    "metadata": {
        **{"name": "p", "namespace": "ns", "uid": "u"},
        "labels": {"app": "x", "b/c": "y"},
        "annotations": {"note": 'say "hi"\nthere'},
    },
    "spec": {
        "serviceAccountName": "sa",
        "containers": [
            {
                "name": "c",
                "resources": {
                    "limits": {"memory": "1Gi", "cpu": "1500m"},
                    "requests": {"cpu": "250m"},
                },
            },
            {"name": "bare"},
        ],
    },
}
FACTS = {"status.podIP": "127.1.2.3", "spec.nodeName": "node"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("metadata.name", "p"),
        ("metadata.namespace", "ns"),
        ("metadata.uid", "u"),
        ("metadata.labels['b/c']", "y"),
        ("metadata.labels['none']", ""),
        ("metadata.labels", 'app="x"\nb/c="y"'),
        ("metadata.annotations", 'note="say \\"hi\\"\\nthere"'),
        ("spec.serviceAccountName", "sa"),
        ("spec.nodeName", "node"),
        ("status.podIP", "127.1.2.3"),
    ],
)
def test_fields(path, value):
    assert downward.field(POD, path, FACTS) == value


def test_an_unknown_field_is_named():
    with pytest.raises(downward.UnknownFieldError, match=r"status\.phase"):
        downward.field(POD, "status.phase", FACTS)


@pytest.mark.parametrize(
    ("reference", "own", "value"),
    [
        ({"resource": "limits.memory"}, "c", str(2**30)),
        ({"resource": "limits.memory", "divisor": "1Mi"}, "c", "1024"),
        ({"resource": "limits.cpu"}, "c", "2"),
        ({"resource": "limits.cpu", "divisor": "1m"}, "c", "1500"),
        ({"resource": "requests.cpu", "divisor": "1m"}, "c", "250"),
        ({"resource": "requests.memory"}, "c", "0"),
        ({"resource": "limits.cpu"}, "bare", "4"),
        ({"resource": "limits.cpu", "containerName": "c"}, "bare", "2"),
    ],
)
def test_resources(reference, own, value):
    assert downward.resource(POD, reference, own, {"cpu": "4"}) == value


@pytest.mark.parametrize("reference", [{"resource": "limits"}, {"resource": "other.cpu"}, {}])
def test_an_unknown_resource_is_named(reference):
    with pytest.raises(downward.UnknownFieldError, match="not supported"):
        downward.resource(POD, reference, "c", {})


@given(st.integers(0, 10**6), st.sampled_from(["", "k", "Ki", "M", "Mi", "m"]))
def test_dividing_rounds_up(number, suffix):
    value = quantities.parse(f"{number}{suffix}")
    parts = int(downward.divide_up(value, Decimal(1)))
    assert parts - 1 < value <= parts
