import pytest


def port(**change):
    return {"port": 80, "targetPort": 80, "protocol": "TCP", **change}


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"ports": []}, ["spec.ports: Required value"]),
        (
            {"ports": [port(port=0)]},
            ["spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive"],
        ),
        (
            {"ports": [port(), port(port=81)]},
            ["spec.ports[0].name: Required value", "spec.ports[1].name: Required value"],
        ),
        (
            {"ports": [port(name="a"), port(name="b")]},
            [
                'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,'
                '"Port":80,"TargetPort":0,"NodePort":0}'
            ],
        ),
        (
            {"ports": [port(name="a"), port(name="a", port=81)]},
            ['spec.ports[1].name: Duplicate value: "a"'],
        ),
        (
            {"ports": [port(protocol="ICMP")]},
            [
                'spec.ports[0].protocol: Unsupported value: "ICMP": '
                'supported values: "SCTP", "TCP", "UDP"'
            ],
        ),
        (
            {"ports": [port(nodePort=30000)]},
            ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
        ),
        (
            {"type": "Cloud"},
            [
                'spec.type: Unsupported value: "Cloud": supported values: '
                '"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"'
            ],
        ),
        (
            {"type": "NodePort", "clusterIP": "None", "clusterIPs": ["None"]},
            [
                "spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for "
                "NodePort "
                "services"
            ],
        ),
        (
            {"clusterIP": "x", "clusterIPs": ["x"]},
            [
                'spec.clusterIPs[0]: Invalid value: "x": must '
                "be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
            ],
        ),
        (
            {"sessionAffinity": "Always"},
            [
                'spec.sessionAffinity: Unsupported value: "Always": '
                'supported values: "ClientIP", "None"'
            ],
        ),
        (
            {"sessionAffinityConfig": {}},
            [
                "spec.sessionAffinityConfig: Forbidden: must not be set "
                "when session affinity is None"
            ],
        ),
        (
            {"externalIPs": ["127.0.0.1"]},
            [
                'spec.externalIPs[0]: Invalid value: "127.0.0.1": may '
                "not be in the loopback range (127.0.0.0/8, ::1/128)"
            ],
        ),
        (
            {"loadBalancerSourceRanges": ["10.0.0.0/8"]},
            [
                "spec.LoadBalancerSourceRanges: Forbidden: "
                "may only be used when `type` is 'LoadBalancer'"
            ],
        ),
        (
            {"externalTrafficPolicy": "Local"},
            [
                'spec.externalTrafficPolicy: Invalid value: "Local": '
                "may only be set for externally-accessible services"
            ],
        ),
        (
            {"internalTrafficPolicy": "Some"},
            [
                "spec.internalTrafficPolicy: Unsupported value: "
                '"Some": supported values: "Cluster", "Local"'
            ],
        ),
        (
            {"ipFamilies": ["IPv5"]},
            ['spec.ipFamilies[0]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"'],
        ),
        ({"ports": [], "clusterIP": "None", "clusterIPs": ["None"]}, []),
    ],
)
def test_a_service_without_sense_is_told(say, spec, said):
    assert say("services", spec=spec) == said


def test_a_name_from_elsewhere(say):
    gone = {"clusterIP": None, "clusterIPs": None, "ports": None}
    assert say("services", spec={"type": "ExternalName", **gone}) == [
        "spec.externalName: Required value"
    ]
    named = {"type": "ExternalName", "externalName": "a.example.", **gone}
    assert say("services", spec=named) == []
    kept = {"type": "ExternalName", "externalName": "a.example", "ports": None}
    assert say("services", spec=kept) == [
        "spec.clusterIPs: Forbidden: may not be set for ExternalName services"
    ]


def test_an_address_stays(say):
    moved = {"clusterIP": "10.0.0.9", "clusterIPs": ["10.0.0.9"]}
    assert say("services", old={}, spec=moved) == [
        'spec.clusterIPs[0]: Invalid value: ["10.0.0.9"]: may not change once set'
    ]
    assert say("services", old={}, spec={"ports": [port(port=81)]}) == []


def test_a_port_of_nodes_is_one_that_clusters_give_out(say):
    ports = [{"port": 80, "targetPort": 80, "protocol": "TCP", "nodePort": 80}]
    assert say("services", spec={"type": "NodePort", "ports": ports}) == [
        "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The "
        "range of valid ports is 30000-32767"
    ]
