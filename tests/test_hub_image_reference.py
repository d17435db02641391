"""docs/reference/hub-image.md says what images/hub reads."""

import hub_settings

import hub_reference


def test_the_tables_are_those_of_the_settings():
    page = hub_reference.PAGE.read_text()
    assert page == hub_reference.fill(page), "run: python tools/hub_reference.py"


def test_each_variable_is_in_them():
    text = hub_reference.render_tables()
    assert [name for name in hub_settings.list_names() if f"| `{name}` |" not in text] == []
    assert text.count("\n### ") == len(hub_reference.HEADINGS)
