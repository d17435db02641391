"""The family of errors."""

import inspect

import pytest

from workshop_kube import errors


def test_an_error_says_what_was_asked_and_what_was_answered():
    error = errors.GoneError("get Pod web in class", 'pods "web" not found', status=404)
    assert str(error) == 'get Pod web in class: 404 pods "web" not found'
    assert str(errors.TemporaryError("list pods")) == "list pods: no answer"


@pytest.mark.parametrize(
    ("cls", "base"),
    [
        (errors.ExistsError, errors.ConflictError),
        (errors.CertificateError, errors.UnknownError),
        (errors.CredentialsError, errors.KubeError),
    ],
)
def test_who_is_whose(cls, base):
    assert issubclass(cls, base)


def test_a_want_of_credentials_is_a_sentence():
    assert str(errors.CredentialsError("no token in /run")) == "no token in /run"


def test_only_one_of_them_means_gone():
    family = [cls for _, cls in inspect.getmembers(errors, inspect.isclass)]
    assert [cls for cls in family if issubclass(cls, errors.GoneError)] == [errors.GoneError]
