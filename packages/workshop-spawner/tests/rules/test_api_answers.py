"""What an answer of the API means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner.model import errors
from workshop_spawner.rules import api_answers
from workshop_spawner.rules.api_answers import Answer

FORBIDDEN = (
    'rolebindings.rbac.authorization.k8s.io is forbidden: User "system:serviceaccount:w:hub" '
    'cannot create resource "rolebindings" in API group "rbac.authorization.k8s.io" in the '
    'namespace "w-s1"'
)


def make(status, message="", **headers):
    lower = {key.replace("_", "-"): value for key, value in headers.items()}
    return Answer(status, lower, {"kind": "Status", "message": message})


@pytest.mark.parametrize(
    ("answer", "again"),
    [
        (None, True),
        *[(make(s), True) for s in (408, 429, 500, 502, 503, 504)],
        *[(make(s), False) for s in (200, 201, 400, 401, 403, 404, 409, 422)],
    ],
)
def test_which_answers_are_asked_for_again(answer, again):
    assert api_answers.is_retryable(answer) is again


@pytest.mark.parametrize(
    ("message", "again"),
    [
        ("pods is forbidden: status unknown for quota: compute-resources", True),
        ('error looking up service account w/s: serviceaccount "s" not found', True),
        ("unable to find annotation openshift.io/sa.scc.uid-range", True),
        ("exceeded quota: compute-resources", False),
        (FORBIDDEN, False),
    ],
)
def test_who_has_not_heard_of_it_yet_is_asked_again(message, again):
    assert api_answers.is_retryable(make(403, message)) is again


def test_retry_after_is_honoured():
    assert api_answers.compute_wait(make(429, retry_after="7"), 1, 0.5) == 7


@pytest.mark.parametrize("asked", ["", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "-1"])
def test_a_strange_retry_after_is_not_trusted(asked):
    assert (
        0
        < api_answers.compute_wait(make(429, retry_after=asked), 1, 0.5)
        <= api_answers.LONGEST_WAIT
    )


@given(st.integers(1, 1000), st.floats(0.5, 1))
def test_waits_are_bounded_and_grow(attempt, chance):
    wait = api_answers.compute_wait(None, attempt, chance)
    assert 0 < wait <= api_answers.LONGEST_WAIT
    assert api_answers.compute_wait(None, attempt + 1, chance) >= wait


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (None, errors.TemporaryError),
        (make(500), errors.TemporaryError),
        (make(429), errors.TemporaryError),
        (make(403, FORBIDDEN), errors.ForbiddenError),
        (make(403, "pods is forbidden: exceeded quota: compute"), errors.PermanentError),
        (make(403, "status unknown for quota: x, resources: pods"), errors.TemporaryError),
        (make(422, "Invalid value"), errors.PermanentError),
    ],
)
def test_the_kind_of_error(answer, kind):
    error = api_answers.make_error(answer, "create Pod x in w")
    assert type(error) is kind
    assert "create Pod x in w" in error.detail


def test_a_missing_right_is_told_as_the_rule_that_grants_it():
    error = api_answers.make_error(make(403, FORBIDDEN), "create RoleBinding x")
    assert isinstance(error, errors.ForbiddenError)
    assert error.rule == (
        '- apiGroups: ["rbac.authorization.k8s.io"]\n'
        '  resources: ["rolebindings"]\n  verbs: ["create"]\n'
    )
    assert error.rule in error.detail
    assert "rolebindings" not in str(error), "the visitor reads no RBAC"
