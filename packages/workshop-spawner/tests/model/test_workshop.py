"""One workshop: when it is another edition, and where its keys are."""

from dataclasses import replace

import pytest

from workshop_spawner.model.workshop import Parameter, Workshop

GIT = Workshop("git", "Git", settings={"image": "a", "budget": {"base": "small"}})


@pytest.mark.parametrize(
    ("change", "another"),
    [
        ({"title": "Git basics"}, False),
        ({"description": "More", "tags": ("a",), "capacity": 3}, False),
        ({"settings": {"budget": {"base": "small"}, "image": "a"}}, False),
        ({"settings": {"image": "b", "budget": {"base": "small"}}}, True),
        ({"settings": {"image": "a"}}, True),
        ({"parameters": (Parameter("team"),)}, True),
    ],
)
def test_another_edition_is_what_sessions_are_made_of(change, another):
    assert (replace(GIT, **change).edition != GIT.edition) is another


def test_a_callable_is_the_same_after_a_restart():
    def budget(spawner):
        return "small"

    one = replace(GIT, settings={"budget": budget})
    assert one.edition == replace(GIT, settings={"budget": budget}).edition
    assert "0x" not in one.edition


def test_a_key_is_told_by_file_and_line_or_by_its_place_in_the_configuration():
    assert GIT.locate("image") == "WorkshopSpawner.workshops['git'], image"
    written = replace(GIT, place="git.yaml", lines={"image": 4})
    assert written.locate("image") == "git.yaml, line 4"
    assert written.locate("title") == "git.yaml"


def test_the_access_code_is_not_in_what_a_log_shows():
    assert "sesame" not in repr(replace(GIT, access_code="sesame"))


def test_a_parameter_without_a_label_is_called_by_its_name():
    assert Parameter("team_name").title == "Team name"
    assert Parameter("team", label="Your team").title == "Your team"
