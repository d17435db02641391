"""images/hub with SESSION_PROJECTS=false: visitors whose shells may do nothing in the cluster."""

import json

import hub_settings
import pytest

RULES = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RESOURCE_BUDGET", "small"),
        ("SPAWNER_ROLE", "edit"),
        ("SESSION_RULES", json.dumps(RULES)),
        ("EXTRA_RESOURCES", '[{"apiVersion": "v1", "kind": "ConfigMap"}]'),
        ("PROJECT_OWNER", "intro-projects"),
        ("VISITOR_ROLE", "intro-visitor"),
        ("CONSOLE_IMAGE", "console:1"),
        ("RESERVED_SESSIONS", "2"),
        ("RESERVED_PODS", "2"),
    ],
)
def test_what_is_of_projects_contradicts_it(name, value):
    with pytest.raises(SystemExit, match=f"SESSION_PROJECTS=false and {name} contradict"):
        hub_settings.read_settings({"SESSION_PROJECTS": "false", name: value})
    assert hub_settings.read_settings({name: value})
