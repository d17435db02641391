import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.vocabulary import label_syntax
from pocket_openshift.vocabulary.label_syntax import Requirement

WORD = st.from_regex(r"[a-z]([a-z0-9.]{0,8}[a-z0-9])?", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("a", (Requirement("a", "exists"),)),
        ("!a", (Requirement("a", "absent"),)),
        ("a=b", (Requirement("a", "in", frozenset({"b"})),)),
        ("a == b", (Requirement("a", "in", frozenset({"b"})),)),
        ("a!=b", (Requirement("a", "notin", frozenset({"b"})),)),
        ("a=", (Requirement("a", "in", frozenset({""})),)),
        ("a in (b, c)", (Requirement("a", "in", frozenset({"b", "c"})),)),
        ("a notin (b)", (Requirement("a", "notin", frozenset({"b"})),)),
        ("a>5", (Requirement("a", "gt", frozenset({"5"})),)),
        ("a,!b", (Requirement("a", "exists"), Requirement("b", "absent"))),
        ("a in (,b)", (Requirement("a", "in", frozenset({"", "b"})),)),
    ],
)
def test_selectors(text, found):
    assert label_syntax.parse(text) == found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a=b=c", "found '=', expected: ',' or 'end of string'"),
        ("a,", "found '', expected: identifier after ','"),
        (",a", "found ',', expected: !, identifier, or 'end of string'"),
        ("a in b", "unable to parse requirement: found 'b' expected: '('"),
        ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
        ("a(b)", "unable to parse requirement: found '(', expected: in, notin, =, ==, !=, gt, lt"),
        ("!", "unable to parse requirement: found '', expected: identifier"),
        (
            "a>b",
            "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' "
            "operators, the value must be an integer",
        ),
        ("-a=b", 'unable to parse requirement: <nil>: Invalid value: "-a": name part must consist'),
        (
            "a=-b",
            'unable to parse requirement: values[0][a]: Invalid value: "-b": a valid label '
            "must be an empty string or consist of",
        ),
        ("a=" + "b" * 64, "unable to parse requirement: values[0][a]: Invalid value: "),
    ],
)
def test_nonsense_is_told_as_the_server_does(text, why):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the text is what counts
        label_syntax.parse(text)
    assert str(refused.value).startswith(why)


@given(st.lists(st.tuples(WORD, st.lists(WORD, min_size=1, max_size=3)), max_size=3))
def test_what_is_written_is_read(conditions):
    text = ",".join(f"{key} in ({','.join(values)})" for key, values in conditions)
    assert label_syntax.parse(text) == tuple(
        Requirement(key, "in", frozenset(values)) for key, values in conditions
    )


@given(st.text(alphabet="a=!(),<> in\n\0é", max_size=12))
def test_any_text_is_read_or_refused_in_a_sentence(text):
    try:
        label_syntax.parse(text)
    except ValueError as error:
        assert str(error)  # noqa: PT017 - both ends are fine
