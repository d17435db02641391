"""The hub's environment becomes one value, or a sentence."""

import pytest

from jupyterhub_butterfly import settings

GOOD = {
    "JUPYTERHUB_SERVICE_PREFIX": "/hubs/a/user/ada/two",
    "JUPYTERHUB_SERVICE_URL": "http://0.0.0.0:8888/hubs/a/user/ada/two/",
    "JUPYTERHUB_API_URL": "http://hub:8081/hubs/a/hub/api",
    "JUPYTERHUB_API_TOKEN": "s3cret",
    "JUPYTERHUB_CLIENT_ID": "jupyterhub-user-ada-two",
    "JUPYTERHUB_OAUTH_ACCESS_SCOPES": '["access:servers!server=ada/two"]',
    "JUPYTERHUB_BASE_URL": "/hubs/a/",
    "JUPYTERHUB_SERVER_NAME": "two",
    "JUPYTERHUB_USER": "ada",
}


def test_a_named_server_under_a_base_url():
    hub = settings.parse_hub(GOOD)
    assert (hub.prefix, hub.ip, hub.port) == ("/hubs/a/user/ada/two/", "0.0.0.0", 8888)
    assert (hub.base_url, hub.server_name, hub.user) == ("/hubs/a/", "two", "ada")
    assert hub.access_scopes == {"access:servers!server=ada/two"}


def test_the_token_is_not_in_its_text():
    assert "s3cret" not in repr(settings.parse_hub(GOOD))


def test_the_old_name_of_the_scopes_is_read():
    environ = {**GOOD, "JUPYTERHUB_OAUTH_SCOPES": GOOD["JUPYTERHUB_OAUTH_ACCESS_SCOPES"]}
    del environ["JUPYTERHUB_OAUTH_ACCESS_SCOPES"]
    assert settings.parse_hub(environ).access_scopes


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"JUPYTERHUB_OAUTH_ACCESS_SCOPES": "[]"}, "every user of the hub"),
        ({"JUPYTERHUB_OAUTH_ACCESS_SCOPES": ""}, "every user of the hub"),
        ({"JUPYTERHUB_OAUTH_ACCESS_SCOPES": "nonsense"}, "not a JSON list"),
        ({"JUPYTERHUB_OAUTH_ACCESS_SCOPES": '{"a": 1}'}, "list of scope names"),
        ({"JUPYTERHUB_OAUTH_ACCESS_SCOPES": "[1]"}, "list of scope names"),
        ({"JUPYTERHUB_OAUTH_ACCESS_SCOPES": '[""]'}, "list of scope names"),
        ({"JUPYTERHUB_API_TOKEN": ""}, "JUPYTERHUB_API_TOKEN is missing"),
        ({"JUPYTERHUB_CLIENT_ID": ""}, "JUPYTERHUB_CLIENT_ID is missing"),
        ({"JUPYTERHUB_API_URL": ""}, "JUPYTERHUB_API_URL is missing"),
        ({"JUPYTERHUB_SERVICE_PREFIX": ""}, "JUPYTERHUB_SERVICE_PREFIX is missing"),
        ({"JUPYTERHUB_SERVICE_URL": "http://0.0.0.0:99999/"}, "no usable port"),
    ],
)
def test_what_is_missing_or_odd_is_refused_in_words(change, words):
    with pytest.raises(settings.SettingsError, match=words):
        settings.parse_hub({**GOOD, **change})


@pytest.mark.parametrize(
    ("said", "landing"),
    [
        ("", ""),
        ("/terminal/session/1", "terminal/session/1"),
        ("proxy/8080/", "proxy/8080/"),
        ("/hubs/a/user/ada/two/files/", "files/"),
        ("//evil.example/", "evil.example/"),
    ],
)
def test_the_page_that_is_shown_first_is_one_of_the_servers(said, landing):
    assert settings.parse_hub({**GOOD, "JUPYTERHUB_DEFAULT_URL": said}).landing == landing


def test_a_hub_is_recognised_by_its_variables():
    assert settings.has_hub(GOOD)
    assert not settings.has_hub({"HOME": "/"})


@pytest.mark.parametrize(
    ("change", "start"),
    [
        ({"JUPYTERHUB_BASE_URL": ""}, "/hub/spawn"),
        ({"JUPYTERHUB_BASE_URL": "/lab/"}, "/lab/hub/spawn"),
        ({"JUPYTERHUB_HOST": "https://hub.example"}, "https://hub.example/hubs/a/hub/spawn"),
        ({"JUPYTERHUB_SERVER_NAME": "b c"}, "/hubs/a/hub/spawn/ada/b%20c"),
    ],
)
def test_where_a_new_session_starts(change, start):
    environ = {**GOOD, "JUPYTERHUB_USER": "ada", "JUPYTERHUB_SERVER_NAME": "", **change}
    assert settings.parse_hub(environ).start_url == start
