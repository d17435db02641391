"""Settings -> checks -> reviews -> yes or no."""

import pytest

from openshift_authenticator import errors
from openshift_authenticator.login.rules import access

PODS = {"verb": "create", "resource": "pods", "namespace": "workshop"}


def test_a_check_has_what_the_setting_says():
    (check,) = access.make_checks([PODS], "")
    assert dict(check.attributes) == PODS


def test_the_hubs_own_namespace_is_filled_in():
    (check,) = access.make_checks([{**PODS, "namespace": "{namespace}"}], "hubs")
    assert dict(check.attributes)["namespace"] == "hubs"


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("pods", "no dictionary"),
        ({"verb": "get"}, "says no 'resource'"),
        ({"resource": "pods"}, "says no 'verb'"),
        ({**PODS, "verbs": "get"}, "unknown key 'verbs'"),
        ({**PODS, "name": 7}, "no text"),
        ({**PODS, "namespace": "{namespace}"}, "runs in no pod"),
    ],
)
def test_a_setting_that_means_nothing_is_refused(setting, sentence):
    with pytest.raises(ValueError, match=sentence):
        access.make_checks([setting], "")


def test_too_many_checks_are_refused():
    with pytest.raises(ValueError, match="10 is the most"):
        access.make_checks([PODS] * 11, "")


def forbidden():
    return errors.ClusterError("scopes [user:info] prevent this action", status=403)


def test_a_scope_that_was_unticked_is_explained():
    error = access.explain_refusal(forbidden(), {"scope": "user:info"}, "user:check-access")
    assert isinstance(error, errors.ScopeMissingError)
    assert "user:check-access" in str(error)


@pytest.mark.parametrize("scope", ["user:check-access user:info", "user:full"])
def test_another_403_stays_what_it_is(scope):
    error = forbidden()
    assert access.explain_refusal(error, {"scope": scope}, "user:check-access") is error
