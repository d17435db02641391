"""Settings that contradict each other stop the start, and the sentence names the trait."""

from dataclasses import replace

import pytest

from openshift_authenticator.cluster.rules import accounts
from openshift_authenticator.config import rules
from openshift_authenticator.config.settings import Settings

HUB = accounts.Account("workshop", "hub")
IN_A_POD = Settings(
    openshift_url="https://172.30.0.1:443",
    client_id=HUB.client_id,
    account=HUB,
    scope=("user:info",),
)
OUTSIDE = Settings(
    openshift_url="https://api.example:6443",
    client_id="jupyterhub",
    client_secret_file="/etc/hub/secret",
    scope=("user:info",),
)
PODS = {"verb": "create", "resource": "pods", "namespace": "{namespace}"}


@pytest.mark.parametrize("fine", [IN_A_POD, OUTSIDE], ids=["in a pod", "outside"])
def test_settings_that_work(fine):
    assert rules.list_problems(fine) == []


WRONG = {
    "no address": (OUTSIDE, {"openshift_url": ""}, "openshift_url must be set"),
    "an address without TLS": (OUTSIDE, {"openshift_url": "http://api"}, "must be an https://"),
    "half of the endpoints": (OUTSIDE, {"authorize_url": "https://o/a"}, "token_url go together"),
    "no client": (OUTSIDE, {"client_id": ""}, "client_id must be set"),
    "no secret": (OUTSIDE, {"client_secret_file": ""}, "client_secret_file must be set"),
    "two secrets": (OUTSIDE, {"client_secret": "s3cret"}, "client_secret_file contradict"),
    "another's account": (
        IN_A_POD,
        {"client_id": "system:serviceaccount:x:y"},
        "no token of it is mounted",
    ),
    "user:full from a service account": (
        IN_A_POD,
        {"sessions_act_as_user": True, "scope": ("user:full",), "enable_auth_state": True},
        "sessions_act_as_user needs the scope user:full",
    ),
    "user:full without need": (OUTSIDE, {"scope": ("user:full",)}, "leave scope alone"),
    "a scope no account gets": (
        IN_A_POD,
        {"scope": ("user:info", "role:view:other")},
        "scope asks for role:view:other",
    ),
    "a scope too few": (
        replace(IN_A_POD, allowed_access=(PODS,)),
        {},
        "scope lacks user:check-access",
    ),
    "tokens without a key": (
        OUTSIDE,
        {"sessions_act_as_user": True, "scope": ("user:full",)},
        "JUPYTERHUB_CRYPT_KEY",
    ),
    "groups not managed": (IN_A_POD, {"allowed_groups": frozenset({"a"})}, "allowed_groups needs"),
    "admin groups not managed": (
        IN_A_POD,
        {"admin_groups": frozenset({"a"})},
        "admin_groups needs",
    ),
    "a group of the cluster's own": (
        IN_A_POD,
        {"manage_groups": True, "allowed_groups": frozenset({"system:authenticated"})},
        "use allow_all",
    ),
    "let in and kept out": (
        IN_A_POD,
        {"allowed_users": frozenset({"eve"}), "blocked_users": frozenset({"eve"})},
        "allowed_users and blocked_users both name eve",
    ),
    "a check that means nothing": (
        IN_A_POD,
        {"admin_access": ({"verbs": "get"},)},
        "admin_access holds the unknown key 'verbs'",
    ),
    "a bundle that is none": (
        IN_A_POD,
        {"bundles": {"api_ca_file": "the file x does not exist"}},
        "api_ca_file: the file x",
    ),
    "a map that goes on": (
        IN_A_POD,
        {"username_map": {"a": "b", "b": "c"}},
        "username_map makes a into b",
    ),
    "no PKCE": (IN_A_POD, {"enable_pkce": False}, "enable_pkce cannot be off"),
    "a trait that does nothing here": (
        IN_A_POD,
        {"unused": ("basic_auth is not used.",)},
        "basic_auth is not used",
    ),
}


@pytest.mark.parametrize(("base", "change", "sentence"), WRONG.values(), ids=WRONG)
def test_settings_that_cannot_work(base, change, sentence):
    wrong = rules.list_problems(replace(base, **change))
    assert wrong
    assert all(one.startswith("OpenShiftAuthenticator.") for one in wrong)
    assert "s3cret" not in " ".join(wrong)
    assert sentence in " ".join(wrong)


def test_a_service_account_may_ask_for_roles_of_its_own_namespace():
    own = replace(IN_A_POD, scope=("user:info", "role:view:workshop"))
    assert rules.list_problems(own) == []
