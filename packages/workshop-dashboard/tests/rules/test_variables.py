"""Variables in a page: filled in, left alone, or reported."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_dashboard.rules import variables

VALUES = {"name": "ada", "project_namespace": "ws-1", "empty": ""}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("hi %name%", "hi ada"),
        ("hi {{ name }} and {{name}}", "hi ada and ada"),
        ("%project_namespace%.svc", "ws-1.svc"),
        ("%empty%|", "|"),
        ("%nobody%", "%nobody%"),
        ("{{ nobody }}", "{{ nobody }}"),
        ("date +%Y%m%d", "date +%Y%m%d"),
        ("{{range .items}}{{.name}}{{end}}", "{{range .items}}{{.name}}{{end}}"),
        ("100%name%", "100ada"),
    ],
)
def test_a_text_is_filled(text, filled):
    assert variables.fill(text, VALUES) == filled


def test_a_value_cannot_end_a_block_of_code():
    filled = variables.fill("```\n%name%\n```", {"name": "a\n```\n<b>"})
    assert filled == "```\na ``` <b>\n```"


def test_a_value_is_not_filled_again():
    assert variables.fill("%name%", {"name": "%other%", "other": "x"}) == "%other%"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("fine %name%", []),
        ("a\n%nobody%", [(2, "%nobody%")]),
        ("{{ nobody }}", [(1, "{{ nobody }}")]),
        ("https://x/%c3%a9", []),
        ("date +%Y-%m-%d %H%M%S", []),
        ("{{end}} {{ else }}", []),
    ],
)
def test_a_name_without_a_value_is_reported(text, found):
    assert list(variables.unknown_names(text, VALUES)) == found


@given(st.text(), st.dictionaries(st.from_regex(r"[a-z]{2,5}", fullmatch=True), st.text()))
def test_filling_never_changes_the_number_of_lines(text, values):
    assert variables.fill(text, values).count("\n") == text.count("\n")
