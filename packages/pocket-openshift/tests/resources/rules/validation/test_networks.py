import pytest

KIND = "networkpolicies.networking.k8s.io"


def peer(**found):
    return {"ingress": [{"from": [found]}]}


def port(**found):
    return {"egress": [{"ports": [found]}]}


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (
            peer(ipBlock={"cidr": "nowhere"}),
            "ingress[0].from[0].ipBlock.cidr: Invalid value: "
            '"nowhere": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
        ),
        (peer(ipBlock={"cidr": ""}), "ingress[0].from[0].ipBlock.cidr: Required value"),
        (
            peer(ipBlock={"cidr": "10.0.0.0/8", "except": ["11.0.0.0/16"]}),
            'ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict '
            "subset of `cidr`",
        ),
        (
            peer(ipBlock={"cidr": "10.0.0.0/8", "except": ["10.0.0.0/8"]}),
            'ingress[0].from[0].ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict '
            "subset of `cidr`",
        ),
        (peer(), "ingress[0].from[0]: Required value: must specify a peer"),
        (
            peer(podSelector={}, ipBlock={"cidr": "10.0.0.0/8"}),
            "ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer",
        ),
        (
            port(protocol="ICMP"),
            'egress[0].ports[0].protocol: Unsupported value: "ICMP": supported '
            'values: "TCP", "UDP", "SCTP"',
        ),
        (
            port(port=0),
            "egress[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
        ),
        (
            port(port="a_b"),
            'egress[0].ports[0].port: Invalid value: "a_b": must contain only '
            "alpha-numeric characters (a-z, 0-9), and hyphens (-)",
        ),
        (
            port(port=80, endPort=79),
            "egress[0].ports[0].endPort: Invalid value: 79: must be "
            "greater than or equal to `port`",
        ),
        (
            port(port="http", endPort=80),
            "egress[0].ports[0].endPort: Invalid value: 80: may not be "
            "specified when `port` is non-numeric",
        ),
        (
            port(endPort=80),
            "egress[0].ports[0].endPort: Invalid value: 80: may not be specified "
            "when `port` is not specified",
        ),
        (
            {"policyTypes": ["Sideways"]},
            'policyTypes[0]: Unsupported value: "Sideways": supported values: "Ingress", "Egress"',
        ),
        (
            {"policyTypes": ["Egress"] * 3},
            'policyTypes: Invalid value: ["Egress","Egress","Egress"'
            "]: may not specify more than two policyTypes",
        ),
    ],
)
def test_a_policy_without_sense_is_told(say, spec, said):
    assert say(KIND, spec=spec) == [f"spec.{said}"]
    # The server looks twice at a change.
    assert say(KIND, old={}, spec=spec) == [f"spec.{said}"] * 2


def test_a_policy_with_sense_passes(say):
    block = {"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]}
    assert say(KIND, spec={**peer(ipBlock=block), **port(port=80, endPort=90)}) == []
