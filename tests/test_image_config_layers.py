"""images/hub/config_layers.py: an admin's file wins over the image, on whatever class it names."""

from pathlib import Path

import config_layers
import pytest
from oauthenticator.generic import GenericOAuthenticator
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from openshift_authenticator import OpenShiftAuthenticator
from workshop_spawner import AnonymousAuthenticator, WorkshopSpawner

HUB = Path(__file__).resolve().parents[1] / "images" / "hub"
# What a login at Keycloak cannot do without.
CLIENT = {
    "KEYCLOAK_REALM_URL": "https://keycloak.example.com/realms/workshop",
    "OAUTH_CLIENT_ID": "workshops",
    "OAUTH_CLIENT_SECRET": "secret",
}
WITH_LOGIN = {
    "hosted-workshop": "OpenShiftAuthenticator",
    "jumpbox-server": "GenericOAuthenticator",
    "terminal-server": "OpenShiftAuthenticator",
    "user-workspace": "GenericOAuthenticator",
}
CLASSES = {
    "AnonymousAuthenticator": AnonymousAuthenticator,
    "GenericOAuthenticator": GenericOAuthenticator,
    "OpenShiftAuthenticator": OpenShiftAuthenticator,
    "WorkshopSpawner": WorkshopSpawner,
}


@pytest.mark.parametrize(
    ("section", "name", "value", "is_wrong"),
    [
        ("WorkshopSpawner", "cmd", ["x"], True),
        ("WorkshopSpawner", "image", "", True),
        ("WorkshopSpawner", "image", "a/b:1", False),
        ("KubeSpawner", "image", "a/b:1", False),
        ("KubeSpawner", "singleuser_image_spec", "a/b:1", False),
        ("KubeSpawner", "profile_list", [{"display_name": "A"}], False),
        ("Spawner", "pre_spawn_hook", print, False),
        ("JupyterHub", "spawner_class", "simple", False),
    ],
)
def test_an_image_of_sessions_is_named(section, name, value, is_wrong):
    config = Config({"JupyterHub": {"spawner_class": "workshop"}})
    config[section][name] = value
    assert bool(config_layers.problem_with_image(config)) is is_wrong


@pytest.fixture
def load(monkeypatch, tmp_path):
    """Load the image's configuration with an admin's file (and one of an image in between)."""

    def load_with(own="", built="", **environment):
        for folder, text in (("src/.jupyter", built), ("configs", own)):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
            (tmp_path / folder / "jupyterhub_config.py").write_text(text)
        for name, value in {"APP_ROOT": str(tmp_path), **CLIENT, **environment}.items():
            monkeypatch.setenv(name, value)
        return PyFileConfigLoader("jupyterhub_config.py", str(HUB)).load_config()

    return load_with


@pytest.mark.parametrize("preset", WITH_LOGIN)
@pytest.mark.parametrize("section", ["Authenticator", "OAuthenticator", "the class itself"])
@pytest.mark.parametrize(
    "rule",
    [
        'allowed_users = {"ann"}',
        "allowed_users = set()",
        'allowed_users.add("ann")',
        'allowed_groups = {"x"}',
        "allow_all = False",
    ],
)
@pytest.mark.parametrize("layer", ["own", "built"])
def test_an_allow_list_lets_nobody_else_in(load, preset, section, rule, layer):
    section = WITH_LOGIN[preset] if section == "the class itself" else section
    config = load(CONFIGURATION_TYPE=preset, **{layer: f"c.{section}.{rule}"})
    assert not config[WITH_LOGIN[preset]].get("allow_all")


@pytest.mark.parametrize("preset", WITH_LOGIN)
@pytest.mark.parametrize("own", ["", 'c.Authenticator.admin_users = {"ann"}'])
def test_without_a_rule_whoever_has_an_account_may_enter(load, preset, own):
    assert load(own, CONFIGURATION_TYPE=preset)[WITH_LOGIN[preset]].allow_all


def test_to_let_all_in_can_be_said_beside_a_list(load):
    own = 'c.Authenticator.allowed_users = {"ann"}\nc.GenericOAuthenticator.allow_all = True'
    assert load(own, CONFIGURATION_TYPE="user-workspace").GenericOAuthenticator.allow_all


@pytest.mark.parametrize(("name", "entered"), [("ann", True), ("mallory", False)])
async def test_the_authenticator_itself_asks_the_list(load, name, entered):
    own = 'c.Authenticator.allowed_users = {"ann"}'
    config = load(own, CONFIGURATION_TYPE="jumpbox-server")
    only = {part: config[part] for part in ("Authenticator", "GenericOAuthenticator")}
    authenticator = GenericOAuthenticator(config=Config(only))
    assert bool(await authenticator.check_allowed(name, {"name": name, "admin": False})) is entered


@pytest.mark.parametrize("parent", ["KubeSpawner", "Spawner", "WorkshopSpawner"])
def test_a_setting_of_a_parent_class_wins(load, parent):
    config = load(f'c.{parent}.cmd = ["my-shell"]\nc.{parent}.mem_limit = "3G"')
    settings = {}  # as traitlets reads them: https://traitlets.readthedocs.io/en/stable/config.html
    for section in WorkshopSpawner.section_names():
        settings |= config.get(section, {})
    assert (settings["cmd"], settings["mem_limit"]) == (["my-shell"], "3G")


def test_administrators_named_on_the_parent_are_the_administrators(load):
    own = 'c.Authenticator.admin_users = {"ann"}'
    config = load(own, CONFIGURATION_TYPE="user-workspace")
    assert "admin_users" not in config.GenericOAuthenticator


def test_the_nearest_class_of_the_admins_wins(load):
    own = 'c.KubeSpawner.image = "mine"\nc.WorkshopSpawner.image = "my own"'
    assert load(own).WorkshopSpawner.image == "my own"


@pytest.mark.parametrize(
    "own",
    [
        'c.KubeSpawner.environment = {"MINE": "1"}',
        'c.Spawner.environment.update({"MINE": "1"})',
        'c.WorkshopSpawner.environment["MINE"] = "1"',
    ],
)
def test_an_environment_is_added_to_the_images(load, own):
    environment = load(own).WorkshopSpawner.environment
    assert environment["MINE"] == "1"
    assert "WORKSHOP_CULLER_URL" in environment


@pytest.mark.parametrize(
    "own",
    [
        'c.JupyterHub.services = [{"name": "mine"}]',
        'c.JupyterHub.services.append({"name": "mine"})',
        'c.JupyterHub.services = [*c.JupyterHub.services, {"name": "mine"}]',
    ],
)
def test_services_are_added_to_the_images(load, own):
    names = [service["name"] for service in load(own).JupyterHub.services]
    assert names == ["workshop-culler", "mine"]


def test_a_service_of_the_same_name_replaces_the_images(load):
    (service,) = load('c.JupyterHub.services = [{"name": "workshop-culler"}]').JupyterHub.services
    assert service == {"name": "workshop-culler"}


def test_a_mounted_file_wins_over_one_that_was_built_in(load):
    built = 'c.KubeSpawner.image = "built"\nc.KubeSpawner.mem_limit = "2G"'
    config = load('c.KubeSpawner.image = "mounted"', built)
    assert config.KubeSpawner.image == "mounted"
    assert config.KubeSpawner.mem_limit == "2G"
    assert "mem_limit" not in config.WorkshopSpawner


def test_the_parents_are_those_of_the_classes(load):
    load()
    import config_layers

    for name, parents in config_layers.PARENTS.items():
        names = [one.__name__ for one in CLASSES[name].__mro__]
        assert [one for one in names if one in parents] == list(parents)
