"""What tests of templates/openshift share: the files, and what they become with some values.

Imported by test modules; nothing here starts anything.
"""

from __future__ import annotations

import base64
import functools
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from pocket_openshift.resources.rules import template_rules

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "templates" / "openshift"
FILES = {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}
NAMESPACE = "room-7"
# What has no default anywhere.
VALUES = {
    "CLUSTER_SUBDOMAIN": "apps.example.com",
    "GIT_REPOSITORY_URL": "https://git.example.com/notes.git",
    "OAUTH_CLIENT_ID": "of-the-admin",
    "OAUTH_CLIENT_SECRET": "s" * 32,
    "SPAWNER_NAMESPACE": NAMESPACE,
    "WORKSHOP_NAMESPACE": NAMESPACE,
}
CLUSTER_KINDS = ("ClusterRole", "ClusterRoleBinding", "OAuthClient")
# What somebody may apply who administers a project and has no right in the cluster.
WITHOUT_CLUSTER_RIGHTS = {
    *("hosted-workshop-with-client", "terminal-server-with-client", "jumpbox-server"),
    *("learning-portal-without-projects", "jupyterhub-deployer", "jupyterhub-quickstart"),
    *("jupyterhub-builder", "terminal", "terminal-workspace", "dashboard", "workshop-only"),
    *("images", "pre-pull"),
}

Object = dict[str, Any]


@functools.cache
def _parse(name: str) -> Object:
    # C's parser: the files are long, and each is read by many tests.
    return dict(yaml.load(FILES[name].read_text(), yaml.CSafeLoader))


def read(name: str) -> Object:
    """The Template of a file."""
    return deepcopy(_parse(name))


def process(name: str, **values: str) -> Object:
    """The Template with its objects filled in: required parameters, and these."""
    template = read(name)
    required = {
        each["name"]: VALUES[each["name"]]
        for each in template["parameters"]
        if each.get("required") and not each.get("value") and not each.get("generate")
    }
    filled = template_rules.with_values(template, {**required, **values})
    made, wrong = template_rules.process(filled)
    assert not wrong, wrong
    return made


def list_objects(name: str, **values: str) -> list[Object]:
    """The objects of a Template, filled in."""
    return list(process(name, **values)["objects"])


def find(objects: list[Object], kind: str, end: str = "") -> Object:
    """The one object of a kind (whose name ends so)."""
    (found,) = [
        obj for obj in objects if obj["kind"] == kind and obj["metadata"]["name"].endswith(end)
    ]
    return found


def read_environment(objects: list[Object], container: Mapping[str, Any]) -> dict[str, str]:
    """The environment of a container, with what comes from Secrets."""
    secrets = {
        obj["metadata"]["name"]: {
            **obj.get("stringData", {}),
            **{k: base64.b64decode(v).decode() for k, v in obj.get("data", {}).items()},
        }
        for obj in objects
        if obj["kind"] == "Secret"
    }
    found = {}
    for entry in container["env"]:
        if "value" in entry:
            found[entry["name"]] = entry["value"]
        else:
            reference = entry["valueFrom"]["secretKeyRef"]
            found[entry["name"]] = secrets[reference["name"]][reference["key"]]
    return found


def list_pods(objects: list[Object]) -> list[Object]:
    """The pod templates of all workloads."""
    kinds = ("DaemonSet", "Deployment")
    return [deepcopy(obj["spec"]["template"]) for obj in objects if obj["kind"] in kinds]
