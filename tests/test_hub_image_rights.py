"""templates/hub-rbac*.yaml: what the modes of the hub's image need, and no more."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from traitlets.config import LoggingConfigurable
from traitlets.config.loader import PyFileConfigLoader

import pod_hub
from workshop_spawner import WorkshopSpawner
from workshop_spawner.hub_tasks import settings
from workshop_spawner.rules import rights

# Roles that SPAWNER_ROLE may name besides the one that it is by default.
ROLES = ("edit", "view")


def read_needed(monkeypatch, tmp_path, mode):
    """What the spawner asks for with the image's settings, an ImageStream and a home."""
    given = {
        "CONFIGURATION_TYPE": mode,
        "APP_ROOT": str(tmp_path),
        "VOLUME_SIZE": "1Gi",
        "KEYCLOAK_REALM_URL": "https://keycloak.example.com/realms/workshop",
        "OAUTH_CLIENT_ID": "workshops",
        "OAUTH_CLIENT_SECRET": "of-the-client",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    loader = PyFileConfigLoader("jupyterhub_config.py", str(pod_hub.IMAGE))
    traits = WorkshopSpawner.__new__(WorkshopSpawner)
    LoggingConfigurable.__init__(traits, config=loader.load_config())
    read = settings.make_settings(traits)
    return set(rights.list_rights(read.spec, replace(read.uses, streams=True)))


def read_granted(file):
    found = set()
    for document in yaml.safe_load_all(Path(file).read_text()):
        everywhere = document["kind"].startswith("Cluster")
        found |= set(rights.list_granted(document.get("rules", []), everywhere))
    return found


@pytest.mark.parametrize(
    "mode", ["hosted-workshop", "jumpbox-server", "terminal-server", "user-workspace"]
)
def test_a_modes_file_has_what_its_settings_need(monkeypatch, tmp_path, mode):
    needed = read_needed(monkeypatch, tmp_path, mode)
    granted = read_granted(pod_hub.find_rights(mode))
    more = {right for right in granted if right.verb == "bind" and right.name in ROLES}
    # What a budget needs is there for any RESOURCE_BUDGET.
    budgets = {r for r in granted if r.resource in ("limitranges", "resourcequotas")}
    assert granted - more - budgets == needed - budgets


@pytest.mark.parametrize("mode", ["hosted-workshop", "jumpbox-server", "terminal-server"])
def test_without_projects_nothing_is_asked_of_the_whole_cluster(mode):
    kinds = {d["kind"] for d in yaml.safe_load_all(pod_hub.find_rights(mode).read_text())}
    assert kinds == {"ServiceAccount", "Role", "RoleBinding"}
