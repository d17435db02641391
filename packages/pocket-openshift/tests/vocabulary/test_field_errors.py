import pytest

from pocket_openshift.vocabulary import field_errors as said


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", '"a"'),
        (5, "5"),
        (True, "true"),
        (None, "null"),
        (said.NIL, '"null"'),
        ({"a": [1, "ü"]}, '{"a":[1,"ü"]}'),
    ],
)
def test_values_are_shown_as_go_shows_them(value, text):
    cause = said.invalid("spec.a", value, "why")
    assert cause.message == f"Invalid value: {text}: why"
    assert cause.reason == "FieldValueInvalid"


def test_each_kind_of_error_has_its_words():
    found = [
        said.required("f"),
        said.required("f", "why"),
        said.forbidden("f", "why"),
        said.duplicate("f", "x"),
        said.not_found("f", "x"),
        said.too_long("f", 5),
        said.not_supported("f", "x", ("a", "b")),
    ]
    assert [cause.message for cause in found] == [
        "Required value",
        "Required value: why",
        "Forbidden: why",
        'Duplicate value: "x"',
        'Not found: "x"',
        "Too long: may not be more than 5 bytes",
        'Unsupported value: "x": supported values: "a", "b"',
    ]


def test_what_is_not_given_is_not_looked_at():
    assert [*said.not_negative({}, "a", "s")] == [*said.one_of({}, "a", "s", "x")] == []
    assert [c.field for c in said.not_negative({"a": -1}, "a", "s")] == ["s.a"]
    assert [c.message for c in said.one_of({}, "a", "s", "x", needed=True)] == ["Required value"]
    assert [*said.unchanged("f", None, "")] == []
    assert [*said.items({"a": ["x"]}, "a", "")] == [("a[0]", "x")]
