"""What an answer means: one class of error for each decision of a caller."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kube import errors
from workshop_kube.rules import answers


def status(code, reason="", message="no", **more):
    body = {"kind": "Status", "reason": reason, "message": message, "code": code, **more}
    return answers.parse_answer(code, {}, json.dumps(body).encode())


RIGHT = 'pods is forbidden: User "hub" cannot create resource "pods" in API group ""'
OTHER_UID = {"causes": [{"field": "metadata.uid", "reason": "FieldValueInvalid"}]}


@pytest.mark.parametrize(
    ("answer", "cls"),
    [
        (status(404, "NotFound"), errors.GoneError),
        (answers.parse_answer(404, {}, b"<html>"), errors.UnknownError),
        (answers.parse_answer(404, {}, b'{"detail": "x"}'), errors.UnknownError),
        (status(409, "AlreadyExists"), errors.ExistsError),
        (status(409, "Conflict"), errors.ConflictError),
        (status(401, "Unauthorized"), errors.UnauthorizedError),
        (answers.parse_answer(401, {}, b"Unauthorized"), errors.UnauthorizedError),
        (status(403, "Forbidden", RIGHT), errors.ForbiddenError),
        (status(403, "Forbidden", "exceeded quota: small"), errors.RefusedError),
        (status(403, "Forbidden", 'violates PodSecurity "baseline"'), errors.RefusedError),
        (status(403, "Forbidden", "status unknown for quota: small"), errors.TemporaryError),
        (answers.parse_answer(403, {}, b"<html>"), errors.UnknownError),
        (status(422, "Invalid"), errors.RefusedError),
        (status(422, "Invalid", details={"causes": [{"field": "spec"}]}), errors.RefusedError),
        (status(422, "Invalid", details=OTHER_UID), errors.ConflictError),
        (status(400, "BadRequest"), errors.RefusedError),
        (status(405, "MethodNotAllowed"), errors.UnknownError),
        (status(429, "TooManyRequests"), errors.TemporaryError),
        (status(500, "InternalError"), errors.TemporaryError),
        (answers.parse_answer(503, {}, b"<html>"), errors.TemporaryError),
        (answers.parse_answer(200, {}, b"<html>sign in"), errors.TemporaryError),
        (answers.parse_answer(302, {}, b""), errors.UnknownError),
        (answers.Answer(0, trouble="connection refused"), errors.TemporaryError),
    ],
)
def test_the_class_of_an_error(answer, cls):
    error = answers.make_error(answer, "create Pod web")
    assert type(error) is cls
    assert (error.status, error.what) == (answer.status, "create Pod web")


def test_a_missing_right_comes_with_its_rule():
    error = answers.make_error(status(403, "Forbidden", RIGHT), "create Pod web")
    assert 'verbs: ["create"]' in error.rule


def test_how_long_the_server_asks_to_wait():
    answer = answers.parse_answer(429, {"Retry-After": "7"}, b"{}")
    assert answers.make_error(answer, "x").retry_after == 7
    for odd in ("", "soon", "-1", "\u0667", "9" * 400):
        assert answers.parse_answer(429, {"Retry-After": odd}, b"{}").retry_after is None


@pytest.mark.parametrize(
    ("answer", "is_unsure"),
    [
        (answers.Answer(0), True),
        (status(500), True),
        (answers.parse_answer(200, {}, b"<html>"), True),
        (status(429), False),
        (status(403, "", "status unknown for quota"), False),
        (status(404), False),
    ],
)
def test_whether_it_may_have_been_done(answer, is_unsure):
    assert answers.has_unknown_effect(answer) is is_unsure
    assert answers.make_error(answer, "x").is_unsure is is_unsure
    assert answers.make_error(answer, "x", is_unsure=True).is_unsure


def test_words_of_the_server_are_bounded():
    long = answers.parse_answer(500, {}, b"\xff" * 5000)
    assert len(answers.make_error(long, "x").message) <= 1000
    assert "connection refused" in str(
        answers.make_error(answers.Answer(0, trouble="connection refused"), "x")
    )


def test_an_empty_success_is_one():
    assert answers.parse_answer(200, {}, b"").is_good
    assert answers.parse_answer(201, {}, b'{"kind": "Pod"}').document == {"kind": "Pod"}


@pytest.mark.parametrize(
    ("body", "is_firm"),
    [
        (b"404 page not found\n", True),
        (b'{"kind": "Status", "reason": "NotFound", "code": 404}', True),
        (b"<html>404 Not Found", False),
        (b"", False),
    ],
)
def test_which_404_says_that_there_is_no_such_api(body, is_firm):
    error = answers.make_error(answers.parse_answer(404, {}, body), "x")
    assert answers.is_no_such_api(error) is is_firm
    assert not answers.is_no_such_api(answers.make_error(status(500), "x"))


@given(st.integers(0, 599), st.binary())
def test_any_answer_is_good_or_an_error(code, body):
    answer = answers.parse_answer(code, {}, body)
    if not answer.is_good:
        assert isinstance(answers.make_error(answer, "x"), errors.KubeError)


@given(st.integers(100, 599), st.text(), st.text())
def test_gone_is_said_by_a_404_alone(code, reason, message):
    error = answers.make_error(status(code, reason, message), "x")
    assert isinstance(error, errors.GoneError) == (code == 404)
