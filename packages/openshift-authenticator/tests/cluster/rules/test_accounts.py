"""Service accounts as OAuth clients."""

import pytest

from openshift_authenticator.cluster.rules import accounts


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("https://172.30.0.1:443", True),
        ("https://kubernetes.default.svc", True),
        ("https://kubernetes.default.svc.cluster.local:443", True),
        ("https://openshift.default.svc", True),
        ("https://api.example.com:6443", False),
        ("https://kubernetes.default.evil.example", False),
        ("", False),
    ],
)
def test_the_token_is_for_its_own_cluster_only(url, here):
    assert accounts.is_here(url, "172.30.0.1") is here
    assert not accounts.is_here(url, "")


@pytest.mark.parametrize(
    ("client_id", "account"),
    [
        ("system:serviceaccount:ns:hub", accounts.Account("ns", "hub")),
        ("system:serviceaccount:ns:", None),
        ("system:serviceaccount:ns", None),
        ("jupyterhub", None),
    ],
)
def test_a_client_id_is_an_account_or_an_oauthclient(client_id, account):
    assert accounts.parse_account(client_id) == account
