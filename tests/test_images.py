"""What the hub's image sets: every name is a setting that exists, every value one that it takes.

The Dockerfiles need a container engine and are built by the session `images`.
"""

from pathlib import Path

import hub_settings
import jupyterhub.app
import pytest
from oauthenticator.generic import GenericOAuthenticator
from traitlets import HasTraits
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from openshift_authenticator import OpenShiftAuthenticator
from workshop_culler.app import WorkshopCuller
from workshop_spawner import AnonymousAuthenticator, WorkshopSpawner

IMAGES = Path(__file__).resolve().parents[1] / "images"
CONFIG = IMAGES / "hub" / "jupyterhub_config.py"
PRESETS = sorted(path.stem for path in (IMAGES / "hub" / "presets").glob("*.py"))
CLASSES = {
    "AnonymousAuthenticator": AnonymousAuthenticator,
    "ConfigurableHTTPProxy": jupyterhub.app.ConfigurableHTTPProxy,
    "GenericOAuthenticator": GenericOAuthenticator,
    "JupyterHub": jupyterhub.app.JupyterHub,
    "OpenShiftAuthenticator": OpenShiftAuthenticator,
    "WorkshopSpawner": WorkshopSpawner,
}
GIVEN = {
    "WORKSHOP_NAME": "intro",
    "NAME_PREFIX": "may-",
    "TERMINAL_IMAGE": "registry.example.com/terminal:1",
    "WORKSHOP_MEMORY": "1Gi",
    "WORKSHOP_CPU": "0.5",
    "WORKSHOP_STORAGE": "1Gi",
    "SPAWNER_PASSWORD": "sesame",
    "INSTRUCTOR_CODE": "of the instructors",
    "SERVER_LIMIT": "40",
    "TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.1",
    "IDLE_TIMEOUT": "0",
    "MAX_SESSION_AGE": "7200",
    "RESOURCE_BUDGET": "medium",
    "SPAWNER_ROLE": "edit",
    "VOLUME_SIZE": "2Gi",
    "ADMIN_USERS": "grace ada",
    "OPENSHIFT_PROJECT": "{username}-dev",
    "OAUTH_CLIENT_ID": "workshops",
    "OAUTH_CLIENT_SECRET": "of the client",
    "CONSOLE_IMAGE": "console:4.20",
    "CONSOLE_MEMORY": "256Mi",
    "CONSOLE_BRANDING": "okd",
    "KEYCLOAK_REALM_URL": "https://keycloak.example.com/realms/workshop/",
    "OAUTH2_USERNAME_KEY": "email",
}
# What the modes with a login at Keycloak refuse to start without.
CLIENT = {
    name: GIVEN[name] for name in ("KEYCLOAK_REALM_URL", "OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET")
}
INTERVAL = "JUPYTERHUB_ACTIVITY_INTERVAL"
# As the design has them: identity, project.
WAYS = {
    "hosted-workshop": ("user-token", "user"),
    "jumpbox-server": ("none", "none"),
    "learning-portal": ("service-account", "temporary"),
    "terminal-server": ("user-token", "user"),
    "user-workspace": ("service-account", "persistent"),
}


@pytest.fixture
def load(monkeypatch):
    def load_with(**environment):
        for name in (*GIVEN, "CONFIGURATION_TYPE"):
            monkeypatch.delenv(name, raising=False)
        wanted = CLIENT if environment.get("CONFIGURATION_TYPE") in hub_settings.KEYCLOAK else {}
        for name, value in {**wanted, **environment}.items():
            monkeypatch.setenv(name, value)
        return PyFileConfigLoader(CONFIG.name, str(CONFIG.parent)).load_config()

    return load_with


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("environment", [{}, GIVEN], ids=["defaults", "all given"])
def test_every_setting_exists_and_takes_its_value(load, preset, environment):
    config = load(CONFIGURATION_TYPE=preset, **environment)
    assert set(config) <= set(CLASSES)
    for section, values in config.items():
        traits = CLASSES[section].class_traits(config=True)
        for name, value in values.items():
            assert name in traits, f"c.{section}.{name}"
            traits[name]._validate(HasTraits(), value)


def test_the_environment_is_heard(load):
    config = load(**GIVEN)
    spawner = config.WorkshopSpawner
    assert (spawner.application, spawner.workshop_name) == ("may-intro", "intro")
    assert (spawner.mem_limit, spawner.budget, spawner.project_role) == ("1G", "medium", "edit")
    assert (spawner.cpu_limit, spawner.cpu_guarantee) == (0.5, 0.05)
    assert spawner.extra_resource_limits == {"ephemeral-storage": "1Gi"}
    bare = load().WorkshopSpawner
    assert "cpu_limit" not in bare
    assert bare.extra_resource_limits == {"ephemeral-storage": "2Gi"}
    assert bare.budget == "small", "of visitors whom nobody knows"
    assert load(CONFIGURATION_TYPE="user-workspace").WorkshopSpawner.budget == "default"
    assert spawner.session_age == 7200
    assert config.JupyterHub.trusted_downstream_ips == ["10.0.0.0/8", "192.0.2.1"]
    assert load().JupyterHub.trusted_downstream_ips == [], "sessions are pods, too"
    assert spawner.session_limit == 40
    assert spawner.hub_connect_url == "http://may-intro-spawner:8081"
    assert config.AnonymousAuthenticator.access_code == "sesame"
    assert [one["name"] for one in config.JupyterHub.services] == ["workshop-culler", "instructor"]
    assert "instructor" not in str(load().JupyterHub)


@pytest.mark.parametrize("environment", [{}, GIVEN], ids=["defaults", "all given"])
@pytest.mark.parametrize(("preset", "way"), WAYS.items())
def test_each_preset_is_the_designs(load, preset, way, environment):
    assert sorted(WAYS) == PRESETS
    spawner = load(CONFIGURATION_TYPE=preset, **environment).WorkshopSpawner
    assert (spawner.identity, spawner.project) == way
    assert spawner.mode == preset
    home = environment.get("VOLUME_SIZE", "") if preset != "learning-portal" else ""
    assert spawner.get("volume_size", "") == home
    console = environment.get("CONSOLE_IMAGE", "") if preset in hub_settings.WITH_CONSOLE else ""
    assert spawner.get("console_image", "") == console
    assert (spawner.get("restart_url") == "") is (preset != "learning-portal")


@pytest.mark.parametrize("preset", ["hosted-workshop", "terminal-server"])
def test_sessions_of_users_of_the_cluster_act_as_them(load, monkeypatch, preset):
    monkeypatch.setenv("JUPYTERHUB_CRYPT_KEY", "ab" * 32)
    settings = load(CONFIGURATION_TYPE=preset, **GIVEN).OpenShiftAuthenticator
    authenticator = OpenShiftAuthenticator(config=Config(OpenShiftAuthenticator=settings))
    assert authenticator.sessions_act_as_user
    assert authenticator.client_id == "workshops"
    assert authenticator.client_secret == "of the client"
    assert authenticator.admin_users == {"grace", "ada"}
    assert load(CONFIGURATION_TYPE=preset).OpenShiftAuthenticator.client_id == f"{preset}-console"


@pytest.mark.parametrize("preset", ["jumpbox-server", "user-workspace"])
def test_a_realm_of_keycloak_is_all_that_its_login_needs(load, preset):
    settings = load(CONFIGURATION_TYPE=preset, **GIVEN).GenericOAuthenticator
    authenticator = GenericOAuthenticator(config=Config(GenericOAuthenticator=settings))
    realm = "https://keycloak.example.com/realms/workshop/protocol/openid-connect"
    assert authenticator.authorize_url == f"{realm}/auth"
    assert authenticator.token_url == f"{realm}/token"
    assert authenticator.userdata_url == f"{realm}/userinfo"
    assert authenticator.username_claim == "email"


@pytest.mark.parametrize(
    ("preset", "idle", "age"),
    [("learning-portal", 300, 3600)]
    + [(preset, 7200, 0) for preset in WAYS if preset != "learning-portal"],
)
def test_who_has_a_login_is_not_sent_away_so_soon(load, preset, idle, age):
    command = load(CONFIGURATION_TYPE=preset).JupyterHub.services[0]["command"]
    assert {f"--timeout={idle}", f"--max-age={age}", f"--application={preset}"} <= set(command)
    interval = load(CONFIGURATION_TYPE=preset).WorkshopSpawner.environment[INTERVAL]
    assert int(interval) * 3 <= idle, "or people who type would be taken for idle"


def test_the_culler_understands_its_command(load):
    config = load(**GIVEN)
    command = config.JupyterHub.services[0]["command"]
    culler = WorkshopCuller()
    culler.parse_command_line(command[command.index("workshop_culler") + 1 :])
    assert (culler.timeout, culler.max_age, culler.cull_every) == (0, 7200, 60)
    assert (culler.clean_cluster, culler.application) == (True, "may-intro")


def test_an_unknown_preset_is_named(load):
    with pytest.raises(
        SystemExit, match=r"CONFIGURATION_TYPE is 'lerning-portal'.*knows: .*learning-portal"
    ):
        load(CONFIGURATION_TYPE="lerning-portal")
