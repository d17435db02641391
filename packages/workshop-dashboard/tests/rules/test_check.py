"""What the author of notes is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_dashboard.rules import check
from workshop_dashboard.rules.notes import make_notes
from workshop_dashboard.rules.workshopfile import Workshop


def problems(texts, files=(), values=None, **workshop):
    notes = make_notes(texts, Workshop(**workshop), values or {}, files)
    return [str(problem) for problem in check.check_notes(notes)]


def test_good_notes_have_no_problem():
    texts = {
        "index.md": "---\nNextPage: x/a\n---\n# Top\n[a](x/a.md#part) ![i](i.png) %name%\n",
        "x/a.md": "## Part\n[up](../index.md#top) [here](#part) https://example.com\n",
    }
    assert problems(texts, ["i.png"], {"name": "ada"}) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("# T\n\n[x](gone.md)", "index.md:3: error: the link to gone.md leads nowhere"),
        ("# T\n\none\n[x](gone.md)", "index.md:4: error: the link to gone.md leads nowhere"),
        ("---\nTitle: T\n---\n\n[x](gone)", "index.md:5: error: the link to gone leads nowhere"),
        ("<p>\n<a href='gone'>x</a></p>", "index.md:2: error: the link to gone leads nowhere"),
        ("![x](gone.png)", "index.md:1: error: the link to gone.png leads nowhere"),
        ("![](i.png)", "index.md:1: warning: the image i.png has no text"),
        ("[x](#gone)", "index.md:1: error: the link to #gone names a heading"),
        ("a\n\n%nobody%", "index.md:3: error: no variable %nobody%"),
        ("---\nTitle: T\nNextPage: gone\n---\n", "index.md:3: error: NextPage names gone"),
        ("---\nPrevPage: gone\n---\n", "index.md:2: error: PrevPage names gone"),
        ("x\n\n```execute-12\nls\n```", "index.md:3: warning: `execute-12` is no action"),
        ("a\n{% if x == 'y' %}", "index.md:2: warning: Liquid tags are shown as they are"),
        ("```terminal:execute\n[\n```", "index.md:1: error: the body of `terminal:execute`"),
    ],
)
def test_a_problem_has_its_line(text, problem):
    found = problems({"index.md": text}, ["i.png"])
    assert len(found) == 1
    assert found[0].startswith(problem)


def test_a_circle_is_told_where_it_closes():
    texts = {
        "index.md": "---\nNextPage: a\n---\n",
        "a.md": "---\nNextPage: b\n---\n",
        "b.md": "---\nTitle: B\nNextPage: a\n---\n",
    }
    assert problems(texts) == ["b.md:3: error: NextPage leads back to a: the pages go in a circle"]


def test_a_page_that_none_leads_to():
    texts = {"index.md": "---\nNextPage: a\n---\n[c](c)", "a.md": "", "b.md": "", "c.md": ""}
    assert problems(texts) == ["b.md:1: warning: no page leads here"]


def test_a_module_that_is_not_there():
    found = problems({"index.md": ""}, modules=("index", "gone"))
    assert found == [
        "workshop.yaml:1: error: modules.activate names gone, and there is no such page"
    ]


def test_what_is_not_carried_over_is_told():
    found = problems({"index.adoc": "= T"})
    assert len(found) == 1
    assert "AsciiDoc" in found[0]


def test_an_empty_folder():
    assert problems({}) == [".:1: error: there is no page: write an index.md"]


@given(st.text(st.sampled_from("#[]()<>!`~:%{} \nabx-*'\"/=."), max_size=300))
def test_any_page_can_be_checked(text):
    for problem in check.check_notes(make_notes({"index.md": text}, Workshop(), {})):
        assert 1 <= problem.line <= text.count("\n") + 2
