"""What the hub's image sets: every name is a setting that exists, every value one that it takes.

The Dockerfiles need a container engine and are built by the session `images`.
"""

import re
from pathlib import Path

import jupyterhub.app
import pytest
from traitlets import HasTraits
from traitlets.config.loader import PyFileConfigLoader

from workshop_culler.app import WorkshopCuller
from workshop_spawner import AnonymousAuthenticator, WorkshopSpawner

IMAGES = Path(__file__).resolve().parents[1] / "images"
CONFIG = IMAGES / "hub" / "jupyterhub_config.py"
PRESETS = sorted(path.stem for path in (IMAGES / "hub" / "presets").glob("*.py"))
CLASSES = {
    "AnonymousAuthenticator": AnonymousAuthenticator,
    "ConfigurableHTTPProxy": jupyterhub.app.ConfigurableHTTPProxy,
    "JupyterHub": jupyterhub.app.JupyterHub,
    "WorkshopSpawner": WorkshopSpawner,
}
GIVEN = {
    "WORKSHOP_NAME": "intro",
    "NAME_PREFIX": "may-",
    "TERMINAL_IMAGE": "registry.example.com/terminal:1",
    "WORKSHOP_MEMORY": "1Gi",
    "SPAWNER_PASSWORD": "sesame",
    "SERVER_LIMIT": "40",
    "TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.1",
    "IDLE_TIMEOUT": "0",
    "MAX_SESSION_AGE": "7200",
    "RESOURCE_BUDGET": "medium",
    "SPAWNER_ROLE": "edit",
}


@pytest.fixture
def load(monkeypatch):
    def load_with(**environment):
        for name in (*GIVEN, "CONFIGURATION_TYPE"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
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
    assert spawner.session_age == 7200
    assert config.JupyterHub.active_server_limit == 40
    assert config.JupyterHub.trusted_downstream_ips == ["10.0.0.0/8", "192.0.2.1"]
    assert load().JupyterHub.trusted_downstream_ips == ["10.128.0.0/14"]
    assert config.JupyterHub.hub_connect_url == "http://may-intro-spawner:8081"
    assert config.AnonymousAuthenticator.access_code == "sesame"


def test_the_culler_understands_its_command(load):
    config = load(**GIVEN)
    command = config.JupyterHub.services[0]["command"]
    culler = WorkshopCuller()
    culler.parse_command_line(command[command.index("workshop_culler") + 1 :])
    assert (culler.timeout, culler.max_age, culler.cull_every) == (0, 7200, 60)
    assert (culler.clean_cluster, culler.application) == (True, "may-intro")


def test_an_unknown_preset_is_named(load):
    with pytest.raises(SystemExit, match=r"CONFIGURATION_TYPE is 'lerning-portal'.*knows: l"):
        load(CONFIGURATION_TYPE="lerning-portal")


@pytest.mark.parametrize("image", ["hub", "terminal"])
def test_an_image_copies_what_is_there_and_runs_without_root(image):
    text = (IMAGES / image / "Dockerfile").read_text()
    for source in re.findall(r"^COPY (\S+)", text, re.MULTILINE):
        assert (IMAGES.parent / source).exists(), source
    assert re.findall(r"^USER (.+)", text, re.MULTILINE) == ["1001:0"]


def test_the_readme_lists_every_variable():
    read = set()
    for file in (CONFIG, *CONFIG.parent.glob("presets/*.py")):
        read |= set(re.findall(r'environ\.get\("(\w+)"', file.read_text()))
        read |= set(re.findall(r"environ\.get\('(\w+)'", file.read_text()))
    text = (IMAGES / "README.md").read_text()
    assert {name for name in read if f"`{name}`" not in text} == set()
