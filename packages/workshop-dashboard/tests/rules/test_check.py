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
    assert problems(texts) == ["b.md:3: warning: NextPage leads back to a: the walk ends here"]


def test_a_page_that_none_leads_to():
    texts = {"index.md": "---\nNextPage: a\n---\n[c](c)", "a.md": "", "b.md": "", "c.md": ""}
    assert problems(texts) == ["b.md:1: warning: no page leads here"]


def test_a_module_that_is_not_there():
    found = problems({"index.md": ""}, modules=("index", "gone"))
    assert found == [
        "workshop.yaml:1: error: modules.activate names gone, and there is no such page"
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[x](gone.md)", "warning: the link to gone.md leads nowhere"),
        ("[x](#gone)", "warning: the link to #gone names a heading"),
        ("%nobody%", "warning: no variable %nobody%"),
        ("---\nNextPage: gone\n---\n", "warning: NextPage names gone"),
        ("---\nPrevPage: gone\n---\n", "warning: PrevPage names gone"),
        ("<iframe src='https://x'></iframe>", "warning: the element <iframe> is taken out"),
        ("<p style='color: red'>x</p>", "warning: the attribute style of <p> is taken out"),
        ("<a href='javascript:x'>x</a>", "warning: the address javascript:x is taken out"),
    ],
)
def test_what_an_older_system_showed_the_same_way_is_no_error(text, words):
    found = problems({"index.md": text}, is_old=True)
    assert [problem for problem in found if words in problem]
    assert not [problem for problem in found if "error" in problem]


@pytest.mark.parametrize(
    "text",
    [
        "<i class='fa fa-terminal' aria-hidden='true'></i>",
        "{{ nobody }}",
        "%base_url%/x",
        "<table><tr><td style='width: 1em'>x</td></tr></table>",
    ],
)
def test_what_is_lost_without_harm_is_not_told(text):
    assert problems({"index.md": text}, values={"base_url": "/b"}, is_old=True) == []


@pytest.mark.parametrize(
    ("value", "level"),
    [("{{ ENV_DOCS }}", "warning"), ("{% if x %}{% endif %}", "warning"), ("", "error")],
)
def test_a_block_may_have_a_value_that_only_a_session_knows(value, level):
    text = f"```dashboard:open-url\nurl: {value}\n```\n\n{{{{ ENV_X }}}}"
    found = problems({"index.md": text}, is_old=True, engine="liquid.js")
    assert any(
        each.startswith(f"index.md:1: {level}: `dashboard:open-url` needs") for each in found
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ ENV_HOME }} {{ session_name }}", []),
        ("{{ kubernetes_token }}", ["warning: {{ kubernetes_token }} is a secret"]),
        ("{{ registry_password }}", ["warning: {{ registry_password }} is a secret"]),
        ("%boat_password%", ["warning: no variable %boat_password%: define it"]),
        ("{{< param nobody >}}", ["warning: no variable {{< param nobody >}}"]),
        ("{{< gone >}}", ["warning: the shortcode gone is not known and is left out"]),
        (
            "```terminal:execute\ncommand: {{< gone >}}\n```",
            ["error: the shortcode gone is not known", "warning: the shortcode gone"],
        ),
        ("```editor:fly\nx\n```", ["warning: `editor:fly` is no action we know"]),
        ("```terminal:execute\n- x\n```", ["error: the body of `terminal:execute`"]),
    ],
)
def test_pages_of_educates(text, words):
    found = problems({"a.md": text}, values={"session_name": "s"}, is_educates=True)
    assert len(found) == len(words)
    assert all(word in problem for word, problem in zip(words, found, strict=True))


def test_liquid_is_checked_where_it_is_used():
    found = problems({"a.md": "\n{{ a | upcase }}\n{% if x %}"}, engine="liquid.js", is_old=True)
    assert "a.md:1: error: Liquid cannot read this page" in found[0]
    assert "a.md:2: warning: no variable {{ a |" in found[1]
    good = "{% assign b = 1 %}{{ b }}{% raw %}{{ c }}{% endraw %}"
    assert problems({"a.md": good}, engine="liquid.js", is_old=True) == []


def test_a_program_is_told_by_its_lines():
    found = problems({"a.md": ""}, unread=(("config.js", 3),), is_old=True)
    assert found[-1].startswith("config.js:3: warning: this part is a program and is not run")


def test_a_page_that_is_activated_and_not_described():
    texts = {"a.md": "", "b.md": "[b](b)"}
    found = problems(texts, modules=("a", "b"), described=frozenset({"a"}), is_old=True)
    assert "which modules.yaml does not describe: the page is left out" in found[0] + found[-1]


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
