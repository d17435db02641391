import pytest

from workshop_culler import errors


@pytest.mark.parametrize("kind", [errors.TemporaryError, errors.PermanentError, errors.GoneError])
def test_an_api_error_says_what_and_which_status(kind):
    error = kind("no", 503)
    assert (str(error), error.status) == ("no", 503)
    assert isinstance(error, errors.ApiError)


def test_a_failed_start_is_no_api_error():
    assert not issubclass(errors.StartError, errors.ApiError)
