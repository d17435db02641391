"""What the cluster has refused, in words for two readers."""

from __future__ import annotations

import pytest

from workshop_kube import errors as kube_errors
from workshop_kube.rules import answers
from workshop_spawner.model import errors
from workshop_spawner.rules import api_errors

FORBIDDEN = (
    'pods is forbidden: User "system:serviceaccount:w:hub" cannot create resource "pods" in API '
    'group "" in the namespace "w"'
)
BIND = "create RoleBinding workshop-session in w"
NO_ROLE = 'clusterroles.rbac.authorization.k8s.io "workshop-admin" not found'


def refuse(status, message="no", reason="", what="create Pod x in w"):
    document = {"kind": "Status", "message": message, "reason": reason}
    return answers.make_error(answers.Answer(status, document=document), what)


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        (refuse(0), errors.TemporaryError, "does not answer"),
        (refuse(503), errors.TemporaryError, "cannot do this just now"),
        (refuse(429), errors.TemporaryError, "cannot do this just now"),
        (refuse(409, reason="Conflict"), errors.TemporaryError, "cannot do this just now"),
        (refuse(409, reason="AlreadyExists"), errors.PermanentError, "name is taken"),
        (refuse(418), errors.TemporaryError, "cannot do this just now"),
        (refuse(403, FORBIDDEN), errors.ForbiddenError, "lacks a right"),
        (refuse(403, "exceeded quota: x"), errors.PolicyError, "exceeded quota"),
        (refuse(403, 'violates PodSecurity "baseline"'), errors.PolicyError, "PodSecurity"),
        (refuse(422, "spec is wrong"), errors.PermanentError, "spec is wrong"),
        (refuse(401), errors.PermanentError, "refused"),
        (refuse(404, "pods x not found"), errors.PermanentError, "pods x not found"),
        (refuse(404, NO_ROLE, what=BIND), errors.PermanentError, "has no role workshop-admin"),
    ],
    ids=str,
)
def test_each_refusal_has_a_sentence_and_a_detail(error, kind, sentence):
    explained = api_errors.explain(error)
    assert type(explained) is kind
    assert sentence in explained.message
    assert explained.detail.startswith(f"{error.what}: ")
    assert error.message in explained.detail


def test_a_missing_right_comes_with_the_rule_that_grants_it():
    explained = api_errors.explain(refuse(403, FORBIDDEN))
    assert 'resources: ["pods"]' in explained.detail
    assert "templates/hub-rbac.yaml" in explained.detail
    assert "pods" not in explained.message


def test_what_was_explained_is_left_as_it_is():
    ours = errors.StartError("Your session did not start.", "pod x")
    assert api_errors.explain(ours) is ours


@pytest.mark.parametrize(
    ("error", "refused"),
    [
        (refuse(403, FORBIDDEN), True),
        (refuse(422), True),
        (refuse(503), False),
        (refuse(404), True),
        (refuse(429), False),
        (refuse(0), False),
        (kube_errors.RefusedError("change x", "no", status=422, is_unsure=True), False),
        (ValueError("x"), False),
    ],
    ids=repr,
)
def test_a_refusal_is_one_after_which_nothing_was_done(error, refused):
    assert api_errors.is_refusal(error) is refused


@pytest.mark.parametrize(
    ("what", "message", "full"),
    [
        ("create Pod x in w", "exceeded quota: q, requested: pods=1", True),
        ("create ServiceAccount x in w", "exceeded quota: q", True),
        ("create Namespace intro-x", "exceeded quota: q", True),
        ("create ProjectRequest x", "you cannot create more than 2 projects", True),
        ("create Pod x in intro-alice", "exceeded quota: compute-resources", False),
        ("create Pod x in w", "failed quota: q: must specify limits.cpu", False),
        ("create Pod x in w", FORBIDDEN, False),
    ],
)
def test_a_full_quota_on_sessions_is_a_full_house(what, message, full):
    explained = api_errors.explain(refuse(403, message, what=what), "w")
    assert isinstance(explained, errors.FullError) is full


def test_a_certificate_that_is_not_trusted_is_no_answer():
    error = kube_errors.CertificateError("list pods", "self-signed")
    explained = api_errors.explain(error)
    assert isinstance(explained, errors.TemporaryError)
    assert explained.message == "The cluster does not answer."
