"""Which right is missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kube.rules import rights

NO_PODS = (
    'pods is forbidden: User "system:serviceaccount:workshops:hub" cannot create resource "pods" '
    'in API group "" in the namespace "class"'
)
NO_LOGS = 'forbidden: User "a" cannot get resource "pods/log" in API group "" at the cluster scope'
NO_PATH = 'forbidden: User "system:anonymous" cannot get path "/metrics"'
GRANT = (
    'rolebindings.rbac.authorization.k8s.io "session" is forbidden: user "hub" (groups=[]) is '
    "attempting to grant RBAC permissions not currently held:\n{APIGroups:[*]}"
)


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        (NO_PODS, '- apiGroups: [""]\n  resources: ["pods"]\n  verbs: ["create"]\n'),
        (NO_LOGS, '- apiGroups: [""]\n  resources: ["pods/log"]\n  verbs: ["get"]\n'),
        (NO_PATH, '- nonResourceURLs: ["/metrics"]\n  verbs: ["get"]\n'),
        (
            GRANT,
            '- apiGroups: ["rbac.authorization.k8s.io"]\n  resources: ["clusterroles"]\n'
            '  resourceNames: ["edit"]\n  verbs: ["bind"]\n',
        ),
    ],
)
def test_the_rule_that_mends_it(message, rule):
    assert rights.is_right_missing(message)
    assert rights.make_rule(message, "edit") == rule


@pytest.mark.parametrize(
    "message",
    [
        'pods "web" is forbidden: exceeded quota: small, requested: pods=1, used: 4, limited: 4',
        'pods "web" is forbidden: violates PodSecurity "baseline:latest": privileged',
        'pods "web" is forbidden: unable to validate against any security context constraint',
        'admission webhook "x.example" denied the request: no',
        "unable to create new content in namespace class because it is being terminated",
        "",
    ],
)
def test_a_refusal_that_no_right_mends(message):
    assert not rights.is_right_missing(message)
    assert rights.make_rule(message, "edit") == ""


def test_no_rule_to_bind_a_role_that_nobody_names():
    assert rights.is_right_missing(GRANT)
    assert rights.make_rule(GRANT) == ""


@given(st.text())
def test_any_message_can_be_read(message):
    assert bool(rights.make_rule(message)) <= rights.is_right_missing(message)
