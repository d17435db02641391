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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("in `%empty%` now", "in (not set) now"),
        ("in **{{ empty }}**, *%empty%*", "in (not set), (not set)"),
        ("in `%name%` and `%nobody%`", "in `%name%` and `%nobody%`"),
        ("a `x %empty%` b", "a `x %empty%` b"),
        ("```\necho `%empty%`\n```\n`%empty%`", "```\necho `%empty%`\n```\n(not set)"),
        ("~~~~\n```\n`%empty%`\n~~~~", "~~~~\n```\n`%empty%`\n~~~~"),
        ("----\necho `%empty%`\n----", "----\necho `%empty%`\n----"),
        ("    echo `%empty%`", "    echo `%empty%`"),
        ("``%empty%` or ```%empty%``", "``%empty%` or ```%empty%``"),
    ],
)
def test_marks_around_an_empty_value_are_no_hole(text, shown):
    assert variables.mark_unset(text, VALUES) == shown


def test_braces_may_be_nobodys():
    text = "`{{ empty }}` `%empty%`"
    assert variables.mark_unset(text, VALUES, braces=False) == "`{{ empty }}` (not set)"


@given(st.text(alphabet="`*_%{}ab \n~-"))
def test_a_page_without_empty_values_stays_as_it_is(text):
    assert variables.mark_unset(text, {"ab": "x"}) == text
