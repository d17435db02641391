"""Settings -> checks -> reviews -> yes or no."""

import pytest

from openshift_authenticator import errors
from openshift_authenticator.login.rules import access

PODS = {"verb": "create", "resource": "pods", "namespace": "workshop"}


def test_a_check_becomes_the_review_that_the_cluster_takes():
    (check,) = access.make_checks([PODS], "")
    assert check.make_review() == {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": PODS},
    }


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


@pytest.mark.parametrize("allowed", [True, False])
def test_an_answer_as_recorded(allowed):
    assert access.parse_review({"status": {"allowed": allowed}}) is allowed


@pytest.mark.parametrize("document", [{}, {"status": None}, {"status": {"allowed": "yes"}}])
def test_an_answer_that_says_nothing_lets_nobody_in(document):
    with pytest.raises(errors.BadDocumentError):
        access.parse_review(document)


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
