"""The settings as a value, and the scopes that they need."""

from dataclasses import replace

import pytest

from openshift_authenticator.config.settings import Settings, make_scope

OUTSIDE = Settings(
    openshift_url="https://api.example:6443",
    client_id="jupyterhub",
    client_secret_file="/etc/hub/secret",
    scope=("user:info",),
)
PODS = {"verb": "create", "resource": "pods", "namespace": "{namespace}"}


@pytest.mark.parametrize(
    ("change", "scope"),
    [
        ({}, ("user:info",)),
        ({"allowed_access": (PODS,)}, ("user:info", "user:check-access")),
        ({"admin_access": (PODS,)}, ("user:info", "user:check-access")),
        ({"sessions_act_as_user": True}, ("user:full",)),
        ({"sessions_act_as_user": True, "admin_access": (PODS,)}, ("user:full",)),
    ],
)
def test_no_more_scope_than_is_used(change, scope):
    assert make_scope(replace(OUTSIDE, **change)) == scope


def test_a_secret_is_not_in_the_repr():
    assert "s3cret" not in repr(replace(OUTSIDE, client_secret="s3cret"))
