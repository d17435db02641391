import pytest

from pocket_openshift.resources.rules.validation import label_selectors


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        (
            {"key": "a", "operator": "In"},
            "s.matchExpressions[0].values: Required value: must be specified when `operator` is",
        ),
        (
            {"key": "a", "operator": "Exists", "values": ["b"]},
            "s.matchExpressions[0].values: Forbidden: may not be specified when `operator` is",
        ),
        (
            {"key": "a", "operator": "Near"},
            's.matchExpressions[0].operator: Invalid value: "Near": not a valid selector operator',
        ),
        ({"key": "a b", "operator": "Exists"}, "s.matchExpressions[0].key: Invalid value"),
        ({"key": "a", "operator": "In", "values": ["b c"]}, "s.matchExpressions[0].values[0]: "),
    ],
)
def test_an_expression_without_sense_is_told(expression, said):
    (cause,) = label_selectors.form({"matchExpressions": [expression]}, "s")
    assert f"{cause.field}: {cause.message}".startswith(said)
    assert label_selectors.is_met({"matchExpressions": [expression]}, {}) in (True, False)


def test_labels_meet_a_selector():
    selector = {"matchLabels": {"a": "b"}}
    assert label_selectors.is_met(selector, {"a": "b", "c": "d"})
    assert not label_selectors.is_met(selector, {"a": "c"})
    assert not label_selectors.is_met(None, {"a": "b"})
    assert label_selectors.is_met({}, {})
    assert label_selectors.is_empty({"matchLabels": {}})
