"""Variables by the rules of the system that a page was written for."""

from dataclasses import replace

import pytest

from workshop_dashboard.rules import prepare
from workshop_dashboard.rules.notes import Dialect, make_notes
from workshop_dashboard.rules.variables import UNSET
from workshop_dashboard.rules.workshopfile import Workshop

TEXT = "%who% {{ who }} {{ who | upcase }} {{< param who >}}"


def prepared(text, dialect, **values):
    notes = make_notes({"a.md": text}, Workshop(), values)
    notes = replace(notes, dialect=dialect)
    return prepare.prepare_text(notes.pages["a"], notes)


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        (Dialect.PLAIN, "ada ada {{ who | upcase }} {{< param who >}}"),
        (Dialect.PERCENT, "ada {{ who }} {{ who | upcase }} {{< param who >}}"),
        (Dialect.HUGO, "ada ada {{ who | upcase }} ada"),
    ],
)
def test_each_system_has_its_own(dialect, text):
    assert prepared(TEXT, dialect, who="ada") == text


@pytest.mark.parametrize("dialect", list(Dialect))
def test_an_empty_value_is_marked_in_every_system_and_only_if_asked(dialect):
    notes = replace(
        make_notes({"a.md": "%who% {{ who }} {{< param who >}}"}, Workshop(), {"who": ""}),
        dialect=dialect,
    )
    marked = prepare.prepare_text(notes.pages["a"], notes, marked=True)
    assert marked.startswith(UNSET)
    assert marked.count(UNSET) == {Dialect.PERCENT: 1, Dialect.HUGO: 3}.get(dialect, 2)
    assert UNSET not in prepare.prepare_text(notes.pages["a"], notes)


def test_liquid_goes_on_seeing_the_empty_value():
    text = "{% if who == blank %}nobody{% endif %} {% raw %}{{ who }}{% endraw %}"
    notes = replace(make_notes({"a.md": text}, Workshop(), {"who": ""}), dialect=Dialect.LIQUID)
    assert prepare.prepare_text(notes.pages["a"], notes, marked=True) == "nobody {{ who }}"


def test_liquid_and_percent():
    assert prepared("%who% {{ who | upcase }}", Dialect.LIQUID, who="ada") == "ada ADA"


def test_a_page_that_liquid_cannot_read_is_shown_all_the_same():
    assert prepared("{% if %} {{ who }}", Dialect.LIQUID, who="ada") == "{% if %} ada"


@pytest.mark.parametrize(
    ("dialect", "file", "shown"),
    [
        (Dialect.PERCENT, "a.md", "```execute\n    a    b\n```"),
        (Dialect.LIQUID, "a.md", "```execute\n    a    b\n```"),
        (Dialect.HUGO, "a.md", "```execute\n\ta\tb\n```"),
        (Dialect.PLAIN, "a.md", "```execute\n\ta\tb\n```"),
        (Dialect.PERCENT, "a.adoc", "```execute\n\ta\tb\n```"),
    ],
)
def test_a_tab_is_four_blanks_in_the_older_systems_markdown(dialect, file, shown):
    notes = replace(make_notes({file: "```execute\n\ta\tb\n```"}, Workshop(), {}), dialect=dialect)
    assert prepare.prepare_text(notes.pages["a"], notes) == shown
