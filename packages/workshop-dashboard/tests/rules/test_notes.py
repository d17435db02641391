"""Pages, their titles and their order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_dashboard.rules.notes import find_page, make_notes, page_name
from workshop_dashboard.rules.workshopfile import Workshop


def make(texts, **workshop):
    return make_notes(texts, Workshop(**workshop), {})


def linked(**following):
    return {f"{name}.md": f"---\nNextPage: {to}\n---\n" for name, to in following.items()}


@pytest.mark.parametrize(
    ("texts", "workshop", "order"),
    [
        pytest.param({"b.md": "", "a.md": ""}, {}, ["a", "b"], id="by name"),
        pytest.param({"10.md": "", "9.md": ""}, {}, ["9", "10"], id="numbers as numbers"),
        pytest.param({"a.md": "", "index.md": ""}, {}, ["index", "a"], id="index first"),
        pytest.param({"a.md": "", "README.md": ""}, {}, ["README", "a"], id="readme first"),
        pytest.param(
            {"a.md": "---\nSort: 2\n---\n", "b.md": "---\nSort: 1\n---\n", "c.md": ""},
            {},
            ["b", "a", "c"],
            id="by Sort",
        ),
        pytest.param(linked(index="z", z="a", a=""), {}, ["index", "z", "a"], id="by NextPage"),
        pytest.param(linked(x="y", y="z", z=""), {}, ["x", "y", "z"], id="from where none leads"),
        pytest.param(linked(index="a", a="b", b="a"), {}, ["index", "a", "b"], id="a circle"),
        pytest.param(linked(a="b", b="a"), {}, ["a", "b"], id="a circle without a beginning"),
        pytest.param(linked(index="gone"), {}, ["index"], id="a page that is not there"),
        pytest.param(
            {"a.md": "", "b.md": "", "c.md": ""}, {"modules": ("c", "a")}, ["c", "a"], id="modules"
        ),
        pytest.param(
            {"index.md": "", "b.md": ""},
            {"modules": ("b", "gone", "b")},
            ["b"],
            id="modules and no index",
        ),
        pytest.param(
            {"a.md": "", "b.md": ""},
            {"modules": ("b", "a"), "described": frozenset({"b"}), "is_old": True},
            ["b"],
            id="activated and described",
        ),
        pytest.param({"a.adoc": "", "a.md": ""}, {"modules": ("a",)}, ["a"], id="one of a name"),
        pytest.param(
            {"9.md": "", "10.md": "", "_index.md": "", "old.md": "---\ndraft: true\n---\n"},
            {"is_educates": True},
            ["10", "9"],
            id="Hugo's by path",
        ),
        pytest.param(
            {"a.md": "+++\nweight = 2\n+++", "b.md": "", "c/index.md": "---\nweight: 1\n---"},
            {},
            ["c/index", "a", "b"],
            id="Hugo's by weight",
        ),
        pytest.param(
            {"a.md": "", "c/index.md": ""},
            {"is_educates": True, "modules": ("c", "a")},
            ["c/index", "a"],
            id="a pathway",
        ),
        pytest.param({}, {}, [], id="nothing"),
    ],
)
def test_the_order(texts, workshop, order):
    assert list(make(texts, **workshop).order) == order


def test_neighbours_follow_the_order():
    notes = make(linked(index="a", a="b", b=""))
    assert [(page.previous, page.next) for page in map(notes.pages.get, notes.order)] == [
        ("", "a"),
        ("index", "b"),
        ("a", ""),
    ]


def test_prev_page_goes_before_the_order():
    notes = make({**linked(index="a"), "a.md": "---\nPrevPage: b\n---\n", "b.md": ""})
    assert notes.pages["a"].previous == "b"


@pytest.mark.parametrize(
    ("file", "text", "titles", "title"),
    [
        ("a.md", "---\nTitle: Front\n---\n# Head", {}, "Front"),
        ("a.md", "---\nTitle: Front\n---\n# Head", {"a": "Module"}, "Module"),
        ("a.md", "# Head", {"a": "Module"}, "Module"),
        ("a.md", "text\n\n## The `code` head ##\n", {}, "The code head"),
        ("a.md", "```bash\n# no heading\n~~~\n```\n\n# Head", {}, "Head"),
        pytest.param("a.md", "# " + " " * 500_000 + "x", {}, "x", id="a long line"),
        ("02-set-up_things.md", "text", {}, "Set up things"),
        ("a.adoc", "= Head\n\ntext", {}, "Head"),
        ("a.md", "+++\ntitle = 'All: of it'\n+++\n", {}, "All: of it"),
        ("x/42.md", "text", {}, "42"),
    ],
)
def test_a_title(file, text, titles, title):
    notes = make({file: text}, titles=titles)
    assert notes.pages[page_name(file)].title == title


def test_the_name_of_a_workshop_may_have_variables():
    for texts, name in (({"a.md": "# For %who%"}, ""), ({"a.md": ""}, "For %who%")):
        assert make_notes(texts, Workshop(name=name), {"who": "ada"}).title == "For ada"


@pytest.mark.parametrize(
    ("target", "origin", "found"),
    [
        ("b", "x/a", "x/b"),
        ("b.md", "x/a", "x/b"),
        ("b.html", "x/a", "x/b"),
        ("../index.md", "x/a", "index"),
        ("x/b", "x/a", "x/b"),
        ("/index", "x/a", "index"),
        ("y", "index", "y/index"),
        ("y/", "index", "y/index"),
        ("../../../etc/passwd", "x/a", ""),
        ("nowhere", "x/a", ""),
    ],
)
def test_a_page_is_found_from_another(target, origin, found):
    assert find_page(target, origin, {"index", "x/a", "x/b", "y/index"}) == found


def test_a_described_page_without_a_name_is_called_by_its_file():
    about = {"described": frozenset({"x/first-boat"}), "is_old": True}
    notes = make({"x/first-boat.md": "---\nTitle: Front\n---\n# Head"}, **about)
    assert notes.pages["x/first-boat"].title == "First Boat"


@pytest.mark.parametrize(
    ("text", "workshop", "dialect"),
    [
        ("%a%", {}, "PLAIN"),
        ("%a%", {"is_old": True}, "PERCENT"),
        ("%a%", {"is_old": True, "engine": "liquid.js"}, "LIQUID"),
        ("%a%", {"is_old": True, "is_educates": True}, "LIQUID"),
        ("```terminal:execute\ncommand: ls\n```", {"is_old": True}, "LIQUID"),
        ("{{ ingress_domain }}", {"is_old": True}, "LIQUID"),
        ("{% raw %}{{ x }}{% endraw %}", {"is_old": True}, "LIQUID"),
        ("[source,role=terminal:execute]", {"is_old": True}, "LIQUID"),
        ("```editor:open-file\nfile: a\n```", {}, "HUGO"),
        ("{{< param x >}}", {}, "HUGO"),
        ("+++\ntitle = 'x'\n+++", {}, "HUGO"),
        ("oc get -o template={{ .x }}", {}, "PLAIN"),
        ("oc get -o template={{ .x }}", {"is_old": True}, "PERCENT"),
    ],
)
def test_by_whose_rules_a_page_is_read(text, workshop, dialect):
    assert make({"a.md": text}, **workshop).dialect.name == dialect


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdefg"), max_size=6))
def test_any_links_give_an_order_without_repeats(following):
    order = make(linked(**following)).order
    assert len(order) == len(set(order))
    assert bool(order) == bool(following)
