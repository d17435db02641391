"""templates/admin-network-policy.yaml, held to what the API takes and to our labels."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest
import yaml

from workshop_kube import labels
from workshop_spawner.manifests import projects
from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Hub, Session
from workshop_spawner.rules import pool_rules

TEMPLATE = Path(__file__).parents[3] / "templates" / "admin-network-policy.yaml"
POLICY = yaml.safe_load(TEMPLATE.read_text().replace("HUB_NAMESPACE", "workshops"))
HUB = Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub")
SESSION = Session(HUB, "s" * 16, "alice")


def selects(selector, marks):
    for each in selector["matchExpressions"]:
        value = marks.get(each["key"])
        if value is None or value not in each.get("values", [value]):
            return False
    return True


def make_projects():
    project = projects.make_namespace(SESSION)
    yield project["metadata"]["labels"]
    yield session_labels.make_lasting(project, SESSION)["metadata"]["labels"]
    yield {**project["metadata"]["labels"], labels.CLASS: pool_rules.CLASS_POOL}


@pytest.mark.parametrize("marks", [*make_projects()], ids=["temporary", "lasting", "in the pool"])
def test_it_is_about_the_projects_of_sessions(marks):
    assert selects(POLICY["spec"]["subject"]["namespaces"], marks)


@pytest.mark.parametrize("marks", [{}, {"class": "session"}, {"app": "x", "spawner": "y"}])
def test_it_is_about_nobody_else(marks):
    assert not selects(POLICY["spec"]["subject"]["namespaces"], marks)


def test_it_denies_metadata_and_hub():
    rules = {rule["name"]: rule for rule in POLICY["spec"]["egress"]}
    assert {rule["action"] for rule in rules.values()} == {"Deny"}
    networks = [ipaddress.ip_network(text) for text in rules["no-metadata"]["to"][0]["networks"]]
    assert ipaddress.ip_network("169.254.169.254/32") in networks
    assert all(network.num_addresses == 1 for network in networks)
    hub = {"kubernetes.io/metadata.name": "workshops"}
    assert selects(rules["no-hub"]["to"][0]["namespaces"], hub)
    assert not selects(rules["no-hub"]["to"][0]["namespaces"], {**hub, next(iter(hub)): "other"})


def test_it_is_an_object_that_the_api_takes():
    assert POLICY["apiVersion"] == "policy.networking.k8s.io/v1alpha1"
    assert 0 <= POLICY["spec"]["priority"] <= 1000
    assert all(len(rule["name"]) <= 100 for rule in POLICY["spec"]["egress"])
