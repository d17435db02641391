"""The cluster's errors as those of a login."""

import pytest

from openshift_authenticator import errors
from openshift_authenticator.cluster.rules import trouble
from workshop_kube.rules import answers

BY_STATUS = [
    (401, errors.ClusterError, "asked to tell who you are and answered 401: no"),
    (403, errors.ClusterError, "answered 403: no"),
    (404, errors.ClusterError, "answered 404: no"),
    (503, errors.ClusterError, "answered 503: no"),
]


def make_error(answer):
    return trouble.make_error(answers.make_error(answer, "ask"), "tell who you are", "api.example")


@pytest.mark.parametrize(("status", "kind", "sentence"), BY_STATUS)
def test_a_refusal_keeps_its_status_and_its_words(status, kind, sentence):
    body = b'{"kind": "Status", "message": "no"}'
    error = make_error(answers.parse_answer(status, {"Retry-After": "7"}, body))
    assert type(error) is kind
    assert sentence in str(error)
    assert error.status == status
    assert error.retry_after == (7 if status == 503 else None)
    assert error.temporary == (status == 503)


def test_silence_may_pass():
    error = make_error(answers.Answer(0, trouble="no connection to api.example: refused"))
    assert str(error) == "The cluster did not answer: no connection to api.example: refused."
    assert error.temporary


def test_a_page_in_the_place_of_the_api_is_no_answer():
    error = make_error(answers.parse_answer(200, {}, b"<html>"))
    assert isinstance(error, errors.BadDocumentError)
    assert "api.example was asked to tell who you are and answered no JSON" in str(error)


def test_words_are_bounded():
    body = b'{"kind": "Status", "message": "%s"}' % (b"x" * 900)
    assert len(str(make_error(answers.parse_answer(500, {}, body)))) < 400
