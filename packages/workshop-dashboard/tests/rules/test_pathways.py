"""The files of Educates beside its pages."""

import pytest

from workshop_dashboard.rules import pathways, workshopfile
from workshop_dashboard.rules.pathways import Definition
from workshop_dashboard.rules.workshopfile import Variable

CONFIG = """
params:
- name: LANGUAGE
  value: none
- name: colour
  value: red
  aliases: [COLOUR]
pathways:
  default: python
  paths:
    python:
      title: Boats in Python
      steps: [intro, python-boats]
      params: [{name: LANGUAGE, value: python}]
    java: {title: Boats in Java, steps: [java-boats]}
  modules:
    intro: {title: About boats}
    java-boats: {}
"""
DEFINITION = """
apiVersion: training.educates.dev/v1beta1
kind: Workshop
metadata: {name: lab-boats}
spec: {title: Boats, description: All about them}
"""


@pytest.mark.parametrize(
    ("chosen", "title", "steps"),
    [
        ("", "Boats in Python", ("intro", "python-boats")),
        ("java", "Boats in Java", ("java-boats",)),
        ("gone", "Boats", ()),
    ],
)
def test_a_pathway_gives_title_and_steps(chosen, title, steps):
    workshop = pathways.read_pathways(CONFIG, chosen, Definition(title="Boats"))
    assert (workshop.name, workshop.modules) == (title, steps)
    assert workshop.titles == {"intro": "About boats"}
    assert workshop.pathways == ("python", "java")
    assert Variable("pathway_name", chosen or "python") in workshop.variables


def test_params_of_a_pathway_go_before_those_of_all():
    variables = pathways.read_pathways(CONFIG, "", None).variables
    values = workshopfile.resolve(variables, {"COLOUR": "blue"}, lambda _name: False)
    assert (values["LANGUAGE"], values["colour"]) == ("python", "blue")


def test_a_wrong_file_is_named():
    with pytest.raises(workshopfile.WorkshopFileError, match=r"config\.yaml"):
        pathways.read_pathways("- a", "", None)


@pytest.mark.parametrize("group", pathways.GROUPS)
def test_a_definition_has_a_title(group):
    text = DEFINITION.replace("training.educates.dev/", group)
    assert pathways.read_definition(text) == Definition("lab-boats", "Boats", "All about them")
    assert pathways.read_definition(f"a: 1\n---\n{text}").title == "Boats"


@pytest.mark.parametrize(
    ("text", "definition"),
    [
        ("kind: Workshop", None),
        ("name: Boats", None),
        ("[", None),
        ("#@ template\napiVersion: training.educates.dev/v1\nx: [", Definition()),
    ],
)
def test_what_is_no_definition(text, definition):
    assert pathways.read_definition(text) == definition


def test_tabs_in_a_definition_are_blanks():
    text = "apiVersion: training.educates.dev/v1\t\nspec:\n  title:\tBoats\n"
    found = pathways.read_definition(text)
    assert found is not None
    assert found.title == "Boats"
