"""The rights of a hub's account, taken from the files that a hub without a template has.

tests/test_hub_image_rights.py holds templates/hub-rbac*.yaml equal to what the spawner asks for, so
that what is made of them here is, too.
"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import yaml

from openshift_templates.objects import Object

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
SETTINGS = "hub-rbac-settings.yaml"


def list_rules(file: str, kind: str, settings: tuple[str, ...] = ()) -> list[Object]:
    """The rules of a file's Role or ClusterRole, and those of some settings."""
    found = [rule for obj in _read(file) if obj["kind"] == kind for rule in obj["rules"]]
    for obj in _read(SETTINGS):
        if obj["kind"] == kind and obj["metadata"]["labels"]["setting"] in settings:
            found += obj["rules"]
    return join_rules(found)


def join_rules(rules: list[Object]) -> list[Object]:
    """The same rights with a rule for each resource, its verbs together."""
    joined: dict[tuple[str, ...], Object] = {}
    for rule in deepcopy(rules):
        names = rule.get("resourceNames", [])
        key = (*rule["apiGroups"], "/", *rule["resources"], "/", *names)
        verbs = joined.setdefault(key, {**rule, "verbs": []})["verbs"]
        verbs += [verb for verb in rule["verbs"] if verb not in verbs]
    return list(joined.values())


def add_names(rules: list[Object], verb: str, *names: str) -> list[Object]:
    """The rules, with more names of ClusterRoles that this verb may be used on."""
    made, found = deepcopy(rules), False
    for rule in made:
        if rule["resources"] == ["clusterroles"] and rule["verbs"] == [verb]:
            rule["resourceNames"] += names
            found = True
    if not found:
        group = {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["clusterroles"]}
        made.append({**group, "verbs": [verb], "resourceNames": list(names)})
    return made


def leave_out(rules: list[Object], resource: str) -> list[Object]:
    """The rules without those of a resource."""
    return [rule for rule in rules if resource not in rule["resources"]]


def _read(file: str) -> list[Object]:
    return list(yaml.safe_load_all((TEMPLATES / file).read_text()))
