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


def test_any_name_that_a_workshop_gives_is_filled():
    values = {"a.b": "1", "c-d": "2", "a": "3", "e": "%a.b%", "f+%%": "4"}
    assert variables.fill("%a.b%%c-d% %x.y% 5%a% %f+%%%", values) == "12 %x.y% 53 4"
    assert variables.fill_percent("%e% {{ a }} %a.b%", values) == "%a.b% {{ a }} 1"


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


def shown(page):
    return variables.show_unset(page.replace("EMPTY", variables.UNSET))


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<p>You are EMPTY.</p>", "<p>You are (not set).</p>"),
        ("<p>EMPTY</p>", "<p>(not set)</p>"),
        ("<li>name: EMPTY</li>", "<li>name: (not set)</li>"),
        ("<p>(EMPTY), &quot;EMPTY&quot;</p>", "<p>((not set)), &quot;(not set)&quot;</p>"),
        (
            "<p>in <code>EMPTY</code>, <strong>EMPTY</strong></p>",
            "<p>in <code>(not set)</code>, <strong>(not set)</strong></p>",
        ),
        ("<p><code>oc -n EMPTY</code></p>", "<p><code>oc -n </code></p>"),
        (
            "<p>EMPTY/support, x-EMPTY.EMPTY, a@EMPTY, user EMPTY-1</p>",
            "<p>/support, x-., a@, user -1</p>",
        ),
        (
            '<a href="https://x-EMPTY.y/" title="EMPTY">to EMPTY</a>',
            '<a href="https://x-.y/" title="">to (not set)</a>',
        ),
        ("<pre><code>a EMPTY\nEMPTY</code></pre> EMPTY", "<pre><code>a \n</code></pre> (not set)"),
        ("<pre>EMPTY</pre><script>f( EMPTY )</script>", "<pre></pre><script>f(  )</script>"),
        ("<!-- <pre> EMPTY --><p>EMPTY</p>", "<!-- <pre>  --><p>(not set)</p>"),
        ("</code></pre><p>EMPTY</p>", "</code></pre><p>(not set)</p>"),
        ("nothing <code>of it</code>", "nothing <code>of it</code>"),
    ],
)
def test_a_sentence_says_that_a_value_is_empty(page, said):
    assert shown(page) == said


@given(st.text(alphabet="<>/\"'codepr -!&;" + "E"))
def test_no_mark_is_left(page):
    assert variables.UNSET not in shown(page.replace("E", "EMPTY"))


def test_only_empty_values_are_marked():
    assert variables.mark_unset({"a": "", "b": " "}) == {"a": variables.UNSET, "b": " "}
