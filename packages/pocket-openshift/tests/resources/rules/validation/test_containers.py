import pytest

BASE = {"name": "c", "image": "i"}
PROBE = {"tcpSocket": {"port": 80}}


def with_container(**change):
    return {"spec": {"containers": [{**BASE, **change}]}}


def ports(*found):
    return with_container(ports=[*found])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"spec": {"containers": []}}, "spec.containers: Required value"),
        ({"spec": {"containers": [{}]}}, "spec.containers[0].name: Required value"),
        ({"spec": {"containers": [{"name": "c"}]}}, "spec.containers[0].image: Required value"),
        ({"spec": {"containers": [BASE, BASE]}}, 'spec.containers[1].name: Duplicate value: "c"'),
        (
            with_container(imagePullPolicy="Rarely"),
            'imagePullPolicy: Unsupported value: "Rarely": '
            'supported values: "Always", "IfNotPresent", "Never"',
        ),
        (with_container(image=" i"), "must not have leading or trailing whitespace"),
        (ports({}), "ports[0].containerPort: Required value"),
        (ports({"containerPort": 70000}), "Invalid value: 70000: must be between 1 and 65535"),
        (
            ports({"containerPort": 1, "protocol": "ICMP"}),
            'protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
        ),
        (
            ports({"containerPort": 1, "name": "x"}, {"containerPort": 2, "name": "x"}),
            'ports[1].name: Duplicate value: "x"',
        ),
        (ports({"containerPort": 1, "name": "An_odd_name"}), "must contain only alpha-numeric"),
        (
            ports({"containerPort": 1, "hostPort": 1}, {"containerPort": 2, "hostPort": 1}),
            'ports[1].hostPort: Duplicate value: "TCP//1"',
        ),
        (
            with_container(volumeMounts=[{"name": "x", "mountPath": "/x"}]),
            'spec.containers[0].volumeMounts[0].name: Not found: "x"',
        ),
        (with_container(volumeMounts=[{}]), "volumeMounts[0].mountPath: Required value"),
        (with_container(volumeDevices=[{"name": "x"}]), "volumeDevices[0].devicePath: Required"),
        (
            with_container(volumeMounts=[{"name": "x", "mountPath": "/x", "subPath": "../x"}]),
            'spec.containers[0].volumeMounts.subPath: Invalid value: "../x": must not '
            "contain '..'",
        ),
        (
            with_container(
                volumeMounts=[{"name": "x", "mountPath": "/x", "mountPropagation": "Bidirectional"}]
            ),
            "available only to privileged containers",
        ),
        (with_container(restartPolicy="Rarely"), 'restartPolicy: Unsupported value: "Rarely"'),
        (
            {"spec": {"initContainers": [{"name": "i", "image": "i", "livenessProbe": PROBE}]}},
            "livenessProbe: Forbidden: may not be set for init containers without restartPolicy=",
        ),
        ({"spec": {"initContainers": [BASE]}}, 'initContainers[0].name: Duplicate value: "c"'),
    ],
)
def test_a_container_without_sense_is_told(say, change, said):
    found = say("pods", **change)
    assert any(said in text for text in found), found


def test_one_path_twice(say):
    mounts = [{"name": "v", "mountPath": "/a"}, {"name": "v", "mountPath": "/a"}]
    change = with_container(volumeMounts=mounts)
    change["spec"]["volumes"] = [{"name": "v", "emptyDir": {}}]
    assert say("pods", **change) == [
        'spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/a": must be unique'
    ]


def test_a_sidecar_may_have_probes(say):
    sidecar = {"name": "s", "image": "i", "restartPolicy": "Always", "readinessProbe": PROBE}
    assert say("pods", spec={"initContainers": [sidecar]}) == []
