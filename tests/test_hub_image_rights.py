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
SETTINGS_FILE = "hub-rbac-settings.yaml"


def read_needed(monkeypatch, tmp_path, mode, *, streams=True, **more):
    """What the spawner asks for with the image's settings, an ImageStream and a home."""
    given = {
        "CONFIGURATION_TYPE": mode,
        "APP_ROOT": str(tmp_path),
        "VOLUME_SIZE": "1Gi",
        "KEYCLOAK_REALM_URL": "https://keycloak.example.com/realms/workshop",
        "OAUTH_CLIENT_ID": "workshops",
        "OAUTH_CLIENT_SECRET": "of-the-client",
        **more,
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    loader = PyFileConfigLoader("jupyterhub_config.py", str(pod_hub.IMAGE))
    traits = WorkshopSpawner.__new__(WorkshopSpawner)
    LoggingConfigurable.__init__(traits, config=loader.load_config())
    read = settings.make_settings(traits)
    return set(rights.list_rights(read.spec, replace(read.uses, streams=streams)))


def read_granted(file, setting=None):
    """What the roles of a file grant; of one with parts, those with this label."""
    found = set()
    for document in yaml.safe_load_all(Path(file).read_text()):
        if setting not in (None, document["metadata"].get("labels", {}).get("setting")):
            continue
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


SETTINGS = {
    "RESERVED_SESSIONS": {"RESERVED_SESSIONS": "2"},
    "RESERVED_PODS": {"RESERVED_SESSIONS": "2", "RESERVED_PODS": "2"},
    "EXPOSED_BY-route": {
        "EXPOSED_PORTS": "80",
        "EXPOSED_BY": "route",
        "CLUSTER_SUBDOMAIN": "example.com",
    },
    "EXPOSED_BY-ingress": {
        "EXPOSED_PORTS": "80",
        "EXPOSED_BY": "ingress",
        "CLUSTER_SUBDOMAIN": "example.com",
    },
    "NETWORK_INTERNET": {"NETWORK_INTERNET": "false"},
    "WORKSHOP_IMAGE": {"streams": True},
}


@pytest.mark.parametrize(("setting", "given"), SETTINGS.items(), ids=SETTINGS)
def test_a_setting_takes_what_its_part_of_the_file_grants(monkeypatch, tmp_path, setting, given):
    before = {"RESERVED_SESSIONS": "2"} if setting == "RESERVED_PODS" else {}
    base = read_needed(monkeypatch, tmp_path, "learning-portal", streams=False, **before)
    more = read_needed(monkeypatch, tmp_path, "learning-portal", **{"streams": False, **given})
    assert more - base == read_granted(pod_hub.ROOT / "templates" / SETTINGS_FILE, setting)


def test_each_part_of_the_file_is_of_a_setting():
    documents = yaml.safe_load_all((pod_hub.ROOT / "templates" / SETTINGS_FILE).read_text())
    assert {one["metadata"]["labels"]["setting"] for one in documents} == set(SETTINGS)
