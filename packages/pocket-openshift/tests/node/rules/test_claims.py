import pytest

from pocket_openshift.node.rules import claims

SCOPE = claims.Scope("me", ("ws", "other-"))


def pod(namespace="ws-1", node=None, phase="Pending", deleted=False, **spec):
    metadata = {"namespace": namespace} | ({"deletionTimestamp": "x"} if deleted else {})
    return {
        "metadata": metadata,
        "spec": spec | ({"nodeName": node} if node else {}),
        "status": {"phase": phase},
    }


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        (pod(), "CLAIM"),
        (pod("other-x"), "CLAIM"),
        (pod("default"), "IGNORE"),
        (pod(node="me", phase="Running"), "RUN"),
        (pod("default", node="me"), "RUN"),
        (pod(node="me", phase="Running", deleted=True), "RUN"),
        (pod(node="me", phase="Succeeded"), "IGNORE"),
        (pod(node="me", phase="Failed", deleted=True), "REMOVE"),
        (pod(node="another"), "IGNORE"),
        (pod(deleted=True), "IGNORE"),
        (pod(phase="Failed"), "IGNORE"),
        (pod(schedulingGates=[{"name": "wait"}]), "IGNORE"),
    ],
)
def test_verdicts(given, verdict):
    assert claims.decide_claim(given, SCOPE).name == verdict


def test_without_prefixes_every_namespace_is_ours():
    assert claims.Scope("me").covers("anything")
