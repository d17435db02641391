"""workshop.yaml and modules.yaml, old and new."""

import pytest

from workshop_dashboard.rules import configjs, workshopfile
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
        Variable("REGION", "north", ("region",)),
        Variable("colour", "7"),
    )
    assert workshop.described == {"intro", "exercises/first"}
    assert workshop.is_old


def test_an_override_keeps_the_other_names_of_a_variable():
    workshop = workshopfile.read_workshop(WORKSHOP, MODULES)
    values = workshopfile.resolve(workshop.variables, {"region": "east"}, lambda _name: False)
    assert values == {"REGION": "east", "region": "east", "colour": "7"}


def test_truth_is_written_as_in_the_file():
    workshop = workshopfile.read_workshop("vars: {a: true, b: False}")
    assert [variable.value for variable in workshop.variables] == ["true", "false"]


def test_what_a_program_says_goes_before_the_files():
    config = configjs.Config(
        title="Mine",
        engine="liquid.js",
        modules=[("extra", "More", "Go")],
        variables=[("REGION", "west", ()), ("new", "1", ("NEW",))],
        unread=[7, 7, 3],
    )
    workshop = workshopfile.add_config(workshopfile.read_workshop(WORKSHOP, MODULES), config)
    assert (workshop.name, workshop.engine) == ("Mine", "liquid.js")
    assert workshop.modules == ("intro", "exercises/first", "extra")
    assert (workshop.titles["extra"], workshop.exit_signs["extra"]) == ("More", "Go")
    assert "extra" in workshop.described
    assert workshop.variables == (
        Variable("REGION", "west", ("region",)),
        Variable("colour", "7"),
        Variable("new", "1", ("NEW",)),
    )
    assert workshop.unread == (("config.js", 3), ("config.js", 7))


def test_tabs_are_blanks():
    found = workshopfile.read_workshop("name:\tBoats\t\n\t\nmodules:\n  activate:\n  - a\t\n")
    assert (found.name, found.modules) == ("Boats", ("a",))


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
        ({}, (), {"REGION": "north", "region": "north", "tool": "kubectl"}),
        ({"REGION": "west"}, (), {"REGION": "west", "region": "west", "tool": "kubectl"}),
        ({"region": "east"}, ("oc",), {"REGION": "east", "region": "east", "tool": "oc"}),
        ({"tool": "k"}, ("oc",), {"REGION": "north", "region": "north", "tool": "k"}),
    ],
)
def test_where_a_value_comes_from(environment, commands, values):
    variables = (
        Variable("REGION", "north", ("region",)),
        Variable("tool", first_command=("kubectl", "oc")),
    )
    assert workshopfile.resolve(variables, environment, commands.__contains__) == values


@pytest.mark.parametrize(
    ("given", "tabs"),
    [
        ("dashboards: [{name: App, url: 8080}]", (("App", "8080"),)),
        ("dashboards: [{name: App}, {url: x}, 7, {name: B, url: '%x%'}]", (("B", "%x%"),)),
        ("dashboards: {App: x}", ()),
        ("dashboards:", ()),
    ],
)
def test_tabs_of_the_work_area(given, tabs):
    assert workshopfile.read_workshop(given).tabs == tabs
