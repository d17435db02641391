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
            ["index", "b"],
            id="modules and index",
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


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdefg"), max_size=6))
def test_any_links_give_an_order_without_repeats(following):
    order = make(linked(**following)).order
    assert len(order) == len(set(order))
    assert bool(order) == bool(following)
