"""What was configured where, and what stops the start, through the real class."""

import logging

import pytest
from traitlets.config import Config

from openshift_authenticator import OpenShiftAuthenticator
from openshift_authenticator.config import reading

OUTSIDE = {
    "openshift_url": "https://api.example:6443",
    "client_id": "jupyterhub",
    "client_secret_file": "/etc/hub/secret",
    "allow_all": True,
}


@pytest.fixture(autouse=True)
def no_environment(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("s3cret")
    monkeypatch.setitem(OUTSIDE, "client_secret_file", str(tmp_path / "secret"))
    for name in ("KUBERNETES_SERVICE_HOST", "OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SERVICE_ACCOUNT_DIR", str(tmp_path / "none"))


def make(section="OpenShiftAuthenticator", **settings):
    config = Config()
    for name, value in {**OUTSIDE, **settings}.items():
        config[section][name] = value
    return OpenShiftAuthenticator(config=config)


@pytest.mark.parametrize(
    ("name", "value"), [("refresh_tolerance", "1h"), ("request_timeout", -1), ("allow_all", "yes")]
)
def test_a_value_that_no_trait_takes_stops_the_start_with_a_sentence(name, value, caplog):
    with pytest.raises(SystemExit):
        make(**{name: value})
    (record,) = caplog.records
    assert f"'{name}' trait" in record.getMessage()


@pytest.mark.parametrize("text", [None, "", "\n"])
def test_a_secret_that_cannot_be_read_stops_the_start(tmp_path, caplog, text):
    path = tmp_path / "other"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SystemExit):
        make(client_secret_file=str(path)).check_allow_config()
    assert "OpenShiftAuthenticator.client_secret_file: Cannot read the secret: " in caplog.text
    assert str(path) in caplog.text


def test_settings_that_work_let_the_hub_start():
    make().check_allow_config()


@pytest.mark.parametrize("section", ["OpenShiftAuthenticator", "OAuthenticator", "Authenticator"])
def test_a_setting_that_nobody_knows_stops_the_start(section, caplog):
    auth = make(section, alowed_users={"alice"})
    with pytest.raises(SystemExit):
        auth.check_allow_config()
    assert f"c.{section}.alowed_users is no setting" in caplog.text
    assert "Did you mean allowed_users?" in caplog.text


def test_a_mounted_token_that_cannot_be_read_stops_the_start(monkeypatch, tmp_path, caplog):
    (tmp_path / "token").write_text("")
    monkeypatch.setenv("SERVICE_ACCOUNT_DIR", str(tmp_path))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "172.30.0.1")
    with pytest.raises(SystemExit):
        OpenShiftAuthenticator(config=Config()).check_allow_config()
    assert f"Cannot read the service account's token: {tmp_path}/token is empty" in caplog.text


@pytest.mark.parametrize("section", ["OpenshiftAuthenticatr", "OpenShiftOAuthenticator"])
def test_a_section_that_nobody_reads_stops_the_start(section, caplog):
    auth = make()
    auth.config[section].blocked_users = {"mallory"}
    with pytest.raises(SystemExit):
        auth.check_allow_config()
    assert f"c.{section} is read by nobody. Did you mean c.OpenShiftAuthenticator?" in caplog.text


@pytest.mark.parametrize(
    "section", ["GitHubOAuthenticator", "GenericOAuthenticator", "KubeSpawner"]
)
def test_a_section_of_something_else_is_left_alone(section):
    auth = make()
    auth.config[section].blocked_users = {"mallory"}
    auth.config.OpenshiftAuthenticatr  # only looked at, which makes it  # noqa: B018
    auth.check_allow_config()


@pytest.mark.parametrize("remembers", [True, False])
def test_a_hub_that_cannot_remember_people_says_so(remembers, monkeypatch, caplog):
    monkeypatch.setattr(reading.orm.User, "user_info", None, raising=False)
    if not remembers:
        monkeypatch.delattr(reading.orm.User, "user_info")
    make().check_allow_config()
    assert ("cannot remember whom a name belongs to" in caplog.text) is not remembers


@pytest.mark.parametrize(
    ("settings", "trait"),
    [
        ({"allowed_groups": {"students"}}, "allowed_groups"),
        ({"admin_groups": {"teachers"}}, "admin_groups"),
        ({"allowed_scopes": ["user:info"], "scope": ["user:info"]}, "allowed_scopes"),
        ({"http_request_kwargs": {"validate_cert": False}}, "http_request_kwargs"),
        ({"userdata_url": "https://elsewhere"}, "userdata_url"),
        ({"username_claim": "uid"}, "username_claim"),
        ({"basic_auth": True}, "basic_auth"),
        ({"enable_pkce": False}, "enable_pkce"),
        ({"scope": ["user:full"]}, "scope"),
        ({"sessions_act_as_user": True}, "sessions_act_as_user"),
        ({"api_ca_file": "/none"}, "api_ca_file"),
        ({"allowed_access": [{"verb": "get"}]}, "allowed_access"),
    ],
)
def test_a_contradiction_stops_the_start_and_names_the_trait(settings, trait, caplog):
    auth = make(**settings)
    with pytest.raises(SystemExit):
        auth.check_allow_config()
    assert f"OpenShiftAuthenticator.{trait}" in caplog.text
    assert "Traceback" not in caplog.text


def test_verification_is_not_turned_off_by_an_environment(monkeypatch, caplog):
    monkeypatch.setenv("OAUTH_TLS_VERIFY", "0")
    auth = make()
    auth.check_allow_config()
    assert auth.validate_server_cert
    assert "OAUTH_TLS_VERIFY=0 is not heeded" in caplog.text


def test_turning_verification_off_is_loud(caplog):
    make(validate_server_cert=False).check_allow_config()
    assert "ANYBODY" in caplog.text


def test_a_hub_without_a_key_is_told_what_it_misses(caplog):
    caplog.set_level(logging.WARNING)
    make().check_allow_config()
    assert "JUPYTERHUB_CRYPT_KEY" in caplog.text


def test_sections_of_other_classes_do_not_count():
    config = Config()
    config.OpenShiftAuthenticator.allow_all = True
    config.Authenticator.admin_users = {"a"}
    config.PAMAuthenticator.nonsense = 1
    assert reading.find_names(config, OpenShiftAuthenticator) == {"allow_all", "admin_users"}
