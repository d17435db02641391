"""workshop.yaml and modules.yaml, old and new."""

import pytest

from workshop_dashboard.rules import workshopfile
from workshop_dashboard.rules.workshopfile import Variable

WORKSHOP = """
name: My workshop
modules:
  activate: [intro, exercises/first]
vars:
  REGION: north
"""
MODULES = """
modules:
  intro:
    name: Introduction
    exit_sign: Begin
  exercises/first: {name: First}
config:
  images_url: https://images.example.com
  vars:
    - name: REGION
      value: south
      aliases: [region]
    - name: colour
      value: 7
"""


def test_both_files_are_read():
    workshop = workshopfile.read_workshop(WORKSHOP, MODULES)
    assert workshop.name == "My workshop"
    assert workshop.modules == ("intro", "exercises/first")
    assert workshop.titles == {"intro": "Introduction", "exercises/first": "First"}
    assert workshop.exit_signs == {"intro": "Begin"}
    assert workshop.images_url == "https://images.example.com"
    assert workshop.variables == (
        Variable("REGION", "south", ("region",)),
        Variable("colour", "7"),
        Variable("REGION", "north"),
    )


def test_empty_files_are_a_workshop():
    assert workshopfile.read_workshop("", "") == workshopfile.Workshop()


@pytest.mark.parametrize(
    ("workshop", "modules", "words"),
    [
        ("name: [", "", "workshop.yaml is not YAML at line 1"),
        ("- a list", "", "workshop.yaml must be a mapping"),
        ("modules: []", "", "`modules` in workshop.yaml must be a mapping"),
        ("modules: {activate: intro}", "", "`activate` in modules must be a list"),
        ("vars: text", "", "`vars` in workshop.yaml"),
        ("", "config: {vars: [{value: 1}]}", "each of `vars` in modules.yaml needs a `name:`"),
        ("", "config: {vars: [{name: a, aliases: b}]}", "`aliases` in modules.yaml must be a list"),
        ("a: !!python/object/apply:os.system ['true']", "", "workshop.yaml is not YAML"),
    ],
)
def test_a_wrong_file_is_named(workshop, modules, words):
    with pytest.raises(workshopfile.WorkshopFileError, match=words.replace("[", r"\[")):
        workshopfile.read_workshop(workshop, modules)


@pytest.mark.parametrize(
    ("environment", "commands", "values"),
    [
        ({}, (), {"REGION": "north", "region": "south", "tool": "kubectl"}),
        ({"REGION": "west"}, (), {"REGION": "west", "region": "west", "tool": "kubectl"}),
        ({"region": "east"}, ("oc",), {"REGION": "north", "region": "east", "tool": "oc"}),
        ({"tool": "k"}, ("oc",), {"REGION": "north", "region": "south", "tool": "k"}),
    ],
)
def test_where_a_value_comes_from(environment, commands, values):
    variables = (
        Variable("REGION", "south", ("region",)),
        Variable("REGION", "north"),
        Variable("tool", first_command=("kubectl", "oc")),
    )
    assert workshopfile.resolve(variables, environment, commands.__contains__) == values
