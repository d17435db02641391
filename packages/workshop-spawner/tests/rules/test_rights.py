"""The rights that the hub needs are those of the template: none missing, none too many."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from workshop_spawner.manifests import budgets, exposure, network
from workshop_spawner.rules import plan, rights

TEMPLATE = Path(__file__).parents[4] / "templates" / "hub-rbac.yaml"
DEFAULTS = plan.SessionSpec(
    budget=budgets.parse_budget("small"), isolation=network.Rules(port=8888), role="workshop-admin"
)


def read_template():
    granted = set()
    for document in yaml.safe_load_all(TEMPLATE.read_text()):
        if document["kind"] in ("Role", "ClusterRole") and document["metadata"]["name"].startswith(
            "workshop-hub"
        ):
            everywhere = document["kind"] == "ClusterRole"
            granted |= set(rights.list_granted(document["rules"], everywhere))
    return granted


def test_the_template_grants_what_a_workshop_needs_and_no_more():
    needed = set(rights.list_rights(DEFAULTS))
    bound = {right for right in read_template() if right.verb == "bind"}
    assert {right.name for right in bound} == {"workshop-admin", "admin", "edit", "view"}
    assert needed - read_template() == set(), "the template lacks these"
    assert read_template() - needed - bound == set(), "the template has these for nothing"


@pytest.mark.parametrize(
    ("change", "more"),
    [
        ({"identity": "none"}, set()),
        ({"project": "none"}, set()),
        ({"session_rules": "mine"}, {("clusterroles", "bind", "mine")}),
        ({"project_owner": "mine"}, {("clusterroles", "get", "mine")}),
        ({"project": "persistent"}, {("rolebindings", "patch", ""), ("limitranges", "list", "")}),
        ({"by_request": True}, {("projectrequests", "create", "")}),
        (
            {"exposed": exposure.Exposed((8080,), "route", "x")},
            {
                ("routes", "create", ""),
                ("routes/custom-host", "create", ""),
                ("services", "create", ""),
            },
        ),
    ],
)
def test_other_settings_need_other_rights(change, more):
    before = set(rights.list_rights(DEFAULTS))
    after = set(rights.list_rights(replace(DEFAULTS, **change)))
    assert more <= {(right.resource, right.verb, right.name) for right in after - before}
    if not more:
        assert len(after) < len(before)


def test_rights_that_are_used_elsewhere_too():
    uses = rights.Uses(home=True, delete_home=True, refresh=True, events=False, streams=True)
    after = set(rights.list_rights(DEFAULTS, uses)) - set(rights.list_rights(DEFAULTS))
    assert {(right.resource, right.verb) for right in after} == {
        ("persistentvolumeclaims", "get"),
        ("persistentvolumeclaims", "create"),
        ("persistentvolumeclaims", "delete"),
        ("secrets", "patch"),
        ("imagestreams", "get"),
    }
    assert all(right.resource != "events" for right in rights.list_rights(DEFAULTS, uses))


def test_rules_can_be_pasted():
    text = rights.render_rules(rights.list_rights(DEFAULTS))
    parts = re.split(r"# in .*\n", text)[1:]
    again = set()
    for part, everywhere in zip(parts, (False, True), strict=True):
        again |= set(rights.list_granted(yaml.safe_load(part), everywhere))
    assert again == set(rights.list_rights(DEFAULTS))
