"""What the settings are when nobody sets them, and that each explains itself."""

import os

import pytest
from traitlets.config import Config

from openshift_authenticator import OpenShiftAuthenticator
from openshift_authenticator.config import reading, traits

OURS = sorted(traits.AuthenticatorTraits.class_own_traits(config=True))


@pytest.fixture
def in_a_pod(monkeypatch, account_dir):
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "172.30.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    monkeypatch.setenv("SERVICE_ACCOUNT_DIR", str(account_dir()))


def make(**settings):
    config = Config()
    config.OpenShiftAuthenticator.update(settings)
    return OpenShiftAuthenticator(config=config)


def test_in_a_pod_nothing_needs_to_be_set(in_a_pod):
    auth = make()
    auth.check_allow_config()
    assert auth.openshift_url == "https://172.30.0.1:443"
    assert auth.client_id == "system:serviceaccount:workshop:hub"
    assert auth.scope == ["user:info", "user:check-access"]
    assert auth.allowed_access == [traits.MEMBERS]
    assert auth.admin_access == [traits.INSTRUCTORS]
    assert auth.any_allow_config


@pytest.mark.parametrize(
    "settings",
    [
        {"allow_all": True},
        {"allowed_users": {"alice"}},
        {"allowed_users": set()},
        {"admin_users": {"alice"}},
        {"allowed_access": []},
        {"manage_groups": True, "allowed_groups": {"students"}},
    ],
)
def test_whoever_says_who_may_enter_has_the_last_word(in_a_pod, settings):
    auth = make(**settings)
    auth.check_allow_config()
    assert auth.allowed_access == []
    assert auth.admin_access == []
    assert auth.scope == ["user:info"]


def test_an_ipv6_cluster(monkeypatch):
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "fd02::1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    assert make().openshift_url == "https://[fd02::1]:443"


def test_outside_a_cluster_an_address_is_wanted(monkeypatch, tmp_path, caplog):
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setenv("SERVICE_ACCOUNT_DIR", str(tmp_path))
    with pytest.raises(SystemExit):
        make().check_allow_config()
    assert "openshift_url must be set" in caplog.text
    assert "client_id must be set" in caplog.text


def test_auth_state_is_on_when_it_is_needed_and_possible(in_a_pod, monkeypatch):
    from jupyterhub import crypto

    assert not make().enable_auth_state
    monkeypatch.setenv("JUPYTERHUB_CRYPT_KEY", os.urandom(32).hex())
    crypto.CryptKeeper.clear_instance()
    assert make().enable_auth_state
    monkeypatch.setattr(reading, "has_user_info", lambda: True)
    assert not make(allow_all=True).enable_auth_state
    monkeypatch.setattr(reading, "has_user_info", lambda: False)
    assert make(allow_all=True).enable_auth_state, "JupyterHub 5 has no other place for the UID"
    assert make(allow_all=True, manage_groups=True).enable_auth_state
    crypto.CryptKeeper.clear_instance()


@pytest.mark.parametrize("name", OURS)
def test_the_help_is_in_four_beats_with_an_example(name):
    trait = traits.AuthenticatorTraits.class_traits()[name]
    beats = [beat.strip() for beat in trait.help.strip().split("\n\n")]
    assert len(beats) == 4
    assert beats[3].startswith(f"Example: `c.OpenShiftAuthenticator.{name} = ")
    assert all(beat.endswith((".", "`")) for beat in beats)
