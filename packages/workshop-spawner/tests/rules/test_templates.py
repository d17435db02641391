"""Braces that are no fields are found before anybody starts anything."""

from __future__ import annotations

import pytest

from workshop_spawner.rules import templates


@pytest.mark.parametrize(
    "text", ["", "plain", "{username}", "{{}}", "a-{user_server}-{userid:03d}"]
)
def test_what_can_be_filled_in(text):
    assert templates.problem_with_template(text) is None


@pytest.mark.parametrize(
    "text", ["{}", "{0}", '{"a": 1}', "{", "}", "{user}", "{username.x}", "{a b}"]
)
def test_what_cannot_be_filled_in_is_said(text):
    problem = templates.problem_with_template(text)
    assert repr(text) in problem
    assert "{username}" in problem


def test_each_text_has_its_path():
    volumes = [{"name": "x", "hostPath": {"path": "/{nobody}"}}, {"name": "{username}"}]
    (problem,) = templates.list_problems("volumes", volumes)
    assert problem.startswith("volumes[0]['hostPath']['path']: ")
    assert templates.list_problems("image", "{anything}") == []
    assert templates.list_problems("environment", {"A": print, "B": 1}) == []
    assert templates.list_problems("dns_name_template", "{name}.{namespace}.svc") == []
    assert templates.list_problems("dns_name_template", "{username}") != []
