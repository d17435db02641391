import pytest

HTTP = {"httpGet": {"path": "/", "port": 80, "scheme": "HTTP"}}


def probed(kind="readinessProbe", **probe):
    return {"spec": {"containers": [{"name": "c", "image": "i", kind: probe}]}}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (probed(), "readinessProbe: Required value: must specify a handler type"),
        (
            probed(exec={"command": ["x"]}, **HTTP),
            "readinessProbe.httpGet: Forbidden: may not specify more than 1 handler type",
        ),
        (probed(exec={}), "readinessProbe.exec.command: Required value"),
        (probed(tcpSocket={"port": 0}), "tcpSocket.port: Invalid value: 0: must be between 1 and"),
        (probed(tcpSocket={"port": "HTTP"}), "must contain only alpha-numeric characters"),
        (
            probed(httpGet={"path": "/", "port": 80, "scheme": "FTP"}),
            'httpGet.scheme: Unsupported value: "FTP": supported values: "HTTP", "HTTPS"',
        ),
        (probed(httpGet={**HTTP["httpGet"], "httpHeaders": [{"name": "a b"}]}), "httpHeaders: "),
        (probed(periodSeconds=-1, **HTTP), "periodSeconds: Invalid value: -1: must be greater"),
        (probed(terminationGracePeriodSeconds=1, **HTTP), "must not be set for readinessProbes"),
        (
            probed("livenessProbe", successThreshold=2, **HTTP),
            "livenessProbe.successThreshold: Invalid value: 2: must be 1",
        ),
        (probed("startupProbe", terminationGracePeriodSeconds=0, **HTTP), "must be greater than 0"),
        (probed("lifecycle", preStop={}), "lifecycle.preStop: Required value: must specify a"),
        (
            probed("lifecycle", preStop={"sleep": {"seconds": 99}}),
            "must be non-negative and less than terminationGracePeriodSeconds (30)",
        ),
    ],
)
def test_a_handler_without_sense_is_told(say, change, said):
    found = say("pods", **change)
    assert any(said in text for text in found), found


def test_a_handler_with_sense_passes(say):
    assert say("pods", **probed(initialDelaySeconds=0, **HTTP)) == []
    assert say("pods", **probed("lifecycle", postStart={"exec": {"command": ["x"]}})) == []
